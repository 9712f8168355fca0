import type { Context } from '../context.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { Session } from '../postgres/session.js'
import { BEGIN_REHEARSAL, END_REHEARSAL } from '../postgres/confinement.js'
import { isConfined, type HeldCheck } from './confinement.js'
import { restoreSection, type ArchiveSection } from './section.js'
import type { RestoreTarget } from './target-database.js'
import { listedName, type ListedEntry } from './use-list.js'

/**
 * pg_dump writes a check that needs a function which needs its table as an entry of its own, behind the rows: adding it
 * evaluates them all, before an event trigger can look at it. So these are added to the empty tables first, where the
 * event trigger takes off what it must; the others are taken off again until it is their turn.
 */
export async function rehearseChecks(
  session: Session,
  target: RestoreTarget,
  section: ArchiveSection,
  context: Context,
): Promise<void> {
  if (!(await isConfined(session))) return
  const before = await checksOf(session)
  const isLeftOut = (entry: ListedEntry) => !isSeparateCheck(entry) || section.isLeftOut?.(entry) === true
  await session.query(BEGIN_REHEARSAL)
  // What fails here fails again in its turn, and is told then.
  await restoreSection(target, { ...section, jobs: 1, isLeftOut }, context)
  await session.query(END_REHEARSAL)
  for (const { oid, holder, name } of await checksOf(session)) {
    if (!before.some((check) => check.oid === oid)) {
      await session.query(`ALTER ${holder} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(name)}`)
    }
  }
}

/** Says of entries whether they are checks that were taken off; null where none was. */
export function isHeldCheck(held: readonly HeldCheck[]): ((entry: ListedEntry) => boolean) | null {
  if (held.length === 0) return null
  const beginnings = held.map(({ schema, holder, name }) => listedName(`CHECK CONSTRAINT ${schema} ${holder} ${name} `))
  return ({ text }) => beginnings.some((beginning) => text.startsWith(beginning))
}

function isSeparateCheck({ text }: ListedEntry): boolean {
  return text.startsWith('CHECK CONSTRAINT ')
}

/** Checks that are not inherited, each with what it stands on: `TABLE app.orders`. */
function checksOf(session: Session): Promise<{ oid: string; holder: string; name: string }[]> {
  return session.query(
    `SELECT c.oid::text AS oid, c.conname AS name, pg_catalog.format('%s %I.%I', CASE WHEN t.oid IS NULL THEN 'DOMAIN' ELSE 'TABLE' END,
         n.nspname, coalesce(t.relname, y.typname)) AS holder
       FROM pg_catalog.pg_constraint c LEFT JOIN pg_catalog.pg_class t ON t.oid = c.conrelid LEFT JOIN pg_catalog.pg_type y ON y.oid = c.contypid
         JOIN pg_catalog.pg_namespace n ON n.oid = coalesce(t.relnamespace, y.typnamespace)
      WHERE c.contype = 'c' AND c.coninhcount = 0 AND c.oid >= 16384`,
  )
}
