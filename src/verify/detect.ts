import { lstat, open, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { DamagedError, UsageError, type LifeboatError } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'

/** How a plain script is compressed; an archive compresses inside itself, so its is `none`. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4'

/** What a dump is, found by its content and not by its name. */
export interface DetectedDump {
  kind: 'directory' | 'custom' | 'tar' | 'plain'
  compression: Compression
}

/** A tar file that another program packed, with a dump in it or not. */
export interface Bundle {
  kind: 'bundle'
}

const COMPRESSIONS: readonly { magic: string; compression: Compression }[] = [
  { magic: '1f8b', compression: 'gzip' },
  { magic: '28b52ffd', compression: 'zstd' },
  { magic: 'fd377a585a00', compression: 'xz' },
  { magic: '425a68', compression: 'bzip2' },
  { magic: '04224d18', compression: 'lz4' },
]

/** What people give by mistake, by how it begins, and what to do about it. */
const MISTAKES: readonly { begins: RegExp; problem: string; advice: string }[] = [
  { begins: /^PK(?![ -~])/, problem: 'it is a zip file', advice: 'Unpack it and give the dump that was in it.' },
  {
    begins: /^(age-encryption\.org|-----BEGIN (AGE|PGP)|Salted__)/,
    problem: 'it is encrypted',
    advice: 'Decrypt it first and give the decrypted file.',
  },
  // Newer mariadb-dump writes a comment for its own client before it says what it is.
  {
    begins: /^\s*(\/\*M!.*\*\/;?\s*)?-- MariaDB dump|^\s*\/\*M!/,
    problem: 'it is a dump of MariaDB',
    advice: 'Give a dump of PostgreSQL.',
  },
  {
    begins: /^\s*-- (MySQL dump|phpMyAdmin SQL Dump)/,
    problem: 'it is a dump of MySQL',
    advice: 'Give a dump of PostgreSQL.',
  },
  {
    begins: /^SQLite format 3\0|^PRAGMA foreign_keys/,
    problem: 'it is an SQLite database, or a dump of one',
    advice: 'Give a dump of PostgreSQL.',
  },
  { begins: /^.{1,4}T?EXPORT:V/s, problem: 'it is a dump of Oracle', advice: 'Give a dump of PostgreSQL.' },
  { begins: /^REDIS\d{4}/, problem: 'it is a dump of Redis', advice: 'Give a dump of PostgreSQL.' },
  {
    begins: /^\s*(<!DOCTYPE|<html|<\?xml|<Error>)/i,
    problem: 'it is a page of HTML or XML, perhaps the error message of a server that a download got',
    advice: 'Look at it, and fetch the dump again.',
  },
  { begins: /^(7z\xbc\xaf|Rar!)/, problem: 'it is a 7z or rar archive', advice: 'Unpack it and give the dump in it.' },
  {
    begins: /^(\xff\xfe|\xfe\xff)/,
    problem: 'it is in UTF-16, as PowerShell writes what is redirected into a file',
    advice:
      'PostgreSQL cannot read it, and bytes outside ASCII may be lost. Dump again with the option -f instead of ">".',
  },
]

export const HEAD = 1024
/** Of a dump in archive format: its magic, then versions and sizes of integers, then the format at this byte. */
const [ARCHIVE_MAGIC, FORMAT_AT, FORMAT_CUSTOM] = ['PGDMP', 10, 1]
/** A toc.dat says that it is of a tar, also in a directory; 5 is the number of directories, should that change. */
const FORMATS_OF_TOC = [3, 5]
const [TAR_MAGIC, TAR_MAGIC_AT, TAR_NAME] = ['ustar', 257, 100]

/**
 * Finds out what a path holds, by content.
 *
 * Throws `UsageError` for what is not a dump of PostgreSQL at all, `DamagedError` for what was one.
 */
export async function detectDump(file: string): Promise<DetectedDump> {
  const found = await lookAt(file)
  if (found.kind === 'bundle') {
    throw notADump(`looking at ${file}`, 'it is a tar file that pg_dump did not write', 'Unpack it first.')
  }
  return found
}

/** The same, which also tells a tar file that another program packed. */
export async function lookAt(file: string): Promise<DetectedDump | Bundle> {
  const doing = `looking at ${file}`
  return orFileTrouble(doing, async () => {
    const there = await ifThere(stat(file))
    if (there === undefined) throw await nothingThere(file, doing)
    if (there.isDirectory()) return detectFolder(file, doing)
    if (!there.isFile()) throw notADump(doing, 'it is neither a file nor a folder')
    return whatBegins(await headOf(file), doing)
  })
}

async function nothingThere(file: string, doing: string): Promise<UsageError> {
  const isLink = (await ifThere(lstat(file))) !== undefined
  return isLink
    ? new UsageError({
        doing,
        problem: 'it is a symbolic link to something that is not there',
        advice: 'Mend the link.',
      })
    : new UsageError({ doing, problem: 'there is no such file or folder', advice: 'Check the path.' })
}

async function detectFolder(folder: string, doing: string): Promise<DetectedDump> {
  const toc = await ifThere(stat(path.join(folder, 'toc.dat')))
  if (toc === undefined) {
    throw notADump(doing, 'the folder has no toc.dat, which every dump in directory format has')
  }
  const head = await headOf(path.join(folder, 'toc.dat'))
  if (head.toString('latin1', 0, 5) !== ARCHIVE_MAGIC) {
    throw new DamagedError({
      doing,
      problem: 'its toc.dat does not begin as PostgreSQL writes it',
      advice: 'The dump is damaged. Use another one.',
    })
  }
  return { kind: 'directory', compression: 'none' }
}

/** What begins like this: its first bytes, decompressed or not. Throws as `detectDump` does. */
export function whatBegins(head: Buffer, doing: string): DetectedDump | Bundle {
  const text = head.toString('latin1')
  const mistake = MISTAKES.find(({ begins }) => begins.test(text))
  if (mistake !== undefined) throw new UsageError({ doing, ...mistake })
  const compressed = COMPRESSIONS.find(({ magic }) => head.toString('hex').startsWith(magic))
  if (compressed !== undefined) return { kind: 'plain', compression: compressed.compression }
  if (text.startsWith(ARCHIVE_MAGIC)) return archiveKind(head[FORMAT_AT], doing)
  if (text.startsWith(TAR_MAGIC, TAR_MAGIC_AT)) return tarKind(text)
  // A zero byte cannot be in a script; what is text is for the reader to judge.
  if (head.includes(0)) throw notADump(doing, 'it is neither text nor an archive of pg_dump')
  return { kind: 'plain', compression: 'none' }
}

function archiveKind(format: number | undefined, doing: string): DetectedDump {
  if (format === FORMAT_CUSTOM) return { kind: 'custom', compression: 'none' }
  if (format !== undefined && FORMATS_OF_TOC.includes(format)) {
    const advice = 'Give the folder that it is in.'
    throw new UsageError({ doing, problem: 'it is the table of contents of a dump in directory format', advice })
  }
  throw new DamagedError({
    doing,
    problem: 'it begins as an archive of pg_dump and then goes on as none that is known',
    advice: 'The dump is damaged. Use another one.',
  })
}

function tarKind(text: string): DetectedDump | Bundle {
  const first = text.slice(0, TAR_NAME).replace(/\0.*$/s, '')
  return first === 'toc.dat' ? { kind: 'tar', compression: 'none' } : { kind: 'bundle' }
}

function notADump(doing: string, problem: string, first = ''): LifeboatError {
  const what = 'Give a script (.sql, also compressed) or an archive in custom, tar or directory format.'
  return new UsageError({ doing, problem, advice: first === '' ? what : `${first} ${what}` })
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(HEAD)
    return buffer.subarray(0, await filled(handle, buffer))
  } finally {
    await handle.close()
  }
}

async function filled(handle: FileHandle, buffer: Buffer): Promise<number> {
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length)
    length += bytesRead
    if (bytesRead === 0 || length === buffer.length) return length
  }
}
