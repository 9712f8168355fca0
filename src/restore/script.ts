import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import { findingsOf } from './causes.js'
import { restricted } from './restricted.js'
import { ScriptComplaints, TELLING } from './script-complaints.js'
import type { RestoreTarget } from './target-database.js'

export interface Script {
  file: string
  compression: 'none' | 'gzip'
  /** Whether somebody else made it: then psql must not obey the commands in it. */
  foreign: boolean
  /** Bytes of the text that psql does not get; its line ends stay, so that errors name the lines of the script. */
  leftOut?: { from: number; to: number }
}

const FIXED_ORDER =
  'Read the statement and its error; the same would happen in a real recovery. A script has a fixed order: where a statement needs what comes later, take backups in the format directory or custom, of which what failed is tried again.'

/**
 * Runs a plain dump, which knows no sections: its order is fixed, and what fails in it fails in every restore. In a
 * foreign one, psql's own commands are refused: `\!` would run programs here, `\connect` would leave the scratch
 * database. Rows after a COPY that failed would be read as commands too.
 */
export async function restoreScript(
  { programs, environment }: RestoreTarget,
  script: Script,
  { processes }: Context,
): Promise<Finding[]> {
  const complaints = new ScriptComplaints()
  const finished = await processes.run({
    ...programs.command('psql', ['--no-psqlrc', '--quiet', '--no-password', ...TELLING, '--file=-']),
    env: environment,
    doing: `restoring ${script.file}`,
    stdin: scriptStream(script),
    onStderrLine: complaints.follow,
    accept: [0, 1, 2, 3],
  })
  complaints.end()
  if (finished.code !== 0 && complaints.count + complaints.harmless === 0) {
    complaints.failedSilently(finished.stderrTail)
  }
  return findingsOf(complaints.kept, complaints.count, 'script', script.foreign ? undefined : FIXED_ORDER)
}

function scriptStream({ file, compression, foreign, leftOut }: Script): Readable {
  const raw = createReadStream(file)
  const whole = compression === 'gzip' ? unzipped(raw) : raw
  if (!foreign) return whole
  const text = leftOut === undefined ? whole : Readable.from(without(whole, leftOut), { objectMode: false })
  const plain = Readable.from(withoutByteOrderMark(text), { objectMode: false })
  return Readable.from(restricted(plain), { objectMode: false })
}

function unzipped(raw: Readable): Readable {
  const text = createGunzip()
  // With pipeline an error of the file reaches whoever reads the text; who reads it handles it there.
  pipeline(raw, text, () => undefined)
  return text
}

async function* without(
  text: AsyncIterable<Buffer>,
  { from, to }: { from: number; to: number },
): AsyncGenerator<Buffer> {
  let at = 0
  for await (const piece of text) {
    const start = Math.min(Math.max(from - at, 0), piece.length)
    const end = Math.min(Math.max(to - at, 0), piece.length)
    at += piece.length
    const lines = piece.subarray(start, end).filter((byte) => byte === 0x0a)
    yield Buffer.concat([piece.subarray(0, start), lines, piece.subarray(end)])
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Editors of Windows write a mark before the text, which psql passes over only where its file begins. */
async function* withoutByteOrderMark(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const piece of text) {
    yield isFirst && piece.subarray(0, 3).equals(BYTE_ORDER_MARK) ? piece.subarray(3) : piece
    isFirst = false
  }
}
