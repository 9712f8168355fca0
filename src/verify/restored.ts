import type { ManifestDraft } from '../backup/draft.js'
import type { Context } from '../context.js'
import { finding, worstOf, type Finding } from '../findings.js'
import { searchPathOf } from '../postgres/catalog/search-path.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { compareContent, compareRest, type Comparison } from './compare-copy.js'
import { compareDatabaseProperties } from './database.js'
import {
  isOver,
  liftRestrictions,
  restoreContent,
  restoreRest,
  type Copy,
  type RestoreCheck,
  type Subject,
} from './copy.js'
import { missingExtensions } from './extensions.js'
import { compareInSourceVersion } from './fresh-extensions.js'
import { prepareRoles } from './scratch-roles.js'

/**
 * Restores a set into scratch, in phases, asks the copy the questions that the source was asked, and compares. Releases
 * the scratch.
 */
export async function verifyRestored(
  subject: Subject,
  scratch: Scratch,
  check: RestoreCheck,
  context: Context,
): Promise<Comparison> {
  const extensions = await missingExtensions(scratch, subject.manifest, context)
  if (worstOf(extensions) === 'inconclusive') {
    return { findings: extensions, tables: [] }
  }
  const database = await scratch.createDatabase()
  const environment = await libpqEnvironment(database.settings, context)
  const { folder, manifest, objects } = subject
  const roles = await prepareRoles(
    scratch,
    { folder, source: manifest.source, objects },
    { settings: database.settings },
    context,
  )
  try {
    const target = {
      programs: scratch.programs,
      environment,
      database: database.name,
      searchPath: searchPathOf(objects),
    }
    const { findings, tables, held } = await compareCopy({
      subject,
      server: { major: scratch.major, ownRoles: scratch.kind === 'cluster' },
      database,
      target,
      check,
      context,
    })
    const notes = [
      ...extensions,
      ...startNotes(scratch),
      ...majorNote(manifest, scratch),
      ...localeNote(database),
      ...roles.findings,
    ]
    const told = await compareInSourceVersion(findings, subject, scratch, context)
    return { findings: [...notes, ...told], tables, ...(held !== undefined && !isOver(notes) && { held }) }
  } finally {
    await scratch.release()
    await roles.drop()
  }
}

/**
 * An error of the first phases ends it: what comes after would only say the same in other words. Rows are compared when
 * everything was restored, once: what indexes, views and triggers bring about can change rows and sequences too.
 */
async function compareCopy(copy: Copy): Promise<Comparison> {
  const { check } = copy
  const restored = await restoreContent(copy)
  if (isOver(restored) && !mayHoldRows(copy, restored)) {
    return { findings: restored, tables: [] }
  }
  const isFull = check.tier === 'full' && !isOver(restored)
  const finishing = isFull ? await check.phase('Restoring indexes and constraints', () => restoreRest(copy)) : []
  if (finishing.some(({ code }) => code === 'SCRATCH_FAILED')) {
    return { findings: [...restored, ...finishing], tables: [] }
  }
  finishing.push(...(await liftRestrictions(copy)))
  const { findings, tables } = await check.phase('Comparing the data', () => compareContent(copy))
  const held = isOver(findings) ? {} : { held: 'data' as const }
  const rest =
    isFull && !isOver(finishing)
      ? await check.phase('Comparing the schema', async () => [
          ...(await compareRest(copy)),
          ...(await compareDatabaseProperties(copy)),
        ])
      : []
  return { findings: [...restored, ...findings, ...finishing, ...rest], tables, ...held }
}

/** A script restores everything at once: what PostgreSQL complained of may all come after the rows. */
function mayHoldRows({ subject, check }: Copy, restored: readonly Finding[]): boolean {
  const isScript = subject.manifest.options.format === 'plain'
  return check.tier === 'full' && isScript && restored.every(({ code }) => code === 'RESTORE_ERROR')
}

function majorNote({ source }: ManifestDraft, { major, serverVersion }: Scratch): Finding[] {
  return major === source.major
    ? []
    : [
        finding(
          'SCRATCH_MAJOR_DIFFERS',
          'scratch',
          `the source is PostgreSQL ${source.serverVersion}, scratch is ${serverVersion}`,
        ),
      ]
}

function startNotes({ startedWithout }: Scratch): Finding[] {
  return startedWithout.map((what) => finding('SCRATCH_STARTED_WITHOUT', 'scratch', what))
}

function localeNote({ localeFallback }: ScratchDatabase): Finding[] {
  return localeFallback === null ? [] : [finding('LOCALE_DIFFERS', 'scratch', localeFallback)]
}
