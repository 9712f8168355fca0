import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../context.js'
import { DamagedError, UsageError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { decompressTo, headOfCompressed, type DecompressionTools } from './decompress.js'
import { lookAt, whatBegins, type Bundle, type DetectedDump } from './detect.js'
import { tarMembers, type TarMember } from './tar.js'

/** A dump out of what it was packed in. */
export interface UnwrappedDump {
  /** Where it is: the file that was given, or one in the workspace. */
  path: string
  detected: DetectedDump
  /** What was taken off, from the outside: `gzip`, `a tar file`. */
  wrappings: string[]
}

/** How much may be wrapped around a dump; more is made to keep us busy. */
const MOST_WRAPPINGS = 4

/** How many files a dump in directory format may have. */
const MOST_MEMBERS = 1_000_000

type Tools = DecompressionTools & Pick<Context, 'workspace'>

/**
 * Finds the dump in what people keep: a script compressed once is read as it is; what else is compressed, or packed into a
 * tar file by another program, is unpacked into the workspace.
 *
 * Throws `UsageError` for what holds no dump of PostgreSQL, `DamagedError` for what cannot be unpacked.
 */
export async function unwrapDump(file: string, tools: Tools): Promise<UnwrappedDump> {
  const wrappings: string[] = []
  let at = file
  for (;;) {
    const found = await lookAt(at)
    if (!(await isWrapped(at, found, tools))) return { path: at, detected: found as DetectedDump, wrappings }
    if (wrappings.length === MOST_WRAPPINGS) {
      throw new UsageError({
        doing: `looking for a dump in ${file}`,
        problem: `it is packed more than ${MOST_WRAPPINGS} times`,
        advice: 'Unpack it, and give the dump in it.',
      })
    }
    const folder = await tools.workspace.folder('unpacked')
    wrappings.push(found.kind === 'bundle' ? 'a tar file' : found.compression)
    at = await unwrapOnce(at, found, folder, tools)
  }
}

/** A compressed script is no wrapping: it is decompressed while it is read. */
async function isWrapped(file: string, found: DetectedDump | Bundle, tools: Tools): Promise<boolean> {
  if (found.kind === 'bundle') return true
  if (found.compression === 'none') return false
  const head = await headOfCompressed(file, found.compression, tools)
  // Nothing came out: it is damaged from the beginning, which reading it tells best.
  if (head.length === 0) return false
  const inside = whatBegins(head, `looking at what is compressed in ${file}`)
  return inside.kind !== 'plain' || inside.compression !== 'none'
}

async function unwrapOnce(file: string, found: DetectedDump | Bundle, folder: string, tools: Tools): Promise<string> {
  if (found.kind === 'bundle') return unpackDump(file, folder, tools)
  const target = path.join(folder, 'decompressed')
  if (found.compression !== 'none') await decompressTo(file, found.compression, target, tools)
  return target
}

/**
 * Unpacks the one dump of a tar file: the folder that holds a toc.dat, or else its only file. Nothing but files is
 * unpacked, and only under names of the dump's own.
 */
async function unpackDump(file: string, folder: string, { signal }: Tools): Promise<string> {
  const doing = `unpacking ${file}`
  return orFileTrouble(doing, async () => {
    const handle = await open(file)
    try {
      const files = (await tarMembers(handle, doing)).filter(({ isFile }) => isFile)
      const { members, target } = chosen(files, folder, doing)
      for (const member of members) await unpack(handle, file, member, target(member), signal)
      return members.length === 1 && members[0] !== undefined && !isToc(members[0])
        ? target(members[0])
        : path.join(folder, 'dump')
    } finally {
      await handle.close()
    }
  })
}

interface Chosen {
  members: TarMember[]
  target: (member: TarMember) => string
}

function chosen(files: readonly TarMember[], folder: string, doing: string): Chosen {
  const tables = files.filter(isToc)
  const [toc] = tables
  if (tables.length > 1) throw severalDumps(tables, doing)
  if (toc !== undefined) {
    const parent = path.posix.dirname(toc.name)
    const members = files.filter(({ name }) => path.posix.dirname(name) === parent)
    if (members.length > MOST_MEMBERS) throw tooMany(doing)
    return { members, target: ({ name }) => path.join(folder, 'dump', path.posix.basename(name)) }
  }
  const [only, ...others] = files
  if (only === undefined || others.length > 0) throw severalDumps(files, doing)
  return { members: [only], target: () => path.join(folder, 'file') }
}

function isToc({ name }: TarMember): boolean {
  return path.posix.basename(name) === 'toc.dat'
}

async function unpack(
  handle: FileHandle,
  file: string,
  { name, at, size }: TarMember,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (['', '.', '..'].includes(path.basename(target))) {
    throw new DamagedError({
      doing: `unpacking ${file}`,
      problem: `"${name}" is no file name`,
      advice: 'Use another dump.',
    })
  }
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
  const out = createWriteStream(target, { flags: 'wx', mode: 0o600 })
  if (size === 0) {
    out.end()
    return
  }
  const source = createReadStream(file, { fd: handle.fd, autoClose: false, start: at, end: at + size - 1 })
  await pipeline(source, out, signal === undefined ? {} : { signal })
}

function severalDumps(files: readonly TarMember[], doing: string): UsageError {
  const names = files
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ')
  return new UsageError({
    doing,
    problem: files.length === 0 ? 'there is no file in it' : `it holds several files, and not one dump: ${names}`,
    advice: 'Unpack it, and give the dump that you mean.',
  })
}

function tooMany(doing: string): UsageError {
  return new UsageError({ doing, problem: `it holds more than ${MOST_MEMBERS} files`, advice: 'Unpack it yourself.' })
}
