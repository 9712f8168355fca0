import { open } from 'node:fs/promises'
import { constants } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { JsonBoundsError, LARGE_JSON, parseBoundedJson } from '../bounded-json.js'
import { DamagedError, OperationError, messageOf } from '../errors.js'
import { codeOf, fileTrouble, orFileTrouble } from '../platform/file-errors.js'
import { entriesBelow, writeWhole } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'
import { checksumsText } from './checksums.js'
import { MANIFEST_SCHEMA, Manifest, idOf, type FileEntry, type Format } from './manifest.js'
import { sha256OfFile } from './sha256.js'

/** The names inside a set. */
export const SET = {
  manifest: 'manifest.json',
  checksums: 'SHA256SUMS',
  /** The Ed25519 signature of the manifest, base64; in sets that were signed. */
  signature: 'manifest.json.sig',
  catalog: 'catalog.json',
  globals: 'globals.sql',
  /** What belongs to the database as a whole: owner, settings, grants, comment. Sets of older versions have none. */
  database: 'database.sql',
  /** The recovery kit: how to restore this set with nothing but a shell and PostgreSQL's programs. */
  guide: 'RESTORE.md',
  script: 'restore.sh',
  /** The folder of a dump in directory format. */
  dump: 'dump',
  /** The folder of outcomes of later verifications, the only part of a set that grows. */
  proofs: 'proofs',
} as const

/** How many files are read at a time. */
const READERS = 4

/**
 * What the dump is called in its set: the seed's `daily_20261124.sql.gz`, `daily_20261124.dump`, or the folder `dump`.
 *
 * @param date the time of the snapshot; its UTC day is taken
 * @param compressed whether a plain dump is; without compression it ends in `.sql`
 */
export function dumpFileName(type: string, date: Date, format: Format, compressed = true): string {
  const stem = `${type}_${idOf(date).slice(0, 8)}`
  return { directory: SET.dump, custom: `${stem}.dump`, plain: `${stem}.sql${compressed ? '.gz' : ''}` }[format]
}

/** Files that vouch for the manifest, so it cannot list them. */
const ABOVE_THE_MANIFEST: readonly string[] = [SET.manifest, SET.checksums, SET.signature]

/** Whether a file of a set is one that the manifest lists: all but itself, the checksums, its signature and the proofs. */
export function isListed(file: string): boolean {
  return !ABOVE_THE_MANIFEST.includes(file) && !file.startsWith(`${SET.proofs}/`)
}

/**
 * Sizes and checksums of every file of a set that its manifest must list, sorted by path.
 *
 * Throws `OperationError` when something cannot be read, or is neither file nor folder: such a thing cannot be kept.
 */
