import type { Queryable } from '../queryable.js'
import type { ColumnFacts, HashKind, TableFacts } from './model.js'
import { ADDRESS_TYPES, MOVING_PARTITIONS, RUNNING_CODE } from './read-hazards.js'
import { isDumpedSchema, isNoMember } from './sql.js'

interface TableRow {
  oid: number
  schema: string
  name: string
  relkind: 'r' | 'p' | 'm' | 'f'
  bytes: string
  unlogged: boolean
  row_security: boolean
  populated: boolean
  is_partition: boolean
  parents: { schema: string; name: string }[] | null
  moves_within: { schema: string; name: string } | null
  moves_unforced: boolean
  runs_code: boolean
  extension: string | null
  condition: string | null
}

/** What others hold, or wait to hold, so that asking for its size would wait for them: an estimate is enough then. */
const HELD = `held AS MATERIALIZED (SELECT l.relation FROM pg_locks l WHERE l.mode = 'AccessExclusiveLock' AND l.relation IS NOT NULL
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND l.pid IS DISTINCT FROM pg_backend_pid())`

/**
 * Tables whose definition `pg_dump` writes, and those members of extensions that `pg_extension_config_dump` registered:
 * their definition comes with the extension, their rows (as far as the condition says) with the dump.
 */
const TABLES = `
  WITH RECURSIVE ${MOVING_PARTITIONS}, ${RUNNING_CODE}, ${HELD}
  SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind,
    CASE WHEN c.oid IN (SELECT held.relation FROM held) THEN c.relpages::int8 * current_setting('block_size')::int8
      ELSE coalesce(pg_table_size(c.oid), 0) END::text AS bytes, c.relpersistence = 'u' AS unlogged,
    c.relrowsecurity AS row_security, c.relkind <> 'm' OR c.relispopulated AS populated, c.relispartition AS is_partition,
    (SELECT jsonb_agg(jsonb_build_object('schema', pn.nspname, 'name', p.relname) ORDER BY i.inhseqno)
      FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
      WHERE i.inhrelid = c.oid) AS parents,
    (SELECT jsonb_build_object('schema', rn.nspname, 'name', r.relname)
      FROM moving JOIN pg_class r ON r.oid = moving.root JOIN pg_namespace rn ON rn.oid = r.relnamespace
      WHERE moving.oid = c.oid ORDER BY moving.depth DESC LIMIT 1) AS moves_within,
    (SELECT NOT bool_or(moving.is_forced) FROM moving WHERE moving.oid = c.oid) IS TRUE AS moves_unforced,
    c.oid IN (SELECT running_code.oid FROM running_code) AS runs_code,
    config.extname AS extension, config.condition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN (SELECT e.extname, k.oid, k.condition FROM pg_extension e,
      unnest(e.extconfig, e.extcondition) AS k(oid, condition)) config ON config.oid = c.oid
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
    AND (config.oid IS NOT NULL OR (${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_class', 'c.oid')}))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

interface ColumnRow {
  table: number
  name: string
  type: string
  base: number
  base_type: string | null
  output: string
  output_fits: boolean
  generated: '' | 's' | 'v'
  address: boolean
}

/** Columns with the type below all domains: domains have neither hash nor output functions of their own. */
const COLUMNS = `
  WITH RECURSIVE base(domain, oid) AS (
    SELECT t.oid, t.typbasetype FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL SELECT base.domain, t.typbasetype FROM base JOIN pg_type t ON t.oid = base.oid WHERE t.typtype = 'd'),
  ${ADDRESS_TYPES}
  SELECT a.attrelid::int8::float8 AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    t.oid::int8::float8 AS base, CASE WHEN t.oid <> a.atttypid THEN format_type(t.oid, -1) END AS base_type,
    quote_ident(pn.nspname) || '.' || quote_ident(p.proname) AS output,
    p.proargtypes[0] = t.oid OR EXISTS (SELECT FROM pg_type i WHERE i.oid = p.proargtypes[0] AND i.typtype = 'p') AS output_fits,
    a.attgenerated AS generated, a.atttypid IN (SELECT address_types.oid FROM address_types) AS address
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN base ON base.domain = a.atttypid
      AND EXISTS (SELECT FROM pg_type b WHERE b.oid = base.oid AND b.typtype <> 'd')
    JOIN pg_type t ON t.oid = coalesce(base.oid, a.atttypid)
    JOIN pg_proc p ON p.oid = t.typoutput JOIN pg_namespace pn ON pn.oid = p.pronamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'f')
    AND (${isDumpedSchema('n.nspname')} OR c.oid IN (SELECT unnest(e.extconfig) FROM pg_extension e))
  ORDER BY a.attrelid, a.attname COLLATE "C"`

/** Types whose own hash sees the whole value, by oid; see `valueHash` in fingerprint.ts for why they are so few. */
const HASHED_NATIVELY: ReadonlyMap<number, HashKind> = new Map([
  [16, 'bool'],
  [17, 'bytea'],
  [20, 'int8'],
  [21, 'int2'],
  [23, 'int4'],
  [25, 'text'],
  [26, 'oid'],
  [1043, 'text'], // character varying
  [2950, 'uuid'],
])

const KINDS = { r: 'table', p: 'partitioned', m: 'materialized-view', f: 'foreign' } as const

/** The tables of a database, in the order of their names, each with its columns in the order of theirs. */
export async function readTables(session: Queryable): Promise<TableFacts[]> {
  const rows = await session.query<TableRow>(TABLES)
  const columns = await readColumns(session)
  return alikeWithin(rows.map((row) => tableOf(row, columns.get(row.oid) ?? [])))
}

/** The columns of tables by the table's oid, in the order of their names; of extensions' own tables too. */
export async function readColumns(session: Queryable): Promise<Map<number, ColumnFacts[]>> {
  const columns = new Map<number, ColumnFacts[]>()
  for (const row of await session.query<ColumnRow>(COLUMNS)) {
    const ofTable = columns.get(row.table)
    if (ofTable === undefined) columns.set(row.table, [columnOf(row)])
    else ofTable.push(columnOf(row))
  }
  return columns
}

/** Partitions between which rows move must all be read in the same way, or their sums would be of different kinds. */
function alikeWithin(tables: TableFacts[]): TableFacts[] {
  const rootOf = ({ movesWithin }: TableFacts): string => JSON.stringify([movesWithin?.schema, movesWithin?.name])
  const running = new Set(tables.filter(({ movesWithin, runsCode }) => movesWithin && runsCode).map(rootOf))
  return tables.map((table) =>
    table.movesWithin !== undefined && running.has(rootOf(table)) ? { ...table, runsCode: true } : table,
  )
}

function tableOf(row: TableRow, columns: ColumnFacts[]): TableFacts {
  const parents = row.parents ?? []
  const [partitioned] = row.is_partition ? parents : []
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    kind: KINDS[row.relkind],
    columns,
    bytes: Number(row.bytes),
    unlogged: row.unlogged,
    rowSecurity: row.row_security,
    populated: row.populated,
    ...(partitioned === undefined ? {} : { partitionOf: partitioned }),
    ...(row.moves_within === null ? {} : { movesWithin: row.moves_within }),
    ...(row.moves_unforced && { needsRootLoad: true }),
    inherits: row.is_partition ? [] : parents,
    runsCode: row.runs_code,
    ...(row.extension === null ? {} : { extension: { name: row.extension, condition: row.condition ?? '' } }),
  }
}

function columnOf(row: ColumnRow): ColumnFacts {
  return {
    name: row.name,
    type: row.type,
    ...hashingOf(row),
    ...(row.address && { address: true }),
    ...(row.generated === '' ? {} : { generated: row.generated === 's' ? 'stored' : 'virtual' }),
  }
}

function hashingOf(row: ColumnRow): Pick<ColumnFacts, 'hash' | 'castTo' | 'output'> {
  const hash = HASHED_NATIVELY.get(row.base) ?? 'output'
  // refcursor borrows the output function of text, which SQL does not call with it.
  if (hash === 'output' && !row.output_fits) return { hash: 'text', castTo: 'pg_catalog.text' }
  return {
    hash,
    ...(row.base_type === null ? {} : { castTo: row.base_type }),
    ...(hash === 'output' ? { output: row.output } : {}),
  }
}
