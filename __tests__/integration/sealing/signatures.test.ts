import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmod, cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { SET } from '../../../src/backup/set.js'
import { entriesBelow } from '../../../src/platform/files.js'
import { barePath, runBare } from '../../support/bare.js'
import { ALL_WELL, codesOf, outcomeOf } from '../../support/recovery.js'
import {
  DATABASE,
  backUpSealed,
  copyOfStore,
  folderOf,
  redoLists,
  restoreInto,
  sealedBench,
  type SealedBench,
} from '../../support/sealed-store.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

const run = promisify(execFile)

interface Pair {
  secret: string
  trusted: string
}

let made: SealedBench
let ours: Pair
let theirs: Pair
/** An encrypted set and a plain one, signed by us; the plain one is in a store of its own. */
let sealed: string
let plain: string
let plainStore: string

/** Made as the documentation says. */
async function pair(kind = 'ed25519'): Promise<Pair> {
  const folder = await temporaryFolder()
  const [secret, trusted] = [path.join(folder, 'signing.pem'), path.join(folder, 'signing-public.pem')]
  await run('openssl', ['genpkey', '-algorithm', kind, '-out', secret])
  await run('openssl', ['pkey', '-in', secret, '-pubout', '-out', trusted])
  return { secret, trusted }
}

beforeAll(async () => {
  made = await sealedBench()
  ;[ours, theirs] = await Promise.all([pair(), pair()])
  sealed = await backUpSealed(made, { 'signing-key': ours.secret })
  plainStore = path.join(await temporaryFolder(), 'store')
  const url = made.cluster.url(DATABASE)
  plain = await made.bench.backUp(url, { store: plainStore, 'signing-key': await readFile(ours.secret, 'utf8') })
})
afterAll(async () => {
  await made.cluster.remove()
  await removeTemporaryFolders()
})

const validate = (options: Record<string, unknown>) =>
  made.bench.run('validate', { verify: 'archive', 'decrypt-key': made.daily.file, ...options })

async function openssl(folder: string, key: string): Promise<string> {
  const signature = path.join(await temporaryFolder(), 'manifest.sig')
  await run('openssl', ['base64', '-d', '-in', SET.signature, '-out', signature], { cwd: folder })
  const args = ['-verify', '-pubin', '-inkey', key, '-rawin', '-in', SET.manifest, '-sigfile', signature]
  const { stdout } = await run('openssl', ['pkeyutl', ...args], { cwd: folder })
  return stdout.trim()
}

