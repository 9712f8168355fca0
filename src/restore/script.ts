import { createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import { findingsOf } from './causes.js'
import { HiddenCommandError } from './only-sql.js'
import { knowsRestricted, restricted, unrestrictedPsql } from './restricted.js'
import { ScriptComplaints, TELLING } from './script-complaints.js'
import type { RestoreTarget } from './target-database.js'

export interface Script {
  file: string
  compression: 'none' | 'gzip'
  /** Whether another tool made it. */
  foreign: boolean
  /** Bytes of the text that psql does not get; its line ends stay, so that errors name the lines of the script. */
  leftOut?: { from: number; to: number }
}

const FIXED_ORDER =
  'Read the statement and its error; the same would happen in a real recovery. A script has a fixed order: where a statement needs what comes later, take backups in the format directory or custom, of which what failed is tried again.'

/**
 * Runs a plain dump, which knows no sections: its order is fixed, and what fails in it fails in every restore. psql's own
 * commands in it are refused, also in a script of ours, which lay where others may write: `\!` would run programs here,
 * `\connect` would leave the scratch database. Rows after a COPY that failed would be read as commands too.
 */
export async function restoreScript(
  { programs, environment }: RestoreTarget,
  script: Script,
  { processes }: Context,
): Promise<Finding[]> {
  if (!knowsRestricted(programs.version)) {
    const { problem, advice } = unrestrictedPsql(programs.version)
    return [finding('CHECK_NOT_RUN', path.basename(script.file), problem, advice)]
  }
  const complaints = new ScriptComplaints()
  try {
    const finished = await processes.run({
      ...programs.command('psql', ['--no-psqlrc', '--quiet', '--no-password', ...TELLING, '--file=-']),
      env: environment,
      doing: `restoring ${script.file}`,
      stdin: Readable.from(restricted(textOf(script)), { objectMode: false }),
      onStderrLine: complaints.follow,
      accept: [0, 1, 2, 3],
    })
    complaints.end()
    if (!script.foreign) complaints.refusedAlone()
    if (finished.code !== 0 && complaints.count + complaints.harmless === 0) {
      complaints.failedSilently(finished.stderrTail)
    }
  } catch (error) {
    complaints.end()
    complaints.holdsCommands(hiddenCommandIn(error).problem)
  }
  return findingsOf(complaints.kept, complaints.count, 'script', script.foreign ? undefined : FIXED_ORDER)
}

/** What kept the script from being read; throws again what is something else. */
function hiddenCommandIn(error: unknown): HiddenCommandError {
  if (error instanceof Error && error.cause instanceof HiddenCommandError) return error.cause
  throw error
}

function textOf({ file, compression, foreign, leftOut }: Script): AsyncIterable<Buffer> {
  const raw = createReadStream(file)
  const whole: AsyncIterable<Buffer> = compression === 'gzip' ? unzipped(raw) : raw
  if (!foreign) return whole
  return withoutByteOrderMark(leftOut === undefined ? whole : without(whole, leftOut))
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
