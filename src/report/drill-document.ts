import { VERSION } from '../version.js'
import { sentence, type Limits } from './content.js'
import { drillBlocks, drillVerdict } from './drill.js'
import { summaries, worstOutcome, type DrillFacts } from './drill-facts.js'
import { renderMarkdown } from './markdown.js'
import { formatDuration, formatInstant } from '../units.js'

export interface DrillSubject {
  series: string
  startedAt: Date
  seconds: number
}

const LIMITS: Limits = { tables: 200, databases: 0, findings: 200, retention: 0, text: 1000 }

/** The report of a drill as one Markdown file that may be committed. */
export function drillDocument(facts: DrillFacts, { series, startedAt, seconds }: DrillSubject): string {
  const { mood, text } = drillVerdict(facts)
  const blocks = renderMarkdown(
    [
      { kind: 'verdict', mood, text },
      {
        kind: 'paragraph',
        text: sentence`Series ${{ code: series }}. Began at ${formatInstant(startedAt)}, took ${formatDuration(seconds)}. Rehearsed by pg-lifeboat ${VERSION}.`,
      },
      ...drillBlocks(facts, startedAt, LIMITS),
    ],
    LIMITS,
  )
  return `# Recovery drill of ${startedAt.toISOString().slice(0, 10)}\n\n${blocks}`
}

/** The same for programs; later drills read `startedAt` and `scenarios` of it for their trend. */
export function drillJson({ scenarios }: DrillFacts, { series, startedAt, seconds }: DrillSubject): string {
  return `${JSON.stringify(
    {
      series,
      startedAt: startedAt.toISOString(),
      seconds,
      tool: VERSION,
      outcome: worstOutcome(scenarios),
      scenarios: summaries(scenarios),
      results: scenarios,
    },
    null,
    2,
  )}\n`
}
