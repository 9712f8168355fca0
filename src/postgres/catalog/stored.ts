import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { LARGE_JSON, parseBoundedJson } from '../../bounded-json.js'
import { DamagedError } from '../../errors.js'
import { readSmallFile } from '../../platform/no-follow.js'
import { canonicalObject } from './canonical.js'
import { inPresentNames } from './forms.js'
import type { CatalogObject, Undumpable } from './model.js'

/** The version of the stored catalog's form. A reader refuses a version that it does not know. */
export const CATALOG_SCHEMA = 'pg-lifeboat/catalog/2'

/** What earlier versions wrote: the same, and fewer facts. */
const FIRST_SCHEMA = 'pg-lifeboat/catalog/1'

const StoredFact = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])

const StoredObject = z.object({
  kind: z.string().min(1),
  name: z.string().min(1),
  of: z.string().exactOptional(),
  owner: z.string().exactOptional(),
  grants: z.array(z.string()).exactOptional(),
  facts: z.record(z.string(), StoredFact),
  deparsed: z.record(z.string(), z.string()).exactOptional(),
})

const StoredRows = z.object({
  extension: z.string(),
  schema: z.string(),
  name: z.string(),
  besides: z.string().exactOptional(),
  rows: z.number().int().exactOptional(),
  fingerprint: z.string().exactOptional(),
  position: z.string().exactOptional(),
  unread: z.string().exactOptional(),
})

const StoredUndumpable = z.object({
  members: z.array(StoredObject.extend({ extension: z.string() })),
  rows: z.array(StoredRows),
  builtIns: z.array(StoredObject),
})

/** `catalog.json` of a set: every object of the source at the snapshot, and not one row of data. */
export const StoredCatalog = z.object({
  schema: z.enum([CATALOG_SCHEMA, FIRST_SCHEMA]),
  /** The major that described it: decides whether deparsed texts can be compared. */
  major: z.number().int(),
  objects: z.array(StoredObject),
  /** What `CREATE EXTENSION` and `initdb` make anew; absent in sets of versions that did not look. */
  undumpable: StoredUndumpable.exactOptional(),
})
export type StoredCatalog = z.infer<typeof StoredCatalog>

/** A set's catalog as its readers want it. */
export interface ReadCatalog {
  major: number
  objects: CatalogObject[]
  undumpable?: Undumpable
}

/** Writes a catalog, one object a line, so that two sets can be compared with `diff` too. */
export async function writeCatalog(
  file: string,
  major: number,
  objects: readonly CatalogObject[],
  undumpable?: Undumpable,
): Promise<void> {
  const rest =
    undumpable === undefined
      ? ''
      : `,"undumpable":{"members":${lines(undumpable.members)},"rows":${lines(undumpable.rows)},"builtIns":${lines(undumpable.builtIns)}}`
  const schema = JSON.stringify(CATALOG_SCHEMA)
  await writeFile(file, `{"schema":${schema},"major":${major},"objects":${lines(objects)}${rest}}\n`)
}

function lines(items: readonly object[]): string {
  return `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`
}

/** Reads what `writeCatalog` wrote. Throws `DamagedError` where it is not that, or not there. */
export async function readStoredCatalog(file: string): Promise<ReadCatalog> {
  const text = await readSmallFile(file, 2 * LARGE_JSON.length).catch((cause: unknown) => {
    throw noCatalog(file, 'it cannot be read', cause)
  })
  return parseCatalog(text, file)
}

/**
 * The same from its text.
 *
 * @param name what messages call it
 */
export function parseCatalog(text: string, name: string): ReadCatalog {
  try {
    const { schema, major, objects, undumpable } = StoredCatalog.parse(parseBoundedJson(text, LARGE_JSON))
    const present = (object: CatalogObject): CatalogObject =>
      schema === FIRST_SCHEMA ? inPresentNames({ ...object, form: 1 }) : object
    return {
      major,
      objects: objects.map((object) => canonicalObject(present(object))),
      ...(undumpable !== undefined && { undumpable }),
    }
  } catch (cause) {
    throw noCatalog(name, `it is not a catalog of the form ${CATALOG_SCHEMA}`, cause)
  }
}

function noCatalog(name: string, problem: string, cause: unknown): DamagedError {
  return new DamagedError({
    doing: `reading the stored catalog ${name}`,
    problem,
    advice: 'Use another set. If a newer pg-lifeboat wrote it, read it with that version.',
    cause,
  })
}
