import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import type { Tier } from '../backup/manifest.js'
import { CommandError, CouldNotVerifyError, DamagedError } from '../errors.js'
import { finding, worstOf, type Finding } from '../findings.js'
import { entriesBelow } from '../platform/files.js'
import { findPrograms, type Programs } from '../postgres/programs.js'
import { verifyArchive, type ArchiveVerification } from '../verify/archive.js'
import { strayFiles } from '../verify/dump-files.js'
import { restoreForeign, isWorthRestoring, type ForeignCheck } from '../verify/foreign-dump.js'
import { concludeProof } from '../verify/proof.js'
import { unwrapDump, type UnwrappedDump } from '../verify/unwrap.js'
import { askedTier, tell, VERIFIER } from './prove.js'
import type { UnderWay } from './reporting.js'
import { jobsOf, prepareScratch } from './scratch.js'

/** The oldest major whose programs are looked for: an archive does not say which major it needs before it is read. */
const OLDEST_MAJOR = 10

/**
 * Verifies a dump that another tool made, as far as that goes: it is read from end to end and restored, and what comes of
 * it is counted. What it was made from is not known, so it is never called proven.
 */
export async function validateDump(file: string, underWay: UnderWay): Promise<void> {
  const { report, store, options, context } = underWay
  const tier = askedTier(options)
  report.logDetails = { file: path.basename(file) }
  // A dump from elsewhere does not make a store of the folder that happens to be the default.
  report.isLogged = (await store.series()) !== null
  const dump = await report.phase('Looking at the dump', () => unwrapped(file, context))
  report.set = { path: file, bytes: await sizeOf(file), foreign: true }
  if ('code' in dump) {
    concludeDump(file, tier, { ...NOTHING, findings: [dump] }, underWay)
    return
  }
  const stray = await strayFiles(dump.path, path.basename(file))
  if (worstOf(stray) === 'error') {
    concludeDump(file, tier, { ...NOTHING, findings: stray }, underWay)
    return
  }
  const { read, programs } = await report.phase('Reading the dump', () => readDump(dump, file, underWay))
  const restored = isWorthRestoring(read, tier) ? await restoreDump(dump, read, programs, underWay) : NOTHING
  concludeDump(file, tier, merged([unpackedNote(dump, file), read, restored]), underWay)
}

const NOTHING: ForeignCheck = { findings: [], tables: [], checks: [] }

/** The dump that a file is or holds; what keeps it from being unpacked is a finding about it. */
async function unwrapped(file: string, context: Context): Promise<UnwrappedDump | Finding> {
  try {
    return await unwrapDump(file, context)
  } catch (error) {
    const name = path.basename(file)
    if (error instanceof DamagedError) return finding('ARCHIVE_UNREADABLE', name, error.problem)
    if (error instanceof CommandError) return finding('ARCHIVE_UNREADABLE', name, error.problem)
    if (error instanceof CouldNotVerifyError) return finding('CHECK_NOT_RUN', name, error.problem, error.advice)
    throw error
  }
}

function unpackedNote({ wrappings }: UnwrappedDump, file: string): Partial<ForeignCheck> {
  const said = `its dump was taken out of ${wrappings.join(', then ')}`
  return wrappings.length === 0 ? {} : { findings: [finding('DUMP_UNPACKED', path.basename(file), said)] }
}

function merged(parts: readonly Partial<Pick<ForeignCheck, 'findings' | 'tables' | 'checks'>>[]): ForeignCheck {
  return {
    findings: parts.flatMap(({ findings = [] }) => findings),
    tables: parts.flatMap(({ tables = [] }) => tables),
    checks: parts.flatMap(({ checks = [] }) => checks),
  }
}

