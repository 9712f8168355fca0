import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { readManifest } from '../backup/set.js'
import type { Context } from '../context.js'
import { LifeboatError, exitCodeOf, messageOf, messagesOf } from '../errors.js'
import { withReportFile, writePage, type Filed } from '../operations/report-file.js'
import type { Options } from '../options.js'
import { artifactName, uploadFiles, type ArtifactClient } from '../platform/artifact-upload.js'
import { entriesBelow } from '../platform/files.js'
import type { Job } from '../platform/github.js'
import { temporaryFolder } from '../platform/workspace.js'
import type { Report } from '../report/report.js'
import { assertArtifactAllowed } from './artifact-errors.js'
import { knownLocation } from './known-location.js'

/** What publishing needs besides the report. */
export interface Publication {
  options: Pick<Options, 'uploadArtifact' | 'artifactRetentionDays' | 'allowPublicArtifact' | 'store' | 'reportFile'>
  /** Null outside GitHub Actions: then nothing is uploaded. */
  job: Job | null
  context: Pick<Context, 'logger' | 'clock' | 'signal' | 'environment' | 'workingDirectory'>
  loadClient?: (() => Promise<ArtifactClient>) | undefined
}

/** A report with what was uploaded, and with the failure where the set could not be. */
export interface Published {
  report: Report
  /** Of the artifact that holds the set. */
  artifactId?: string
}

/** The same, and where the page of the report is. */
export type PublishedInJob = Published & Filed

/** Uploads the set, as the options say. One that could not be is a failure, because it may end with the job. */
export async function publishSet(report: Report, publication: Publication): Promise<Published> {
  const { options, job, context, loadClient } = publication
  const { set, id } = report
  if (!isPublished(report, publication) || job === null || options.uploadArtifact !== 'all') {
    return { report }
  }
  if (set === undefined || id === undefined || isAmongArtifacts(options)) {
    return { report }
  }
  try {
    const encrypted = await isEncrypted(set.path)
    // Asked before the backup too; here it is about what is really there.
    assertArtifactAllowed({ visibility: job.visibility, encrypted, options })
    const artifact = await context.logger.step('Uploading the backup set', async () => {
      const upload = {
        name: nameOf(report),
        root: set.path,
        files: await filesBelow(set.path),
        bytes: set.bytes,
        compressed: encrypted || set.compression !== 'none',
        retentionDays: options.artifactRetentionDays,
      }
      return uploadFiles(upload, job, context, loadClient)
    })
    return { report: { ...report, artifacts: [artifact] }, artifactId: artifact.id }
  } catch (error) {
    return { report: withFailure(report, error) }
  }
}

/**
 * Writes the report as a page and uploads that, as the options say; what of it cannot be done is a warning. Nothing
 * changes a page that was uploaded, so this comes last: after the alerts, so that it tells which were not delivered.
 */
export async function publishPage(report: Report, publication: Publication): Promise<Filed> {
  const { options, context } = publication
  const page = await pageForJob(report, context)
  const uploaded = page === undefined ? report : await uploadPage(report, page, publication)
  const filed = await withReportFile(uploaded, options, context)
  return page === undefined ? filed : { reportPath: page, ...filed }
}

async function uploadPage(report: Report, page: string, publication: Publication): Promise<Report> {
  const { options, job, context, loadClient } = publication
  if (!isPublished(report, publication) || job === null || options.uploadArtifact === 'none') {
    return report
  }
  try {
    const artifact = await context.logger.step('Uploading the report', async () => {
      const upload = {
        name: `${nameOf(report)}-report`,
        root: path.dirname(page),
        files: report.drill === undefined ? [page] : await filesBelow(path.dirname(page)),
        bytes: 0,
        compressed: false,
        retentionDays: options.artifactRetentionDays,
      }
      return uploadFiles(upload, job, context, loadClient)
    })
    return { ...report, artifacts: [...(report.artifacts ?? []), artifact] }
  } catch (error) {
    return withWarning(report, `The report was not uploaded. ${messageOf(error)}`, context)
  }
}

/**
 * Backups, drills, and a report over several databases, which nobody else has; and not while we are asked to stop: there
 * are seconds left then.
 */
function isPublished({ operation, fleet }: Report, { context }: Publication): boolean {
  const isOfSeveral = operation === 'report' && fleet !== undefined
  return (operation === 'backup' || operation === 'drill' || isOfSeveral) && !context.signal.aborted
}

/** The page, in a folder of its own that later steps of the job can read. */
async function pageForJob(report: Report, context: Publication['context']): Promise<string | undefined> {
  try {
    const folder =
      report.drill?.folder ?? (await mkdtemp(path.join(temporaryFolder(context.environment), 'lifeboat-report-')))
    const page = path.join(folder, `${artifactName(nameOf(report), 'report')}.html`)
    await writePage(report, page, context)
    return page
  } catch (error) {
    context.logger.warning(`The report could not be written. ${messageOf(error)}`)
    return undefined
  }
}

/** `masclet_imperi-daily-20261124T020003Z`; a set that failed its proof says so wherever it goes. */
function nameOf({ operation, series, type, id, proof, fleet }: Report): string {
  if (fleet !== undefined) {
    return artifactName('all-databases', type, operation === 'report' ? undefined : operation)
  }
  const failed = proof?.outcome === 'failed' ? 'proof-failed' : undefined
  return artifactName(series, type, id ?? operation, failed)
}

/** Whether the store itself has made an artifact of the set. */
function isAmongArtifacts({ store }: Pick<Options, 'store'>): boolean {
  return knownLocation(store)?.kind === 'artifact'
}

/** By its manifest; what has none that can be read counts as not encrypted. */
async function isEncrypted(folder: string): Promise<boolean> {
  try {
    return (await readManifest(folder)).encryption !== undefined
  } catch (error) {
    if (error instanceof LifeboatError) return false
    throw error
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await entriesBelow(folder)
  return entries.filter(({ kind }) => kind === 'file').map((entry) => path.join(folder, entry.path))
}

/** What failed first, or weighs more, is told; this becomes a warning then. */
function withFailure(report: Report, error: unknown): Report {
  if (report.failure !== undefined || report.proof?.outcome === 'failed') {
    return { ...report, warnings: [...report.warnings, messageOf(error)] }
  }
  const failure = { message: messageOf(error), causes: messagesOf(error).slice(1), exitCode: exitCodeOf(error) }
  return { ...report, failure }
}

function withWarning(report: Report, warning: string, { logger }: Publication['context']): Report {
  logger.warning(warning)
  return { ...report, warnings: [...report.warnings, warning] }
}
