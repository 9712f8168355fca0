import { finding, type Finding, type FindingCode } from '../../findings.js'
import type { CatalogObject } from '../../postgres/catalog/model.js'
import { UNDUMPED, type UndumpedReason } from '../../postgres/catalog/undumped.js'

/** How many of a kind are named; the others are counted. */
const MOST_NAMED = 10

const CODES: Readonly<Record<UndumpedReason, FindingCode>> = {
  lost: 'NOT_DUMPED',
  comment: 'COMMENTS_NOT_DUMPED',
  'system owner': 'SYSTEM_OWNERS_NOT_DUMPED',
}

/** What the source has and its dump does not, once for each reason, with names. */
export function undumpedFindings(source: readonly CatalogObject[]): Finding[] {
  const told = source.filter(({ kind }) => kind === UNDUMPED)
  return Object.entries(CODES).flatMap(([reason, code]) => {
    const names = told.filter(({ facts }) => facts.reason === reason).map(counted)
    return names.length === 0 ? [] : [finding(code, 'what no dump holds', listed(names.sort()))]
  })
}

function counted({ name, facts: { count } }: CatalogObject): string {
  return typeof count === 'number' ? `${name} (${count})` : name
}

function listed(names: readonly string[]): string {
  const others = names.length - MOST_NAMED
  return names.slice(0, MOST_NAMED).join('; ') + (others > 0 ? `; and ${others} more` : '')
}
