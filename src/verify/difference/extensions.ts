import { finding, type Finding, type FindingCode } from '../../findings.js'
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
  return told(
    'BUILT_IN_CHANGED',
    'built-in functions',
    compareObjects(source, copy, { sameMajor: true, ownCluster: true }),
  )
}

/** All differences in one finding: a dump cannot hold any of them, whatever they are. */
function told(code: FindingCode, on: string, differences: readonly Pick<Finding, 'on' | 'found'>[]): Finding[] {
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
  return [...comparable].flatMap((extension) => {
    const found = source
      .filter((rows) => rows.extension === extension)
      .flatMap((rows) => compareRows(rows, copies.get(keyOf(rows)), contents) ?? [])
    return ROW_CODES.flatMap((code) =>
      told(
        code,
        `extension ${extension}`,
        found.filter((one) => one.code === code),
      ),
    )
  })
}

const ROW_CODES = ['EXTENSION_TABLE_NOT_DUMPED', 'EXTENSION_ROWS_NOT_DUMPED', 'EXTENSION_NOT_COMPARED'] as const

interface RowDifference extends Pick<Finding, 'on' | 'found'> {
  code: (typeof ROW_CODES)[number]
}

function compareRows(source: MemberRows, copy: MemberRows | undefined, contents: Contents): RowDifference | null {
  const on = `${source.schema}.${source.name}`
  const unread = source.unread ?? copy?.unread
  if (unread !== undefined) {
    return { code: 'EXTENSION_NOT_COMPARED', on, found: `was not read: ${unread}` }
  }
  const found =
    source.position === undefined ? howRowsDiffer(source, copy, contents) : howPositionsDiffer(source.position, copy)
  if (found === null) return null
  const isLost = copy === undefined && source.position === undefined
  return { code: isLost ? 'EXTENSION_TABLE_NOT_DUMPED' : 'EXTENSION_ROWS_NOT_DUMPED', on, found }
}

function howRowsDiffer(
  { rows = 0, besides, fingerprint }: MemberRows,
  copy: MemberRows | undefined,
  contents: Contents,
): string | null {
  const which = `${inAll(rows)}${besides === undefined ? '' : ` outside of what is marked (${besides.trim()})`}`
  if (copy === undefined) return rows === 0 ? null : `has ${which}, and CREATE EXTENSION makes no such table`
  if (rows !== copy.rows) return `has ${which}, CREATE EXTENSION makes ${copy.rows ?? 0}`
  return contents === 'not-comparable' || fingerprint === undefined || fingerprint === copy.fingerprint
    ? null
    : `has ${which}, as CREATE EXTENSION makes, but not the same content`
}

function howPositionsDiffer(position: string, copy: MemberRows | undefined): string | null {
  return copy === undefined || copy.position === position
    ? null
    : `stands at ${position}, CREATE EXTENSION starts it at ${copy.position ?? '?'}`
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
