import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { SET, readManifest } from '../../../src/backup/set.js'
import { entriesBelow } from '../../../src/platform/files.js'
import { plaintextBelow } from '../../support/age.js'
import { describeDatabase, differencesIn, oneLine, type Described } from '../../support/described.js'
import { ALL_WELL, codesOf, outcomeOf } from '../../support/recovery.js'
import {
  DATABASE,
  backUpSealed,
  copyOfStore,
  flipBitIn,
  folderOf,
  redoLists,
  restoreInto,
  sealedBench,
  type SealedBench,
} from '../../support/sealed-store.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

let made: SealedBench
let original: Described
/** Encrypted to the daily and the escrow key: an older set, proven to the end, and a newer one. */
let older: string
let newer: string

beforeAll(async () => {
  made = await sealedBench()
  original = await describeDatabase(made.cluster, DATABASE)
  older = await backUpSealed(made, { verify: 'full', scratch: 'cluster' })
  newer = await backUpSealed(made)
})
afterAll(async () => {
  await made.cluster.remove()
  await removeTemporaryFolders()
})

async function expectEqual(database: string): Promise<void> {
  expect((await differencesIn(made.cluster, database, original)).map(oneLine)).toEqual([])
}

const validate = (options: Record<string, unknown>) =>
  made.bench.run('validate', { backup: newer, verify: 'archive', ...options })

/** Runs an operation and looks whether it left anything in the folder for temporary files. */
async function temporariesAfter(work: () => Promise<unknown>): Promise<string[]> {
  await work()
  return readdir(path.join(made.bench.root, 'tmp'))
}

describe('a set that is encrypted to two keys', () => {
  test('holds nothing that can be read but what says how to open it', async () => {
    const folder = folderOf(made.bench.store, older)
    const entries = (await entriesBelow(folder)).filter(({ kind }) => kind === 'file')
    const readable = entries.map((entry) => entry.path).filter((file) => !file.endsWith('.age'))
    expect(readable.sort()).toEqual([SET.guide, SET.checksums, SET.manifest, SET.script].sort())
    expect(await plaintextBelow(made.bench.store)).toEqual([])
    for (const { path: file } of entries) {
      expect((await stat(path.join(folder, file))).mode & 0o077).toBe(0)
    }
    await promisify(execFile)('sha256sum', ['--check', '--strict', SET.checksums], { cwd: folder })
  })

  test('has a manifest that tells the proof and no data', async () => {
    const manifest = await readManifest(folderOf(made.bench.store, older))
    expect(manifest).toMatchObject({ proof: { outcome: 'proven', tier: 'full' }, sequences: [], hash: null })
    expect(manifest.encryption?.recipients).toHaveLength(2)
    expect(manifest.tables.filter(({ fingerprint }) => fingerprint !== undefined)).toEqual([])
    expect(manifest.tables.find(({ name }) => name === 'animals')?.rows).toBeGreaterThan(0)
  })

  test('is restored with each key alone, given as a file or as it is', async () => {
    const keys = [made.daily.file, made.escrow.identity]
    for (const [index, key] of keys.entries()) {
      const ran = await restoreInto(made, `back_${index}`, { 'decrypt-key': key })
      expect(outcomeOf(ran)).toEqual(ALL_WELL)
      expect(ran.report.id).toBe(newer)
      await expectEqual(`back_${index}`)
    }
  })

  test('is proven again with a key, and the outcome that is kept tells no data', async () => {
    const ran = await validate({ backup: older, verify: 'full', scratch: 'cluster', 'decrypt-key': made.daily.file })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(ran.report.proof).toMatchObject({ outcome: 'proven', tier: 'full' })
    expect(await readdir(path.join(folderOf(made.bench.store, older), SET.proofs))).toHaveLength(1)
  })

  test('leaves no plaintext among the temporary files, neither when all went well nor when not', async () => {
    expect(await temporariesAfter(() => validate({ 'decrypt-key': made.daily.file }))).toEqual([])
    expect(await temporariesAfter(() => validate({ 'decrypt-key': made.stranger.file }))).toEqual([])
    expect(await temporariesAfter(() => backUpSealed(made, { type: 'extra' }))).toEqual([])
  })
})

