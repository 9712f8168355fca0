import { displayName, type TableEntry } from '../../backup/manifest.js'
import { exactPattern } from '../../backup/dump-arguments.js'
import { CouldNotVerifyError } from '../../errors.js'
import type { Finding } from '../../findings.js'
import { quoteIdentifier } from '../../postgres/identifier.js'
import { withSession, type Session } from '../../postgres/session.js'
import type { DrillCase } from '../../report/drill-facts.js'
import { bestType, breadth } from '../choice.js'
import { failedCase, rehearsed, saidOf } from '../outcomes.js'
import { pickTimed } from '../pick.js'
import type { DrillMeans, PickedSet, Room, Scenario } from '../scenario.js'
import { changesIn, describeLiving } from '../living.js'
import { Timeline } from '../timeline.js'

/** Somebody dropped a table in the living database, and everything else must go on. */
export const table: Scenario = {
  name: 'table',
  describe: 'One lost table is brought back into a living database, and nothing else in it changes',
  async run(means) {
    const choice = { backup: means.backup, type: await bestType(means, breadth) }
    const timeline = new Timeline(means.context.clock)
    const set = await pickTimed(means, means.store, choice, timeline)
    return means.withRoom(set, {}, async (room) => {
      const database = room.newDatabase()
      // The database that lives: how it came to be is not what is timed here.
      const living = await means.recover(set, room, database, { mode: 'new' }, new Timeline(means.context.clock))
      if (living.outcome !== 'passed') {
        const name = `${set.type}/${set.id} as the living database`
        return {
          cases: [{ name, outcome: living.outcome, said: saidOf(living, '') }],
          recoveries: [],
          findings: living.findings,
        }
      }
      const { cases, findings } = await loseAndBringBack(set, room, database, timeline, means)
      return { cases, recoveries: [rehearsed(set, timeline, means)], findings }
    })
  },
}

async function loseAndBringBack(
  set: PickedSet,
  room: Room,
  database: string,
  timeline: Timeline,
  means: DrillMeans,
): Promise<{ cases: DrillCase[]; findings: Finding[] }> {
  const settings = { ...room.maintenance, database }
  const before = await describeLiving(settings, set.manifest, means)
  const { lost, how } = await withSession(settings, { signal: means.context.signal }, (session) =>
    loseTable(session, set),
  )
  const name = `${displayName(lost)} of ${set.type}/${set.id}`
  const end = await means.recover(set, room, database, { mode: 'add', tables: [exactPattern(lost)] }, timeline)
  if (end.outcome !== 'passed') {
    return { cases: [{ name, outcome: end.outcome, said: saidOf(end, '') }], findings: end.findings }
  }
  const changes = changesIn(before, await describeLiving(settings, set.manifest, means))
  const cases =
    changes.length === 0
      ? [
          {
            name,
            outcome: 'passed' as const,
            said: `it was ${how} and is back; ${before.tables.size} tables and ${before.objects.size} objects are as they were before`,
          },
        ]
      : changes.slice(0, 20).map((change) => failedCase(name, change))
  return { cases, findings: end.findings }
}

interface Lost {
  lost: TableEntry
  how: 'dropped' | 'emptied'
}

/** Drops the table with the most rows that nothing else depends on; where there is none, the largest loses its rows. */
async function loseTable(session: Session, { manifest }: PickedSet): Promise<Lost> {
  const candidates: TableEntry[] = []
  for (const candidate of manifest.tables.filter(({ kind, data, rows = 0 }) => kind === 'table' && data && rows > 0)) {
    if (await standsAlone(session, candidate)) candidates.push(candidate)
  }
  candidates.sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0))
  for (const lost of candidates) {
    if (await isDropped(session, lost)) return { lost, how: 'dropped' }
  }
  const [lost] = candidates
  if (lost === undefined) {
    throw new CouldNotVerifyError({
      doing: 'looking for a table to lose',
      problem: 'every table with rows is a partition, of an inheritance, of an extension or of a publication',
      advice: 'This scenario needs a table that stands alone.',
    })
  }
  await empty(session, lost)
  return { lost, how: 'emptied' }
}

/** Without what its foreign keys and triggers would do to others. */
async function empty(session: Session, { schema, name }: TableEntry): Promise<void> {
  await session.query('SET session_replication_role = replica')
  await session.query(`DELETE FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)
  await session.query('RESET session_replication_role')
}

/** Neither a partition nor of an inheritance, and no extension's own. */
async function standsAlone(session: Session, { schema, name }: TableEntry): Promise<boolean> {
  const [row] = await session.query<{ alone: boolean }>(
    `SELECT NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel p WHERE p.prrelid = c.oid) AS alone
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  )
  return row?.alone === true
}

async function isDropped(session: Session, { schema, name }: TableEntry): Promise<boolean> {
  try {
    await session.query(`DROP TABLE ${quoteIdentifier(schema)}.${quoteIdentifier(name)} RESTRICT`)
    return true
  } catch {
    // Something depends on it: a view, a foreign key. Another one will do.
    return false
  }
}
