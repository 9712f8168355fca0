import { finding, type Finding } from '../../findings.js'
import type { CatalogObject, MemberObject, MemberRows } from '../../postgres/catalog/model.js'
import { compareObjects } from './objects.js'
import type { Contents } from './tables.js'

/** How many changes of one extension are told by name; the others are counted. */
const MOST_NAMED = 20

/** The extensions of a database with their versions. */
export type Versions = ReadonlyMap<string, string>

interface Compared {
  /** Extensions that both sides have in one version: only of these does a difference tell of a change by hand. */
  comparable: ReadonlySet<string>
  findings: Finding[]
}

/** Which extensions can be compared, and a word on those of which something is known and nothing can be compared. */
export function comparableExtensions(source: Versions, copy: Versions): Compared {
  const differing = [...source].filter(([name, version]) => copy.has(name) && copy.get(name) !== version)
  return {
    comparable: new Set([...source].filter(([name, version]) => copy.get(name) === version).map(([name]) => name)),
    findings: differing.map(([name, version]) =>
      finding(
        'EXTENSION_NOT_COMPARED',
        `extension ${name}`,
        `has version ${copy.get(name) ?? ''} in the restored copy and ${version} at the source, so its members were not compared`,
      ),
    ),
  }
}

/**
 * Holds the members of the source's extensions, and what was put on them, against those of the copy, where each
 * extension was just created. What differs was changed by hand, or left behind by the update of an older version.
 */
export function compareMembers(
  source: readonly MemberObject[],
  copy: readonly MemberObject[],
  comparable: ReadonlySet<string>,
  { sameMajor }: { sameMajor: boolean },
): Finding[] {
  const [ofSource, ofCopy] = [byExtension(source), byExtension(copy)]
  return [...comparable].flatMap((extension) => {
    const differences = compareObjects(ofSource.get(extension) ?? [], ofCopy.get(extension) ?? [], {
      sameMajor,
      ownCluster: true,
    })
    return told('EXTENSION_CHANGED', `extension ${extension}`, differences)
  })
}

/** The source's changed functions of `pg_catalog` beside the same ones of the copy. */
export function compareBuiltIns(source: readonly CatalogObject[], copy: readonly CatalogObject[]): Finding[] {
  return told('BUILT_IN_CHANGED', 'built-in functions', compareObjects(source, copy, { sameMajor: true, ownCluster: true }))
}

/** All differences in one finding: a dump cannot hold any of them, whatever they are. */
function told(code: 'EXTENSION_CHANGED' | 'BUILT_IN_CHANGED', on: string, differences: readonly Finding[]): Finding[] {
  if (differences.length === 0) return []
  const named = differences.slice(0, MOST_NAMED).map((one) => `${one.on} ${one.found}`)
  const others = differences.length - named.length
  return [finding(code, on, [...named, ...(others > 0 ? [`and ${others} more`] : [])].join('; '))]
}

/** Compares the rows that no dump holds with those that `CREATE EXTENSION` made in the copy. */
export function compareMemberRows(
  source: readonly MemberRows[],
  copy: readonly MemberRows[],
  comparable: ReadonlySet<string>,
  contents: Contents,
): Finding[] {
  const copies = new Map(copy.map((rows) => [keyOf(rows), rows]))
  return source
    .filter(({ extension }) => comparable.has(extension))
    .flatMap((rows) => compareRows(rows, copies.get(keyOf(rows)), contents))
}

function compareRows(source: MemberRows, copy: MemberRows | undefined, contents: Contents): Finding[] {
  const on = `${source.schema}.${source.name}`
  const unread = source.unread ?? copy?.unread
  if (unread !== undefined) {
    return [finding('EXTENSION_NOT_COMPARED', on, `its rows, of extension ${source.extension}, could not be read: ${unread}`)]
  }
  if (source.position !== undefined) {
    return copy === undefined || copy.position === source.position ? [] : [movedSequence(on, source, copy)]
  }
  const { rows = 0 } = source
  if (copy === undefined) {
    return rows === 0
      ? []
      : [finding('EXTENSION_TABLE_NOT_DUMPED', on, `${inAll(rows)}, and CREATE EXTENSION ${source.extension} makes no such table`)]
  }
  const which = source.besides === undefined ? '' : ` outside of what is marked (${source.besides.trim()})`
  if (rows !== copy.rows) {
    const made = `CREATE EXTENSION ${source.extension} makes ${copy.rows ?? 0}`
    return [finding('EXTENSION_ROWS_NOT_DUMPED', on, `${inAll(rows)}${which} that no dump holds; ${made}`)]
  }
  return contents === 'not-comparable' || source.fingerprint === undefined || source.fingerprint === copy.fingerprint
    ? []
    : [
        finding(
          'EXTENSION_ROWS_NOT_DUMPED',
          on,
          `${inAll(rows)}${which} that no dump holds: as many as CREATE EXTENSION ${source.extension} makes, but not the same content`,
        ),
      ]
}

function movedSequence(on: string, { extension, position = '' }: MemberRows, copy: MemberRows): Finding {
  const made = `CREATE EXTENSION ${extension} starts it at ${copy.position ?? '?'}`
  return finding('EXTENSION_ROWS_NOT_DUMPED', on, `this sequence stands at ${position}, which no dump holds; ${made}`)
}

function byExtension(members: readonly MemberObject[]): Map<string, CatalogObject[]> {
  const grouped = new Map<string, CatalogObject[]>()
  for (const { extension, ...object } of members) {
    const group = grouped.get(extension)
    if (group === undefined) grouped.set(extension, [object])
    else group.push(object)
  }
  return grouped
}

function keyOf({ schema, name }: MemberRows): string {
  return JSON.stringify([schema, name])
}

function inAll(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`
}