describe('the key', () => {
  test('missing: every byte is checked, and nothing is called proven', async () => {
    const ran = await validate({})
    expect([ran.exitCode, codesOf(ran)]).toEqual([4, ['DECRYPT_KEY_MISSING']])
    expect(ran.report.proof?.outcome).toBe('not-verified')
    const restored = await restoreInto(made, 'nokey', {})
    expect([restored.exitCode, restored.report.failure?.message]).toEqual([2, expect.stringContaining('no key')])
  })

  test('missing: a flipped bit is found all the same', async () => {
    const store = await copyOfStore(made.bench.store)
    await flipBitIn(path.join(folderOf(store, newer), 'dump/toc.dat.age'))
    const ran = await validate({ store })
    expect([ran.exitCode, codesOf(ran)]).toEqual([3, ['FILE_CHECKSUM']])
  })

  test('wrong: a finding of its own, which is not held against the set', async () => {
    const before = await readdir(folderOf(made.bench.store, newer))
    const ran = await validate({ 'decrypt-key': made.stranger.identity })
    expect([ran.exitCode, codesOf(ran)]).toEqual([3, ['DECRYPT_KEY_WRONG']])
    expect(await readdir(folderOf(made.bench.store, newer))).toEqual(before)
  })

  test('wrong: no older set is restored instead', async () => {
    const restored = await restoreInto(made, 'wrongkey', { 'decrypt-key': made.stranger.file })
    expect([restored.exitCode, restored.report.failure?.message]).toEqual([
      3,
      expect.stringContaining('DECRYPT_KEY_WRONG'),
    ])
  })

  test('never shows in what is said', async () => {
    const body = made.daily.identity.slice('AGE-SECRET-KEY-1'.length)
    const hidden: string[] = []
    const ran = await made.bench.run(
      'validate',
      { backup: newer, verify: 'archive', 'decrypt-key': `${made.daily.identity}\nAGE-SECRET-KEY-1BROKEN` },
      { onStep: (_, context) => void hidden.push(context.workingDirectory) },
    )
    expect(ran.exitCode).toBe(2)
    expect(JSON.stringify(ran)).not.toContain(body)
  })
})

describe('what is wrong with a key comes to light before anything is dumped', () => {
  test.each([
    ['a typing error', () => made.daily.recipient.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))],
    ['a private key', () => made.daily.identity],
    ['an SSH key', () => 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ9'],
    ['a key of another kind', () => 'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t'],
  ])('%s', async (_, key) => {
    const store = path.join(await temporaryFolder(), 'store')
    const ran = await made.bench.run('backup', {
      'database-url': made.cluster.url(DATABASE),
      store,
      'encrypt-to': `${made.escrow.recipient}, ${key()}`,
    })
    expect(ran.exitCode).toBe(2)
    expect(ran.report.failure?.message).toContain('encrypt-to')
    expect(ran.report.failure?.message).not.toContain(made.daily.identity)
    await expect(stat(path.join(store, 'manual'))).rejects.toThrow('ENOENT')
  })
})

describe('damage that somebody tried to hide, without the log to remember', () => {
  test('two encrypted files that changed places', async () => {
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    const folder = folderOf(store, newer)
    const [one, other] = ['globals.sql.age', 'catalog.json.age'].map((name) => path.join(folder, name)) as [
      string,
      string,
    ]
    await rename(one, `${folder}.aside`)
    await rename(other, one)
    await rename(`${folder}.aside`, other)
    const plain = await validate({ store, 'decrypt-key': made.daily.file })
    expect([plain.exitCode, new Set(codesOf(plain))]).toEqual([3, new Set(['FILE_SIZE'])])
    await redoLists(folder)
    const hidden = await validate({ store, 'decrypt-key': made.daily.file })
    expect(hidden.exitCode).toBe(3)
    expect(hidden.report.proof?.findings.map(({ on }) => on)).toEqual(
      expect.arrayContaining(['globals.sql (decrypted)', 'catalog.json (decrypted)']),
    )
  })

  test('a bit flipped in an encrypted file', async () => {
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    await flipBitIn(path.join(folderOf(store, newer), 'catalog.json.age'))
    await redoLists(folderOf(store, newer))
    const ran = await validate({ store, 'decrypt-key': made.daily.file })
    expect([ran.exitCode, codesOf(ran)]).toEqual([3, ['DECRYPT_FAILED']])
    const restored = await restoreInto(made, 'flipped', { store, backup: newer, 'decrypt-key': made.daily.file })
    expect([restored.exitCode, restored.report.failure?.message]).toEqual([
      3,
      expect.stringContaining('DECRYPT_FAILED'),
    ])
  })

  test('a file that is encrypted to another key', async () => {
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    const file = path.join(folderOf(store, newer), 'catalog.json.age')
    await rm(file)
    await promisify(execFile)('age', ['-r', made.stranger.recipient, '-o', file, made.daily.file])
    await redoLists(folderOf(store, newer))
    const ran = await validate({ store, 'decrypt-key': made.daily.file })
    expect([ran.exitCode, codesOf(ran)]).toEqual([3, ['DECRYPT_FAILED']])
  })

  test.each([
    ['another outcome', { proof: 'outcome' }],
    ['another series', { series: 'another' }],
  ])('a readable manifest with %s than the encrypted one', async (_, change) => {
    const store = await copyOfStore(made.bench.store, { keepLog: false })
    await redoLists(folderOf(store, newer), (manifest) =>
      'series' in change
        ? { ...manifest, series: 'another' }
        : { ...manifest, proof: { ...manifest.proof, outcome: 'failed' } as typeof manifest.proof },
    )
    const ran = await validate({ store, 'decrypt-key': made.daily.file })
    expect([ran.exitCode, codesOf(ran)]).toEqual([3, ['SEALED_SET_DIFFERS']])
  })
})

