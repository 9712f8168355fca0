import { FIRST_USER_OID, SCOPE_MARKS } from './sql.js'

/** `initdb` takes some 750 transactions; a number beyond this is not of `initdb`. */
const FEW = 3_000

const NO_MEMBER = new RegExp(`\\(${SCOPE_MARKS.member.replaceAll(/[/*]/g, '\\$&')} (\\w+): (\\S+) \\*/ NOT`)

/**
 * The query of a family of objects, asked of the members of extensions instead of what `pg_dump` writes; each row says
 * its extension. A query that does not ask for membership is an error of ours.
 */
export function ofMembers(query: string): string {
  const asked = [...query.matchAll(new RegExp(NO_MEMBER, 'g'))]
  if (asked.length === 0) {
    throw new TypeError(`a query about members that does not ask for membership: ${query}`)
  }
  const extensions = asked.map(([, catalog = '', oid = '']) => extensionOf(`'${catalog}'::regclass`, oid))
  return inAnySchema(query)
    .replaceAll(new RegExp(NO_MEMBER, 'g'), '(')
    .replace(/^SELECT /, `SELECT coalesce(${extensions.join(', ')}) AS extension, `)
}

/** The name of the extension that an object is a member of. */
export function extensionOf(classid: string, oid: string): string {
  return `(SELECT x.extname::text FROM pg_depend m JOIN pg_extension x ON x.oid = m.refobjid
    WHERE m.classid = ${classid} AND m.objid = ${oid} AND m.deptype = 'e'
      AND m.refclassid = 'pg_extension'::regclass LIMIT 1)`
}

/** The same of whatever schema and origin; the caller chooses. */
export function ofEverything(query: string): string {
  return inAnySchema(query).replaceAll(new RegExp(NO_MEMBER, 'g'), '(true OR NOT')
}

function inAnySchema(query: string): string {
  return query.replaceAll(SCOPE_MARKS.schema, 'true OR')
}

/** The last transaction of `initdb`, which ends with this extension; where it was made anew, the first one. */
const LAST_OF_INITDB = `coalesce((SELECT e.xmin::text::int8 FROM pg_extension e
  WHERE e.extname = 'plpgsql' AND e.oid < ${FIRST_USER_OID} AND e.xmin::text::int8 < ${FEW}), 1)`

/**
 * True of the row of a catalog that `initdb` wrote and a later transaction wrote again. Rows keep the number of their
 * transaction whatever vacuum does. Where it is not sure when `initdb` ended, its own later steps count as well.
 */
export function isRewritten(row: string): string {
  return `(${row}.oid < ${FIRST_USER_OID} AND ${row}.xmin::text::int8 > ${LAST_OF_INITDB})`
}
