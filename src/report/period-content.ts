import { counted } from '../units.js'
import { sentence, type Block, type Limits } from './content.js'
import type { PeriodReport } from './period.js'
import { chartsOf, forecastCharts, growthBars } from './period-charts.js'
import type { Verdict } from './verdict.js'

/** How the backups of a period did, for somebody who reads one sentence. */
export function periodVerdict({ backups }: PeriodReport): Verdict {
  return { mood: 'doubtful', text: sentence`${counted(backups.total, 'backup')}.` }
}

/** What a period comes to, after its verdict: what to do, figures at a glance, and everything that they stand on. */
export function periodBlocks(statistics: PeriodReport, _limits: Limits): Block[] {
  return [...chartsOf(statistics), ...forecastCharts(statistics), ...growthBars(statistics)]
}
