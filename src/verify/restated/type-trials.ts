import { isOneClause } from './clause.js'
import { asSql } from './names.js'
import { trial, type Differing, type Surroundings, type Trial } from './trial.js'

/** The default of a domain; that of a base type is a text and no expression. */
export function typeTrials({ copy, text }: Differing): Trial[] {
  if (copy.facts.form !== 'domain' || !isOneClause(text)) return []
  const domain = asSql(copy.name)
  const result = {
    sql: 'SELECT coalesce(pg_get_expr(typdefaultbin, 0), typdefault) AS text FROM pg_type WHERE oid = $1::regtype',
    params: [domain],
  }
  return [trial(`ALTER DOMAIN ${domain} SET DEFAULT (${text})`, result)]
}

/** The locale of a collation, which majors keep in other columns and write in another form. */
export function collationTrials({ source, copy, what }: Differing, { room }: Surroundings): Trial[] {
  const provider = copy.facts.provider
  const locale = source.deparsed?.locale
  const ctype = source.deparsed?.ctype
  if (typeof provider !== 'string' || locale === undefined) return []
  const where =
    provider === 'libc' && ctype !== undefined
      ? `lc_collate = ${literal(locale)}, lc_ctype = ${literal(ctype)}`
      : `locale = ${literal(locale)}`
  const column =
    what === 'ctype' ? 'k.collctype' : `coalesce(j.row ->> 'colllocale', j.row ->> 'colliculocale', k.collcollate)`
  const name = `${room.schema}.${room.name}`
  const result = {
    sql: `SELECT ${column} AS text FROM pg_collation k CROSS JOIN LATERAL (SELECT to_jsonb(k) AS row) j
      WHERE k.oid = $1::regcollation`,
    params: [name],
  }
  return [trial(`CREATE COLLATION ${name} (provider = ${provider}, ${where})`, result)]
}

/** Backslashes are letters like others in a description's session. */
function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
