import { finding, type Finding, type Severity } from '../../findings.js'

const ORDER: readonly Severity[] = ['error', 'inconclusive', 'warning', 'info']

/** How many findings a proof lists; a report with more is not read, and a manifest should stay small. */
export const MOST_FINDINGS = 200

/**
 * The heaviest findings, at most so many, each thing's findings once. What is left out is counted in a last one of the
 * heaviest code among them, so that no severity gets lost.
 */
export function boundedFindings(findings: readonly Finding[], most = MOST_FINDINGS): Finding[] {
  const distinct = [...new Map(findings.map((one) => [JSON.stringify([one.code, one.on, one.found]), one])).values()]
  if (distinct.length <= most) return distinct
  const sorted = [...distinct].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
  const [first, ...others] = sorted.slice(most - 1)
  if (first === undefined) return distinct
  const more = others.length + 1
  return [
    ...sorted.slice(0, most - 1),
    finding(first.code, 'everything else', `${more} more findings are not listed here`),
  ]
}
