import { finding, type Finding } from '../../findings.js'
import type { CatalogObject, Fact } from '../../postgres/catalog/model.js'
import type { Difference } from './facts.js'

/** Whether a difference between two objects is one between what the source had and what a restore of its dump can give. */
export function isComparable(
  source: CatalogObject,
  copy: CatalogObject,
  sameMajor: boolean,
): (difference: Difference) => boolean {
  const mappingIsReadable = source.facts.optionsReadable !== false && copy.facts.optionsReadable !== false
  return ({ what, source: had, copy: has }) => {
    switch (what) {
      case 'column order':
        return !haveSameOrder(had, has)
      // No dump holds that they were disabled (a finding of its own); that a copy's are is a difference.
      case 'disabled triggers':
        return hasMore(had, has)
      // As little do they hold statistics targets of an index that a constraint made.
      case 'statistics targets':
        return source.kind !== 'constraint' || hasMore(had, has)
      // Since 18 a subscription streams in parallel where its dump does not say otherwise.
      case 'streaming':
        return sameMajor || had !== undefined || has !== 'parallel'
      case 'options readable':
        return false
      case 'options':
        return mappingIsReadable
      default:
        return true
    }
  }
}

/** What is only in one of both lists has a finding of its own; here only the order counts. */
function haveSameOrder(had: Fact | undefined, has: Fact | undefined): boolean {
  const [before, after] = [listOf(had), listOf(has)]
  const kept = before.filter((name) => after.includes(name))
  return JSON.stringify(kept) === JSON.stringify(after.filter((name) => before.includes(name)))
}

function hasMore(had: Fact | undefined, has: Fact | undefined): boolean {
  const before = new Set(listOf(had))
  return listOf(has).some((one) => !before.has(one))
}

function listOf(fact: Fact | undefined): string[] {
  return Array.isArray(fact) ? fact : []
}

/**
 * A partition's own state of a trigger that it has from its parent is told only where it differs from the parent's. So
 * told on one side only, the trigger is on both, and its state differs.
 */
export function partitionTriggerFinding(
  { kind, name, facts }: CatalogObject,
  on: 'source' | 'copy',
): Finding | undefined {
  const { enabled, enabledOfParent } = facts
  if (kind !== 'trigger' || typeof enabledOfParent !== 'string') return undefined
  const [here, there] = [String(enabled), enabledOfParent]
  const [had, has] = on === 'source' ? [here, there] : [there, here]
  return finding('OBJECT_DIFFERS', `trigger ${name}`, `enabled is ${has}, the source had ${had}`)
}
