import type { Queryable } from '../postgres/queryable.js'
import type { Finding } from '../findings.js'
import { findingsOf } from './causes.js'
import type { Complaint } from './complaint.js'
import { CONFINE, CONFINEMENT, CONFINE_WHAT_IS_THERE, LIFT, PUT_BACK } from '../postgres/confinement.js'

/** A check that was taken off, and will be put back with the rights of its owner. */
export interface HeldCheck {
  schema: string
  /** Name of the table or domain. */
  holder: string
  name: string
}

/**
 * From now on, what is restored into this database by a superuser runs no code of ordinary roles as that superuser. Who
 * is none needs nothing: its rights are all that such code can get.
 */
export async function confine(session: Queryable): Promise<void> {
  if (!(await isSuperuser(session))) return
  await session.query(`BEGIN; ${CONFINE} COMMIT`)
}

/** Whether a database is confined. */
export async function isConfined(session: Queryable): Promise<boolean> {
  const [row] = await session.query<{ confined: boolean }>(
    `SELECT pg_catalog.to_regnamespace('${CONFINEMENT}') IS NOT NULL AS confined`,
  )
  return row?.confined === true
}

/** The checks that were taken off so far; none where the database is not confined. */
export async function heldChecks(session: Queryable): Promise<HeldCheck[]> {
  return (await isConfined(session))
    ? session.query<HeldCheck>(`SELECT schema, holder, name FROM ${CONFINEMENT}.checks ORDER BY ordinal`)
    : []
}

/**
 * Puts back what was taken off, gives the functions back as they were, and leaves nothing of the confinement. Harmless
 * where there is none. Returns what is wrong with checks that could not be put back.
 */
export async function liftConfinement(session: Queryable): Promise<Finding[]> {
  if (!(await isConfined(session))) return []
  const refused = await session.query<RefusedCheck>(PUT_BACK)
  await session.query(LIFT)
  return findingsOf(refused.map(complaintOf), refused.length, 'checks')
}

/**
 * Does work in a transaction in which the functions of ordinary roles, which are there already, are confined; what the
 * transaction did beside that is kept or undone. Other sessions see nothing of the confinement.
 */
export async function whileConfined<T>(
  session: Queryable,
  end: 'COMMIT' | 'ROLLBACK',
  work: () => Promise<T>,
): Promise<T> {
  const mustConfine = await isSuperuser(session)
  await session.query('BEGIN')
  try {
    if (mustConfine) await confineWhatIsThere(session)
    const done = await work()
    if (end === 'COMMIT' && mustConfine) await session.query(LIFT)
    await session.query(end)
    return done
  } catch (error) {
    await session.query('ROLLBACK').catch(() => [])
    throw error
  }
}

/** The search path stays as it is, for what is asked next. */
async function confineWhatIsThere(session: Queryable): Promise<void> {
  const [before] = await session.query<{ path: string }>("SELECT pg_catalog.current_setting('search_path') AS path")
  await session.query(`${CONFINE} ${CONFINE_WHAT_IS_THERE}`)
  await session.query("SELECT pg_catalog.set_config('search_path', $1, true)", [before?.path ?? ''])
}

/**
 * The statements with which a script confines, within its transaction, the functions that are there, and gives them back.
 * Tables that are there keep their checks, so one that reaches further than its owner ends the script, as one does that
 * it makes and cannot put back.
 *
 * @param tables qualified names of those that are there and get rows
 */
export async function confinementOf(
  session: Queryable,
  tables: readonly string[],
): Promise<{ begin: string[]; end: string[] }> {
  if (!(await isSuperuser(session))) return { begin: [], end: [] }
  const names = tables.map((table) => `'${table.replaceAll("'", "''")}'::regclass`)
  return {
    begin: [CONFINE, CONFINE_WHAT_IS_THERE, ...(names.length === 0 ? [] : [refuseReaching(names.join(', '))])],
    end: [REFUSE_HELD, LIFT],
  }
}

function refuseReaching(tables: string): string {
  return `DO $refuse$
DECLARE
  refused text := (SELECT c.conname FROM pg_constraint c LEFT JOIN pg_class t ON t.oid = c.conrelid
      LEFT JOIN pg_type y ON y.oid = c.contypid JOIN pg_roles r ON r.oid = coalesce(t.relowner, y.typowner)
    WHERE c.contype = 'c' AND NOT r.rolsuper AND ${CONFINEMENT}.reaches_out(c.conbin::text)
      AND (t.oid = ANY (ARRAY[${tables}]) OR y.oid IN (SELECT atttypid FROM pg_attribute WHERE attrelid = ANY (ARRAY[${tables}])))
    LIMIT 1);
BEGIN
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the check % calls what can do more than its owner may', refused
      USING ERRCODE = 'insufficient_privilege', HINT = 'Restore as a role without superuser that may write to the table.';
  END IF;
END
$refuse$`
}

const REFUSE_HELD = `DO $refuse$
DECLARE
  refused record;
BEGIN
  SELECT * INTO refused FROM ${CONFINEMENT}.put_back_checks() LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '%: %', refused.about, refused.message USING ERRCODE = refused.code;
  END IF;
END
$refuse$`

async function isSuperuser(session: Queryable): Promise<boolean> {
  const [role] = await session.query<{ superuser: boolean }>(
    'SELECT rolsuper AS superuser FROM pg_catalog.pg_roles WHERE rolname = current_user',
  )
  return role?.superuser === true
}

interface RefusedCheck {
  about: string
  statement: string
  code: string
  message: string
  detail: string | null
}

function complaintOf({ about, statement, code, message, detail }: RefusedCheck): Complaint {
  return { by: 'server', message, about, statement, state: code, ...(detail !== null && { detail }) }
}
