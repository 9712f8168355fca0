import { open, readFile, rename, symlink, truncate, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { FindingCode } from '../findings.js'
import { sealedName } from '../sealing/names.js'
import { cutLink } from './copies.js'

/** Something that can happen to a set, and what must be found then. */
export interface Fault {
  name: string
  /** Any one of these, on that file. */
  expected: readonly FindingCode[]
  on: string
  /** Does it to a copy of the set. */
  inject(folder: string): Promise<void>
}

/** What another set of the store can lend. */
export interface OtherSet {
  folder: string
  manifest: Manifest
}

/** Every kind of damage that a validation must find, for that very set. */
export function faultsFor(manifest: Manifest, other: OtherSet | null): Fault[] {
  const dump = largestDumpFile(manifest)
  const listed = new Set(manifest.files.map((file) => file.path))
  const [globals, catalog] = [SET.globals, SET.catalog].map((name) => (listed.has(name) ? name : sealedName(name))) as [
    string,
    string,
  ]
  const kinds = [dump, ...tableOfContents(manifest), ...[globals, catalog, SET.guide, SET.script]]
  return [
    ...[...new Set(kinds)].filter((file) => listed.has(file)).map(flipped),
    truncated(dump),
    { ...truncated(SET.manifest), expected: ['MANIFEST_INVALID'] },
    ...[dump, globals, SET.manifest, SET.checksums].map(missing),
    extra('stranger'),
    ...(manifest.options.format === 'directory' ? [extra(`${SET.dump}/999999999.dat.gz`)] : []),
    linked(globals),
    swappedWithin(globals, catalog),
    ...(other === null ? [] : swappedWith(other, manifest)),
    changedManifest(),
    changedChecksums(globals),
  ]
}

/** The biggest file of the dump: where most of the data is. */
export function largestDumpFile({ dump, files }: Manifest): string {
  const own = files.filter(({ path: file }) => file === dump.path || file.startsWith(`${dump.path}/`))
  return [...own].sort((a, b) => b.size - a.size)[0]?.path ?? dump.path
}

function tableOfContents({ options, dump, encryption }: Manifest): string[] {
  const name = `${dump.path}/toc.dat`
  return options.format === 'directory' ? [encryption === undefined ? name : sealedName(name)] : []
}

/** Turns one bit in the middle of a file of a copy. */
export async function flipBit(file: string): Promise<void> {
  await cutLink(file)
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    const at = Math.floor(size / 2)
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, at)
    byte.writeUInt8(byte.readUInt8(0) ^ 0x10, 0)
    await handle.write(byte, 0, 1, at)
  } finally {
    await handle.close()
  }
}

function flipped(file: string): Fault {
  return {
    name: `a flipped bit in ${file}`,
    expected: ['FILE_CHECKSUM'],
    on: file,
    inject: (folder) => flipBit(path.join(folder, file)),
  }
}

function truncated(file: string): Fault {
  return {
    name: `${file} cut off in the middle`,
    expected: ['FILE_SIZE'],
    on: file,
    inject: async (folder) => {
      const whole = path.join(folder, file)
      await cutLink(whole)
      await truncate(whole, Math.floor((await readableSize(whole)) / 2))
    },
  }
}

async function readableSize(file: string): Promise<number> {
  const handle = await open(file)
  try {
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

function missing(file: string): Fault {
  return {
    name: `${file} missing`,
    expected: ['FILE_MISSING'],
    on: file,
    inject: (folder) => unlink(path.join(folder, file)),
  }
}

function extra(file: string): Fault {
  return {
    name: `an extra file ${file}`,
    expected: ['FILE_UNEXPECTED'],
    on: file,
    inject: (folder) => writeFile(path.join(folder, file), 'not of this set\n'),
  }
}

function linked(file: string): Fault {
  return {
    name: `a symbolic link in the place of ${file}`,
    expected: ['FILE_UNEXPECTED'],
    on: file,
    inject: async (folder) => {
      await rename(path.join(folder, file), path.join(folder, '..', `moved-${path.basename(file)}`))
      await symlink(path.join(folder, '..', `moved-${path.basename(file)}`), path.join(folder, file))
    },
  }
}

function swappedWithin(one: string, other: string): Fault {
  return {
    name: `${one} and ${other} swapped`,
    expected: ['FILE_SIZE', 'FILE_CHECKSUM'],
    on: one,
    inject: async (folder) => {
      const [a, b, aside] = [one, other, 'aside'].map((name) => path.join(folder, name)) as [string, string, string]
      await rename(a, aside)
      await rename(b, a)
      await rename(aside, b)
    },
  }
}

/** The whole set in the place of another, and the dump of another in this one. */
function swappedWith({ folder: from, manifest: theirs }: OtherSet, manifest: Manifest): Fault[] {
  const [mine, other] = [largestDumpFile(manifest), largestDumpFile(theirs)]
  const isSame = hashOf(manifest, mine) === hashOf(theirs, other)
  return [
    ...(isSame
      ? []
      : [
          {
            name: `${mine} swapped with that of ${theirs.type}/${theirs.id}`,
            expected: ['FILE_SIZE', 'FILE_CHECKSUM'] as const,
            on: mine,
            inject: async (folder: string) => {
              await unlink(path.join(folder, mine))
              await writeFile(path.join(folder, mine), await readFile(path.join(from, other)))
            },
          },
        ]),
    {
      name: `its manifest swapped with that of ${theirs.type}/${theirs.id}`,
      expected: ['SET_MISPLACED'],
      on: `${manifest.type}/${manifest.id}`,
      inject: async (folder) => {
        await unlink(path.join(folder, SET.manifest))
        await writeFile(path.join(folder, SET.manifest), await readFile(path.join(from, SET.manifest)))
      },
    },
  ]
}

function hashOf({ files }: Manifest, file: string): string | undefined {
  return files.find((one) => one.path === file)?.sha256
}

/** As somebody would who wants a set to look better: the outcome of its proof, in a text of the same length. */
function changedManifest(): Fault {
  return {
    name: 'a changed manifest',
    expected: ['MANIFEST_CHANGED'],
    on: SET.manifest,
    inject: async (folder) => {
      const file = path.join(folder, SET.manifest)
      const text = await readFile(file, 'utf8')
      await unlink(file)
      await writeFile(
        file,
        text.replace(/("seconds": )(\d)/, (_, name: string, digit: string) => `${name}${(Number(digit) + 1) % 10}`),
      )
    },
  }
}

function changedChecksums(of: string): Fault {
  return {
    name: `a changed line in ${SET.checksums}`,
    expected: ['FILE_CHECKSUM'],
    on: SET.checksums,
    inject: async (folder) => {
      const file = path.join(folder, SET.checksums)
      const lines = (await readFile(file, 'utf8')).split('\n')
      const at = lines.findIndex((line) => line.endsWith(`  ${of}`))
      const line = lines[at] ?? ''
      lines[at] = `${line.startsWith('0') ? '1' : '0'}${line.slice(1)}`
      await unlink(file)
      await writeFile(file, lines.join('\n'))
    },
  }
}
