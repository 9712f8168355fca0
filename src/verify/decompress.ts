import { createReadStream, createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CouldNotVerifyError, DamagedError, InterruptedError, messageOf } from '../errors.js'
import { codeOf, orFileTrouble } from '../platform/file-errors.js'
import { findProgram } from '../platform/find-program.js'
import { programEnvironment } from '../postgres/libpq-environment.js'
import type { Context } from '../context.js'
import { HEAD, type Compression } from './detect.js'

export type DecompressionTools = Pick<Context, 'processes' | 'environment'> & { signal?: AbortSignal }

/** A size of pieces at which the calls cost little and the memory stays flat. */
const CHUNK = 256 * 1024

/** Programs that decompress to their standard output. */
const DECOMPRESSORS: Partial<Record<Compression, { program: string; package: string }>> = {
  zstd: { program: 'zstd', package: 'zstd' },
  xz: { program: 'xz', package: 'xz-utils' },
  bzip2: { program: 'bzip2', package: 'bzip2' },
  lz4: { program: 'lz4', package: 'lz4' },
}

/**
 * The program and the arguments that decompress a file to standard output.
 *
 * Throws `CouldNotVerifyError` where the program is not on this machine.
 */
export function decompressor(
  file: string,
  compression: Exclude<Compression, 'none' | 'gzip'>,
  { environment }: Pick<DecompressionTools, 'environment'>,
): { program: string; args: string[]; env: Record<string, string | undefined>; doing: string } {
  const { program, package: name } = DECOMPRESSORS[compression] ?? { program: compression, package: compression }
  const env = programEnvironment(environment)
  if (findProgram(program, env.PATH) === null) {
    throw new CouldNotVerifyError({
      doing: `reading ${file}`,
      problem: `it is compressed with ${compression}, and the program ${program} is not on this machine`,
      advice: `Install it (Debian, Ubuntu: apt-get install ${name}), or decompress the file first.`,
    })
  }
  return { program, args: ['-d', '-c', '-q', '--', file], env, doing: `decompressing ${file}` }
}

/** The first bytes of what a compressed file holds, as far as they can be decompressed. */
export async function headOfCompressed(
  file: string,
  compression: Exclude<Compression, 'none'>,
  tools: DecompressionTools,
): Promise<Buffer> {
  if (compression === 'gzip') {
    const gunzip = createGunzip({ chunkSize: CHUNK })
    const source = createReadStream(file, { highWaterMark: CHUNK })
    source.on('error', (error) => gunzip.destroy(error))
    try {
      return await firstBytes(source.pipe(gunzip))
    } finally {
      source.destroy()
    }
  }
  const running = tools.processes.start({ ...decompressor(file, compression, tools), stdout: 'pipe' })
  const head = running.stdout === null ? Buffer.alloc(0) : await firstBytes(running.stdout)
  running.stop('SIGKILL')
  await running.finished.catch(() => undefined)
  return head
}

/** What was read before an error counts: what it is can still be told. */
async function firstBytes(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of stream) {
      pieces.push(piece as Buffer)
      length += (piece as Buffer).length
      if (length >= HEAD) break
    }
  } catch (error) {
    if (codeOf(error)?.startsWith('Z_') !== true && codeOf(error) !== 'ABORT_ERR') throw error
  }
  return Buffer.concat(pieces).subarray(0, HEAD)
}

/**
 * Decompresses a file into another one, which only we may read.
 *
 * Throws `DamagedError` where it cannot be decompressed to its end, `OperationError` where the disk is full.
 */
export async function decompressTo(
  file: string,
  compression: Exclude<Compression, 'none'>,
  target: string,
  tools: DecompressionTools,
): Promise<void> {
  const doing = `decompressing ${file}`
  const out = createWriteStream(target, { flags: 'wx', mode: 0o600 })
  await orFileTrouble(doing, async () => {
    try {
      if (compression === 'gzip') {
        const source = createReadStream(file, { highWaterMark: CHUNK })
        await pipeline(source, createGunzip({ chunkSize: CHUNK }), out, tools.signal ? { signal: tools.signal } : {})
      } else {
        await tools.processes.run({ ...decompressor(file, compression, tools), stdout: out })
      }
    } catch (error) {
      if (tools.signal?.aborted === true) throw new InterruptedError(doing, tools.signal.reason)
      if (codeOf(error)?.startsWith('Z_') === true) throw damaged(doing, error)
      throw error
    }
  })
}

function damaged(doing: string, cause: unknown): DamagedError {
  const problem = `the compressed data is cut off or damaged (${messageOf(cause)})`
  return new DamagedError({ doing, problem, advice: 'Use another dump.', cause })
}
