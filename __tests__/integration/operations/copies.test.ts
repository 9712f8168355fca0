import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'

import { idOf, type Manifest } from '../../../src/backup/manifest.js'
import { writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { flipBit } from '../../../src/drill/damage.js'
import type { LogLine } from '../../../src/records/log.js'
import { outputsOf } from '../../../src/report/outputs.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

const DAY = 24 * 3600 * 1000
/** One instant for all, so that the sets of a day have one id in every store. */
const STARTED = Date.now()

describe('copies of a backup', () => {
  let source: TestCluster
  let scratch: TestCluster
  /** A proven set, from which tests make earlier ones. */
  let sample: string
  let root: string
  let store: string
  let near: string
  let far: string

  beforeAll(async () => {
    ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
    await createFarm(source)
    const folder = await temporaryFolder()
    const operated = await operate('backup', {
      'database-url': source.url('farm'),
      'scratch-url': scratch.url(),
      store: folder,
      type: 'daily',
    })
    expect(summaryOf(operated)).toEqual(PROVEN)
    sample = operated.report.set!.path
  })
  afterAll(async () => {
    await Promise.all([source.remove(), scratch.remove()])
  })
  afterAll(removeTemporaryFolders)
  beforeEach(async () => {
    root = await temporaryFolder()
    store = path.join(root, 'store')
    near = path.join(root, 'near')
    far = path.join(root, 'far')
  })
  afterEach(async () => {
    await rm(root, { recursive: true, force: true })
  })

  function backUp(given: Given = {}, alter?: Parameters<typeof operate>[2]): Promise<Operated> {
    const common = { 'database-url': source.url('farm'), 'scratch-url': scratch.url(), store, type: 'daily' }
    return operate('backup', { ...common, copies: `${near}\n${far}`, ...given }, alter)
  }

  /** Puts a set into a store as a backup so many days ago would have left it. Returns its id. */
  async function earlier(where: string, daysAgo: number, overrides: Partial<Manifest> = {}): Promise<string> {
    const time = new Date(STARTED - daysAgo * DAY)
    const manifest = {
      ...(JSON.parse(await readFile(path.join(sample, 'manifest.json'), 'utf8')) as Manifest),
      id: idOf(time),
      ...overrides,
    }
    manifest.snapshot = { ...manifest.snapshot, time: time.toISOString() }
    const folder = path.join(where, manifest.type, manifest.id)
    await cp(sample, folder, { recursive: true })
    await writeManifest(folder, manifest)
    await writeChecksums(folder, manifest.files)
    return manifest.id
  }

  const common = { at: new Date().toISOString(), verifiedBy: 'a test', seconds: 1, findings: [] }
  const notVerified = { outcome: 'not-verified', tier: 'full', reason: 'a test', ...common } as const
  const failed = { outcome: 'failed', tier: 'full', ...common } as const

  const setsOf = async (where: string, type = 'daily') => (await readdir(path.join(where, type)).catch(() => [])).sort()

  const linesOf = async (where: string): Promise<LogLine[]> => {
    const files = (await readdir(path.join(where, 'log')).catch(() => [])).sort()
    const texts = await Promise.all(files.map((file) => readFile(path.join(where, 'log', file), 'utf8')))
    return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line) as LogLine)
  }

  /** The path of the biggest file of a set. */
  async function largestFile(folder: string): Promise<string> {
    const { files } = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest
    const [largest] = files.sort((a, b) => b.size - a.size)
    return path.join(folder, largest!.path)
  }

  test('three stores hold the same set, byte for byte, and each its history', async () => {
    const operated = await backUp()
    expect(summaryOf(operated)).toEqual(PROVEN)
    const { id } = operated.report
    const names = (await readdir(path.join(store, 'daily', id!), { recursive: true })).sort()
    for (const copy of [near, far]) {
      expect(await setsOf(copy)).toEqual([id])
      const folder = path.join(copy, 'daily', id!)
      expect((await readdir(folder, { recursive: true })).sort()).toEqual(names)
      for (const name of ['manifest.json', 'SHA256SUMS', 'globals.sql']) {
        expect(await readFile(path.join(folder, name))).toEqual(await readFile(path.join(store, 'daily', id!, name)))
      }
      expect(await linesOf(copy)).toEqual(await linesOf(store))
      const validated = await operate('validate', { store: copy, verify: 'archive' })
      expect(summaryOf(validated)).toMatchObject({ exitCode: 0, outcome: 'proven' })
    }
    const [primary, ...copies] = operated.report.stores!
    expect(primary).toMatchObject({ name: store, role: 'primary', copied: [], holds: { sets: 1 } })
    for (const line of copies) {
      expect(line).toMatchObject({ role: 'copy', copied: [{ id, type: 'daily' }], holds: primary!.holds })
      expect(line.trouble).toBeUndefined()
      expect(line.copied[0]!.bytes).toBe(primary!.holds!.bytes)
    }
  })

  test('one copy that cannot be written to: the backup is good, the other copy too, and the next run catches up', async () => {
    // A file in the place of the folder above: nothing can be made there, not by root either.
    const blocked = path.join(root, 'blocked')
    await writeFile(blocked, '')
    const gone = path.join(blocked, 'far')
    const first = await backUp({ copies: `${near}\n${gone}` })
    expect(summaryOf(first)).toMatchObject({ exitCode: 1, outcome: 'proven', tier: 'full' })
    expect(first.report.failure?.message).toMatch(
      /^The backup is good, the copy to \S*blocked\/far failed: .*The next run brings the copy up to date/,
    )
    expect(first.found).toEqual([`COPY_NOT_READY ${gone}`, `COPY_FAILED ${gone}`])
    expect(outputsOf(first.report)).toMatchObject({ 'backup-id': first.report.id, proof: 'proven' })
    expect(first.report.alerts.map(({ measure }) => measure)).toContain('errors')
    expect(await setsOf(store)).toEqual([first.report.id])
    expect(await setsOf(near)).toEqual([first.report.id])
    // Nothing is called good that was not looked at.
    const other = path.join(root, 'other')
    const unverified = await backUp({ store: other, copies: gone, verify: 'none' })
    expect(unverified.report.failure?.message).toMatch(
      /^The backup is in the store, unverified as asked for, the copy to/,
    )

    await rm(blocked)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const second = await backUp({ copies: `${near}\n${gone}` })
    expect(summaryOf(second)).toEqual(PROVEN)
    const ids = [first.report.id, second.report.id]
    expect(await setsOf(gone)).toEqual(ids)
    expect(await setsOf(near)).toEqual(ids)
    expect(second.report.stores!.map(({ copied }) => copied.map(({ id }) => id))).toEqual([
      [],
      [second.report.id],
      [second.report.id, first.report.id],
    ])
    // What the log says of the set that came late is there too, its digest above all.
    const digests = (lines: LogLine[]) => lines.map(({ details }) => details.manifest_sha256).sort()
    expect(digests(await linesOf(gone))).toEqual(digests(await linesOf(store)))
  })

  test('a copy whose disk is full keeps all that it has, and is rotated when it has the new set', async () => {
    await mkdir(far)
    const disk = await mountSmallDisk(far, 8)
    try {
      const old: string[] = []
      for (let day = 9; day >= 1; day -= 1) old.push(await earlier(far, day))
      // Room for a lock and for what a rotation needs, and for no set.
      await writeFile(path.join(far, '.spare'), Buffer.alloc(48_000))
      await disk.fill()
      await rm(path.join(far, '.spare'))
      const first = await backUp()
      expect(first.exitCode).toBe(1)
      expect(first.report.failure?.message).toMatch(/^The backup is good, the copy to \S+far failed: .*no space/i)
      expect(await setsOf(far)).toEqual(old)
      expect(first.report.stores![2]!.retention).toEqual([])
      expect(await setsOf(near)).toEqual([first.report.id])

      await disk.empty()
      await new Promise((resolve) => setTimeout(resolve, 1000))
      const second = await backUp()
      expect(summaryOf(second)).toEqual(PROVEN)
      const all = [...old, first.report.id, second.report.id]
      // Seven days, and the second of today by the floor of the three newest.
      expect(await setsOf(far)).toEqual(all.slice(-8))
    } finally {
      await disk.remove()
    }
  })

  test('each store keeps by its own rules, and gets only what it will keep', async () => {
    const ids: string[] = []
    for (let day = 12; day >= 1; day -= 1) ids.push(await earlier(store, day))
    const operated = await backUp({ copies: `${near} keep-last=4\n${far} keep-daily=30` })
    expect(operated.exitCode).toBe(0)
    const all = [...ids, operated.report.id!]
    expect(await setsOf(store)).toEqual(all.slice(-7))
    expect(await setsOf(near)).toEqual(all.slice(-4))
    expect(await setsOf(far)).toEqual(all)
    expect(operated.report.stores!.map(({ holds }) => holds?.sets)).toEqual([7, 4, 13])

    await new Promise((resolve) => setTimeout(resolve, 1000))
    const next = await backUp({ copies: `${near} keep-last=4\n${far} keep-daily=30` })
    expect(next.report.stores!.map(({ copied }) => copied.length)).toEqual([0, 1, 1])
    expect(await setsOf(near)).toEqual([...all, next.report.id!].slice(-4))
    const [, nearLine] = next.report.stores!
    expect(nearLine!.retention.filter(({ keep }) => !keep).map(({ id }) => id)).toEqual([all.at(-4)])
  })

  test('a copy serves as the store, also where the configuration names it among the copies', async () => {
    const { report } = await backUp()
    await rm(store, { recursive: true })
    const validated = await operate('validate', { store: near, copies: `${near}\n${far}`, verify: 'archive' })
    expect(validated.exitCode).toBe(0)
    expect([validated.report.id, validated.report.stores]).toEqual([report.id, undefined])
    const again = await backUp({ store: near, copies: store })
    expect(summaryOf(again)).toEqual(PROVEN)
    expect(await setsOf(store)).toEqual([report.id, again.report.id])
  })

  test('encrypted sets are copied as they are', async () => {
    const identity = await generateIdentity()
    const recipient = await identityToRecipient(identity)
    const operated = await backUp({ 'encrypt-to': recipient })
    expect(summaryOf(operated)).toEqual(PROVEN)
    const checked = await operate('validate', {
      store,
      copies: `${near}\n${far}`,
      'rotate-check': 'true',
      'decrypt-key': identity,
    })
    expect(checked.report.stores!.map((line) => line.checked?.proof.outcome)).toEqual(['proven', 'proven', 'proven'])
    // Without the key every stored byte was compared, and no more is claimed.
    const blind = await operate('validate', { store, copies: near, 'rotate-check': 'true' })
    expect(blind.exitCode).toBe(4)
    expect(blind.found.map((found) => found.split(' ')[0])).toEqual(['DECRYPT_KEY_MISSING', 'DECRYPT_KEY_MISSING'])
    await flipBit(await largestFile(path.join(near, 'daily', operated.report.id!)))
    const rotten = await operate('validate', { store, copies: near, 'rotate-check': 'true' })
    expect(rotten.exitCode).toBe(3)
  })

  test('types that another run takes are brought along', async () => {
    const weekly = await earlier(store, 3, { type: 'weekly' })
    await backUp()
    expect(await setsOf(far, 'weekly')).toEqual([weekly])
  })

  test('what failed is not copied, what could not be verified only where nothing better is there', async () => {
    const [bad, unsure] = [await earlier(store, 3, { proof: failed }), await earlier(store, 2, { proof: notVerified })]
    const disproved = await backUp({}, { alter: changingTheCopy('data', 'TRUNCATE diary') })
    expect(disproved.exitCode).toBe(3)
    expect(await setsOf(near)).toEqual([unsure])
    expect(disproved.report.warnings.join()).toMatch(/was not copied to \S+near: its proof failed/)
    expect(await setsOf(store)).toEqual([bad, unsure, disproved.report.id])

    await new Promise((resolve) => setTimeout(resolve, 1000))
    const fresh = path.join(root, 'fresh')
    const good = await backUp({ copies: fresh })
    expect(await setsOf(fresh)).toEqual([good.report.id])
  })

  test('a set that rotted in the primary is not copied, is named, and keeps no other from being copied', async () => {
    const [older, rotten] = [await earlier(store, 3), await earlier(store, 2)]
    await flipBit(await largestFile(path.join(store, 'daily', rotten)))
    const operated = await backUp()
    expect(operated.exitCode).toBe(3)
    expect(operated.found).toEqual([`COPY_SOURCE_DAMAGED daily/${rotten}`])
    expect(operated.report.failure?.message).toMatch(
      new RegExp(`^The backup is good, the set daily/${rotten} is damaged in`),
    )
    for (const copy of [near, far]) expect(await setsOf(copy)).toEqual([older, operated.report.id])
  })

  test('a broken set in a copy is put right from the primary', async () => {
    const id = await earlier(store, 1)
    await mkdir(path.join(near, 'daily'), { recursive: true })
    await cp(path.join(store, 'daily', id), path.join(near, 'daily', id), { recursive: true })
    await rm(path.join(near, 'daily', id, 'globals.sql'))
    const operated = await backUp()
    expect(operated.exitCode).toBe(0)
    const { exitCode } = await operate('validate', { store: near, backup: id, verify: 'archive' })
    expect(exitCode).toBe(0)
  })

  test('a copy that holds another series is left alone', async () => {
    await earlier(near, 1, { series: 'other' })
    const before = await setsOf(near)
    const operated = await backUp()
    expect(operated.exitCode).toBe(1)
    expect(operated.report.failure?.message).toMatch(/holds the series "other", not "farm"/)
    expect(await setsOf(near)).toEqual(before)
    expect(await linesOf(near)).toEqual([])
    expect(await setsOf(far)).toEqual([operated.report.id])
  })

  test('rotate works on every store, and one that cannot be rotated disturbs no other', async () => {
    for (let day = 5; day >= 1; day -= 1) {
      for (const where of [store, near, far]) await earlier(where, day)
    }
    const copies = `${near} keep-last=3\n${far} keep-last=1`
    const dry = await operate('rotate', { store, copies, 'keep-last': '4', 'dry-run': 'true' })
    expect(dry.exitCode).toBe(0)
    expect(dry.report.stores!.map(({ retention }) => retention.filter(({ keep }) => !keep).length)).toEqual([0, 2, 2])
    expect(dry.report.retention.filter(({ keep }) => !keep)).toHaveLength(1)

    await rm(path.join(near, 'daily'), { recursive: true })
    await earlier(near, 1, { series: 'other' })
    const real = await operate('rotate', { store, copies, 'keep-last': '4' })
    expect(real.exitCode).toBe(5)
    expect(real.found).toEqual([`COPY_NOT_ROTATED ${near}`])
    expect((await setsOf(store)).length).toBe(4)
    expect((await setsOf(near)).length).toBe(1)
    expect((await setsOf(far)).length).toBe(3)
  })

  describe('rotate-check', () => {
    const check = (given: Given = {}) =>
      operate('validate', { store, copies: `${near}\n${far}`, 'rotate-check': 'true', ...given })
    const checkedOf = ({ report }: Operated) => report.stores!.map(({ checked }) => checked?.proof.outcome)

    let oldest: string
    beforeEach(async () => {
      for (const day of [90, 30, 1]) {
        for (const where of [store, near, far]) {
          const id = await earlier(where, day)
          if (day === 90) oldest = id
        }
      }
    })

    test('reads every byte of the oldest set in each store, and keeps the outcome with it', async () => {
      const operated = await check()
      expect(operated.exitCode).toBe(0)
      expect(checkedOf(operated)).toEqual(['proven', 'proven', 'proven'])
      expect(operated.report.stores!.map(({ checked }) => [checked!.id, checked!.proof.tier])).toEqual(
        Array.from({ length: 3 }, () => [oldest, 'archive']),
      )
      for (const where of [store, near, far]) {
        expect(await readdir(path.join(where, 'daily', oldest, 'proofs'))).toHaveLength(1)
        expect((await linesOf(where)).map(({ operation, status }) => [operation, status])).toEqual([
          ['validate', 'success'],
        ])
      }
    })

    test('finds a flipped bit in the oldest set of a copy, names the store, and the next check takes the next set', async () => {
      await flipBit(await largestFile(path.join(far, 'daily', oldest)))
      const operated = await check()
      expect(operated.exitCode).toBe(3)
      expect(checkedOf(operated)).toEqual(['proven', 'proven', 'failed'])
      expect(operated.findings.filter(({ severity }) => severity === 'error')).toEqual([
        expect.objectContaining({ code: 'FILE_CHECKSUM', on: expect.stringContaining(`(${far})`) as unknown }),
      ])
      expect(operated.report).toMatchObject({ id: oldest, proof: { outcome: 'failed' } })
      const next = await check()
      expect(next.exitCode).toBe(0)
      expect(next.report.stores![2]!.checked!.id).not.toBe(oldest)
    })

    test('a store that cannot be read or holds nothing is exit code 4, and the others are checked', async () => {
      await rm(near, { recursive: true })
      await writeFile(near, 'no folder')
      await rm(far, { recursive: true })
      const operated = await check()
      expect(operated.exitCode).toBe(4)
      expect(checkedOf(operated)).toEqual(['proven', undefined, undefined])
      expect(operated.found.filter((found) => found.startsWith('STORE'))).toEqual([
        `STORE_NOT_CHECKED ${near}`,
        `STORE_NOT_CHECKED ${far}`,
      ])
    })

    test('goes as far as verify says, counts rules that are given, and works on the store alone', async () => {
      const operated = await check({ copies: '', verify: 'data', 'scratch-url': scratch.url(), 'keep-last': '2' })
      expect(operated.exitCode).toBe(0)
      expect(operated.report.stores).toHaveLength(1)
      // The floor keeps three.
      expect(operated.report.stores![0]!.checked).toMatchObject({ id: oldest, proof: { tier: 'data' } })
    })
  })

  test.each([
    [() => store, /is the store itself/],
    [() => `${near}\n${near}/../near`, /is given twice/],
    [() => `${near} keep-dayly=1`, /write keep-daily=/],
    [() => `${near} keep-last=0`, /near would keep nothing/],
    [() => 'nowhere://x', /not a known kind of store/],
  ])('copies that cannot be meant are refused before anything is done (%#)', async (copies, problem) => {
    const told = await backUp({ copies: copies() }).then(
      ({ report }) => report.failure?.message ?? '',
      (error: unknown) => String(error),
    )
    expect(told).toMatch(problem)
    expect(await readdir(root)).toEqual([])
  })
})
