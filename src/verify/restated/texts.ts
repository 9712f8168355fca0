import type { CatalogObject } from '../../postgres/catalog/model.js'
import { constraintTrials, domainConstraintTrials } from './constraint-trials.js'
import { policyTrials, publicationTrials, ruleTrials, triggerTrials } from './part-trials.js'
import { columnTrials, indexTrials, partitionTrials, statisticsTrials, viewTrials } from './relation-trials.js'
import { routineTrials } from './routine-trials.js'
import type { Differing, TrialMaker } from './trial.js'
import { collationTrials, typeTrials } from './type-trials.js'

/** The texts of a kind that PostgreSQL prints from what it has parsed, and how to let it parse them once more. */
interface Texts {
  names: readonly string[]
  trials: TrialMaker
}

const TEXTS: Readonly<Record<string, Texts>> = {
  table: { names: ['partitionedBy', 'partitionBound'], trials: partitionTrials },
  'foreign table': { names: ['partitionBound'], trials: partitionTrials },
  view: { names: ['definition'], trials: viewTrials },
  'materialized view': { names: ['definition'], trials: viewTrials },
  column: { names: ['default'], trials: columnTrials },
  constraint: { names: ['definition'], trials: constraintTrials },
  'domain constraint': { names: ['definition'], trials: domainConstraintTrials },
  index: { names: ['definition'], trials: indexTrials },
  statistics: { names: ['definition'], trials: statisticsTrials },
  trigger: { names: ['definition'], trials: triggerTrials },
  rule: { names: ['definition'], trials: ruleTrials },
  policy: { names: ['using', 'withCheck'], trials: policyTrials },
  publication: { names: ['filters'], trials: publicationTrials },
  function: { names: ['arguments', 'body'], trials: routineTrials },
  procedure: { names: ['arguments', 'body'], trials: routineTrials },
  type: { names: ['default'], trials: typeTrials },
  collation: { names: ['locale', 'ctype'], trials: collationTrials },
}

/** The texts that both have, in other words. */
export function differingTexts(source: CatalogObject, copy: CatalogObject): Differing[] {
  return (TEXTS[source.kind]?.names ?? []).flatMap((what) => {
    const [text, copyText] = [textOf(source, what), textOf(copy, what)]
    const differ = text !== undefined && copyText !== undefined && text !== copyText
    return differ ? [{ source, copy, what, text, copyText }] : []
  })
}

export const trialsOf: TrialMaker = (differing, surroundings) =>
  TEXTS[differing.source.kind]?.trials(differing, surroundings) ?? []

/** Arguments are a fact without their defaults, and a text with them. */
function isFact(kind: string, what: string): boolean {
  return !(what === 'arguments' && (kind === 'function' || kind === 'procedure'))
}

function textOf({ kind, facts, deparsed }: CatalogObject, what: string): string | undefined {
  const fact = isFact(kind, what) ? facts[what] : undefined
  return deparsed?.[what] ?? (typeof fact === 'string' ? fact : undefined)
}

/** The source's object with another text, which stands where the copy has its own. */
export function withText({ copy, what }: Differing, object: CatalogObject, text: string): CatalogObject {
  const isDeparsed = copy.deparsed?.[what] !== undefined
  const facts = isFact(object.kind, what) ? without(object.facts, what) : object.facts
  const deparsed = { ...without(object.deparsed ?? {}, what), ...(isDeparsed && { [what]: text }) }
  return {
    ...without(object, 'deparsed'),
    facts: isDeparsed ? facts : { ...facts, [what]: text },
    ...(Object.keys(deparsed).length > 0 && { deparsed }),
  }
}

function without<T extends object, K extends string>(record: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)) as Omit<T, K>
}
