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
}

const FIXED_ORDER =
  'Read the statement and its error; the same would happen in a real recovery. A script has a fixed order: where a statement needs what comes later, take backups in the format directory or custom, of which what failed is tried again.'

/**
 * Runs a plain dump, which knows no sections: its order is fixed, and what fails in it fails in every restore. In a
 * foreign one, psql's own commands are refused: `\!` would run programs here, `\connect` would leave the scratch
 * database. Rows after a COPY that failed would be read as commands too.
 */
export async function restoreScript(
  { programs, environment, onComplaint }: RestoreTarget,
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
  for (const complaint of complaints.kept) onComplaint?.(complaint)
  return findingsOf(complaints.kept, complaints.count, 'script', script.foreign ? undefined : FIXED_ORDER)
}

function scriptStream({ file, compression, foreign }: Script): Readable {
  const raw = createReadStream(file)
  const text = compression === 'gzip' ? unzipped(raw) : raw
  return foreign ? Readable.from(restricted(text), { objectMode: false }) : text
}

function unzipped(raw: Readable): Readable {
  const text = createGunzip()
  // With pipeline an error of the file reaches whoever reads the text; who reads it handles it there.
  pipeline(raw, text, () => undefined)
  return text
}