export async function describeFiles(
  folder: string,
  options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<FileEntry[]> {
  const doing = `describing the files in ${folder}`
  return orFileTrouble(doing, async () => {
    const entries = (await entriesBelow(folder)).filter(({ kind, path }) => kind !== 'folder' && isListed(path))
    const strange = entries.find(({ kind }) => kind !== 'file')
    if (strange !== undefined) {
      throw new OperationError({
        doing,
        problem: `"${strange.path}" is a ${strange.kind}, and a set holds only files and folders`,
        advice: 'Find out what put it there, and take the backup again.',
      })
    }
    return inParallel(entries, READERS, async ({ path: file }) => ({
      path: file,
      ...(await sha256OfFile(path.join(folder, file), options)),
    }))
  })
}

/** Writes `manifest.json`. A manifest that a reader would refuse is not written. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(Manifest.parse(manifest), null, 2)}\n`
  await orFileTrouble(`writing the manifest in ${folder}`, () => writeWhole(path.join(folder, SET.manifest), text))
}

/**
 * Writes `SHA256SUMS` over the files that the manifest lists and over the manifest itself, which must be written
 * before. Then `sha256sum -c SHA256SUMS` checks the set without any of our code.
 */
export async function writeChecksums(folder: string, files: readonly FileEntry[]): Promise<void> {
  await orFileTrouble(`writing the checksums in ${folder}`, async () => {
    const manifest = { path: SET.manifest, ...(await sha256OfFile(path.join(folder, SET.manifest))) }
    await writeWhole(path.join(folder, SET.checksums), checksumsText([...files, manifest]))
  })
}

/**
 * The manifest of a set.
 *
 * Throws `DamagedError` when it is not there or is not a manifest of the known form, `OperationError` when it cannot be
 * read for another reason.
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const doing = `reading the manifest of ${folder}`
  const text = await readText(path.join(folder, SET.manifest), doing)
  const manifest = parsed(text, doing)
  const outside = manifest.files.find(({ path: file }) => !staysInside(file))
  if (outside !== undefined) {
    throw damaged(doing, `it lists "${outside.path}", which is not a path inside the set`)
  }
  if (!staysInside(manifest.dump.path)) {
    throw damaged(doing, `it calls "${manifest.dump.path}" the dump, which is not a path inside the set`)
  }
  return manifest
}

async function readText(file: string, doing: string): Promise<string> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = await handle.stat()
      if (!stat.isFile()) throw damaged(doing, `${SET.manifest} is not a file`)
      if (stat.size > 4 * LARGE_JSON.length) throw damaged(doing, `${SET.manifest} has ${stat.size} bytes`)
      return await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw damaged(doing, `there is no ${SET.manifest}`, error)
    if (codeOf(error) === 'ELOOP') throw damaged(doing, `${SET.manifest} is a symbolic link`, error)
    throw fileTrouble(error, doing)
  }
}

function parsed(text: string, doing: string): Manifest {
  let content: unknown
  try {
    content = parseBoundedJson(text, LARGE_JSON)
  } catch (error) {
    const why = error instanceof JsonBoundsError ? '' : 'is not JSON: '
    throw damaged(doing, `${SET.manifest} ${why}${messageOf(error)}`, error)
  }
  const version = z.object({ schema: z.string() }).safeParse(content)
  if (version.success && version.data.schema !== MANIFEST_SCHEMA) {
    throw damaged(doing, `it is of the form "${version.data.schema}", and this version reads "${MANIFEST_SCHEMA}"`)
  }
  const result = Manifest.safeParse(content)
  if (!result.success) {
    throw damaged(doing, `${SET.manifest} is not of the known form: ${firstIssues(result.error)}`, result.error)
  }
  return result.data
}

function firstIssues({ issues }: z.ZodError): string {
  const said = issues.slice(0, 3).map(({ path: at, message }) => `${at.join('.') || 'the whole'}: ${message}`)
  return issues.length > 3 ? `${said.join('; ')}; and ${issues.length - 3} more` : said.join('; ')
}

function damaged(doing: string, problem: string, cause?: unknown): DamagedError {
  const advice = 'Use another set. If a newer pg-lifeboat wrote it, read it with that version.'
  return new DamagedError({ doing, problem, advice, cause })
}

/** Whether the dump that a manifest names is one of its files, or a folder of them. */
export function listsItsDump({ dump, files }: Pick<Manifest, 'dump' | 'files'>): boolean {
  return files.some(({ path: file }) => file === dump.path || file.startsWith(`${dump.path}/`))
}

/** Whether a path of a manifest leads to a place inside the set, so that a forged one cannot reach other files. */
function staysInside(file: string): boolean {
  return (
    isListed(file) &&
    file.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
  )
}

/**
 * Why files of these sizes are not the set that the manifest describes, or null when they are. Every store counts a set
 * by this rule.
 *
 * @param sizes bytes by path of what is there; undefined for what is not there or not a file
 */
export function incompleteness(
  manifest: Manifest,
  place: { id: string; type: string },
  sizes: (file: string) => number | undefined,
): string | null {
  if (manifest.id !== place.id || manifest.type !== place.type) {
    return `its manifest is of ${manifest.type}/${manifest.id}`
  }
  for (const file of manifest.files) {
    const size = sizes(file.path)
    if (size === undefined) return `${file.path} is missing`
    if (size !== file.size) return `${file.path} has ${size} bytes, the manifest says ${file.size}`
  }
  return null
}
