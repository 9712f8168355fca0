import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { Clock } from '../../../src/context.js'
import { ownerHere, type Owner } from '../../../src/platform/owner.js'
import { takeRemoteLock } from '../../../src/stores/remote-lock.js'
import type { FilePlace } from '../../../src/stores/file-place.js'
import type { Unlock } from '../../../src/stores/store.js'
import { Interleaving } from '../../support/interleaving.js'
import { memoryLogger, type MemoryLogger } from '../../support/ports.js'
import { SlowPlace } from '../../support/slow-place.js'

const FOLDER = '.lock/store'
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A clock that runs only while somebody sleeps. */
function sleeperClock(): Clock & { elapsed: number } {
  const clock = {
    elapsed: 0,
    now: () => new Date('2026-11-24T02:00:00Z'),
    monotonic: () => clock.elapsed,
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      clock.elapsed += milliseconds
      await tick()
      signal?.throwIfAborted()
    },
  }
  return clock
}

interface Taking {
  place: FilePlace
  clock?: Clock
  logger?: MemoryLogger
  patience?: number
  doing?: string
  signal?: AbortSignal
}

function take({
  place,
  clock = sleeperClock(),
  logger = memoryLogger(),
  patience = 1e9,
  doing = 'a test',
  signal,
}: Taking): Promise<Unlock> {
  const lock = { place, folder: FOLDER, what: "the store's lock" }
  return takeRemoteLock(lock, doing, { clock, logger, patience, ...(signal === undefined ? {} : { signal }) })
}

/** Leaves a mark as somebody else's. */
async function markOf(place: SlowPlace, number: number, change: Partial<Owner> = {}): Promise<string> {
  const owner = { ...ownerHere('rotating elsewhere', new Date('2026-11-24T01:00:00Z')), ...change }
  const file = `${FOLDER}/${String(number).padStart(8, '0')}-${owner.token}.json`
  await place.write(file, JSON.stringify(owner))
  return file
}