function concludeDump(file: string, tier: Tier, check: ForeignCheck, underWay: UnderWay): void {
  const { report, context } = underWay
  const proof = concludeProof({
    tier,
    findings: [...check.findings, finding('NO_MANIFEST', path.basename(file), 'another tool made it')],
    at: context.clock.now(),
    seconds: report.seconds(),
    verifiedBy: VERIFIER,
  })
  report.checks = check.checks
  tell(proof, { tables: [] }, [], underWay)
  report.tables = check.tables.map(({ schema, name, rows }) => ({
    name: `${schema}.${name}`,
    bytes: 0,
    outcome: 'not-compared',
    ...(rows !== undefined && { restoredRows: rows }),
  }))
}

/** Reads an archive with the oldest programs that can: those of a newer major than needed may restore it otherwise. */
async function readDump(
  { path: place, detected }: UnwrappedDump,
  file: string,
  { options, context }: UnderWay,
): Promise<{ read: ArchiveVerification; programs: Programs }> {
  const name = path.basename(file)
  for (let major = OLDEST_MAJOR; ;) {
    const programs = await programsFor(major, options.postgresBin, context)
    const pgRestore = (args: readonly string[]) => programs.command('pg_restore', args)
    const read = await verifyArchive({ path: place, name, dump: detected, pgRestore }, context)
    const isTooNew = read.findings.some(({ code }) => code === 'ARCHIVE_TOO_NEW')
    if (!isTooNew || !(await isThereNewer(programs.major, options.postgresBin, context))) {
      return { read, programs }
    }
    major = programs.major + 1
  }
}

function programsFor(major: number, preferredFolders: readonly string[], context: Context): Promise<Programs> {
  const { environment, processes } = context
  return findPrograms({ serverMajor: major, preferredFolders, environment, processes })
}

async function isThereNewer(major: number, folders: readonly string[], context: Context): Promise<boolean> {
  return programsFor(major + 1, folders, context).then(
    () => true,
    () => false,
  )
}

async function restoreDump(
  { path: file, detected }: UnwrappedDump,
  read: ArchiveVerification,
  programs: Programs,
  { report, options, context }: UnderWay,
): Promise<ForeignCheck> {
  const tier = askedTier(options)
  const major = majorOf(read, programs)
  const scratch = await report.phase('Getting scratch ready', () =>
    prepareScratch({ ...UNKNOWN_SOURCE, major }, options, context, programs.major),
  )
  try {
    return await restoreForeign(
      { file, detected, read },
      await scratch.use(),
      {
        tier: tier === 'full' ? 'full' : 'data',
        jobs: jobsOf(options),
        phase: (title, work) => report.phase(title, work),
      },
      context,
    )
  } catch (error) {
    if (error instanceof CouldNotVerifyError) {
      return {
        findings: [finding('SCRATCH_UNAVAILABLE', 'scratch', error.problem, error.advice)],
        tables: [],
        checks: [],
      }
    }
    throw error
  } finally {
    await scratch.release()
  }
}

/** What can be guessed of a source that nobody described: UTF-8, and a locale that every server has. */
const UNKNOWN_SOURCE = {
  bootstrapRole: 'postgres',
  systemIdentifier: null,
  encoding: 'UTF8',
  localeProvider: 'libc',
  collate: 'C.UTF-8',
  ctype: 'C.UTF-8',
  icuLocale: null,
}

/** The major of the server that was dumped, where the dump says it. */
function majorOf({ list, contents }: ArchiveVerification, programs: Programs): number {
  const version = list?.serverVersion ?? contents?.serverVersion ?? ''
  const major = Number.parseInt(version, 10)
  return Number.isNaN(major) ? programs.major : major
}

/** Bytes of a file, or of the files in a folder. */
async function sizeOf(file: string): Promise<number> {
  const there = await stat(file)
  if (!there.isDirectory()) {
    return there.size
  }
  const entries = (await entriesBelow(file)).filter(({ kind }) => kind === 'file')
  const sizes = await Promise.all(entries.map(async (entry) => (await stat(path.join(file, entry.path))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
