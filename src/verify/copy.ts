import path from 'node:path'
import type { ManifestDraft } from '../backup/draft.js'
import { encodingOfDump, type Tier } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { worstOf, type Finding } from '../findings.js'
import type { CatalogObject, Undumpable } from '../postgres/catalog/model.js'
import { pinSettings } from '../postgres/pinned.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { connect, withSession, type Session } from '../postgres/session.js'
import { confine, heldChecks, liftConfinement } from '../restore/confinement.js'
import { isHeldCheck, rehearseChecks } from '../restore/held-checks.js'
import { addLooseKeys, isLooseKey, type LooseKeys } from '../restore/loose-keys.js'
import { restoreScript } from '../restore/script.js'
import { restoreSection, type ArchiveSection } from '../restore/section.js'
import type { RestoreTarget, Section } from '../restore/target-database.js'
import type { ListedEntry } from '../restore/use-list.js'

/** A set that is to be compared with what its manifest says of the source. */
export interface Subject {
  /** The folder of the set. */
  folder: string
  manifest: ManifestDraft
  /** Every object of the source: the set's catalog. */
  objects: readonly CatalogObject[]
  /** What no dump of the source holds, from the same place; absent in sets of versions that did not look. */
  undumpable?: Undumpable | undefined
}

export interface RestoreCheck {
  tier: Exclude<Tier, 'archive'>
  jobs: number
  /**
   * Goes on to the rows after errors in the definitions, which are told; for what is held to its rows. Otherwise an error
   * of a phase ends the work.
   */
  goOn?: boolean
  /** SQL that must be true in the restored copy; only looked at in the tier `full`. */
  assertions: readonly string[]
  /** Does a step under a title and times it. */
  phase: <T>(title: string, work: () => Promise<T>) => Promise<T>
}

/** The server that a set is restored into. */
export interface CopyServer {
  major: number
  /** Whether its roles came from the set's globals: only then are the roles themselves compared. */
  ownRoles: boolean
}

/** What is left out of a set that is restored in part; the subject's manifest says the same of its tables. */
export interface Omission {
  /** Only definitions are restored. */
  withoutRows: boolean
  /** Entries of the archive, as pg_restore lists them: `TABLE DATA public parts masclet`. */
  entries: ReadonlySet<string>
  /** Foreign keys that lead out of the chosen tables, besides those of the set; their entries are among the above. */
  looseKeys: readonly Pick<LooseKeys[number], 'statement' | 'table' | 'name'>[]
}

/** A restored copy under way: in a database of scratch, or in one that is to stay. */
export interface Copy {
  subject: Subject
  server: CopyServer
  database: { settings: ConnectionSettings }
  target: RestoreTarget
  /** Everything is restored where it is not given. */
  omission?: Omission
  check: RestoreCheck
  context: Context
}

/** Whether what was found ends the work: what comes after would only say the same in other words. */
export function isOver(findings: readonly Finding[]): boolean {
  return ['error', 'inconclusive'].includes(worstOf(findings))
}

/**
 * The definitions and the rows. A script knows no phases: it restores everything at once. From here until
 * `liftRestrictions`, what the source's ordinary roles wrote has no more rights than they.
 */
export async function restoreContent(copy: Copy): Promise<Finding[]> {
  const { subject, database, target, check, context, omission } = copy
  const { manifest, folder } = subject
  const archive = path.join(folder, manifest.dump.path)
  await dropPublicWhereAbsent(subject, database, context)
  await onCopy(copy, confine)
  if (manifest.options.format === 'plain') {
    const compression = archive.endsWith('.gz') ? 'gzip' : 'none'
    const script = { file: archive, compression, foreign: false } as const
    return check.phase('Restoring', () => restoreScript(target, script, context))
  }
  const section = (name: Section) => () => restoreSection(target, sectionOf(copy, name), context)
  const definitions = await check.phase('Restoring the definitions', section('pre-data'))
  await onCopy(copy, (session) => rehearseChecks(session, target, sectionOf(copy, 'post-data'), context))
  return (isOver(definitions) && check.goOn !== true) || omission?.withoutRows === true
    ? definitions
    : [...definitions, ...(await check.phase('Restoring the data', section('data')))]
}

function sectionOf({ subject, check, omission }: Copy, section: Section): ArchiveSection {
  const { manifest, folder } = subject
  const isLoose = isLooseKey(manifest.looseForeignKeys)
  const isWhole = manifest.looseForeignKeys.length === 0 && (omission?.entries.size ?? 0) === 0
  return {
    section,
    archive: path.join(folder, manifest.dump.path),
    jobs: check.jobs,
    encoding: encodingOfDump(manifest),
    ...(!isWhole && { isLeftOut: (entry) => isLoose(entry) || omission?.entries.has(entry.text) === true }),
    ...(omission?.withoutRows === true && { withoutRows: true }),
  }
}

/** Every new database has a schema `public`; a source that dropped it must not get it back. */
async function dropPublicWhereAbsent(
  { objects }: Subject,
  { settings }: Copy['database'],
  context: Context,
): Promise<void> {
  const isThere = objects.some(({ kind, name }) => kind === 'schema' && name === 'public')
  if (!isThere) {
    await withSession(settings, { signal: context.signal }, (session) => session.query('DROP SCHEMA IF EXISTS public'))
  }
}

/** Indexes, constraints, triggers; and the foreign keys that could not be restored with their check. */
export async function restoreRest(copy: Copy): Promise<Finding[]> {
  const { subject, target, omission, context } = copy
  if (subject.manifest.options.format === 'plain') {
    return []
  }
  const loose = [...subject.manifest.looseForeignKeys, ...(omission?.looseKeys ?? [])]
  const addKeys = () => onCopy(copy, (session) => addLooseKeys(session, loose))
  const section = sectionOf(copy, 'post-data')
  const isHeld = isHeldCheck(await onCopy(copy, heldChecks))
  const withoutHeld =
    isHeld === null ? {} : { isLeftOut: (entry: ListedEntry) => isHeld(entry) || section.isLeftOut?.(entry) === true }
  // Comments on these keys are in the archive, and fail before the keys are there.
  return restoreSection(target, { ...section, ...withoutHeld, between: addKeys }, context)
}

/** Gives the copy's functions back as they were, and puts back the checks that were taken off. Harmless when done twice. */
export function liftRestrictions(copy: Copy): Promise<Finding[]> {
  return onCopy(copy, liftConfinement)
}

function onCopy<T>({ database, context }: Copy, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession(database.settings, { signal: context.signal }, work)
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
