import { displayName, type Manifest, type TableEntry } from '../../backup/manifest.js'
import { finding, type Finding } from '../../findings.js'
import { counted, formatCount } from '../../units.js'
import { boundedFindings } from '../../verify/difference/bounded.js'
import { tableKey } from '../metrics.js'
import { coverageFindings } from './coverage.js'
import { disappearedFindings } from './disappeared.js'
import { hidesNames, type EarlierSet } from './history.js'
import { rowFindings } from './rows.js'
import { diffSchemas, type Schema, type SchemaChange } from './schema-diff.js'
import { schemaLines } from './schema-lines.js'
import { shrunkFindings } from './shrunk.js'
import { sizeFindings } from './size.js'
import { columnsByTable, tablesWithRows } from './tables.js'

/** How many findings of one code are told one by one; what is beyond is counted. */
export const MOST_OF_A_CODE = 20

/** How many changes of a schema the finding itself names. */
const CHANGES_NAMED = 3

export interface NewSet {
  /** As the store keeps it: what it hides stays hidden. */
  manifest: Manifest
  /** The definitions in it; null where they are not to be told. */
  schema: Schema | null
}

export interface Past {
  /** The last proven sets of the type, the newest first: see `historyOf`. */
  history: readonly EarlierSet[]
  /** The definitions in the newest of them; null where they cannot be had without the whole set. */
  schema: Schema | null
  /** The newest set of each other type. */
  otherTypes: readonly Manifest[]
}

export interface Anomalies {
  findings: Finding[]
  /** What changed in the schema; undefined where nothing did, or nothing is known. */
  schemaChange?: { since: string; changes: SchemaChange[] }
}

/**
 * What is unusual about a new set beside earlier ones of its type. Nothing found here says that the set is not a true
 * copy of its source; it says that somebody should look at the source.
 */
export function findAnomalies(set: NewSet, past: Past): Anomalies {
  const { manifest } = set
  const sizes = sizeFindings(manifest, past.history)
  const shrunk = shrunkFindings(manifest, past.history)
  const [newest] = past.history
  if (hidesNames(manifest)) return { findings: [...shrunk, ...totalFindings(manifest, past.history), ...sizes] }
  const coverage = coverageFindings(manifest, past.otherTypes)
  if (newest === undefined) return { findings: bounded([...coverage, ...sizes]) }
  const since = `${manifest.type}/${newest.id}`
  const changes = schemaChanges(set, newest, past.schema)
  const findings = bounded([
    ...shrunk,
    ...tableFindings(manifest, past.history),
    ...disappeared(set, newest, past.schema, since),
    ...coverage,
    ...sizes,
  ])
  if (changes.length === 0) return { findings }
  return { findings: [...findings, schemaFinding(manifest, changes, since)], schemaChange: { since, changes } }
}

function tableFindings(manifest: Manifest, history: readonly EarlierSet[]): Finding[] {
  return tablesWithRows(manifest).flatMap((table) => {
    const key = tableKey(table)
    return findingsOfRows(displayName(table), table.rows, manifest.type, history, ({ rows }) => rows.get(key))
  })
}

/** Without names a table cannot be followed from set to set, but all rows together can. */
function totalFindings(manifest: Manifest, history: readonly EarlierSet[]): Finding[] {
  const sum = (rows: readonly number[]) => rows.reduce((total, number) => total + number, 0)
  const now = sum(tablesWithRows(manifest).map(({ rows }) => rows ?? 0))
  return findingsOfRows('all tables', now, manifest.type, history, ({ rows }) => sum([...rows.values()]))
}

function findingsOfRows(
  on: string,
  rows: number | undefined,
  type: string,
  history: readonly EarlierSet[],
  rowsIn: (set: EarlierSet) => number | undefined,
): Finding[] {
  const counts = history.flatMap((set) => {
    const count = rowsIn(set)
    return count === undefined ? [] : [{ id: set.id, count }]
  })
  const [newest] = counts
  if (rows === undefined || newest === undefined) return []
  return rowFindings({ on, rows, earlier: counts.map(({ count }) => count), since: `${type}/${newest.id}` })
}

function disappeared(
  { manifest, schema }: NewSet,
  { manifest: earlier }: EarlierSet,
  earlierSchema: Schema | null,
  since: string,
): Finding[] {
  if (earlier === undefined) return []
  const columns = (described: Schema | null) => (described === null ? null : columnsByTable(described.objects))
  return disappearedFindings(
    { manifest, columns: columns(schema) },
    { manifest: earlier, columns: columns(earlierSchema) },
    since,
  )
}

/** Where the definitions of one are not known, its manifest still tells which tables there are. */
function schemaChanges({ manifest, schema }: NewSet, newest: EarlierSet, earlier: Schema | null): SchemaChange[] {
  if (schema !== null && earlier !== null) return diffSchemas(earlier, schema)
  return newest.manifest === undefined ? [] : diffSchemas(tablesOnly(newest.manifest), tablesOnly(manifest))
}

function tablesOnly({ source, tables }: Manifest): Schema {
  return { major: source.major, objects: tables.map((table) => ({ ...labelOf(table), facts: {} })) }
}

function labelOf(table: TableEntry): { kind: string; name: string } {
  return { kind: KINDS[table.kind], name: displayName(table) }
}

const KINDS = {
  table: 'table',
  partitioned: 'table',
  'materialized-view': 'materialized view',
  foreign: 'foreign table',
} as const

function schemaFinding({ source }: Manifest, changes: readonly SchemaChange[], since: string): Finding {
  const named = schemaLines(changes.slice(0, CHANGES_NAMED)).join('; ')
  const more = changes.length > CHANGES_NAMED ? `; and ${formatCount(changes.length - CHANGES_NAMED)} more` : ''
  const found = `${counted(changes.length, 'change')} since ${since}: ${named}${more}`
  return finding('SCHEMA_CHANGED_SINCE', source.database, found)
}

function bounded(findings: readonly Finding[]): Finding[] {
  const codes = [...new Set(findings.map(({ code }) => code))]
  return codes.flatMap((code) =>
    boundedFindings(
      findings.filter((one) => one.code === code),
      MOST_OF_A_CODE,
    ),
  )
}
