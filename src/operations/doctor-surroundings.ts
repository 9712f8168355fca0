import { Cron } from 'croner'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { jobOf } from '../platform/github.js'
import { addressesOf } from '../platform/resolve.js'
import { kindOfLocation } from '../stores/location.js'
import { formatInstant } from '../units.js'
import type { Examination } from './examination.js'
import { watchSchedules } from './watch-schedules.js'

/** Looks at what starts backups, and at who hears of them. */
export async function examineSurroundings(seen: Examination, options: Options, context: Context): Promise<void> {
  await seen.check('Schedule', 'next run', () => {
    examineSchedule(seen, options, context)
  })
  await seen.check('GitHub', 'token', () => examineGitHub(seen, options, context))
  for (const name of ['webhook-url', 'ping-url'] as const) {
    const address = name === 'webhook-url' ? options.webhookUrl : options.pingUrl
    if (address !== undefined) {
      await seen.check('Alerts', name, () => examineAddress(seen, name, address, context))
    }
  }
  if (options.webhookUrl === undefined && options.pingUrl === undefined && !options.problemIssues) {
    seen.warning(
      'Alerts',
      'channels',
      'nobody is told when a backup fails, or when none is taken any more',
      "Give webhook-url, ping-url (a dead-man's service) or problem-issues, and let `watch` run where backups do not.",
    )
  }
}

function examineSchedule(
  seen: Examination,
  { schedule, timezone, type }: Options,
  { clock, environment }: Context,
): void {
  if (schedule !== undefined) {
    const next = new Cron(schedule, { timezone, paused: true }).nextRun(clock.now())
    const when = next === null ? undefined : formatInstant(next)
    if (when === undefined) {
      seen.problem('Schedule', 'next run', `"${schedule}" never comes`, 'Correct the schedule in lifeboat.yml.')
    } else {
      seen.ok('Schedule', 'next run', `"${schedule}" (${timezone}): ${when}, where pg-lifeboat schedule runs`)
    }
    return
  }
  if (jobOf(environment) !== null) {
    return // what starts the workflow is looked at with the token
  }
  seen.warning(
    'Schedule',
    'next run',
    `${type === undefined ? 'no type is chosen, and so no schedule' : `the type "${type}" has no schedule`}; whether cron or a workflow starts backups cannot be seen here`,
    'Give the type a schedule in lifeboat.yml and let pg-lifeboat schedule run, or make sure that cron or a workflow starts it.',
  )
}

/** Permissions of a token cannot be asked for, only tried; what would change something is not tried. */
async function examineGitHub(seen: Examination, options: Options, context: Context): Promise<void> {
  const { environment } = context
  const token = options.githubToken ?? environment.GITHUB_TOKEN ?? ''
  const locations = [options.store, ...options.copies.map(({ location }) => location)]
  const needs = [
    ...(locations.some(isArtifact) ? ['artifact: stores (actions: read, and actions: write to remove)'] : []),
    ...(options.problemIssues ? ['problem-issues (issues: write)'] : []),
  ]
  if (needs.length > 0 && token === '') {
    seen.problem(
      'GitHub',
      'token',
      `there is none, and it is needed for ${needs.join(' and ')}`,
      'Give github-token: ${{ github.token }} and the permissions in the job.',
    )
    return
  }
  if (jobOf(environment) === null || token === '') {
    return
  }
  const findings = await watchSchedules(options, context)
  const more = needs.length === 0 ? '' : `; not tried, because it changes something: ${needs.join(', ')}`
  seen.findings('GitHub', 'token', findings, `it reads the repository, and no schedule is about to be disabled${more}`)
}

function isArtifact(location: string): boolean {
  try {
    return kindOfLocation(location).kind === 'artifact'
  } catch {
    return false // said where the stores are looked at
  }
}

/** Nothing is sent: a dead-man's service would take it for a backup. */
async function examineAddress(
  seen: Examination,
  name: string,
  address: string,
  { environment, logger }: Context,
): Promise<void> {
  logger.hide(address)
  const { hostname, protocol } = new URL(address)
  if (environment.HTTPS_PROXY ?? environment.https_proxy) {
    seen.ok('Alerts', name, `${hostname}, which the proxy of HTTPS_PROXY reaches; nothing was sent`)
    return
  }
  const addresses = await addressesOf(hostname, name)
  if (protocol === 'http:' && !/^(localhost|127\.|\[?::1)/.test(hostname)) {
    seen.warning('Alerts', name, `${hostname} is asked without encryption`, 'Use an address that begins with https://')
    return
  }
  seen.ok('Alerts', name, `${hostname} is ${addresses[0] ?? 'known'}; nothing was sent`)
}
