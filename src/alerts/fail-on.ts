import type { Options } from '../options.js'
import { LEVELS } from '../records/alert-rules.js'
import { exitCodeFor, type AlertLine, type Report } from '../report/report.js'
import { counted } from '../units.js'

/**
 * The report of a run that ends as a failure because of its alerts, though everything it did is right; any other report
 * as it is. Nothing is undone or left out: the run only does not look as if nobody had to look.
 */
export function withFailOn(report: Report, { failOn }: Pick<Options, 'failOn'>): Report {
  const grave = failOn === 'never' ? [] : report.alerts.filter(({ level }) => isAtLeast(level, failOn))
  if (grave.length === 0 || exitCodeFor(report) !== 0) {
    return report
  }
  const failedOn = [
    goodness(report),
    `This run ends as failed (exit code 1) because of ${counted(grave.length, 'alert')} that fail-on asks for:`,
    ...grave.map(({ message }) => message),
    'If that is as it should be, change the rule in alerts, or fail-on.',
  ].join(' ')
  return { ...report, failedOn, warnings: [...report.warnings, failedOn] }
}

function goodness({ proof }: Report): string {
  return proof?.outcome === 'proven'
    ? 'The backup itself is good: it was proven.'
    : 'The backup itself was made as asked, without a proof.'
}

function isAtLeast(level: AlertLine['level'], least: AlertLine['level']): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(least)
}
