import type { Context } from '../context.js'
import { problemOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { Options } from '../options.js'
import { jobOf } from '../platform/github.js'
import { scheduleFacts, type ScheduleFacts } from '../platform/github-schedules.js'
import { ageText } from '../records/freshness.js'
import { formatInstant } from '../units.js'
import { rethrowInterruption } from './troubles.js'

const DAY_MS = 86_400_000

/** GitHub disables the schedules of a public repository so many days after its last commit. */
const DISABLED_AFTER_DAYS = 60

/** Two weeks are enough for somebody to notice. */
const WARNED_AFTER_DAYS = 45

/**
 * In a job: whether GitHub is about to stop starting what is scheduled in this repository, or has stopped already. A
 * watch that is itself scheduled would fall silent with the backups, so it must speak before.
 */
export async function watchSchedules(
  { githubToken }: Pick<Options, 'githubToken'>,
  context: Context,
): Promise<Finding[]> {
  const { environment, logger, clock } = context
  const job = jobOf(environment)
  const token = githubToken ?? environment.GITHUB_TOKEN ?? ''
  if (job === null || token === '') {
    logger.debug('Whether schedules are about to be disabled is only asked in a job, with github-token.')
    return []
  }
  logger.hide(token)
  const apiUrl = environment.GITHUB_API_URL ?? 'https://api.github.com'
  try {
    const facts = await scheduleFacts({ repository: job.repository, token, apiUrl }, context)
    return judgeSchedules(job.repository, facts, clock.now())
  } catch (error) {
    rethrowInterruption(error, 'looking at the schedules', context)
    return [finding('SCHEDULE_NOT_CHECKED', job.repository, problemOf(error))]
  }
}

/** Pure: what there is to say of these facts. */
export function judgeSchedules(
  repository: string,
  { isPublic, lastCommit, disabled }: ScheduleFacts,
  now: Date,
): Finding[] {
  const stopped = disabled.map((file) =>
    finding(
      'SCHEDULE_DISABLED',
      file,
      `GitHub has disabled this workflow, because ${repository} was not active`,
      `Enable it again: gh workflow enable ${file.split('/').at(-1) ?? file}`,
    ),
  )
  const age = lastCommit === null ? 0 : now.getTime() - lastCommit.getTime()
  if (!isPublic || lastCommit === null || age < WARNED_AFTER_DAYS * DAY_MS) {
    return stopped
  }
  const end = new Date(lastCommit.getTime() + DISABLED_AFTER_DAYS * DAY_MS)
  const what = now < end ? 'disables its schedules on' : 'may disable its schedules at any time, since'
  const found = `the last commit is from ${formatInstant(lastCommit)}, ${ageText(age)} ago, and GitHub ${what} ${formatInstant(end).slice(0, 10)}`
  return [...stopped, finding('SCHEDULE_ENDING', repository, found)]
}
