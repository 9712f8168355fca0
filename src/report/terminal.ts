import { doctorTable } from './doctor-table.js'
import { OUTCOME_MARKS } from './drill.js'
import { rpoOf, rtoOf, type ScenarioResult } from './drill-facts.js'
import { fleetClosing } from './fleet.js'
import { MOOD_MARKS } from './markup.js'
import { plainText } from './plain.js'
import { planClosing } from './plan.js'
import type { Report } from './report.js'
import { counted, formatBytes, formatDuration } from '../units.js'
import { storeLines } from './stores.js'
import { verdictOf } from './verdict.js'

/** The end of a run for a terminal or a log: the verdict, where the set is, what rotation did. Findings were told before. */
export function closingLines(report: Report, { withTable = true } = {}): string[] {
  const { mood, text } = verdictOf(report)
  const { retention, restored } = report
  const removed = retention.filter(({ keep }) => !keep)
  return [
    ...(withTable ? doctorTable(report.diagnosis ?? []) : []),
    ...(report.drill?.scenarios ?? []).map(scenarioLine),
    ...(report.fleet === undefined ? [] : fleetClosing(report.fleet)),
    ...(report.plan === undefined ? [] : planClosing(report.plan)),
    `${MOOD_MARKS[mood]} ${plainText(text)}`,
    ...setLine(report),
    ...(restored?.previous === undefined
      ? []
      : [
          `The database that was there before is kept as ${restored.previous}. To put it back: ${restored.undoCommand}`,
        ]),
    ...(retention.length === 0
      ? []
      : [
          `Retention: ${counted(retention.length - removed.length, 'set')} kept, ${removed.length} ${report.dryRun === true ? 'would be removed' : 'removed'}.`,
        ]),
    ...storeLines(report),
    `Took ${formatDuration(report.seconds)}.`,
  ]
}

function setLine({ id, set }: Report): string[] {
  if (set === undefined) {
    return []
  }
  const size = id === undefined ? '' : ` (${formatBytes(set.bytes)})`
  return [`${set.foreign === true ? 'Dump' : 'Set'}: ${set.location ?? set.path}${size}`]
}

function scenarioLine(result: ScenarioResult): string {
  const [rto, rpo] = [rtoOf(result), rpoOf(result)]
  const times = rto === undefined || rpo === undefined ? '' : `, RTO ${formatDuration(rto)}, RPO ${formatDuration(rpo)}`
  return `${OUTCOME_MARKS[result.outcome]}: ${result.scenario}${times}`
}
