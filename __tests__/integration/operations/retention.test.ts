import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { appendFile, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { idOf, type Manifest } from '../../../src/backup/manifest.js'
import { writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const DAY = 24 * 3600 * 1000

describe('which sets are kept after a backup', () => {
  let source: TestCluster
  let scratch: TestCluster
  /** A proven set, from which tests make earlier ones. */
  let sample: string
  let store: string

  beforeAll(async () => {
    ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
    await createFarm(source)
    const folder = await temporaryFolder()
    const operated = await backUp({ store: folder })
    expect(summaryOf(operated)).toEqual(PROVEN)
    sample = operated.report.set!.path
  })
  afterAll(async () => {
    await Promise.all([source.remove(), scratch.remove()])
    await rm(path.dirname(path.dirname(sample)), { recursive: true, force: true })
  })
  beforeEach(async () => {
    store = path.join(await temporaryFolder(), 'store')
  })
  afterEach(async () => {
    await rm(path.dirname(store), { recursive: true, force: true })
  })
  afterAll(removeTemporaryFolders)

  function backUp(given: Given, alter?: Parameters<typeof operate>[2]): Promise<Operated> {
    const common = { 'database-url': source.url('farm'), 'scratch-url': scratch.url(), store, type: 'daily' }
    return operate('backup', { ...common, ...given }, alter)
  }

  /** Puts a set into the store as a backup so many days ago would have left it. Returns its id. */
  async function earlier(
    daysAgo: number,
    {
      type = 'daily',
      proof,
      systemIdentifier,
    }: Partial<Pick<Manifest, 'type' | 'proof'>> & { systemIdentifier?: string } = {},
  ): Promise<string> {
    const time = new Date(Date.now() - daysAgo * DAY)
    const folder = path.join(store, type, idOf(time))
    await cp(sample, folder, { recursive: true })
    const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest
    manifest.id = idOf(time)
    manifest.type = type
    manifest.snapshot.time = time.toISOString()
    manifest.proof = proof ?? manifest.proof
    manifest.source.systemIdentifier = systemIdentifier ?? manifest.source.systemIdentifier
    await writeManifest(folder, manifest)
    await writeChecksums(folder, manifest.files)
    return manifest.id
  }

  const common = { at: new Date().toISOString(), verifiedBy: 'a test', seconds: 1, findings: [] }
  const failed = { outcome: 'failed', tier: 'full', ...common } as const
  const notVerified = { outcome: 'not-verified', tier: 'full', reason: 'a test', ...common } as const

  const setsOf = async (type: string) => (await readdir(path.join(store, type)).catch(() => [])).sort()

  test("the seed's daily backups: seven days are kept, the eighth goes, with its reasons told", async () => {
    const ids: string[] = []
    for (let day = 8; day >= 1; day -= 1) {
      ids.push(await earlier(day))
    }
    const operated = await backUp({})
    expect(summaryOf(operated)).toEqual(PROVEN)
    expect(await setsOf('daily')).toEqual([...ids.slice(2), operated.report.id])
    const removed = operated.report.retention.filter(({ keep }) => !keep)
    expect(removed.map(({ id }) => id).sort()).toEqual(ids.slice(0, 2))
    for (const line of operated.report.retention) {
      expect(line.reasons.join()).not.toBe('')
    }
  })

  test("the seed's weekly backups: four weeks; and types do not touch each other", async () => {
    const weekly: string[] = []
    for (let week = 5; week >= 1; week -= 1) {
      weekly.push(await earlier(7 * week, { type: 'weekly' }))
    }
    const daily = await earlier(400)
    const operated = await backUp({ type: 'weekly' })
    expect(await setsOf('weekly')).toEqual([...weekly.slice(2), operated.report.id])
    expect(await setsOf('daily')).toEqual([daily])
  })

  test('the three last of any other type', async () => {
    const ids = [
      await earlier(4, { type: 'manual' }),
      await earlier(3, { type: 'manual' }),
      await earlier(2, { type: 'manual' }),
    ]
    const operated = await backUp({ type: 'manual' })
    expect(await setsOf('manual')).toEqual([...ids.slice(1), operated.report.id])
  })

  test('a newer one that is not proven never takes the place of a proven one', async () => {
    const proven = [await earlier(30), await earlier(29), await earlier(28)]
    const others: string[] = []
    for (let day = 8; day >= 1; day -= 1) {
      others.push(await earlier(day, { proof: day % 2 === 0 ? failed : notVerified }))
    }
    // A backup that is proven, so that it rotates; three slots are less than there are newer sets.
    const operated = await backUp({ 'keep-last': '3', confirm: 'farm' })
    expect(summaryOf(operated)).toEqual(PROVEN)
    expect(await setsOf('daily')).toEqual(expect.arrayContaining([proven[1], proven[2], operated.report.id]))
  })

  test('the newest proven one of each cluster is kept, however old, and the last of all never goes', async () => {
    const old = await earlier(300, { systemIdentifier: '42' })
    for (let day = 40; day >= 34; day -= 1) {
      await earlier(day)
    }
    const operated = await backUp({ 'keep-last': '1', confirm: 'farm' })
    expect(operated.exitCode).toBe(0)
    expect(await setsOf('daily')).toEqual(expect.arrayContaining([old, operated.report.id]))
  })

  test('a set that a later validation found damaged counts as what it is now', async () => {
    const ids = [await earlier(6), await earlier(5), await earlier(4), await earlier(3)]
    await appendFile(path.join(store, 'daily', ids[3]!, 'globals.sql'), '--')
    await rm(path.join(store, 'daily', ids[2]!, 'SHA256SUMS'))
    const [newest, second] = [ids[3]!, ids[2]!]
    expect((await operate('validate', { store, backup: newest })).exitCode).toBe(3)
    expect((await operate('validate', { store, backup: second })).exitCode).toBe(3)
    const operated = await backUp({ 'keep-last': '2', confirm: 'farm' })
    expect(operated.exitCode).toBe(0)
    // What is broken fills no slot, so the whole ones stay; and it is left for somebody to look at.
    expect(await setsOf('daily')).toEqual([...ids, operated.report.id])
  })

  test('more than half at once takes a confirmation; the backup itself is kept all the same', async () => {
    for (let day = 20; day >= 10; day -= 1) {
      await earlier(day)
    }
    const before = await setsOf('daily')
    const refused = await backUp({ 'keep-last': '1' })
    expect(refused.exitCode).toBe(5)
    expect(refused.report.failure?.message).toMatch(/more than half.*confirm/s)
    expect(await setsOf('daily')).toEqual([...before, refused.report.id])
    const confirmed = await operate('rotate', { store, type: 'daily', 'keep-last': '1', confirm: 'farm' })
    expect(confirmed.exitCode).toBe(0)
    // The floor: never less than the three newest that are proven.
    expect(await setsOf('daily')).toEqual([...before, refused.report.id!].slice(-3))
  })

  test('a dry run tells what would go and removes nothing', async () => {
    for (let day = 12; day >= 1; day -= 1) {
      await earlier(day)
    }
    const before = await setsOf('daily')
    const operated = await operate('rotate', { store, 'keep-daily': '8', 'dry-run': 'true' })
    expect(operated.exitCode).toBe(0)
    expect(
      operated.report.retention
        .filter(({ keep }) => !keep)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(before.slice(0, 4))
    expect(await setsOf('daily')).toEqual(before)

    const real = await operate('rotate', { store, 'keep-daily': '8' })
    expect(real.report.retention.filter(({ keep }) => !keep)).toHaveLength(4)
    expect(await setsOf('daily')).toEqual(before.slice(4))
  })

  test('after a failed proof, after a failed backup and with rotate false nothing goes', async () => {
    for (let day = 12; day >= 1; day -= 1) {
      await earlier(day)
    }
    const before = await setsOf('daily')
    const disproved = await backUp({}, { alter: changingTheCopy('data', 'TRUNCATE diary') })
    expect(disproved.exitCode).toBe(3)
    expect((await backUp({ tables: 'nothing_like_it' })).exitCode).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const without = await backUp({ rotate: 'false' })
    expect(without.exitCode).toBe(0)
    expect(await setsOf('daily')).toEqual([...before, disproved.report.id, without.report.id])
  })

  test('what is no set stays where it is', async () => {
    for (let day = 9; day >= 1; day -= 1) {
      await earlier(day)
    }
    await mkdir(path.join(store, 'daily', '20200101T000000Z'))
    await writeFile(path.join(store, 'daily', 'notes.txt'), 'do not touch')
    await mkdir(path.join(store, 'daily', 'somebody-else'))
    await backUp({})
    expect(await setsOf('daily')).toEqual(expect.arrayContaining(['20200101T000000Z', 'notes.txt', 'somebody-else']))
  })
})
