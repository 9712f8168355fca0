import type { ManifestDraft } from '../backup/draft.js'
import type { Context } from '../context.js'
import { finding, worstOf, type Finding } from '../findings.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { compareContent, compareRest, type Comparison } from './compare-copy.js'
import { isOver, restoreContent, restoreRest, type Copy, type RestoreCheck, type Subject } from './copy.js'
import { missingExtensions } from './extensions.js'
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
    { settings: database.settings, environment },
    context,
  )
  try {
    const target = { programs: scratch.programs, environment, database: database.name }
    const { findings, tables } = await compareCopy({
      subject,
      server: { major: scratch.major, ownRoles: scratch.kind === 'cluster' },
      database,
      target,
      check,
      context,
    })
    const notes = [...extensions, ...majorNote(manifest, scratch), ...localeNote(database), ...roles.findings]
    return { findings: [...notes, ...findings], tables }
  } finally {
    await scratch.release()
    await roles.drop()
  }
}

/** An error of a phase ends it: what comes after would only say the same in other words. */
async function compareCopy(copy: Copy): Promise<Comparison> {
  const { check } = copy
  const restored = await restoreContent(copy)
  if (isOver(restored)) {
    return { findings: restored, tables: [] }
  }
  const { findings, tables } = await check.phase('Comparing the data', () => compareContent(copy))
  if (check.tier === 'data') {
    return { findings: [...restored, ...findings], tables }
  }
  const finishing = await check.phase('Restoring indexes and constraints', () => restoreRest(copy))
  const rest = isOver(finishing) ? [] : await check.phase('Comparing the schema', () => compareRest(copy))
  return { findings: [...restored, ...findings, ...finishing, ...rest], tables }
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

function localeNote({ localeFallback }: ScratchDatabase): Finding[] {
  return localeFallback === null ? [] : [finding('LOCALE_DIFFERS', 'scratch', localeFallback)]
}
