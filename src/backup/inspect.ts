import type { Finding } from '../findings.js'
import { finding } from '../findings.js'
import type { Options } from '../options.js'
import type { SourceFacts } from '../postgres/catalog/model.js'
import { readSource } from '../postgres/catalog/source.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { readForeignKeys } from '../postgres/foreign-keys.js'
import type { Programs } from '../postgres/programs.js'
import { unreadableThings } from '../postgres/readability.js'
import { counted } from '../units.js'
import { nothingToBackUp } from './nothing.js'
import type { Source } from './source.js'
import { chooseTables } from './table-choice.js'

/** What a look at the database says before anything is written. */
export interface Inspection {
  findings: Finding[]
  /** How many tables' rows will be dumped, and what they occupy, in bytes. */
  tables: number
  bytes: number
  facts: SourceFacts
}

/** What of a source is looked at; without programs, nothing is said of them. */
type Inspected = Pick<Source, 'session' | 'searchPath'> & { programs?: Pick<Programs, 'exact' | 'version'> | undefined }

/** Looks whether everything that must be dumped is there and may be read, and with what programs. */
export async function inspectSource(
  { session, searchPath, programs }: Inspected,
  options: Options,
): Promise<Inspection> {
  const tables = await readTables(session)
  const choice = chooseTables(tables, await readForeignKeys(session), {
    include: options.tables,
    exclude: options.excludeTables,
    searchPath,
  })
  const facts = await readSource(session, session.major)
  const [server] = await session.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  const chosen = tables.filter(({ oid }) => choice.chosen.has(oid))
  return {
    findings: [
      ...choice.findings,
      ...plainRefusals(options, choice.loose.length),
      ...(await unreadableThings(session, choice.chosen)),
      ...(programs === undefined || programs.exact ? [] : [otherMajor(session.major, programs.version)]),
      ...(await nothingToBackUp(session, facts.database, tables, choice.chosen)),
      ...(server?.standby === true ? [finding('STANDBY', 'the server', 'it is a standby in recovery')] : []),
      ...chosen
        .filter(({ kind }) => kind === 'foreign')
        .map(({ schema, name }) =>
          finding('FOREIGN_TABLE_DATA', `${schema}.${name}`, 'its rows are on another server'),
        ),
    ],
    tables: chosen.length,
    bytes: chosen.reduce((sum, table) => sum + table.bytes, 0),
    facts,
  }
}

/** A script cannot leave a foreign key out, so it would fail in the middle of a recovery. */
function plainRefusals({ format }: Options, looseKeys: number): Finding[] {
  return format === 'plain' && looseKeys > 0
    ? [
        finding(
          'PLAIN_NOT_RESTORABLE',
          'format plain',
          `${counted(looseKeys, 'foreign key')} to tables whose data is not chosen cannot be left out of a script`,
        ),
      ]
    : []
}

function otherMajor(serverMajor: number, version: string): Finding {
  return finding('TOOLS_OTHER_MAJOR', 'pg_dump', `it is of version ${version}, the server is of major ${serverMajor}`)
}
