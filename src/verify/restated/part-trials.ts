import { isOneClause, splitOutside } from './clause.js'
import { splitStatement, withHead } from './head.js'
import { asSql, readNames } from './names.js'
import { relationOf } from './shadow.js'
import { trial, type Differing, type Surroundings, type Trial } from './trial.js'

const TRIGGER = [/CREATE (?:CONSTRAINT )?TRIGGER /] as const

export function triggerTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const { text, copyText } = differing
  const { name, plainName } = surroundings.room
  const relation = relationOf(differing, surroundings)
  const parts = splitStatement(text, ...TRIGGER)
  if (relation === undefined || parts === undefined) return []
  const constraint = parts.head.startsWith('CREATE CONSTRAINT') ? 'CONSTRAINT ' : ''
  const result = {
    sql: 'SELECT pg_get_triggerdef(oid) AS text FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname = $2',
    params: [relation.sql, plainName],
  }
  const asInCatalog = (made: string): string =>
    withHead(parts, splitStatement(copyText, ...TRIGGER), splitStatement(made, ...TRIGGER)?.tail ?? made)
  return [trial(`CREATE ${constraint}TRIGGER ${name}${parts.tail}`, result, { asInCatalog })]
}

const RULE = [/CREATE RULE /] as const

export function ruleTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const { text, copyText } = differing
  const { name, plainName } = surroundings.room
  const relation = relationOf(differing, surroundings)
  const parts = splitStatement(text, ...RULE)
  if (relation === undefined || parts === undefined) return []
  const result = {
    sql: 'SELECT pg_get_ruledef(oid) AS text FROM pg_rewrite WHERE ev_class = $1::regclass AND rulename = $2',
    params: [relation.sql, plainName],
  }
  const asInCatalog = (made: string): string =>
    withHead(parts, splitStatement(copyText, ...RULE), splitStatement(made, ...RULE)?.tail ?? made)
  return [trial(`CREATE RULE ${name}${parts.tail.replace(/;$/, '')}`, result, { asInCatalog })]
}

export function policyTrials(differing: Differing, surroundings: Surroundings): Trial[] {
  const { text, what } = differing
  const { name, plainName } = surroundings.room
  const relation = relationOf(differing, surroundings)
  if (relation === undefined || !isOneClause(text)) return []
  const [clause, column] = what === 'using' ? ['USING', 'polqual'] : ['WITH CHECK', 'polwithcheck']
  const result = {
    sql: `SELECT pg_get_expr(${column}, polrelid) AS text FROM pg_policy WHERE polrelid = $1::regclass AND polname = $2`,
    params: [relation.sql, plainName],
  }
  return [trial(`CREATE POLICY ${name} ON ${relation.sql} ${clause} (${text})`, result)]
}

/** Which rows of which tables a publication is for: `public.animals: (age > 3); …` */
export function publicationTrials({ text }: Differing, { room }: Surroundings): Trial[] {
  const filters = splitOutside(text, ';')?.map((one) => filterOf(one.trim()))
  if (filters?.every((one) => one !== undefined) !== true) return []
  const tables = filters.map(({ table, condition }) => `TABLE ONLY ${table} WHERE (${condition})`)
  const result = {
    sql: `SELECT string_agg(r.prrelid::regclass || ': ' || pg_get_expr(r.prqual, r.prrelid), '; '
        ORDER BY r.prrelid::regclass::text COLLATE "C") AS text
      FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = $1`,
    params: [room.plainName],
  }
  const create = `CREATE PUBLICATION ${room.name} FOR ${tables.join(', ')} WITH (publish_via_partition_root = true)`
  return [trial(create, result)]
}

function filterOf(text: string): { table: string; condition: string } | undefined {
  const { names, end } = readNames(text)
  const condition = text.slice(end + 2)
  const isFilter = names.length > 0 && text.slice(end).startsWith(': ') && isOneClause(condition)
  return isFilter ? { table: asSql(text.slice(0, end)), condition } : undefined
}
