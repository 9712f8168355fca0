import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { DamagedError } from '../../../src/errors.js'
import { fastestAge, type Age } from '../../../src/sealing/age.js'
import { WrongKeyError } from '../../../src/sealing/age-errors.js'
import { readAgeHeader, sealedSize } from '../../../src/sealing/age-format.js'
import { ageLibrary } from '../../../src/sealing/age-library.js'
import { ageProgram } from '../../../src/sealing/age-program.js'
import { readIdentities, type Identity } from '../../../src/sealing/identities.js'
import { parseRecipients, type Recipient } from '../../../src/sealing/recipients.js'
import { assertSealed } from '../../../src/sealing/seal.js'
import { ageKey, type AgeKey } from '../../support/age.js'
import { flipBitIn } from '../../support/sealed-store.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const run = promisify(execFile)
const MIB = 1024 * 1024

let context: RealContext
let keys: AgeKey[]
let recipients: Recipient[]
let identities: Identity[][]

beforeAll(async () => {
  context = await realContext({ PATH: process.env.PATH })
  keys = await Promise.all([ageKey(), ageKey(), ageKey()])
  recipients = await parseRecipients(
    keys.slice(0, 2).map(({ recipient }) => recipient),
    () => undefined,
  )
  const reading = { folder: '/', hide: () => undefined, warn: () => undefined }
  identities = await Promise.all(keys.map(({ file }) => readIdentities(file, reading)))
})
afterAll(async () => {
  await context.workspace.clean()
  await removeTemporaryFolders()
})

const engines: [string, () => Age][] = [
  ['the library', () => ageLibrary(context)],
  ['the program', () => ageProgram(context)],
]

async function fileOf(content: Uint8Array): Promise<string> {
  const file = path.join(await temporaryFolder(), 'plain')
  await writeFile(file, content)
  return file
}

describe.each(engines)('%s', (_, make) => {
  test.each([0, 1, 65_535, 65_536, 65_537, 131_072, 3 * MIB + 5])(
    '%i bytes, which the real age reads with either key',
    async (size) => {
      const content = randomBytes(size)
      const plain = await fileOf(content)
      await make().encrypt(plain, `${plain}.age`, recipients)
      await assertSealed(`${plain}.age`, size, recipients)
      for (const { file } of keys.slice(0, 2)) {
        const { stdout } = await run('age', ['-d', '-i', file, `${plain}.age`], {
          encoding: 'buffer',
          maxBuffer: 8 * MIB,
        })
        expect(stdout.equals(content)).toBe(true)
      }
      await expect(run('age', ['-d', '-i', keys[2]!.file, `${plain}.age`])).rejects.toThrow('no identity matched')
    },
  )

  test.each([0, 1, 65_536, 3 * MIB + 5])('%i bytes that the real age wrote', async (size) => {
    const content = randomBytes(size)
    const plain = await fileOf(content)
    await run('age', ['-r', keys[0]!.recipient, '-r', keys[1]!.recipient, '-o', `${plain}.age`, plain])
    expect((await stat(`${plain}.age`)).size).toBe(sealedSize(size, (await readAgeHeader(`${plain}.age`)).bytes))
    for (const identity of identities.slice(0, 2)) {
      const target = path.join(await temporaryFolder(), 'back')
      await make().decrypt(`${plain}.age`, target, identity)
      expect((await readFile(target)).equals(content)).toBe(true)
      expect((await stat(target)).mode & 0o077).toBe(0)
    }
  })

  test('a wrong key is told from damage', async () => {
    const plain = await fileOf(randomBytes(200_000))
    const sealed = `${plain}.age`
    await make().encrypt(plain, sealed, recipients)
    const decrypt = async (identity: Identity[]): Promise<void> =>
      make().decrypt(sealed, path.join(await temporaryFolder(), 'back'), identity)
    await expect(decrypt(identities[2]!)).rejects.toThrow(WrongKeyError)
    const { bytes } = await readAgeHeader(sealed)
    const whole = await readFile(sealed)
    for (const at of [bytes - 10, bytes + 3, bytes + 20, bytes + 100_000, whole.length - 1]) {
      await writeFile(sealed, whole)
      await flipBitIn(sealed, at)
      const failure = await decrypt(identities[0]!).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(DamagedError)
      expect(failure).not.toBeInstanceOf(WrongKeyError)
    }
    for (const size of [whole.length - 1, whole.length - 65_552, bytes + 16, bytes, 10, 0]) {
      await writeFile(sealed, whole)
      await truncate(sealed, size)
      await expect(decrypt(identities[0]!)).rejects.toThrow(DamagedError)
    }
  })

  test('an existing file is not written over', async () => {
    const plain = await fileOf(randomBytes(10))
    await writeFile(`${plain}.age`, 'there')
    await expect(make().encrypt(plain, `${plain}.age`, recipients)).rejects.toThrow()
    expect(await readFile(`${plain}.age`, 'utf8')).toBe('there')
  })

  test('a full disk is no damage and no wrong key', async () => {
    const plain = await fileOf(randomBytes(12 * MIB))
    await make().encrypt(plain, `${plain}.age`, recipients)
    const disk = await mountSmallDisk(await temporaryFolder(), 4)
    try {
      const target = path.join(disk.folder, 'back')
      const decrypting = make().decrypt(`${plain}.age`, target, identities[0]!)
      const failure = await decrypting.catch((error: unknown) => error)
      expect(failure).toMatchObject({ exitCode: 1, message: expect.stringMatching(/no space left/) })
      await rm(target)
      const encrypting = make().encrypt(plain, target, recipients)
      await expect(encrypting).rejects.toMatchObject({ exitCode: 1, message: expect.stringMatching(/no space left/) })
    } finally {
      await disk.remove()
    }
  })

  test('stops when it is asked to', async () => {
    const other = await realContext({ PATH: process.env.PATH })
    const plain = await fileOf(new Uint8Array(64 * MIB))
    const age = make === engines[0]![1] ? ageLibrary(other) : ageProgram(other)
    const encrypting = age.encrypt(plain, `${plain}.age`, recipients)
    other.interrupt()
    await expect(encrypting).rejects.toMatchObject({ exitCode: 130 })
    await other.workspace.clean()
  })
})

