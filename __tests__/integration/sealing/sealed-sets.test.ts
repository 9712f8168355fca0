import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { appendFile, cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { SET, describeFiles, readManifest, writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { entriesBelow } from '../../../src/platform/files.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createSampleDatabase } from '../../support/databases/index.js'
import { describeDatabase, differences, oneLine, type Described } from '../../support/described.js'
import { ageKey, plaintextBelow, type AgeKey } from '../../support/age.js'
import { ALL_WELL, RecoveryBench, codesOf, outcomeOf } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

const run = promisify(execFile)
const DATABASE = 'masclet_imperi'

let cluster: TestCluster
let bench: RecoveryBench
let original: Described
let daily: AgeKey
let escrow: AgeKey
let stranger: AgeKey
/** Two sets, a second and a row apart, encrypted to the first two keys. */
let ids: string[]

const toBoth = () => ({ 'encrypt-to': `${daily.recipient}, ${escrow.recipient}` })

beforeAll(async () => {
  cluster = await startCluster()
  bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  ;[daily, escrow, stranger] = await Promise.all([ageKey(), ageKey(), ageKey()])
  await createSampleDatabase(cluster, DATABASE, 300)
  original = await describeDatabase(cluster, DATABASE)
  const one = await bench.backUp(cluster.url(DATABASE), { ...toBoth(), verify: 'full', scratch: 'cluster' })
  await new Promise((resolve) => setTimeout(resolve, 1000))
  ids = [one, await bench.backUp(cluster.url(DATABASE), toBoth())]
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

const folderOf = (id: string, store = bench.store) => path.join(store, 'manual', id)

/** A copy of the store, to be damaged. */
async function copyOfStore(): Promise<string> {
  const store = path.join(await temporaryFolder(), 'store')
  await cp(bench.store, store, { recursive: true })
  return store
}

async function restoreInto(database: string, options: Record<string, unknown>) {
  await cluster.query(`DROP DATABASE IF EXISTS ${database}`)
  return bench.run('restore', { 'target-url': cluster.url(database), confirm: database, ...options })
}

async function expectEqual(database: string): Promise<void> {
  expect(differences(original, await describeDatabase(cluster, database)).map(oneLine)).toEqual([])
}

describe('a set that is encrypted to two keys', () => {
  test('holds nothing that can be read but what says how to open it', async () => {
    const entries = (await entriesBelow(folderOf(ids[0]!))).filter(({ kind }) => kind === 'file')
    const readable = entries.map((entry) => entry.path).filter((file) => !file.endsWith('.age'))
    expect(readable).toEqual([SET.guide, SET.checksums, SET.manifest, SET.script].sort())
    expect(await plaintextBelow(bench.store)).toEqual([])
    for (const { path: file } of entries) {
      expect((await stat(path.join(folderOf(ids[0]!), file))).mode & 0o077).toBe(0)
    }
    await run('sha256sum', ['--check', '--strict', SET.checksums], { cwd: folderOf(ids[0]!) })
  })

  test('has a manifest that tells the proof and no data', async () => {
    const manifest = await readManifest(folderOf(ids[0]!))
    expect(manifest).toMatchObject({ proof: { outcome: 'proven', tier: 'full' }, sequences: [], hash: null })
    expect(manifest.encryption?.recipients).toHaveLength(2)
    expect(manifest.tables.filter(({ fingerprint }) => fingerprint !== undefined)).toEqual([])
    expect(manifest.tables.find(({ name }) => name === 'animals')?.rows).toBeGreaterThan(0)
  })

  test.each([0, 1])('is restored with the key %i alone', async (which) => {
    const key = [daily, escrow][which]!
    const ran = await restoreInto(`back_${which}`, { 'decrypt-key': which === 0 ? key.file : key.identity })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    await expectEqual(`back_${which}`)
  })

  test('is proven again with a key, and the outcome that is kept tells no data', async () => {
    const ran = await bench.run('validate', { backup: ids[0], 'decrypt-key': daily.file, scratch: 'cluster' })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(ran.report.proof).toMatchObject({ outcome: 'proven', tier: 'full' })
    expect(await readdir(path.join(folderOf(ids[0]!), SET.proofs))).toHaveLength(1)
  })
})
