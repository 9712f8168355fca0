import path from 'node:path'
import type { ManifestDraft } from '../backup/draft.js'
import type { Tier } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { worstOf, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { pinSettings } from '../postgres/pinned.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { connect, withSession, type Session } from '../postgres/session.js'
import { addLooseKeys, listWithoutLooseKeys } from '../restore/loose-keys.js'
import { restoreScript, restoreSection, type RestoreTarget, type Section } from '../restore/section.js'

/** A set that is to be compared with what its manifest says of the source. */
export interface Subject {
  /** The folder of the set. */
  folder: string
  manifest: ManifestDraft
  /** Every object of the source: the set's catalog. */
  objects: readonly CatalogObject[]
}

export interface RestoreCheck {
  tier: Exclude<Tier, 'archive'>
  jobs: number
  /** SQL that must be true in the restored copy; only looked at in the tier `full`. */
  assertions: readonly string[]
  /** Does a step under a title and times it. */
  phase: <T>(title: string, work: () => Promise<T>) => Promise<T>
}

/** A restored copy under way. */
export interface Copy {
  subject: Subject
  scratch: Scratch
  database: ScratchDatabase
  target: RestoreTarget
  check: RestoreCheck
  context: Context
}

/** Whether what was found ends the work: what comes after would only say the same in other words. */
export function isOver(findings: readonly Finding[]): boolean {
  return ['error', 'inconclusive'].includes(worstOf(findings))
}

/** The definitions and the rows. A script knows no phases: it restores everything at once. */
export async function restoreContent({ subject, database, target, check, context }: Copy): Promise<Finding[]> {
  const { manifest, folder } = subject
  const archive = path.join(folder, manifest.dump.path)
  await dropPublicWhereAbsent(subject, database, context)
  if (manifest.options.format === 'plain') {
    const compression = archive.endsWith('.gz') ? 'gzip' : 'none'
    const script = { file: archive, compression, foreign: false } as const
    return check.phase('Restoring', () => restoreScript(target, script, context))
  }
  const section = (name: Section) => () => restoreSection(target, { section: name, archive, jobs: check.jobs }, context)
  const definitions = await check.phase('Restoring the definitions', section('pre-data'))
  return isOver(definitions)
    ? definitions
    : [...definitions, ...(await check.phase('Restoring the data', section('data')))]
}

/** Every new database has a schema `public`; a source that dropped it must not get it back. */
async function dropPublicWhereAbsent(
  { objects }: Subject,
  { settings }: ScratchDatabase,
  context: Context,
): Promise<void> {
  const isThere = objects.some(({ kind, name }) => kind === 'schema' && name === 'public')
  if (!isThere) {
    await withSession(settings, { signal: context.signal }, (session) => session.query('DROP SCHEMA IF EXISTS public'))
  }
}

/** Indexes, constraints, triggers; and the foreign keys that could not be restored with their check. */
export async function restoreRest({ subject, database, target, check, context }: Copy): Promise<Finding[]> {
  const { manifest, folder } = subject
  if (manifest.options.format === 'plain') {
    return []
  }
  const archive = path.join(folder, manifest.dump.path)
  const list = await listWithoutLooseKeys(target.programs, archive, manifest.looseForeignKeys, context)
  const findings = await restoreSection(
    target,
    { section: 'post-data', archive, jobs: check.jobs, ...(list !== null && { list }) },
    context,
  )
  const added = await withSession(database.settings, { signal: context.signal }, (session) =>
    addLooseKeys(session, manifest.looseForeignKeys),
  )
  return [...findings, ...added]
}

/** Does work with so many sessions on the copy, which describe it as the source was described. */
export async function withPinnedSessions<T>(
  { database, context }: Copy,
  count: number,
  work: (sessions: readonly [Session, ...Session[]]) => Promise<T>,
): Promise<T> {
  const sessions: Session[] = []
  try {
    while (sessions.length < count) {
      const session = await connect(database.settings, { signal: context.signal })
      sessions.push(session)
      await pinSettings(session)
    }
    const [first, ...others] = sessions
    if (first === undefined) {
      throw new TypeError('at least one session is needed')
    }
    return await work([first, ...others])
  } finally {
    await Promise.all(sessions.map((session) => session.end()))
  }
}