describe('what is looked at without a key', () => {
  test('one recipient too few or too many, and a byte too few or too many', async () => {
    const plain = await fileOf(randomBytes(70_000))
    await ageLibrary(context).encrypt(plain, `${plain}.age`, recipients)
    await expect(assertSealed(`${plain}.age`, 70_000, recipients)).resolves.toBeUndefined()
    await expect(assertSealed(`${plain}.age`, 70_000, recipients.slice(0, 1))).rejects.toThrow('should be to 1')
    await expect(assertSealed(`${plain}.age`, 69_999, recipients)).rejects.toThrow('its content makes')
    await truncate(`${plain}.age`, (await stat(`${plain}.age`)).size - 1)
    await expect(assertSealed(`${plain}.age`, 70_000, recipients)).rejects.toThrow('its content makes')
    await expect(assertSealed(plain, 70_000, recipients)).rejects.toThrow(DamagedError)
  })
})

describe('large files', () => {
  test('go through the program where it is, and the private key is in none of its arguments', async () => {
    const folder = await temporaryFolder()
    const { stdout: real } = await run('sh', ['-c', 'command -v age'])
    await mkdir(path.join(folder, 'bin'))
    const said = path.join(folder, 'arguments')
    const wrapper = `#!/bin/sh\nprintf '%s\\n' "$@" >>'${said}'\nenv >>'${said}'\nexec ${real.trim()} "$@"\n`
    await writeFile(path.join(folder, 'bin/age'), wrapper)
    await chmod(path.join(folder, 'bin/age'), 0o755)
    const watched = await realContext({ PATH: `${folder}/bin:${process.env.PATH ?? ''}` })
    const age = fastestAge(watched)
    const plain = await fileOf(randomBytes(5 * MIB))
    await age.encrypt(plain, `${plain}.age`, recipients)
    await age.decrypt(`${plain}.age`, `${plain}.back`, identities[0]!)
    expect((await readFile(plain)).equals(await readFile(`${plain}.back`))).toBe(true)
    const seen = await readFile(said, 'utf8')
    expect(seen).toContain('--encrypt')
    expect(seen).toContain('--decrypt')
    expect(seen).not.toContain('AGE-SECRET-KEY')
    await watched.workspace.clean()
  })

  test('do the same without the program', async () => {
    const bare = await realContext({ PATH: await temporaryFolder() })
    const age = fastestAge(bare)
    const plain = await fileOf(randomBytes(5 * MIB))
    await age.encrypt(plain, `${plain}.age`, recipients)
    const { stdout } = await run('age', ['-d', '-i', keys[1]!.file, `${plain}.age`], {
      encoding: 'buffer',
      maxBuffer: 8 * MIB,
    })
    expect(stdout.equals(await readFile(plain))).toBe(true)
    await bare.workspace.clean()
  })

  test('are never held in memory', async () => {
    const plain = path.join(await temporaryFolder(), 'sparse')
    const handle = await open(plain, 'w')
    await handle.truncate(256 * MIB)
    await handle.close()
    let peak = 0
    const before = process.memoryUsage().rss
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50)
    await ageLibrary(context).encrypt(plain, `${plain}.age`, recipients)
    await ageLibrary(context).decrypt(`${plain}.age`, `${plain}.back`, identities[0]!)
    clearInterval(timer)
    expect(peak - before).toBeLessThan(100 * MIB)
    expect((await readdir(path.dirname(plain))).sort()).toEqual(['sparse', 'sparse.age', 'sparse.back'])
  })
})
