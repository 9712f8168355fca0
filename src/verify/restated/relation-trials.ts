import { quoteIdentifier } from '../../postgres/identifier.js'
import { isOneClause } from './clause.js'
import { splitStatement, withHead, type Statement } from './head.js'
import { asSql, lastAsSql, readNames } from './names.js'
import { relationOf, shadowOf, shadowTrials } from './shadow.js'
import { trial, type Differing, type Surroundings, type Trial } from './trial.js'

const INDEX = [/CREATE (?:UNIQUE )?INDEX /, / ON (?:ONLY )?/] as const

export function indexTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const { text, copyText } = differing
  const relation = relationOf(differing, surroundings)
  const parts = splitStatement(text, ...INDEX)
  if (relation === undefined || parts === undefined) return []
  const { room } = surroundings
  const result = {
    sql: 'SELECT pg_get_indexdef($1::regclass) AS text',
    params: [`${room.schema}.${room.name}`],
  }
  const asInCatalog = (made: string): string => withHead(parts, splitStatement(copyText, ...INDEX), tailOf(made, INDEX))
  return shadowTrials(differing, relation, surroundings, ({ sql, before }, definition) => {
    const unique = definition.startsWith('CREATE UNIQUE') ? 'UNIQUE ' : ''
    const create = `CREATE ${unique}INDEX ${room.name} ON ${sql}${tailOf(definition, INDEX)}`
    return trial(create, result, { before, mayCall: true, asInCatalog })
  })
}

function tailOf(made: string, words: readonly RegExp[]): string {
  return splitStatement(made, ...words)?.tail ?? made
}

/** Of views and materialized views; a view has no rows, whatever it selects. */
export function viewTrials({ copy, text }: Differing, { room }: Surroundings): Trial[] {
  const view = `${room.schema}.${lastAsSql(copy.name)}`
  const result = { sql: 'SELECT pg_get_viewdef($1::regclass) AS text', params: [view] }
  return [trial(`CREATE VIEW ${view} AS ${text.trim().replace(/;$/, '')}`, result)]
}

export function columnTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const { copy, text } = differing
  const relation = relationOf(differing, surroundings)
  if (relation === undefined || !isOneClause(text)) return []
  const expressionOf = (table: string, column: string) => ({
    sql: `SELECT pg_get_expr(d.adbin, d.adrelid) AS text FROM pg_attrdef d
      JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      WHERE d.adrelid = $1::regclass AND a.attname = $2`,
    params: [table, column],
  })
  if (copy.facts.generated === undefined) {
    const column = readNames(copy.name).names.at(-1) ?? ''
    const set = `ALTER TABLE ONLY ${relation.sql} ALTER COLUMN ${quoteIdentifier(column)} SET DEFAULT (${text})`
    return [trial(set, expressionOf(relation.sql, column))]
  }
  const { name, plainName } = surroundings.room
  const collation = typeof copy.facts.collation === 'string' ? ` COLLATE ${copy.facts.collation}` : ''
  const type = `${String(copy.facts.type)}${collation}`
  const { sql, before } = shadowOf(relation, surroundings)
  const add = `ALTER TABLE ${sql} ADD COLUMN ${name} ${type} GENERATED ALWAYS AS (${text}) STORED`
  return [trial(add, expressionOf(sql, plainName), { before, mayCall: true })]
}

const STATISTICS = [/CREATE STATISTICS /] as const

export function statisticsTrials({ text, copyText }: Differing, { room }: Surroundings): Trial[] {
  const parts: Statement | undefined = splitStatement(text, ...STATISTICS)
  if (parts === undefined) return []
  const result = {
    sql: `SELECT pg_get_statisticsobjdef(oid) AS text FROM pg_statistic_ext
      WHERE stxnamespace = $1::regnamespace AND stxname = $2`,
    params: [room.schema, room.plainName],
  }
  const create = `CREATE STATISTICS ${room.schema}.${room.name}${parts.tail}`
  const asInCatalog = (made: string): string =>
    withHead(parts, splitStatement(copyText, ...STATISTICS), tailOf(made, STATISTICS))
  return [trial(create, result, { asInCatalog })]
}

/** How a table is partitioned, and which rows a partition is for. */
export function partitionTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const { copy, text, what } = differing
  if (!isOneClause(text)) return []
  return what === 'partitionedBy'
    ? partitionKeyTrials(asSql(copy.name), text, surroundings)
    : partitionBoundTrials(differing, surroundings)
}

function partitionKeyTrials(table: string, text: string, { room }: Surroundings): Trial[] {
  const shadow = `${room.schema}.${room.name}`
  const result = { sql: 'SELECT pg_get_partkeydef($1::regclass) AS text', params: [shadow] }
  return [trial(`CREATE TABLE ${shadow} (LIKE ${table}) PARTITION BY ${text}`, result, { mayCall: true })]
}

function partitionBoundTrials({ copy, text }: Differing, surroundings: Surroundings): Trial[] {
  const [parentName] = Array.isArray(copy.facts.inherits) ? copy.facts.inherits : []
  if (parentName === undefined) return []
  const { room, find } = surroundings
  const parent = find(`table ${readNames(parentName).names.map(asCatalogName).join('.')}`)
  if (parent === undefined) return []
  const shadow = shadowOf(
    { name: parent.name, sql: asSql(parent.name), owner: undefined, isPartitioned: true },
    surroundings,
  )
  const result = {
    sql: 'SELECT pg_get_expr(relpartbound, oid) AS text FROM pg_class WHERE oid = $1::regclass',
    params: [`${room.schema}.${room.name}`],
  }
  const statements = [
    `CREATE TABLE ${shadow.sql} (LIKE ${asSql(parent.name)}) PARTITION BY ${String(parent.facts.partitionedBy)}`,
    `CREATE TABLE ${room.schema}.${room.name} PARTITION OF ${shadow.sql} ${text}`,
  ]
  return [trial('', result, { statements, mayCall: true })]
}

/** A name in quotes where the catalog has it in quotes. */
function asCatalogName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdentifier(name)
}