test('a readable manifest that says the set is not encrypted', async () => {
  const store = await copyOfStore(made.bench.store, { keepLog: false })
  await redoLists(folderOf(store, newer), ({ encryption, ...manifest }) => {
    expect(encryption).toBeDefined()
    return manifest
  })
  expect((await validate({ store, 'decrypt-key': made.daily.file })).exitCode).toBe(3)
  const restored = await restoreInto(made, 'downgraded', { store, backup: newer, 'decrypt-key': made.daily.file })
  expect(restored.exitCode).toBe(3)
})

test('an edited readable manifest with its checksums redone is found by the log, without any key', async () => {
  const store = await copyOfStore(made.bench.store)
  await redoLists(folderOf(store, newer), (manifest) => ({ ...manifest, tool: { ...manifest.tool, version: '9' } }))
  const ran = await validate({ store })
  expect([ran.exitCode, codesOf(ran)]).toEqual([3, ['MANIFEST_CHANGED']])
})

test('a copy of an encrypted set is as unreadable, and restores as well', async () => {
  const copy = path.join(await temporaryFolder(), 'copy')
  const id = await backUpSealed(made, { type: 'copied', copies: copy })
  expect(await plaintextBelow(copy)).toEqual([])
  const ran = await restoreInto(made, 'from_copy', { store: copy, backup: id, 'decrypt-key': made.escrow.file })
  expect(outcomeOf(ran)).toEqual({ ...ALL_WELL, failure: undefined })
  await expectEqual('from_copy')
})

test('the folder in which a set is made before it is encrypted must have room for it', async () => {
  await made.cluster.query('CREATE DATABASE roomy')
  await made.cluster.query(
    'CREATE TABLE big AS SELECT repeat(md5(i::text), 10) FROM generate_series(1, 60000) i',
    'roomy',
  )
  const tmp = path.join(made.bench.root, 'tmp')
  const disk = await mountSmallDisk(tmp, 4)
  try {
    const options = { 'database-url': made.cluster.url('roomy'), store: path.join(made.bench.root, 'roomy') }
    const sealed = await made.bench.run('backup', { ...options, 'encrypt-to': made.daily.recipient, verify: 'none' })
    expect([sealed.exitCode, sealed.report.findings.map(({ code, on }) => `${code} ${on}`)]).toEqual([
      1,
      [`DISK_SPACE_LOW ${tmp}`],
    ])
    const plain = await made.bench.run('backup', { ...options, verify: 'none' })
    expect(plain.exitCode).toBe(0)
  } finally {
    await disk.remove()
  }
})

describe('hide-names', () => {
  test('leaves no name of a table or role in what can be read in the store', async () => {
    const id = await backUpSealed(made, { type: 'hidden', 'hide-names': 'true', tables: 'animals, parts, users' })
    const ran = await validate({ backup: id, type: 'hidden', 'decrypt-key': made.daily.file })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    const folder = folderOf(made.bench.store, id, 'hidden')
    const manifest = await readManifest(folder)
    const plain = await readManifest(folderOf(made.bench.store, newer))
    expect(manifest.tables.map(({ rows }) => rows).filter((rows) => rows === 300 || (rows ?? 0) > 0)).not.toEqual([])
    const names = plain.tables.map(({ name }) => name)
    expect(names.length).toBeGreaterThan(3)
    const files = (await entriesBelow(folder)).filter(
      ({ kind, path: file }) => kind === 'file' && !file.endsWith('.age'),
    )
    const texts = await Promise.all(files.map(async ({ path: file }) => readFile(path.join(folder, file), 'utf8')))
    const log = await readFile(
      path.join(made.bench.store, 'log', `${new Date().toISOString().slice(0, 10)}.jsonl`),
      'utf8',
    )
    const ofThisSet = log.split('\n').filter((line) => line.includes(id))
    expect(ofThisSet).toHaveLength(2)
    for (const text of [...texts, ...ofThisSet]) {
      expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(text))).toEqual([])
    }
  })

  test('leaves none in the log of a run that failed, either', async () => {
    await made.cluster.query('CREATE DATABASE forbidden')
    await made.cluster.query('CREATE TABLE salaries (a int)', 'forbidden')
    await made.cluster.query('CREATE ROLE blind LOGIN')
    const store = path.join(made.bench.root, 'forbidden')
    const ran = await made.bench.run('backup', {
      'database-url': made.cluster.url('forbidden').replace(/\/\/[^@/]*@?/, '//blind@'),
      'encrypt-to': made.daily.recipient,
      'hide-names': 'true',
      store,
    })
    expect(ran.report.failure?.message).toContain('salaries')
    const [day = ''] = await readdir(path.join(store, 'log'))
    const log = await readFile(path.join(store, 'log', day), 'utf8')
    expect(log).toContain('"error"')
    expect(log).not.toContain('salaries')
  })

  test('needs encrypt-to', async () => {
    const ran = await made.bench.run('backup', { 'database-url': made.cluster.url(DATABASE), 'hide-names': 'true' })
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([2, expect.stringContaining('encrypt-to')])
  })
})
