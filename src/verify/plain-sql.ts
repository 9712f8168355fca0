import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import type { Context } from '../context.js'
import { CommandError, InterruptedError, messageOf } from '../errors.js'
import { codeOf, fileTrouble } from '../platform/file-errors.js'
import { decompressor } from './decompress.js'
import type { Compression } from './detect.js'
import { SqlScanner } from '../restore/sql-scanner.js'
import type { ScriptContents } from '../restore/sql-statements.js'

export type ReadingTools = Pick<Context, 'processes' | 'environment'> & {
  signal?: AbortSignal
  /** Called with the size of each piece of the script, decompressed. */
  onBytes?: (bytes: number) => void
}

/** A script that was read as far as it can be. */
export interface ReadScript {
  contents: ScriptContents
  /** Why it cannot be read to its end; null when it can. */
  problem: string | null
}

/** A size of pieces at which the calls cost little and the memory stays flat. */
const CHUNK = 256 * 1024

/**
 * Reads a plain script from its beginning to its end, decompressing it on the way; nothing of it is kept.
 *
 * Throws `CouldNotVerifyError` when the program that decompresses it is not there, `OperationError` when the file
 * cannot be read at all, `InterruptedError` when the signal aborts.
 */
export async function readPlain(file: string, compression: Compression, tools: ReadingTools): Promise<ReadScript> {
  const scanner = new SqlScanner()
  const sink = scannerSink(scanner, tools.onBytes)
  const doing = `reading ${file}`
  const read = (): Promise<string | null> => {
    if (compression === 'none') return readPlainly(file, sink, tools)
    return compression === 'gzip' ? readGzip(file, sink, tools) : readByProgram(file, compression, sink, tools)
  }
  try {
    const problem = await read()
    return { contents: scanner.end(), problem }
  } catch (error) {
    if (tools.signal?.aborted === true) throw new InterruptedError(doing, tools.signal.reason)
    throw fileTrouble(error, doing)
  }
}

/** A stream that hands what is written into it to a scanner. */
export function scannerSink(scanner: SqlScanner, onBytes?: (bytes: number) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      scanner.push(chunk)
      onBytes?.(chunk.length)
      done()
    },
  })
}

async function readPlainly(file: string, sink: Writable, { signal }: ReadingTools): Promise<null> {
  await pipeline(createReadStream(file, { highWaterMark: CHUNK }), sink, signalOf(signal))
  return null
}

async function readGzip(file: string, sink: Writable, { signal }: ReadingTools): Promise<string | null> {
  const gunzip = createGunzip({ chunkSize: CHUNK })
  try {
    await pipeline(createReadStream(file, { highWaterMark: CHUNK }), gunzip, sink, signalOf(signal))
  } catch (error) {
    if (codeOf(error)?.startsWith('Z_') === true) return gzipProblem(error)
    throw error
  }
  return (await hasRest(file, gunzip)) ? 'something that is not gzip data follows the compressed data' : null
}

function gzipProblem(error: unknown): string {
  const message = messageOf(error)
  if (codeOf(error) === 'Z_BUF_ERROR') return 'the compressed data ends too early: the file is cut off'
  if (message.includes('incorrect header check')) return 'something that is not gzip data follows the compressed data'
  if (message.includes('incorrect data check') || message.includes('incorrect length check')) {
    return 'its content does not fit the checksum that gzip wrote: it was changed'
  }
  return `the compressed data is damaged (${message})`
}

/** Whether other bytes than zeros, with which some tools pad files, follow what was decompressed. */
async function hasRest(file: string, { bytesWritten }: Gunzip): Promise<boolean> {
  if (bytesWritten >= (await stat(file)).size) return false
  const handle = await open(file)
  try {
    for await (const chunk of handle.createReadStream({ start: bytesWritten, autoClose: false })) {
      if ((chunk as Buffer).some((byte) => byte !== 0)) return true
    }
    return false
  } finally {
    await handle.close()
  }
}

async function readByProgram(
  file: string,
  compression: Exclude<Compression, 'none' | 'gzip'>,
  sink: Writable,
  { processes, environment, signal }: ReadingTools,
): Promise<string | null> {
  const command = decompressor(file, compression, { environment })
  try {
    await processes.run({ ...command, stdout: sink, ...signalOf(signal) })
    return null
  } catch (error) {
    if (error instanceof CommandError && error.code !== null) {
      return `${command.program} cannot decompress it: ${error.stderrTail.trim().split('\n').at(-1) ?? ''}`
    }
    throw error
  }
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
