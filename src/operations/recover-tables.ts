import { displayName, type TableEntry } from '../backup/manifest.js'
import { describeContent, readingOf } from '../backup/describe-content.js'
import { tableEntries } from '../backup/table-entries.js'
import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { readObjects } from '../postgres/catalog/read-catalog.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { describeConnection } from '../postgres/connection.js'
import { searchPathOf } from '../postgres/catalog/search-path.js'
import { pinSettings } from '../postgres/pinned.js'
import { findPrograms } from '../postgres/programs.js'
import { withSession, type Session } from '../postgres/session.js'
import { whileConfined } from '../restore/confinement.js'
import { mappedObjects } from '../restore/role-map.js'
import { qualifiedName, type Selection } from '../restore/selection.js'
import type { Target } from '../restore/target.js'
import { transferTables } from '../restore/transfer.js'
import { comparability, generatedNotCompared } from '../verify/comparability.js'
import { compareObjects, compareTables } from '../verify/difference.js'
import { restate } from '../verify/restated/restate.js'
import { settleAddresses } from '../verify/settle-addresses.js'
import { concludeRecovery, type RecoveryFindings } from './recovery-proof.js'
import type { PreparedRecovery, Recovered, RecoveryPlan } from './recovery.js'

/** How the chosen tables are brought back into a living database. */
export interface Addition {
  /** Those that are not there. */
  whole: TableEntry[]
  /** Those that are there and empty. */
  rowsOnly: TableEntry[]
  findings: Finding[]
}

/** Looks at what is there of the chosen tables. */
export async function findAddition(
  { settings }: Target,
  { chosen }: Selection,
  { parts }: RecoveryPlan,
  { signal }: Context,
): Promise<Addition> {
  const addition: Addition = { whole: [], rowsOnly: [], findings: [] }
  await withSession(settings, { signal }, async (session) => {
    for (const table of chosen) {
      place(table, await stateOf(session, table), parts, addition)
    }
  })
  return addition
}

type TableState = 'no schema' | 'absent' | 'empty' | 'filled'

async function stateOf(session: Session, table: TableEntry): Promise<TableState> {
  const [row] = await session.query<{ schema: boolean; there: boolean }>(
    `SELECT pg_catalog.to_regnamespace(quote_ident($1)) IS NOT NULL AS schema,
       pg_catalog.to_regclass(quote_ident($1) || '.' || quote_ident($2)) IS NOT NULL AS there`,
    [table.schema, table.name],
  )
  if (row?.schema !== true) return 'no schema'
  if (!row.there) return 'absent'
  // Planning this calls functions in the table's indexes and statistics.
  const [rows] = await whileConfined(session, 'ROLLBACK', () =>
    session.query<{ filled: boolean }>(`SELECT EXISTS (SELECT FROM ONLY ${qualifiedName(table)}) AS filled`),
  )
  return rows?.filled === true ? 'filled' : 'empty'
}

function place(table: TableEntry, state: TableState, parts: RecoveryPlan['parts'], addition: Addition): void {
  const on = displayName(table)
  if (state === 'no schema') {
    addition.findings.push(finding('TARGET_TABLE_MISSING', on, `there is no schema "${table.schema}"`))
  } else if (state === 'absent') {
    if (parts === 'data') {
      addition.findings.push(finding('TARGET_TABLE_MISSING', on, 'it is not there, and only rows were asked for'))
    } else {
      addition.whole.push(table)
    }
  } else if (state === 'filled' || parts === 'schema') {
    addition.findings.push(
      finding('TARGET_TABLE_NOT_EMPTY', on, state === 'filled' ? 'there are rows in it' : 'it is there already'),
    )
  } else if (table.kind === 'table') {
    addition.rowsOnly.push(table)
  }
}

/** Brings the tables from the side database into the target and compares them there. */
export async function bringBack(
  prepared: PreparedRecovery,
  from: string,
  context: Context,
): Promise<Pick<Recovered, 'proof' | 'tables' | 'manifest' | 'findings' | 'restored'>> {
  const { plan, target, addition } = prepared
  const { whole, rowsOnly } = addition ?? { whole: [], rowsOnly: [] }
  const programs = await findPrograms({
    serverMajor: target.facts.major,
    preferredFolders: plan.preferredFolders,
    environment: context.environment,
    processes: context.processes,
  })
  const start = context.clock.monotonic()
  const findings = await transferTables(
    target,
    { programs, from, whole, rowsOnly, withRows: plan.parts !== 'schema' },
    context,
  )
  const compared = await plan.phase('Comparing the tables', () => compareBack(prepared, context))
  return {
    findings,
    tables: compared.tables,
    manifest: { ...prepared.selection.manifest, tables: [...whole, ...rowsOnly] },
    proof: concludeRecovery(compared, { tier: plan.tier ?? 'full', start }, context),
    restored: {
      database: target.database,
      server: describeConnection(target.maintenance),
      mode: plan.mode,
      parts: plan.parts,
      someTables: plan.tables.length > 0,
    },
  }
}

async function compareBack(
  { subject, plan, target, addition, selection, roles }: PreparedRecovery,
  context: Context,
): Promise<RecoveryFindings & { tables: TableEntry[] }> {
  const { whole = [], rowsOnly = [] } = addition ?? {}
  const brought = new Set([...whole, ...rowsOnly].map(displayName))
  return withSession(target.settings, { signal: context.signal }, async (session) => {
    await pinSettings(session)
    const facts = (await readTables(session)).filter((table) => brought.has(displayName(table)))
    const content = await describeContent(
      [session],
      facts.filter(({ kind }) => kind === 'table'),
      readingOf(subject.manifest),
      context,
    )
    const expected = selection.manifest.tables.filter((table) => brought.has(displayName(table)))
    const tables = await settleAddresses(session, expected, facts, tableEntries(facts, content.tables))
    const { contents, findings } = await comparability(session, subject.manifest, content.hash)
    const rows =
      plan.parts === 'schema'
        ? null
        : [...findings, ...generatedNotCompared(facts, tables), ...compareTables(expected, tables, contents)]
    const objects = mappedObjects(subject.objects, roles.mapped)
    const isOfWhole = partOf(whole)
    const sameMajor = target.facts.major === subject.manifest.source.major
    const copies = (await readObjects(session, target.facts.major)).filter(isOfWhole)
    const restated = await restate(session, objects.filter(isOfWhole), copies, sameMajor, searchPathOf(objects))
    return {
      tables,
      content: rows,
      rest: [
        ...restated.findings,
        ...compareObjects(restated.objects, copies, {
          sameMajor,
          restated: true,
          ownCluster: false,
          looseForeignKeys: [...subject.manifest.looseForeignKeys, ...selection.omission.looseKeys],
        }),
      ],
    }
  })
}

/** Whether an object is one of these tables or a part of one: a column, an index, a trigger. */
function partOf(tables: readonly TableEntry[]): (object: CatalogObject) => boolean {
  const names = new Set(tables.map(qualifiedName))
  const isOne = (label: string) => names.has(label.replace(/^(materialized view|foreign table|table) /, ''))
  return ({ kind, name, of }) => isOne(`${kind} ${name}`) || (of !== undefined && isOne(of))
}
