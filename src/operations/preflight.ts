import { statfs } from 'node:fs/promises'
import { inspectSource } from '../backup/inspect.js'
import type { Source } from '../backup/source.js'
import { spaceFindings, type SpaceNeed } from '../backup/space.js'
import type { Context } from '../context.js'
import { GuardError, InterruptedError, OperationError, problemOf, type ExitCode } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { Options } from '../options.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { temporaryFolder } from '../platform/workspace.js'
import type { SourceFacts } from '../postgres/catalog/model.js'
import { formatBytes } from '../units.js'
import type { Listing, Store } from '../stores/store.js'
import { boundedFindings } from '../verify/difference.js'
import { copyFindings } from './preflight-copies.js'
import type { StoreInUse } from './stores-in-use.js'

/** How long the check of the services may take. */
const SERVICES_LIMIT_MS = 60_000

/** How many findings an error names; all are in the log and the report. */
const MOST_NAMED = 3

/** The preflight found what makes a backup impossible or worthless. The findings say what, all of them. */
export class PreflightError extends OperationError {
  override readonly exitCode: ExitCode

  constructor(findings: readonly Finding[]) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    super({
      doing: 'checking whether a backup can be taken',
      problem: `${errors.length === 1 ? 'something is' : `${errors.length} things are`} in the way: ${namesOf(errors)}`,
      advice: 'Mend what the findings above say and start again. Nothing was written.',
    })
    this.exitCode = errors.some(({ code }) => code === 'STORE_FOREIGN_SERIES') ? 5 : 1
  }
}

/** The first few, because a role without any privilege fails on every table. */
function namesOf(errors: readonly Finding[]): string {
  const named = errors.slice(0, MOST_NAMED).map(({ code, on }) => `${code} ${on}`)
  const more = errors.length - named.length
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`
}

/** Throws `PreflightError` when something that was found makes a backup impossible or worthless. */
export function stopAtErrors(findings: readonly Finding[]): void {
  if (findings.some(({ severity }) => severity === 'error')) {
    throw new PreflightError(findings)
  }
}

export interface Place {
  series: string
  type: string
  store: Store
  /** The stores that the set will be copied to. */
  copies: readonly StoreInUse[]
}

/**
 * Checks everything that could keep a backup from being taken, before anything is written, and returns all findings
 * together, with what the source says of itself.
 */
export async function preflight(
  source: Source,
  { series, type, store, copies }: Place,
  options: Options,
  context: Context,
): Promise<{ findings: Finding[]; facts: SourceFacts }> {
  const inspection = await inspectSource(source, options)
  const writable = await storeWritable(store)
  const listing = writable.length === 0 ? await store.list() : { sets: [], broken: [] }
  const need = {
    tableBytes: inspection.bytes,
    previousBytes: listing.sets.find((set) => set.type === type)?.bytes,
    compressed: source.compression !== 'none',
  }
  const findings = [
    ...inspection.findings,
    ...writable,
    ...(writable.length === 0 ? await foreignSeries(store, series) : []),
    ...movedCluster(listing, series, inspection.facts.systemIdentifier),
    ...spaceFindings(
      { ...need, store: store.name, free: writable.length === 0 ? await store.freeBytes() : null },
      formatBytes,
    ),
    ...(options.encryptTo.length > 0 ? await plaintextFindings(need, context) : []),
    ...(await copyFindings(copies, series, need)),
    ...(await servicesState(options.services, context)),
  ]
  return { findings: boundedFindings(findings), facts: inspection.facts }
}

/** A set that will be encrypted is made in a folder for temporary files, which needs the same room once more. */
async function plaintextFindings(
  need: Omit<SpaceNeed, 'store' | 'free'>,
  { environment }: Context,
): Promise<Finding[]> {
  const folder = temporaryFolder(environment)
  const { bavail, bsize } = await orFileTrouble(`asking for the free space of ${folder}`, () => statfs(folder))
  return spaceFindings({ ...need, store: folder, free: bavail * bsize }, formatBytes)
}

async function storeWritable(store: Store): Promise<Finding[]> {
  try {
    await store.checkWritable()
    return []
  } catch (error) {
    if (error instanceof GuardError) {
      throw error
    }
    return [finding('STORE_NOT_WRITABLE', store.name, problemOf(error))]
  }
}

async function foreignSeries(store: Store, series: string): Promise<Finding[]> {
  const present = await store.series()
  return present === null || present === series
    ? []
    : [
        finding(
          'STORE_FOREIGN_SERIES',
          store.name,
          `it holds the series "${present}", and this backup is of "${series}"`,
        ),
      ]
}

function movedCluster({ sets }: Listing, series: string, systemIdentifier: string | null): Finding[] {
  const before = sets.find(({ manifest }) => manifest.source.systemIdentifier !== null)?.manifest.source
    .systemIdentifier
  return before === undefined || systemIdentifier === null || before === systemIdentifier
    ? []
    : [
        finding(
          'SYSTEM_IDENTIFIER_CHANGED',
          series,
          `the database is on the cluster ${systemIdentifier}, the newest set was taken from ${before ?? 'another'}`,
        ),
      ]
}

/** Runs the user's own command; what it says is in the log. */
async function servicesState(
  command: string | undefined,
  { processes, environment, logger }: Context,
): Promise<Finding[]> {
  if (command === undefined) {
    return []
  }
  try {
    await processes.run({
      program: 'bash',
      args: ['-eo', 'pipefail', '-c', command],
      env: environment,
      doing: 'checking the services',
      stdout: (line) => {
        logger.info(line)
      },
      onStderrLine: (line) => {
        logger.info(line)
      },
      timeout: SERVICES_LIMIT_MS,
    })
    return []
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw error
    }
    return [finding('SERVICES_WRONG', 'services', problemOf(error))]
  }
}
