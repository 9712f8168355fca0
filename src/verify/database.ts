import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  databaseIn,
  propertiesOf,
  propertyStatements,
  scriptStatements,
  statementFor,
  type PropertyStatement,
} from '../backup/database-script.js'
import { SET } from '../backup/set.js'
import { finding, type Finding } from '../findings.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { readDatabase } from '../postgres/catalog/read-catalog.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { Session } from '../postgres/session.js'
import { inSubtransaction } from '../postgres/transactions.js'
import type { Refused } from '../restore/database-properties.js'
import { withPinnedSessions, type Copy, type Subject } from './copy.js'
import { compareDatabases } from './difference.js'

const ON = 'database (this database)'

/**
 * Runs the set's `database.sql` on the copy and looks whether that gives it what belonged to the source's database as a
 * whole. All of it in a transaction that is rolled back: a connection limit, a setting or another owner would get in the
 * way of what comes after, and of dropping the copy.
 *
 * What the scratch server does not take is told by name; it may lack what the setting is of.
 */
export async function compareDatabaseProperties(copy: Copy): Promise<Finding[]> {
  const source = databaseIn(copy.subject.objects)
  if (source === undefined) return []
  const statements = await statementsOf(copy.subject, source)
  return withPinnedSessions(copy, 1, async ([session]) => {
    await session.query('BEGIN')
    try {
      return await compareApplied(session, copy, source, statements)
    } finally {
      await session.query('ROLLBACK')
    }
  })
}

/** What the file holds is run, so that it is proven. Sets of older versions have none. */
async function statementsOf({ folder }: Subject, source: CatalogObject): Promise<PropertyStatement[]> {
  const known = propertyStatements(propertiesOf(source))
  const file = path.join(folder, SET.database)
  const text = await orFileTrouble(`reading ${file}`, async () => ifThere(readFile(file, 'utf8')))
  return text === undefined
    ? known
    : scriptStatements(text).map(
        (sql) => known.find((statement) => statement.sql === sql) ?? { aspect: 'none', what: 'a property', sql },
      )
}

async function compareApplied(
  session: Session,
  { subject, server }: Copy,
  source: CatalogObject,
  statements: readonly PropertyStatement[],
): Promise<Finding[]> {
  const [here] = await session.query<{ database: string; superuser: boolean }>(
    `SELECT current_database() AS database, rolsuper AS superuser FROM pg_catalog.pg_roles WHERE rolname = current_user`,
  )
  if (here === undefined) return []
  await emptied(session, here.database)
  const refused = await applyInTurn(session, here.database, statements)
  const lost = refused.map(({ what, why }) => finding('DATABASE_PROPERTY_LOST', ON, `${what} could not be set: ${why}`))
  const found = await readDatabase(session)
  if (found === undefined) return lost
  const sameMajor = server.major === subject.manifest.source.major
  const differing = compareDatabases(source, found, { sameMajor, unless: refused.map(({ aspect }) => aspect) })
  // Who is no superuser may not grant for another owner, and PostgreSQL only warns of that.
  return [...lost, ...(here.superuser ? differing : differing.map(asLost))]
}

/** Scratch marks its databases by their comment, and makes them quick by settings. */
async function emptied(session: Session, database: string): Promise<void> {
  await session.query(`ALTER DATABASE ${quoteIdentifier(database)} RESET ALL`)
  await session.query(`COMMENT ON DATABASE ${quoteIdentifier(database)} IS NULL`)
}

async function applyInTurn(
  session: Session,
  database: string,
  statements: readonly PropertyStatement[],
): Promise<Refused[]> {
  const refused: Refused[] = []
  for (const { aspect, what, sql } of statements) {
    const attempt = await inSubtransaction(session, () => session.query(statementFor(database, sql)))
    if ('refused' in attempt) refused.push({ aspect, what, why: attempt.refused.problem })
  }
  return refused
}

/** A difference in the words of a property that was lost: `its grants: - reader: CONNECT`. */
export function asLost({ code, found, on }: Finding): Finding {
  const words: Partial<Record<Finding['code'], string>> = { GRANTS_DIFFER: 'its grants: ', OWNER_DIFFERS: 'it ' }
  return finding('DATABASE_PROPERTY_LOST', on, `${words[code] ?? ''}${found}`)
}
