import { asSentence, code, sentence, strong, type Block, type Limits, type Text } from './content.js'
import {
  RECOVERY_PHASES,
  recoveryTime,
  rpoOf,
  rtoOf,
  summaries,
  worstOutcome,
  type DrillFacts,
  type DrillOutcome,
  type PastDrill,
  type ScenarioResult,
} from './drill-facts.js'
import { counted, formatCount, formatDuration, formatInstant } from '../units.js'
import type { Verdict } from './verdict.js'

export const OUTCOME_MARKS: Readonly<Record<DrillOutcome, string>> = {
  passed: '✅ passed',
  failed: '❌ failed',
  'could-not-run': '❓ could not run',
}

/** How many earlier drills the trend shows. */
const TREND = 12

/** What came of a drill, for somebody who reads one sentence. */
export function drillVerdict({ scenarios }: DrillFacts): Verdict {
  const names = (outcome: DrillOutcome) =>
    scenarios.filter((each) => each.outcome === outcome).map((each) => each.scenario)
  const [passed, failed, open] = [names('passed'), names('failed'), names('could-not-run')]
  switch (worstOutcome(scenarios)) {
    case 'passed':
      return {
        mood: 'good',
        text: sentence`Recovery works: ${counted(passed.length, 'scenario')} of the drill passed${worstTimes(scenarios)}.`,
      }
    case 'failed':
      return {
        mood: 'bad',
        text: sentence`Recovery does not work as it should: ${failed.join(', ')} failed.${passed.length === 0 ? '' : ` Passed: ${passed.join(', ')}.`}`,
      }
    case 'could-not-run':
      return {
        mood: 'doubtful',
        text:
          scenarios.length === 0
            ? sentence`The drill did not come to its first scenario.`
            : sentence`Not everything could be rehearsed: ${open.join(', ')} could not run.${passed.length === 0 ? '' : ` Passed: ${passed.join(', ')}.`}`,
      }
  }
}

function worstTimes(scenarios: readonly ScenarioResult[]): string {
  const rtos = scenarios.flatMap((each) => rtoOf(each) ?? [])
  const rpos = scenarios.flatMap((each) => rpoOf(each) ?? [])
  return rtos.length === 0
    ? ''
    : `; the longest recovery took ${formatDuration(Math.max(...rtos))}, at most ${formatDuration(Math.max(...rpos))} of work would be lost`
}

/** The sections of a drill's report, after its verdict. */
export function drillBlocks({ scenarios, past }: DrillFacts, startedAt: Date, limits: Limits): Block[] {
  if (scenarios.length === 0) {
    return []
  }
  return [
    { kind: 'heading', text: 'Scenarios' },
    {
      kind: 'table',
      caption: 'What was rehearsed, and what came of it',
      columns: [
        { title: 'Scenario' },
        { title: 'Outcome' },
        { title: 'RTO', numeric: true },
        { title: 'RPO', numeric: true },
        { title: 'What it rehearses' },
      ],
      rows: scenarios.map((result) => [
        [code(result.scenario)],
        [OUTCOME_MARKS[result.outcome]],
        [durationOr(rtoOf(result))],
        [durationOr(rpoOf(result))],
        [asSentence(result.describe)],
      ]),
    },
    ...recoveries(scenarios),
    ...cases(scenarios, limits),
    ...trend([...past, { at: startedAt, scenarios: summaries(scenarios) }]),
  ]
}

function recoveries(scenarios: readonly ScenarioResult[]): Block[] {
  const rows = scenarios.flatMap(({ scenario, recoveries }) =>
    recoveries.map(({ id, type, times, rows, rpo }): Text[] => [
      [code(scenario)],
      sentence`${type} ${code(id)}`,
      ...RECOVERY_PHASES.map((phase) => [durationOr(times[phase])]),
      [strong(formatDuration(recoveryTime(times)))],
      [formatDuration(rpo)],
      [rows === undefined ? '–' : formatCount(rows)],
    ]),
  )
  return rows.length === 0
    ? []
    : [
        { kind: 'heading', text: 'Recovery time by phase' },
        {
          kind: 'table',
          caption:
            'Each recovery that was made. RTO: from the first byte fetched to the last compared. RPO: age of the snapshot',
          columns: [
            { title: 'Scenario' },
            { title: 'Backup' },
            ...RECOVERY_PHASES.map((title) => ({ title, numeric: true })),
            { title: 'RTO', numeric: true },
            { title: 'RPO', numeric: true },
            { title: 'Rows', numeric: true },
          ],
          rows,
        },
      ]
}

function cases(scenarios: readonly ScenarioResult[], limits: Limits): Block[] {
  return scenarios
    .filter((result) => result.cases.length > 0)
    .map(({ scenario, cases, outcome, seconds }): Block => {
      const ranked = [...cases].sort((a, b) => Number(a.outcome === 'passed') - Number(b.outcome === 'passed'))
      const shown = ranked.slice(0, limits.findings)
      const left = ranked.length - shown.length
      return {
        kind: 'details',
        summary: `${scenario}: ${OUTCOME_MARKS[outcome]} in ${formatDuration(seconds)}`,
        blocks: [
          {
            kind: 'list',
            items: [
              ...shown.map(
                (one) => sentence`${OUTCOME_MARKS[one.outcome]} ${strong(one.name)}: ${asSentence(one.said)}`,
              ),
              ...(left === 0 ? [] : [sentence`${counted(left, 'more case')} not shown here.`]),
            ],
          },
        ],
      }
    })
}

function trend(drills: readonly PastDrill[]): Block[] {
  const shown = drills.slice(-TREND)
  if (shown.length < 2) {
    return []
  }
  const names = [...new Set(shown.flatMap(({ scenarios }) => scenarios.map(({ scenario }) => scenario)))]
  const bars = shown.map(({ at, scenarios }) => ({
    label: at.toISOString().slice(0, 10),
    value: Math.max(0, ...scenarios.map(({ rto = 0 }) => rto)),
  }))
  return [
    { kind: 'heading', text: 'Trend' },
    { kind: 'bars', caption: 'Longest RTO by drill', unit: 'seconds', bars },
    {
      kind: 'table',
      caption: 'RTO by scenario and drill, the newest last',
      columns: [{ title: 'Drill' }, ...names.map((title) => ({ title, numeric: true }))],
      rows: shown.map(({ at, scenarios }) => [
        [formatInstant(at)],
        ...names.map((name) => {
          const one = scenarios.find(({ scenario }) => scenario === name)
          return [one === undefined ? '–' : `${OUTCOME_MARKS[one.outcome].split(' ')[0] ?? ''} ${durationOr(one.rto)}`]
        }),
      ]),
    },
  ]
}

function durationOr(seconds: number | undefined): string {
  return seconds === undefined ? '–' : formatDuration(seconds)
}
