import { tellEnd } from '../alerts/tell.js'
import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context } from '../context.js'
import { InterruptedError } from '../errors.js'
import { chosenJobs, choiceOf } from '../fleet/choice.js'
import { labelOf, type Job as Run } from '../fleet/jobs.js'
import { partOf, unknownPart } from '../fleet/part.js'
import { ReportDraft } from '../operations/report-draft.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import { withContext } from '../platform/context.js'
import type { Job } from '../platform/github.js'
import type { FleetPart } from '../report/fleet-facts.js'
import type { Report } from '../report/report.js'
import { assertPublishable, operateInJob, type RunOperation } from './operate.js'
import { explain } from './tell.js'

/** What several databases of a configuration came to in one job. */
export interface SeveralDone {
  /** One line each. */
  report: Report
  /** What each of them told by itself. */
  reports: readonly Report[]
}

/** An operation for several databases in one job. */
export interface Several {
  operation: Operation
  configuration: LoadedConfiguration
  common: Pick<Options, 'database' | 'type' | 'task'>
  job: Job | null
  runOperation: RunOperation
}

/**
 * Runs an operation for several databases, one after another, each with options, alerts, artifacts and a time limit of its
 * own: a job has one disk and two processors, and other jobs run beside it. What fails in one holds up no other. After an
 * interruption no further one begins.
 *
 * Throws `UsageError` for databases and types that are not there.
 */
export async function runSeveral(several: Several, context: Context): Promise<SeveralDone> {
  const { operation, configuration, common } = several
  const draft = new ReportDraft(operation, context)
  draft.type = common.type
  const parts: FleetPart[] = []
  const reports: Report[] = []
  for (const run of chosenJobs(operation, configuration, choiceOf(common))) {
    const { part, report } = await context.logger.step(labelOf(run), () => runOne(run, several, context))
    parts.push(part)
    reports.push(...(report === undefined ? [] : [report]))
  }
  return { report: { ...draft.finished(), fleet: { parts } }, reports }
}

async function runOne(
  run: Run,
  { operation, configuration, job, runOperation }: Several,
  { logger, environment, workingDirectory, signal, clock }: Context,
): Promise<{ part: FleetPart; report?: Report }> {
  const startedAt = clock.monotonic()
  try {
    if (signal.aborted) {
      throw new InterruptedError(`starting with ${labelOf(run)}`)
    }
    const options = configuration.optionsFor({ ...run, operation })
    assertPublishable(operation, options, job, environment)
    const surroundings = { logger, environment, workingDirectory, timeLimit: options.timeLimit }
    const { report } = await withContext(surroundings, (own) =>
      operateInJob(operation, options, job, own, runOperation),
    )
    tellEnd(report, logger)
    return { part: partOf(run, report), report }
  } catch (error) {
    explain(error, logger)
    return { part: unknownPart(run, error, (clock.monotonic() - startedAt) / 1000) }
  }
}
