import { type Limits } from './content.js'
import { renderMarkdown } from './markdown.js'
import type { Report } from './report.js'
import { contentOf } from './sections.js'

/** GitHub drops the whole summary of a step beyond 1 MiB; this leaves room for what the step wrote before. */
export const SUMMARY_BUDGET = 900 * 1024

const USUAL: Limits = { tables: 200, databases: 2000, findings: 200, retention: 100, text: 1000 }

/** Where names cannot be told from each other any more, nothing is won by shorter ones. */
const SHORTEST = 30

/** The job summary of an operation, in GitHub's Markdown and always within the budget of bytes. */
export function summaryOf(report: Report, budget = SUMMARY_BUDGET): string {
  let limits = USUAL
  for (;;) {
    const summary = renderMarkdown(contentOf(report, limits), limits)
    if (Buffer.byteLength(summary) <= budget) {
      return summary
    }
    if (limits.text <= SHORTEST) {
      // The verdict and what it is about; the page has the rest.
      return renderMarkdown(contentOf(report, limits).slice(0, 2), limits)
    }
    limits = halved(limits)
  }
}

function halved({ tables, databases, findings, retention, text }: Limits): Limits {
  return {
    tables: Math.ceil(tables / 2),
    databases: Math.ceil(databases / 2),
    findings: Math.ceil(findings / 2),
    retention: Math.ceil(retention / 2),
    text: Math.ceil(text / 2),
  }
}
