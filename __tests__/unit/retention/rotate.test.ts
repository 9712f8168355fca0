import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { idOf, type Manifest, type Proof } from '../../../src/backup/manifest.js'
import { GuardError, InterruptedError, UsageError } from '../../../src/errors.js'
import { buildOptions } from '../../../src/options.js'
import {
  RotationError,
  applyRotation,
  planRotation,
  rotateStore,
  type RotationRequest,
} from '../../../src/retention/rotate.js'
import { MemoryStore } from '../../support/memory-store.js'
import { memoryLogger, type MemoryLogger } from '../../support/ports.js'
import { manifestAt } from '../../support/sample-manifest.js'
import { sampleProof } from '../../support/sample-set.js'

const NOW = new Date('2026-11-24T12:00:00Z')

describe('rotating a store', () => {
  let store: MemoryStore
  let logger: MemoryLogger

  beforeEach(async () => {
    store = await MemoryStore.create()
    logger = memoryLogger()
  })
  afterEach(() => store.dispose())

  const put = async (daysAgo: number, overrides: Partial<Manifest> = {}): Promise<string> => {
    const manifest = manifestAt(new Date(NOW.getTime() - daysAgo * 86_400_000), overrides)
    await store.plant(manifest)
    return manifest.id
  }
  const putDays = async (count: number, overrides: Partial<Manifest> = {}): Promise<string[]> => {
    const ids = []
    for (let day = 0; day < count; day++) ids.push(await put(day, overrides))
    return ids
  }
  const request = (values: Record<string, unknown> = {}, more: Partial<RotationRequest> = {}): RotationRequest => ({
    options: buildOptions([{ label: (name) => name, values }]),
    now: NOW,
    series: 'masclet_imperi',
    ...more,
  })
  const inStore = async (): Promise<string[]> => (await store.list()).sets.map(({ type, id }) => `${type}/${id}`)
  const said = (level: string): string[] =>
    logger.said.filter((one) => one.level === level).map(({ message }) => message)

  test('keeps 7 daily and 4 weekly sets and the last 3 of others, each type by itself', async () => {
    await putDays(9)
    for (let week = 0; week < 6; week++) await put(week * 7, { type: 'weekly' })
    for (let day = 0; day < 5; day++) await put(day, { type: 'manual' })
    const result = await rotateStore(store, request(), { dryRun: false, logger })
    expect(result.removed.map(({ type }) => type).sort()).toEqual([
      'daily',
      'daily',
      'manual',
      'manual',
      'weekly',
      'weekly',
    ])
    expect(await inStore()).toHaveLength(14)
    expect(result.kept).toHaveLength(14)
    expect(result.freedBytes).toBe(6 * 4000)
  })

  test('rotates only the types that are asked for', async () => {
    await putDays(5, { type: 'manual' })
    await putDays(9)
    const result = await rotateStore(store, request({}, { types: ['daily', 'daily'] }), { dryRun: false, logger })
    expect(new Set([...result.kept, ...result.removed].map(({ type }) => type))).toEqual(new Set(['daily']))
    expect((await inStore()).filter((name) => name.startsWith('manual/'))).toHaveLength(5)
  })

  test('says of every set what became of it and why, and gives it back as plain data', async () => {
    const ids = await putDays(8)
    const result = await rotateStore(store, request(), { dryRun: false, logger })
    expect(said('info')[0]).toBe(
      `keep daily/${ids[0]!} (daily: newest of 2026-11-24 (1 of 7); newest proven of cluster 7300000000000000000; floor: one of the 3 newest proven sets)`,
    )
    expect(said('info').at(-1)).toBe(`remove daily/${ids[7]!} (daily: older than the 7 that are kept)`)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
    expect(result.removed).toEqual([
      {
        ...{ id: ids[7], type: 'daily', standing: 'proven', bytes: 4000 },
        reasons: ['daily: older than the 7 that are kept'],
      },
    ])
  })

  test('counts the newest outcome of a set, not the one it was committed with', async () => {
    const ids = await putDays(8)
    await store.addProof({ type: 'daily', id: ids[0]! }, sampleProof('failed'))
    const plan = await planRotation(store, request())
    expect(plan.decisions.find(({ set }) => set.id === ids[0])?.standing).toBe('failed')
    expect(plan.decisions.every(({ keep }) => keep)).toBe(true)
  })

  test('a dry run removes nothing and tells the same', async () => {
    const ids = await putDays(9)
    const result = await rotateStore(store, request(), { dryRun: true, logger })
    expect(result.removed.map(({ id }) => id).sort()).toEqual([ids[8], ids[7]])
    expect(await inStore()).toHaveLength(9)
    expect(said('info').every((message) => message.startsWith('would '))).toBe(true)
  })

  test('a plan that would remove more than half is refused before anything goes, unless it is confirmed', async () => {
    await putDays(10)
    const few = request({ 'keep-last': 1 })
    await expect(rotateStore(store, few, { dryRun: false, logger })).rejects.toThrow(GuardError)
    expect(await inStore()).toHaveLength(10)
    const told = await rotateStore(store, few, { dryRun: true, logger })
    expect(told.warnings.join()).toMatch(/would be refused: .*it would remove 7 of 10 daily proven sets/)
    await rotateStore(store, few, { dryRun: false, logger, confirm: 'masclet_imperi' })
    expect(await inStore()).toHaveLength(3)
  })

  test('a removal that fails is told, the others go on, and it ends with an error that has the result', async () => {
    const ids = await putDays(10)
    store.removalFaults.set(`daily/${ids[8]!}`, new Error('EACCES: permission denied'))
    const failure = await rotateStore(store, request(), { dryRun: false, logger }).catch((error: unknown) => error)
    if (!(failure instanceof RotationError)) throw failure
    expect(failure.message).toContain(`1 of 3 sets could not be removed: daily/${ids[8]!}`)
    expect(failure.cause).toBe(store.removalFaults.get(`daily/${ids[8]!}`))
    expect(failure.result.removed.map(({ id }) => id)).toEqual([ids[9], ids[7]])
    expect(failure.result.notRemoved).toMatchObject([{ id: ids[8], error: 'EACCES: permission denied' }])
    expect(said('error')).toEqual([`daily/${ids[8]!} could not be removed: EACCES: permission denied`])
    expect(await inStore()).toHaveLength(8)
    store.removalFaults.clear()
    await rotateStore(store, request(), { dryRun: false, logger })
    expect(await inStore()).toHaveLength(7)
  })

  test('removes the oldest first and stops between two removals when asked to', async () => {
    const ids = await putDays(10)
    const abort = new AbortController()
    const remove = store.remove.bind(store)
    store.remove = async (set) => {
      await remove(set)
      abort.abort()
    }
    const work = rotateStore(store, request(), { dryRun: false, logger, signal: abort.signal })
    await expect(work).rejects.toThrow(InterruptedError)
    expect(await inStore()).toEqual(ids.slice(0, 9).map((id) => `daily/${id}`))
  })

  test('refuses a store of another series', async () => {
    await putDays(9, { series: 'masclet_imperi_test' })
    await expect(planRotation(store, request())).rejects.toThrow(/holds the series "masclet_imperi_test"/)
    await expect(planRotation(store, request())).rejects.toThrow(GuardError)
    expect(await inStore()).toHaveLength(9)
  })

  test('keeps a single set of another series among its own, and warns', async () => {
    await put(0)
    const stray = await put(300, { series: 'other' })
    for (let day = 1; day < 9; day++) await put(day)
    const result = await rotateStore(store, request(), { dryRun: false, logger })
    expect(result.warnings).toEqual([`daily/${stray} is kept and fills no slot: of another series (other).`])
    expect(await inStore()).toContain(`daily/${stray}`)
  })

  test('lists what is broken, keeps it and does not count it', async () => {
    await putDays(7)
    store.broken.push({ type: 'daily', id: '20261125T000000Z', reason: 'manifest.json is not JSON' })
    store.broken.push({ type: 'weekly', id: '20261125T000000Z', reason: 'no manifest' })
    const result = await rotateStore(store, request({}, { types: ['daily'] }), { dryRun: false, logger })
    expect(result.broken).toEqual([store.broken[0]])
    expect(result.removed).toEqual([])
    expect(said('warning').join()).toContain('manifest.json is not JSON')
  })

  test('warns where nothing is proven, and rotates by age', async () => {
    const proof: Proof = sampleProof('not-verified')
    await putDays(8, { proof })
    const result = await rotateStore(store, request(), { dryRun: false, logger })
    expect(said('warning').join()).toContain('No daily set is proven')
    expect(result.removed).toHaveLength(1)
    expect(await inStore()).toHaveLength(7)
  })

  test('warns of dates in the future and keeps them', async () => {
    const ahead = await put(-2)
    await putDays(8)
    const result = await rotateStore(store, request(), { dryRun: false, logger })
    expect(result.warnings.join()).toContain(`daily/${ahead} is kept and fills no slot: dated in the future`)
    expect(result.removed).toHaveLength(1)
  })

  test('does not remove the set that this run took', async () => {
    await putDays(8)
    const backdated = await put(700)
    const result = await rotateStore(store, request({}, { justTaken: backdated }), { dryRun: false, logger })
    expect(result.removed).toHaveLength(1)
    expect(await inStore()).toContain(`daily/${backdated}`)
  })

  test('refuses an empty policy and does nothing in an empty store', async () => {
    const manner = { dryRun: false, logger }
    expect(await rotateStore(store, request(), manner)).toMatchObject({ kept: [], removed: [], warnings: [] })
    await put(1)
    await expect(rotateStore(store, request({ 'keep-last': 0 }), manner)).rejects.toThrow(UsageError)
  })

  test('two rotations at a time do not get in each other’s way', async () => {
    await putDays(12)
    const manner = { dryRun: false, logger }
    const [first, second] = await Promise.all([
      rotateStore(store, request(), manner),
      rotateStore(store, request(), manner),
    ])
    expect([first.removed.length, second.removed.length]).toEqual([5, 0])
  })

  test('planning alone changes nothing', async () => {
    await putDays(9)
    const plan = await planRotation(store, request())
    expect(plan.decisions.filter(({ keep }) => !keep)).toHaveLength(2)
    expect(await inStore()).toHaveLength(9)
    await applyRotation(store, plan, { dryRun: false, logger })
    expect(await inStore()).toHaveLength(7)
    expect((await inStore())[0]).toBe(`daily/${idOf(NOW)}`)
  })
})
