import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { LARGE_JSON, parseBoundedJson } from '../../bounded-json.js'
import { DamagedError } from '../../errors.js'
import { canonicalObject } from './canonical.js'
import { inPresentNames } from './forms.js'
import type { CatalogObject } from './model.js'

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

/** `catalog.json` of a set: every object of the source at the snapshot, and not one row of data. */
export const StoredCatalog = z.object({
  schema: z.enum([CATALOG_SCHEMA, FIRST_SCHEMA]),
  /** The major that described it: decides whether deparsed texts can be compared. */
  major: z.number().int(),
  objects: z.array(StoredObject),
})
export type StoredCatalog = z.infer<typeof StoredCatalog>

/** Writes the objects of a catalog, one a line, so that two sets can be compared with `diff` too. */
export async function writeCatalog(file: string, major: number, objects: readonly CatalogObject[]): Promise<void> {
  const lines = objects.map((object) => JSON.stringify(object)).join(',\n')
  await writeFile(file, `{"schema":${JSON.stringify(CATALOG_SCHEMA)},"major":${major},"objects":[\n${lines}\n]}\n`)
}

/** Reads what `writeCatalog` wrote. Throws `DamagedError` where it is not that, or not there. */
export async function readStoredCatalog(file: string): Promise<{ major: number; objects: CatalogObject[] }> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw noCatalog(file, 'it cannot be read', cause)
  })
  return parseCatalog(text, file)
}

/**
 * The same from its text.
 *
 * @param name what messages call it
 */
export function parseCatalog(text: string, name: string): { major: number; objects: CatalogObject[] } {
  try {
    const { schema, major, objects } = StoredCatalog.parse(parseBoundedJson(text, LARGE_JSON))
    const present = (object: CatalogObject): CatalogObject =>
      schema === FIRST_SCHEMA ? inPresentNames({ ...object, form: 1 }) : object
    return { major, objects: objects.map((object) => canonicalObject(present(object))) }
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
