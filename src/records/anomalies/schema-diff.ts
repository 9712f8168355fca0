import { asBothDescribe } from '../../postgres/catalog/forms.js'
import type { CatalogObject, Fact } from '../../postgres/catalog/model.js'
import { differingFacts } from '../../verify/difference/facts.js'
import { withoutValues } from '../../verify/difference/settings.js'

/** The definitions of a database, and the major of the server that told them. */
export interface Schema {
  major: number
  objects: readonly CatalogObject[]
}

export interface SchemaChange {
  sign: '+' | '-' | '~'
  /** `table`, `column`, … in PostgreSQL's words. */
  kind: string
  name: string
  /** Of what came or went: how many objects came or went with it, by kind. */
  parts: ReadonlyMap<string, number>
  /** Of what changed: in what, from what, to what; a fact that is as PostgreSQL makes it by default is undefined. */
  details: readonly { what: string; from: Fact | undefined; to: Fact | undefined }[]
}

/** No definitions: large objects are data, what no dump holds is no part of one, and NOT NULL is told as a fact of its column. */
const NOT_SHOWN: ReadonlySet<string> = new Set(['large object', 'large objects', 'not dumped', 'not-null constraint'])

/**
 * What changed from one schema to another, by name. What came or went with its table is counted there and not listed
 * again. Where the majors differ, texts that PostgreSQL prints from expressions are not compared: each words them in its
 * own way.
 */
export function diffSchemas(before: Schema, after: Schema): SchemaChange[] {
  const [earlier, later] = asBothDescribe(before.objects, after.objects)
  const then = byLabel(earlier)
  const now = byLabel(later)
  const sameMajor = before.major === after.major
  const changes = [...oneSided('-', then, now), ...oneSided('+', now, then)]
  for (const [label, object] of then) {
    const other = now.get(label)
    const details = other === undefined ? [] : detailsOf(object, other, sameMajor)
    if (details.length > 0) {
      changes.push({ sign: '~', kind: object.kind, name: object.name, parts: new Map(), details })
    }
  }
  return changes.sort((a, b) => compare(a.name, b.name) || compare(a.kind, b.kind) || compare(a.sign, b.sign))
}

type Objects = ReadonlyMap<string, CatalogObject>

function byLabel(objects: readonly CatalogObject[]): Objects {
  const shown = objects.filter(({ kind }) => !NOT_SHOWN.has(kind))
  return new Map(shown.map((object) => [labelOf(object), object]))
}

function labelOf({ kind, name }: CatalogObject): string {
  return `${kind} ${name}`
}

/** What is in one schema and not in the other; parts are counted with what they are parts of. */
function oneSided(sign: '+' | '-', here: Objects, there: Objects): SchemaChange[] {
  const alone = [...here.values()].filter((object) => !there.has(labelOf(object)))
  const tops = new Map<string, { object: CatalogObject; parts: Map<string, number> }>()
  const parts: CatalogObject[] = []
  const isAlone = (label: string) => here.has(label) && !there.has(label)
  for (const object of alone) {
    if (topOf(object, here, isAlone) === object) tops.set(labelOf(object), { object, parts: new Map() })
    else parts.push(object)
  }
  for (const part of parts) {
    const counts = tops.get(labelOf(topOf(part, here, isAlone)))?.parts
    counts?.set(part.kind, (counts.get(part.kind) ?? 0) + 1)
  }
  return [...tops.values()].map(({ object: { kind, name }, parts }) => ({ sign, kind, name, parts, details: [] }))
}

/** The outermost thing that came or went with it. A schema is none: what is in it deserves a line of its own. */
function topOf(object: CatalogObject, here: Objects, isAlone: (label: string) => boolean): CatalogObject {
  let top = object
  const seen = new Set([object])
  while (top.of !== undefined && isAlone(top.of)) {
    const above = here.get(top.of)
    if (above === undefined || above.kind === 'schema') break
    // Parts of each other, which no server tells: each is told by itself.
    if (seen.has(above)) return object
    seen.add(above)
    top = above
  }
  return top
}

function detailsOf(earlier: CatalogObject, later: CatalogObject, sameMajor: boolean): SchemaChange['details'] {
  const [before, after] = withoutValues(earlier, later)
  const owner = before.owner === after.owner ? [] : [{ what: 'owner', from: before.owner, to: after.owner }]
  const [had, has] = [known(before.grants, sameMajor), known(after.grants, sameMajor)]
  const grants = JSON.stringify(had) === JSON.stringify(has) ? [] : [{ what: 'grants', from: had, to: has }]
  const facts = differingFacts(before, after, { sameMajor, deparsed: sameMajor }).map(({ what, source, copy }) => ({
    what,
    from: source,
    to: copy,
  }))
  const hasDefault = facts.some(({ what }) => what === 'default')
  return [...owner, ...grants, ...facts.filter(({ what }) => !(hasDefault && what === 'has default'))]
}

/** MAINTAIN came with 17, and "all privileges" of 16 includes it there. */
function known(grants: string[] | undefined, sameMajor: boolean): string[] | undefined {
  return grants?.filter((grant) => sameMajor || !/: MAINTAIN( |$)/.test(grant))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
