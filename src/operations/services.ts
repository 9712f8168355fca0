import { UsageError } from '../errors.js'
import type { Options } from '../options.js'
import type { Services } from '../restore/services.js'
import type { ReportDraft } from './report-draft.js'

/** How the services are stopped and started, as the options say. Throws `UsageError` where they would stay stopped. */
export function servicesOf(
  { stopCommand: stop, startCommand: start, servicesTimeout: timeout }: Options,
  report: ReportDraft,
): Services {
  if (stop !== undefined && start === undefined) {
    throw new UsageError({
      doing: 'reading the options',
      problem: 'stop-command is given and start-command is not, so the services would stay stopped',
      advice: 'Give the command that starts them again in start-command; `true` where nothing is to be done.',
    })
  }
  return { stop, start, timeout, phase: (title, work) => report.phase(title, work) }
}
