import { describeFinding, worstOf, type Finding } from '../findings.js'
import { totalRows, rowsByTable } from '../records/metrics.js'
import type { DrillCase, DrillOutcome, RehearsedRecovery } from '../report/drill-facts.js'
import type { DrillMeans, PickedSet, RecoveryEnd } from './scenario.js'
import type { Timeline } from './timeline.js'

/** What findings amount to for a drill: what could not be checked is not passed. */
export function outcomeOf(findings: readonly Finding[]): DrillOutcome {
  switch (worstOf(findings)) {
    case 'error':
      return 'failed'
    case 'inconclusive':
      return 'could-not-run'
    default:
      return 'passed'
  }
}

/** The weightiest finding as a sentence without its full stop, or what is said where there is none. */
export function saidOf({ findings, outcome }: Pick<RecoveryEnd, 'findings' | 'outcome'>, otherwise: string): string {
  const weighty =
    outcome === 'passed' ? [] : findings.filter(({ severity }) => ['error', 'inconclusive'].includes(severity))
  const [first] = weighty
  const more = weighty.length > 1 ? ` (and ${weighty.length - 1} more)` : ''
  return first === undefined ? otherwise : `${describeFinding(first).replace(/\.$/, '')}${more}`
}

/** The times of a recovery, with the age of what it brought back. */
export function rehearsed(set: PickedSet, timeline: Timeline, { context: { clock } }: DrillMeans): RehearsedRecovery {
  const rows = totalRows(rowsByTable(set.manifest))
  return {
    id: set.id,
    type: set.type,
    times: timeline.times(),
    rpo: Math.max(0, (clock.now().getTime() - Date.parse(set.manifest.snapshot.time)) / 1000),
    ...(rows !== null && { rows }),
  }
}

export function failedCase(name: string, said: string): DrillCase {
  return { name, outcome: 'failed', said }
}

export function openCase(name: string, said: string): DrillCase {
  return { name, outcome: 'could-not-run', said }
}
