import { QueryError } from '../postgres/query-error.js'
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
    if (mustConfine) await session.query(`${CONFINE} ${CONFINE_WHAT_IS_THERE}`)
    const done = await work()
    if (end === 'COMMIT' && mustConfine) await session.query(LIFT)
    await session.query(end)
    return done
  } catch (error) {
    await session.query('ROLLBACK').catch((lost: unknown) => {
      if (!(lost instanceof QueryError)) throw error
    })
    throw error
  }
}

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
