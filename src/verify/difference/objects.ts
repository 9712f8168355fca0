import { finding, type Finding } from '../../findings.js'
import { asBothDescribe } from '../../postgres/catalog/forms.js'
import type { CatalogObject } from '../../postgres/catalog/model.js'
import {
  describeDifference,
  describeListDifference,
  differingFacts,
  type Difference,
  type FactOptions,
} from './facts.js'
import { underSourceNames } from './inherited-names.js'
import { withoutNullDefaults } from './null-defaults.js'
import { UNDUMPED } from '../../postgres/catalog/undumped.js'
import { isComparable, partitionTriggerFinding } from './rules.js'
import { withoutValues } from './settings.js'

export interface ComparisonOptions {
  /** Whether both servers are of one major: only then is compared what only one major knows. */
  sameMajor: boolean
  /** Whether the source's texts were put into the words of the copy's server; without it, those of other majors are left out. */
  restated?: boolean
  /** Whether the copy's cluster got its roles from the set's globals: only then are the roles themselves compared. */
  ownCluster: boolean
  /** Whether the copy was restored as a database of its own, with its owner, settings and grants. Not compared by default. */
  database?: boolean
  /** Foreign keys that a restore adds NOT VALID, because the rows they point to are not in the set. */
  looseForeignKeys?: readonly { table: string; name: string }[]
  /** Kinds to leave out: what the caller compares in another way. */
  ignoreKinds?: ReadonlySet<string>
}

/**
 * Compares every object of the source with the restored copy: existence, owner, grants, definition and state. What
 * vanished with its table or schema is not listed again.
 */
export function compareObjects(
  source: readonly CatalogObject[],
  restored: readonly CatalogObject[],
  options: ComparisonOptions,
): Finding[] {
  const [described, describedCopies] = asBothDescribe(withoutNullDefaults(source), withoutNullDefaults(restored))
  const originals = byKey(described.filter((object) => isCompared(object, options)))
  const copies = byKey(underSourceNames(described, describedCopies).filter((object) => isCompared(object, options)))
  const loose = new Set((options.looseForeignKeys ?? []).map(({ table, name }) => unquoted(`${table}.${name}`)))
  const findings: Finding[] = []
  for (const [key, object] of originals) {
    const copy = copies.get(key)
    if (copy !== undefined) {
      findings.push(...compareObject(object, copy, options, loose))
    } else if (!isPartOfOneMissing(object, originals, copies)) {
      findings.push(
        partitionTriggerFinding(object, 'source') ??
          finding('OBJECT_MISSING', label(object), 'is not in the restored copy'),
      )
    }
  }
  for (const [key, copy] of copies) {
    if (!originals.has(key) && !isPartOfOneMissing(copy, copies, originals)) {
      findings.push(
        partitionTriggerFinding(copy, 'copy') ??
          finding('OBJECT_UNEXPECTED', label(copy), 'is in the restored copy, the source had none'),
      )
    }
  }
  return findings
}

function isCompared({ kind }: CatalogObject, options: ComparisonOptions): boolean {
  if (options.ignoreKinds?.has(kind) === true) return false
  switch (kind) {
    case UNDUMPED:
      return false
    case 'role':
    case 'parameter':
      return options.ownCluster
    case 'database':
      return options.database === true
    case 'not-null constraint':
      return options.sameMajor
    default:
      return true
  }
}

function compareObject(
  original: CatalogObject,
  restored: CatalogObject,
  options: ComparisonOptions,
  loose: ReadonlySet<string>,
): Finding[] {
  const [source, copy] = withoutValues(original, restored)
  const on = label(source)
  const found: Finding[] = []
  const ordinary: Difference[] = []
  if (source.owner !== copy.owner) {
    found.push(
      finding(
        'OWNER_DIFFERS',
        on,
        `belongs to ${copy.owner ?? 'nobody'}, at the source to ${source.owner ?? 'nobody'}`,
      ),
    )
  }
  const [given, had] = [known(copy.grants, options), known(source.grants, options)]
  if (JSON.stringify(given) !== JSON.stringify(had)) {
    found.push(finding('GRANTS_DIFFER', on, describeListDifference(had ?? [], given ?? [])))
  }
  for (const difference of differingFacts(source, copy, factOptions(options)).filter(
    isComparable(source, copy, options.sameMajor),
  )) {
    const special = specialFinding(source, difference, loose)
    if (special === undefined) ordinary.push(difference)
    else found.push(...special)
  }
  if (ordinary.length > 0) {
    found.push(finding('OBJECT_DIFFERS', on, ordinary.map(describeDifference).join('; ')))
  }
  return found
}

function factOptions({ sameMajor, restated = false }: ComparisonOptions): FactOptions {
  return { sameMajor, deparsed: sameMajor || restated }
}

/** The findings of a difference that has a code of its own, or is to be expected; undefined of all others. */
function specialFinding(
  object: CatalogObject,
  difference: Difference,
  loose: ReadonlySet<string>,
): Finding[] | undefined {
  const { what, source, copy } = difference
  if (what === 'validated' && source === true) {
    return loose.has(unquoted(object.name))
      ? []
      : [finding('CONSTRAINT_NOT_VALID', label(object), 'is not validated in the restored copy')]
  }
  if (what === 'version' && object.kind === 'extension') {
    const versions = `version ${String(copy)}, the source had ${String(source)}`
    return [finding('EXTENSION_VERSION_DIFFERS', label(object), versions)]
  }
  return undefined
}

/** Privileges that both majors know: MAINTAIN came with 17, and "all privileges" of 16 includes it there. */
function known(grants: readonly string[] | undefined, { sameMajor }: ComparisonOptions): string[] | undefined {
  return grants?.filter((grant) => sameMajor || !/: MAINTAIN( |$)/.test(grant))
}

function isPartOfOneMissing(
  { of }: CatalogObject,
  there: ReadonlyMap<string, CatalogObject>,
  elsewhere: ReadonlyMap<string, CatalogObject>,
): boolean {
  return of !== undefined && there.has(of) && !elsewhere.has(of)
}

function byKey(objects: readonly CatalogObject[]): Map<string, CatalogObject> {
  return new Map(objects.map((object) => [label(object), object]))
}

function label({ kind, name }: CatalogObject): string {
  return `${kind} ${name}`
}

function unquoted(name: string): string {
  return name.replaceAll('"', '')
}
