import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context, Logger } from '../context.js'
import { problemOf, UsageError } from '../errors.js'
import { ReportDraft } from '../operations/report-draft.js'
import { rethrowInterruption } from '../operations/troubles.js'
import { counted } from '../units.js'
import { matrixOutput, type PlanFacts } from '../report/plan.js'
import type { Report } from '../report/report.js'
import { chosenJobs, type FleetChoice } from './choice.js'
import { lastDuration } from './durations.js'
import { lookAtEach } from './each.js'
import { labelOf, type Job } from './jobs.js'
import { fewestJobs, matrixOf, type PlannedBackup } from './matrix.js'

/**
 * Spreads the databases of a configuration over the jobs of a workflow, so that all of these take about as long. How long
 * each backup takes is read in its own store; one that cannot be read is a warning, and its time a guess.
 */
export async function plan(configuration: LoadedConfiguration, choice: FleetChoice, context: Context): Promise<Report> {
  const draft = new ReportDraft('plan', context)
  draft.type = choice.type
  try {
    const jobs = chosenJobs('backup', configuration, choice)
    const backups = await draft.phase('Reading how long the last backups took', () =>
      timed(jobs, configuration, draft, context),
    )
    const facts = factsOf(backups, configuration.commonOptions({ operation: 'plan' }).maxJobs)
    assertNothingHidden(facts, context.logger)
    return { ...draft.finished(), plan: facts }
  } catch (error) {
    return draft.finished(error)
  }
}

function timed(
  jobs: readonly Job[],
  configuration: LoadedConfiguration,
  draft: ReportDraft,
  context: Context,
): Promise<PlannedBackup[]> {
  return lookAtEach(jobs, context, async (job, own) => {
    const { database, type } = job
    const backup = { ...(database !== undefined && { database }), ...(type !== undefined && { type }) }
    try {
      const options = configuration.optionsFor({ ...backup, operation: 'plan' })
      const seconds = await lastDuration(options, type, own)
      return { ...backup, ...(seconds !== undefined && { seconds }) }
    } catch (error) {
      rethrowInterruption(error, 'planning the jobs', context)
      draft.warn(
        `The store of ${labelOf(job)} could not be read, so how long it takes is only guessed: ${problemOf(error)}.`,
      )
      return backup
    }
  })
}

function factsOf(backups: readonly PlannedBackup[], most: number): PlanFacts {
  const fewest = fewestJobs(backups)
  if (fewest > most) {
    throw new UsageError({
      doing: 'planning the jobs',
      problem: `there are ${counted(fewest, 'type')}, and a job is of one type, but max-jobs is ${most}`,
      advice: 'Raise max-jobs, or plan one type at a time (option type).',
    })
  }
  return { jobs: matrixOf(backups, most), unknown: backups.filter(({ seconds }) => seconds === undefined).length }
}

/** GitHub drops an output between jobs that has a masked value in it, and the next job then fails without a reason. */
function assertNothingHidden(facts: PlanFacts, logger: Logger): void {
  const hidden = facts.jobs.find(({ databases, type = '' }) =>
    [...databases, type].some((name) => logger.redact(name) !== name),
  )
  if (
    hidden !== undefined ||
    logger.redact(JSON.stringify(matrixOutput(facts))) !== JSON.stringify(matrixOutput(facts))
  ) {
    throw new UsageError({
      doing: 'planning the jobs',
      problem: 'the name of a database or type holds the value of a secret, so GitHub would drop the matrix',
      advice: 'Give that database another name in the configuration, or that secret another value.',
    })
  }
}
