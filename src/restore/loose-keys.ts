import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { Programs } from '../postgres/programs.js'
import type { Queryable } from '../postgres/queryable.js'

type LooseKeys = Manifest['looseForeignKeys']

/** Oid of `pg_constraint` itself, the same in every cluster: in an archive's list it stands before a constraint's own. */
const PG_CONSTRAINT = 2606

/**
 * Writes the archive's list of contents without the foreign keys that lead to tables whose rows are not in the set, for
 * `pg_restore --use-list`. Returns null where there are none, and nothing needs to be left out.
 */
export async function listWithoutLooseKeys(
  programs: Programs,
  archive: string,
  keys: LooseKeys,
  { processes, workspace, environment }: Context,
): Promise<string | null> {
  if (keys.length === 0) {
    return null
  }
  const file = path.join(await workspace.folder('list'), 'entries')
  const out = createWriteStream(file, { mode: 0o600 })
  const left = new Set(keys.map(({ oid }) => `${PG_CONSTRAINT} ${oid}`))
  await processes.run({
    ...programs.command('pg_restore', ['--list', archive]),
    env: { PATH: environment.PATH },
    doing: `listing the contents of ${archive}`,
    stdout: (line) => {
      out.write(`${left.has(catalogIdOf(line)) ? ';' : ''}${line}\n`)
    },
  })
  out.end()
  await finished(out)
  return file
}

/** `2606 16403` of `3456; 2606 16403 FK CONSTRAINT public parts parts_animal_fkey masclet`. */
function catalogIdOf(line: string): string {
  return /^\d+; (\d+ \d+) /.exec(line)?.[1] ?? ''
}

/** Adds these foreign keys without checking the rows that are there; new rows are checked. */
export async function addLooseKeys(session: Queryable, keys: LooseKeys): Promise<Finding[]> {
  const findings: Finding[] = []
  // Event triggers of the restored database must not run on our statements.
  await session.query('SET session_replication_role = replica')
  for (const { statement, table, name } of keys) {
    try {
      await session.query(statement ?? 'SELECT 1')
    } catch (error) {
      findings.push(finding('RESTORE_ERROR', `foreign key ${name} of ${table}`, messageOf(error)))
    }
  }
  return findings
}