describe('a signed set', () => {
  test('is accepted by its key, among others, and restored', async () => {
    const both = `${await readFile(theirs.trusted, 'utf8')}${await readFile(ours.trusted, 'utf8')}`
    for (const trusted of [ours.trusted, both]) {
      expect(outcomeOf(await validate({ 'trusted-keys': trusted }))).toEqual(ALL_WELL)
      expect(outcomeOf(await validate({ store: plainStore, 'trusted-keys': trusted }))).toEqual(ALL_WELL)
    }
    const keys = { 'trusted-keys': ours.trusted, 'decrypt-key': made.escrow.file }
    expect(outcomeOf(await restoreInto(made, 'signed', keys))).toEqual(ALL_WELL)
  })

  test('is verified by openssl alone', async () => {
    for (const folder of [folderOf(made.bench.store, sealed), folderOf(plainStore, plain)]) {
      expect(await openssl(folder, ours.trusted)).toBe('Signature Verified Successfully')
      await expect(openssl(folder, theirs.trusted)).rejects.toThrow()
    }
  })

  test('is restored by its own script, which minds no signature', async () => {
    const coreutils = await barePath(path.join(await temporaryFolder(), 'path'))
    const script = path.join(folderOf(plainStore, plain), SET.script)
    const ended = await runBare([script, '--check', '--', 'by_script'], { cluster: made.cluster, coreutils })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('a set that is not signed by a trusted key', () => {
  /** Refused by validate and restore alike; and what the key at hand says is not kept as an outcome of the set. */
  async function expectRefused(options: Record<string, unknown>, code: string): Promise<void> {
    const found = await validate(options)
    expect([found.exitCode, codesOf(found)]).toEqual([3, [code]])
    const id = found.report.id
    const named = await restoreInto(made, 'refused', { 'decrypt-key': made.daily.file, ...options, backup: id })
    expect([named.exitCode, named.report.failure?.message]).toEqual([3, expect.stringContaining(code)])
    const newest = await restoreInto(made, 'refused', { 'decrypt-key': made.daily.file, ...options })
    expect([newest.exitCode, newest.report.failure?.message]).toEqual([5, expect.stringContaining(code)])
    const names = await made.cluster.query(`SELECT datname FROM pg_database WHERE datname = 'refused'`)
    expect(names).toEqual([])
  }

  test('signed by another', async () => {
    await expectRefused({ 'trusted-keys': theirs.trusted }, 'SIGNATURE_WRONG')
    await expectRefused({ store: plainStore, 'trusted-keys': theirs.trusted }, 'SIGNATURE_WRONG')
    expect(outcomeOf(await validate({ 'trusted-keys': ours.trusted }))).toEqual(ALL_WELL)
  })

  test('the signature taken away', async () => {
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    await rm(path.join(folderOf(store, sealed), SET.signature))
    await expectRefused({ store, 'trusted-keys': ours.trusted }, 'SIGNATURE_MISSING')
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, 40)],
    ['of another manifest', () => `${Buffer.alloc(64, 7).toString('base64')}\n`],
    ['empty', () => ''],
    ['huge', () => 'A'.repeat(5000)],
  ])('a signature that is %s', async (_, change) => {
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    const file = path.join(folderOf(store, sealed), SET.signature)
    await writeFile(file, change(await readFile(file, 'utf8')))
    await expectRefused({ store, 'trusted-keys': ours.trusted }, 'SIGNATURE_WRONG')
  })

  test('a manifest that was edited, everything else made to agree with it', async () => {
    for (const [root, id] of [
      [made.bench.store, sealed],
      [plainStore, plain],
    ] as const) {
      const store = await copyOfStore(root, { keepLog: false })
      await redoLists(folderOf(store, id), (manifest) => ({
        ...manifest,
        tool: { ...manifest.tool, version: '9.9.9' },
      }))
      await expectRefused({ store, 'trusted-keys': ours.trusted }, 'SIGNATURE_WRONG')
    }
  })

  test('a whole set that somebody else made, who knows the public keys, and signed', async () => {
    const forged = path.join(await temporaryFolder(), 'store')
    const id = await backUpSealed(made, { store: forged, 'signing-key': theirs.secret })
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    await cp(folderOf(forged, id), folderOf(store, id), { recursive: true })
    // Without trusted keys, nothing tells it from ours: it decrypts and is whole.
    expect(outcomeOf(await validate({ store, backup: id }))).toEqual(ALL_WELL)
    const found = await validate({ store, backup: id, 'trusted-keys': ours.trusted })
    expect([found.exitCode, codesOf(found)]).toEqual([3, ['SIGNATURE_WRONG']])
    const restored = await restoreInto(made, 'from_ours', {
      store,
      'decrypt-key': made.daily.file,
      'trusted-keys': ours.trusted,
    })
    expect([restored.exitCode, restored.report.id]).toEqual([0, sealed])
    expect(restored.report.warnings.join()).toContain('SIGNATURE_WRONG')
  })
})

describe('keys that cannot be used are refused before anything is done', () => {
  test.each([
    ['signing-key', 'no such file', () => '/nowhere/signing.pem'],
    ['signing-key', 'a public key', () => ours.trusted],
    ['signing-key', 'no key at all', () => '-----BEGIN NONSENSE-----'],
  ])('%s: %s', async (option, _, value) => {
    const ran = await made.bench.run('backup', { 'database-url': made.cluster.url(DATABASE), [option]: value() })
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([2, expect.stringContaining(option)])
  })

  test('an RSA key, and a private key among the trusted ones', async () => {
    const rsa = await pair('rsa')
    const signing = await made.bench.run('backup', {
      'database-url': made.cluster.url(DATABASE),
      'signing-key': rsa.secret,
    })
    expect([signing.exitCode, signing.report.failure?.message]).toEqual([2, expect.stringContaining('Ed25519')])
    for (const [trusted, says] of [
      [rsa.trusted, 'Ed25519'],
      [ours.secret, 'a private key'],
      ['/nowhere/public.pem', 'trusted-keys'],
    ]) {
      const ran = await validate({ 'trusted-keys': trusted })
      expect([ran.exitCode, ran.report.failure?.message]).toEqual([2, expect.stringContaining(says!)])
    }
  })
})

test('other users can read no file of a set, whatever the umask lets programs write', async () => {
  for (const folder of [folderOf(plainStore, plain), folderOf(made.bench.store, sealed)]) {
    const entries = await entriesBelow(folder)
    const modes = await Promise.all(
      entries.map(async (entry) => (await stat(path.join(folder, entry.path))).mode & 0o777),
    )
    expect([entries.length > 3, new Set(modes)]).toEqual([true, new Set([0o600, 0o700])])
  }
})

test('a private key that others can read is warned of', async () => {
  const { secret } = await pair()
  await chmod(secret, 0o644)
  const ran = await made.bench.run('backup', {
    'database-url': made.cluster.url(DATABASE),
    store: path.join(await temporaryFolder(), 'store'),
    verify: 'none',
    'signing-key': secret,
  })
  expect([ran.exitCode, ran.log]).toEqual([0, expect.stringContaining(`the private key in ${secret} (signing-key)`)])
})