describe('the lock of a place', () => {
  test('is held by one at a time and comes to everybody, however their steps fall', async () => {
    const choices = fc.array(fc.nat({ max: 99 }), { minLength: 50, maxLength: 500 })
    await fc.assert(
      fc.asyncProperty(choices, fc.integer({ min: 2, max: 4 }), async (given, many) => {
        const interleaving = new Interleaving(given)
        const { pause } = interleaving
        const place = new SlowPlace(pause)
        const clock = { ...sleeperClock(), sleep: pause }
        let inside = 0
        let turns = 0
        const contender = async (): Promise<void> => {
          for (let round = 0; round < 2; round++) {
            const unlock = await take({ place, clock })
            expect(++inside).toBe(1)
            await pause()
            await pause()
            expect(inside--).toBe(1)
            turns++
            await unlock()
          }
        }
        await interleaving.until(Promise.all(Array.from({ length: many }, contender)))
        expect(turns).toBe(2 * many)
        expect([...place.files.keys()]).toEqual([])
      }),
      { numRuns: 400 },
    )
  }, 120_000)

  test('takes a mark and a look when nobody is there', async () => {
    let steps = 0
    const place = new SlowPlace(() => Promise.resolve())
    const counting =
      <A extends unknown[], R>(work: (...given: A) => R) =>
      (...given: A): R => {
        steps++
        return work(...given)
      }
    const counted: FilePlace = {
      name: place.name,
      list: counting((folder) => place.list(folder)),
      read: counting((file) => place.read(file)),
      write: counting((file, text) => place.write(file, text)),
      remove: counting((paths) => place.remove(paths)),
      upload: () => place.upload(),
      download: () => place.download(),
      freeBytes: () => place.freeBytes(),
    }
    const unlock = await take({ place: counted })
    expect(steps).toBe(2)
    await unlock()
    expect(steps).toBe(3)
  })

  test('names who holds it when waiting takes too long, and leaves no mark', async () => {
    const place = new SlowPlace(tick)
    const unlock = await take({ place, doing: 'rotating s3://bucket/app' })
    const logger = memoryLogger()
    await expect(take({ place, logger, patience: 60_000 })).rejects.toThrow(
      new RegExp(
        `another run holds the store's lock, after \\d+ seconds.*pid ${process.pid} on .* since .*rotating s3://bucket/app`,
        'i',
      ),
    )
    expect(logger.said.filter(({ level }) => level === 'info').length).toBeGreaterThan(0)
    expect(place.files.size).toBe(1)
    await unlock()
    await (
      await take({ place })
    )()
    expect(place.files.size).toBe(0)
  })

  test('is given to those who wait in the order in which they came', async () => {
    const place = new SlowPlace(tick)
    const first = await take({ place })
    const order: string[] = []
    const waiting = ['a', 'b', 'c'].map(async (name, index) => {
      for (let wait = 0; wait < index * 60; wait++) await tick()
      const unlock = await take({ place })
      order.push(name)
      await unlock()
    })
    for (let wait = 0; wait < 400; wait++) await tick()
    await first()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b', 'c'])
  })

  test.each<[string, number, Partial<Owner>]>([
    ['whose process has ended', 0, { pid: 4_194_304 }],
    ['from before the machine was restarted', 3, { boot: '00000000-0000-0000-0000-000000000000' }],
  ])('is taken over at once from a run %s', async (_what, number, change) => {
    const place = new SlowPlace(tick)
    await markOf(place, number, change)
    const clock = sleeperClock()
    const unlock = await take({ place, clock, patience: 10_000 })
    expect(clock.elapsed).toBeLessThan(10_000)
    await unlock()
    expect(place.files.size).toBe(0)
  })

  test.each([0, 7])('is taken over from a run elsewhere that falls silent, with the number %i', async (number) => {
    const place = new SlowPlace(tick)
    await markOf(place, number, { host: 'elsewhere' })
    const clock = sleeperClock()
    const unlock = await take({ place, clock, patience: 300_000 })
    expect(clock.elapsed).toBeGreaterThan(150_000)
    await unlock()
  })

  test('is left to a run elsewhere that shows that it lives, whatever its clock says', async () => {
    const place = new SlowPlace(tick)
    const file = await markOf(place, 0, { host: 'elsewhere', since: '2020-01-01T00:00:00.000Z' })
    const clock = sleeperClock()
    const { text } = place.files.get(file)!
    const sleep = clock.sleep.bind(clock)
    clock.sleep = async (milliseconds, signal) => {
      await sleep(milliseconds, signal)
      await place.write(file, text)
    }
    await expect(take({ place, clock, patience: 1_000_000 })).rejects.toThrow(/on elsewhere since 2020/)
    expect([...place.files.keys()]).toEqual([file])
  })

  test('a mark that nobody can read is waited for until it has been silent for long', async () => {
    const place = new SlowPlace(tick)
    const file = await markOf(place, 2)
    await place.write(file, '')
    const clock = sleeperClock()
    await (
      await take({ place, clock, patience: 300_000 })
    )()
    expect(clock.elapsed).toBeGreaterThan(150_000)
  })

  test('leaves other files in its folder alone', async () => {
    const place = new SlowPlace(tick)
    await place.write(`${FOLDER}/README`, 'hands off')
    await (
      await take({ place })
    )()
    expect([...place.files.keys()]).toEqual([`${FOLDER}/README`])
  })

  test('one who was taken for dead while he waited comes in again', async () => {
    const place = new SlowPlace(tick)
    const first = await take({ place })
    const second = take({ place })
    for (let wait = 0; wait < 100; wait++) await tick()
    const [mark] = [...place.files.keys()].filter((file) => !file.includes('/00000000-'))
    await place.remove([mark!])
    for (let wait = 0; wait < 100; wait++) await tick()
    await first()
    await (
      await second
    )()
    expect(place.files.size).toBe(0)
  })

  test('does not believe a place that forgets', async () => {
    const place = new SlowPlace(tick)
    place.list = () => Promise.resolve([])
    await expect(take({ place })).rejects.toThrow(/slow-place does not list what was just written/)
  })

  test('given back twice harms nobody', async () => {
    const place = new SlowPlace(tick)
    const first = await take({ place })
    await first()
    const second = await take({ place, doing: 'second' })
    await first()
    await expect(take({ place, patience: 1 })).rejects.toThrow(/second/)
    await second()
  })

  test('stops waiting when it is told to, and takes its mark away', async () => {
    const place = new SlowPlace(tick)
    const unlock = await take({ place })
    const stop = new AbortController()
    const waiting = take({ place, signal: stop.signal })
    for (let wait = 0; wait < 50; wait++) await tick()
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toMatchObject({ exitCode: 130 })
    expect(place.files.size).toBe(1)
    await unlock()
  })

  test('one who cannot give it back says so and goes on', async () => {
    const place = new SlowPlace(tick)
    const logger = memoryLogger()
    const unlock = await take({ place, logger })
    place.remove = () => Promise.reject(new Error('the network is gone'))
    await unlock()
    expect(logger.said).toMatchObject([{ level: 'warning', message: expect.stringContaining('the network is gone') }])
  })
})
