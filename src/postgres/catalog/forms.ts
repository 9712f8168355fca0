import type { CatalogObject, Fact } from './model.js'
import { FIRST_USER_OID } from './sql.js'

/** Kinds that the first form of description did not know. */
const KINDS_SINCE_2: ReadonlySet<string> = new Set(['parameter', 'not dumped'])

/** Facts that the first form did not know, by the kind that has them. */
const FACTS_SINCE_2: Readonly<Record<string, readonly string[]>> = {
  table: ['columnOrder', 'accessMethod'],
  'foreign table': ['columnOrder'],
  type: ['columnOrder', 'collatable'],
  'operator family': ['sortFamilies'],
  'operator class': ['members'],
  column: ['inherited'],
  constraint: ['inherited', 'indexOptions', 'statisticsTargets', 'partOf', 'disabledTriggers', 'dependsOnExtensions'],
  trigger: ['enabledOfParent', 'dependsOnExtensions'],
  index: ['dependsOnExtensions'],
  function: ['dependsOnExtensions'],
  procedure: ['dependsOnExtensions'],
  'materialized view': ['dependsOnExtensions'],
  role: ['comment', 'securityLabels'],
  'user mapping': ['options', 'optionsReadable'],
  subscription: [
    'connection',
    'synchronousCommit',
    'binary',
    'streaming',
    'twoPhase',
    'disableOnError',
    'passwordNotRequired',
    'runAsOwner',
    'origin',
    'failover',
  ],
}

/** Options that the first form hid, because something in their name looks like a secret. */
const HIDDEN_BEFORE = /(?:passw|secret|token|key|credential)/i

/** What was stored in the first form, under the names of the present one: transforms had another on older majors. */
export function inPresentNames(object: CatalogObject): CatalogObject {
  if (!/^(?:on|of .* on) transform /.test(object.name)) return object
  return { ...object, name: object.name.replace(' on language ', ' language ') }
}

/**
 * Two descriptions as far as both go. Where one was stored in an earlier form, what that form did not know is in neither:
 * it says nothing of it, and so the other one may not be held against it.
 */
export function asBothDescribe(
  one: readonly CatalogObject[],
  other: readonly CatalogObject[],
): [readonly CatalogObject[], readonly CatalogObject[]] {
  const isEarlier = ({ form }: CatalogObject): boolean => form === 1
  const [oneIsEarlier, otherIsEarlier] = [one.some(isEarlier), other.some(isEarlier)]
  if (!oneIsEarlier && !otherIsEarlier) return [one, other]
  return [
    inFirstForm(one, otherIsEarlier && !oneIsEarlier ? other : undefined),
    inFirstForm(other, oneIsEarlier && !otherIsEarlier ? one : undefined),
  ]
}

/** @param earlier of a description in the present form: the one that knew fewer roles, namely no chains of memberships */
function inFirstForm(objects: readonly CatalogObject[], earlier?: readonly CatalogObject[]): CatalogObject[] {
  const roles = earlier && new Set(earlier.filter(({ kind }) => kind === 'role').map(({ name }) => name))
  const known = objects.filter(
    ({ kind, name }) =>
      !KINDS_SINCE_2.has(kind) &&
      (kind !== 'role' || roles === undefined || roles.has(name)) &&
      (kind !== 'comment' || !isCommentOfOneFormAlone(name)),
  )
  return [...known.filter(({ kind }) => !isOfLargeObjects(kind)).map(withFirstFacts), ...largeObjectGroups(known)]
}

/** The first form told of comments that no dump holds, and not of those on large objects with a small oid. */
function isCommentOfOneFormAlone(name: string): boolean {
  const [, oid] = /^on large object (\d+)$/.exec(name) ?? []
  return /^on type .*\[\]$|^on rule "_RETURN" on /.test(name) || (oid !== undefined && Number(oid) < FIRST_USER_OID)
}

function withFirstFacts(object: CatalogObject): CatalogObject {
  const later = new Set(FACTS_SINCE_2[object.kind] ?? [])
  const facts = Object.entries(object.facts).filter(([name]) => !later.has(name))
  return { ...object, facts: Object.fromEntries(facts.map(([name, fact]) => [name, hiddenAsBefore(name, fact)])) }
}

function hiddenAsBefore(name: string, fact: Fact): Fact {
  if (!['options', 'foreignOptions'].includes(name) || !Array.isArray(fact)) return fact
  return fact.map((option) => {
    const [key = ''] = option.split('=', 1)
    return HIDDEN_BEFORE.test(key) ? `${key}=***` : option
  })
}

function isOfLargeObjects(kind: string): boolean {
  return kind === 'large object' || kind === 'large objects'
}

/** The first form told of large objects by their owner and grants alone; of which they are, each form has its own way. */
function largeObjectGroups(objects: readonly CatalogObject[]): CatalogObject[] {
  const groups = new Map<string, number>()
  for (const { kind, name, owner, grants, facts } of objects.filter(({ kind }) => isOfLargeObjects(kind))) {
    const granted = grants === undefined || grants.length === 0 ? '' : ` (${grants.join(', ')})`
    const group = kind === 'large object' ? `owned by ${owner ?? ''}${granted}` : name
    groups.set(group, (groups.get(group) ?? 0) + (kind === 'large object' ? 1 : Number(facts.objects)))
  }
  return [...groups].map(([name, count]) => ({ kind: 'large objects', name, facts: { objects: count } }))
}
