import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { QueryError } from '../postgres/query-error.js'
import type { Queryable } from '../postgres/queryable.js'
import type { ScratchDatabase } from '../postgres/scratch.js'
import { withSession } from '../postgres/session.js'
import { findingsOf } from '../restore/causes.js'
import { complaintFrom } from '../restore/complaint.js'
import type { NamedExtension } from '../restore/sql-statements.js'

/** What was made for a dump before it is restored, so that its own statements about that are passed over. */
export interface MadeExtensions {
  extensions: ReadonlySet<string>
  /** Their schemas. */
  schemas: ReadonlySet<string>
  findings: Finding[]
}

/** Whose tables hold nothing that anything acts upon: their rows may come from a dump. Those of pg_cron are commands. */
const MERE_DATA = ['postgis', 'postgis_topology', 'postgis_tiger_geocoder', 'address_standardizer_data_us']

const NO_SUCH_SCHEMA = '3F000'

/**
 * Makes the extensions that a dump names and the server has, while the database is empty: many may be made by superusers
 * alone, and nothing of the dump is there yet that their scripts could run into.
 *
 * @param role that everything else will belong to
 */
export async function makeExtensions(
  { settings }: ScratchDatabase,
  wanted: readonly NamedExtension[],
  role: string,
  { signal }: Pick<Context, 'signal'>,
): Promise<MadeExtensions> {
  const [extensions, schemas, findings] = [new Set<string>(), new Set<string>(), new Array<Finding>()]
  if (wanted.length === 0) return { extensions, schemas, findings }
  await withSession(settings, { signal }, async (session) => {
    const available = await availableExtensions(session)
    // What the server does not have, the dump's own statement says.
    for (const extension of wanted.filter(({ name }) => available.has(name))) {
      extensions.add(extension.name)
      if (extension.schema !== null) schemas.add(extension.schema)
      findings.push(...(await makeExtension(session, extension, role)))
      await openTo(session, extension.name, role)
    }
  })
  return { extensions, schemas, findings }
}

async function availableExtensions(session: Queryable): Promise<Set<string>> {
  const rows = await session.query<{ name: string }>('SELECT name FROM pg_catalog.pg_available_extensions')
  return new Set(rows.map(({ name }) => name))
}

async function makeExtension(session: Queryable, { name, schema }: NamedExtension, role: string): Promise<Finding[]> {
  const place = schema === null ? '' : ` WITH SCHEMA ${quoteIdentifier(schema)}`
  const statement = `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)}${place}`
  try {
    await session.query(statement).catch(async (error: unknown) => {
      // Some make their schema by themselves; then it is theirs.
      if (!(error instanceof QueryError) || error.code !== NO_SUCH_SCHEMA || schema === null) throw error
      await session.query(`CREATE SCHEMA ${quoteIdentifier(schema)} AUTHORIZATION ${quoteIdentifier(role)}`)
      await session.query(statement)
    })
    return []
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return findingsOf([complaintFrom(error, `EXTENSION ${name}`, statement)], 1, 'extensions')
  }
}

/**
 * Lets the role use an extension, and no more than that. What a superuser alone could have made may do more than the role
 * may (dblink opens connections), and everyone may call it: what does something, and does not only compute, is not for
 * the dump.
 */
async function openTo(session: Queryable, extension: string, role: string): Promise<void> {
  const statements = await session.query<{ statement: string }>(GRANTS, [
    extension,
    role,
    MERE_DATA.includes(extension),
  ])
  for (const { statement } of statements) await session.query(statement)
}

/** `trusted` is a column since 13; before, none is. */
const GRANTS = `
  WITH member AS (SELECT d.classid, d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e
      ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
    WHERE e.extname = $1)
  SELECT pg_catalog.format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', p.oid::pg_catalog.regprocedure) AS statement
    FROM member m JOIN pg_catalog.pg_proc p ON m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = m.objid
    WHERE p.provolatile = 'v' AND NOT EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions v
      WHERE v.name = $1 AND v.installed AND pg_catalog.to_jsonb(v) ->> 'trusted' = 'true')
  UNION ALL SELECT pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, $2::text)
    FROM pg_catalog.pg_namespace n WHERE n.oid >= 16384 AND n.nspname <> 'information_schema' AND (
      n.oid = (SELECT e.extnamespace FROM pg_catalog.pg_extension e WHERE e.extname = $1)
      OR n.oid IN (SELECT m.objid FROM member m WHERE m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass))
  UNION ALL SELECT pg_catalog.format('GRANT SELECT, INSERT ON TABLE %s TO %I', c.oid::pg_catalog.regclass, $2::text)
    FROM member m JOIN pg_catalog.pg_class c ON m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = m.objid
    WHERE $3::boolean AND c.relkind = 'r'`
