import { describe, expect, test } from '@jest/globals'

import type { Job } from '../../../src/fleet/jobs.js'
import { labelOf } from '../../../src/fleet/jobs.js'
import { Scheduler, type Plan, type Scheduled } from '../../../src/fleet/scheduler.js'
import { memoryLogger } from '../../support/ports.js'
import { VirtualClock } from '../../support/virtual-clock.js'

const MINUTE = 60_000

/** A job due by a schedule; `makesUp` is off where a test is about something else. */
function scheduled(database: string, type: string, schedule: string, more: Partial<Scheduled> = {}): Scheduled {
  return {
    job: { operation: 'backup', database, type },
    schedule,
    timezone: 'Europe/Madrid',
    makesUp: false,
    ...more,
  }
}

interface Begun {
  job: string
  at: string
}

/** A scheduler on a clock of its own, whose jobs take as long as the test says. */
function setUp(
  start: string,
  plan: Plan,
  { minutes = () => 1, wasMissed = () => Promise.resolve(false) }: Partial<Parts> = {},
): World {
  const clock = new VirtualClock(new Date(start))
  const logger = memoryLogger()
  const stop = new AbortController()
  const begun: Begun[] = []
  const ended: string[] = []
  const scheduler = new Scheduler(plan, {
    clock,
    logger,
    signal: stop.signal,
    wasMissed,
    run: async (job) => {
      begun.push({ job: labelOf(job), at: clock.now().toISOString() })
      // Interrupted children end early, as real ones do.
      await clock.sleep(minutes(job) * MINUTE, stop.signal).catch(() => undefined)
      ended.push(labelOf(job))
    },
  })
  const until = async (end: string, at: Record<string, () => void> = {}): Promise<void> => {
    const work = scheduler.run()
    const events = Object.entries({ ...at, [end]: () => { stop.abort(new Error('enough')) } }) // prettier-ignore
    const happen = events.map(async ([time, act]) => {
      await clock.sleep(Date.parse(time) - clock.now().getTime())
      act()
    })
    await clock.run(Promise.all([work, ...happen]))
  }
  return { clock, logger, scheduler, begun, ended, until, said: () => logger.said.map(({ message }) => message) }
}

interface Parts {
  minutes: (job: Job) => number
  wasMissed: (job: Job, due: Date) => Promise<boolean>
}

interface World {
  clock: VirtualClock
  logger: ReturnType<typeof memoryLogger>
  scheduler: Scheduler
  begun: Begun[]
  ended: string[]
  until: (end: string, at?: Record<string, () => void>) => Promise<void>
  said: () => string[]
}

const plan = (parallel: number, ...all: Scheduled[]): Plan => ({ parallel, scheduled: all })

describe('running jobs when they are due', () => {
  test('begins each at its time, on the clocks of its own zone', async () => {
    const world = setUp(
      '2026-11-24T00:00:00Z',
      plan(
        2,
        scheduled('masclet', 'daily', '17 2 * * *'),
        scheduled('shop', 'hourly', '5 * * * *', { timezone: 'Asia/Kolkata' }),
      ),
    )
    await world.until('2026-11-24T02:00:00Z')
    expect(world.begun).toEqual([
      { job: 'shop hourly', at: '2026-11-24T00:35:00.000Z' },
      { job: 'masclet daily', at: '2026-11-24T01:17:00.000Z' },
      { job: 'shop hourly', at: '2026-11-24T01:35:00.000Z' },
    ])
    expect(world.said()).toContain('[masclet daily] Next run: Wed 2026-11-25 02:17:00 Europe/Madrid.')
  })

  test.each([
    ['skips it', '2026-03-29T00:30:00Z', '2026-03-29T03:30:00Z', ['2026-03-29T01:00:00.000Z']],
    ['shows it twice', '2026-10-24T23:30:00Z', '2026-10-25T03:30:00Z', ['2026-10-25T00:30:00.000Z']],
  ])('runs a job of 02:30 once in the night that %s', async (_night, start, end, expected) => {
    const world = setUp(start, plan(1, scheduled('masclet', 'daily', '30 2 * * *')))
    await world.until(end)
    expect(world.begun.map(({ at }) => at)).toEqual(expected)
  })

  test('two types of one database that are due together run one after the other, other databases beside them', async () => {
    const world = setUp(
      '2026-11-22T01:00:00Z',
      plan(
        3,
        scheduled('masclet', 'daily', '17 3 * * *'),
        scheduled('masclet', 'weekly', '17 3 * * 0'),
        scheduled('shop', 'daily', '17 3 * * *'),
      ),
      { minutes: () => 10 },
    )
    await world.until('2026-11-22T03:00:00Z')
    expect(world.begun).toEqual([
      { job: 'masclet daily', at: '2026-11-22T02:17:00.000Z' },
      { job: 'shop daily', at: '2026-11-22T02:17:00.000Z' },
      { job: 'masclet weekly', at: '2026-11-22T02:27:00.000Z' },
    ])
  })

  test('no more than parallel at once, and one that hangs holds up no other', async () => {
    const all = ['hangs', 'a', 'b', 'c'].map((name) => scheduled(name, 'daily', '0 3 * * *'))
    const world = setUp('2026-11-24T01:00:00Z', plan(2, ...all), {
      minutes: ({ database }) => (database === 'hangs' ? 10_000 : 5),
    })
    await world.until('2026-11-24T03:00:00Z')
    expect(world.begun.map(({ job, at }) => [job, at.slice(11, 16)])).toEqual([
      ['hangs daily', '02:00'],
      ['a daily', '02:00'],
      ['b daily', '02:05'],
      ['c daily', '02:10'],
    ])
  })

  test('what only looks waits for no backup, be it one that hangs, but for itself', async () => {
    const watch: Scheduled = { ...scheduled('', '', '*/10 * * * *'), job: { operation: 'watch', task: 'watch' } }
    const world = setUp('2026-11-24T01:55:00Z', plan(1, scheduled('a', 'daily', '0 3 * * *'), watch), {
      minutes: ({ operation }) => (operation === 'watch' ? 15 : 10_000),
    })
    await world.until('2026-11-24T02:35:00Z')
    expect(world.begun.map(({ job, at }) => [job, at.slice(11, 16)])).toEqual([
      ['a daily', '02:00'],
      ['watch', '02:00'],
      ['watch', '02:15'],
      ['watch', '02:30'],
    ])
  })

  test('a job that is due again while it runs waits; however often it is due meanwhile, it runs once more', async () => {
    const world = setUp('2026-11-24T00:58:00Z', plan(2, scheduled('masclet', 'often', '*/10 * * * *')), {
      minutes: () => 35,
    })
    await world.until('2026-11-24T02:12:00Z')
    expect(world.begun.map(({ at }) => at.slice(11, 16))).toEqual(['01:00', '01:35', '02:10'])
    expect(world.said().join('\n')).toMatch(/It still waits for its turn, and will run once/)
  })

  test('when it is stopped, what runs is waited for and what waits does not begin', async () => {
    const world = setUp(
      '2026-11-24T01:59:00Z',
      plan(1, scheduled('a', 'daily', '0 3 * * *'), scheduled('b', 'daily', '0 3 * * *')),
      { minutes: () => 60 },
    )
    await world.until('2026-11-24T02:10:00Z')
    expect(world.begun.map(({ job }) => job)).toEqual(['a daily'])
    expect(world.ended).toEqual(['a daily'])
  })
})

describe('missed runs', () => {
  const daily = (more: Partial<Scheduled> = {}): Scheduled => scheduled('masclet', 'daily', '17 2 * * *', more)

  test('what was due while nothing ran is made up once, at the start', async () => {
    const asked: string[] = []
    const world = setUp('2026-11-24T09:00:00Z', plan(1, daily({ makesUp: true })), {
      wasMissed: (_job, due) => {
        asked.push(due.toISOString())
        return Promise.resolve(true)
      },
    })
    await world.until('2026-11-24T10:00:00Z')
    expect(asked).toEqual(['2026-11-24T01:17:00.000Z'])
    expect(world.begun).toEqual([{ job: 'masclet daily', at: '2026-11-24T09:00:00.000Z' }])
  })

  test.each([
    ['it was not missed', { makesUp: true }, false],
    ['it is not wanted', { makesUp: false }, true],
  ])('nothing is made up when %s', async (_why, more, missed) => {
    const world = setUp('2026-11-24T09:00:00Z', plan(1, daily(more)), { wasMissed: () => Promise.resolve(missed) })
    await world.until('2026-11-24T10:00:00Z')
    expect(world.begun).toEqual([])
  })

  test('a store that cannot be asked is asked again, and holds up nobody', async () => {
    let tries = 0
    const all = [daily({ makesUp: true }), scheduled('shop', 'hourly', '1 * * * *')]
    const world = setUp('2026-11-24T09:00:00Z', plan(2, ...all), {
      wasMissed: () => {
        tries += 1
        return tries < 3 ? Promise.reject(new Error('no network yet')) : Promise.resolve(true)
      },
    })
    await world.until('2026-11-24T09:30:00Z')
    expect(world.begun).toEqual([
      { job: 'shop hourly', at: '2026-11-24T09:01:00.000Z' },
      { job: 'masclet daily', at: '2026-11-24T09:01:10.000Z' },
    ])
    expect(world.said().filter((text) => text.includes('no network yet'))).toHaveLength(2)
  })

  test('what becomes due while the store is still asked is not begun twice', async () => {
    const world = setUp('2026-11-24T01:16:55Z', plan(2, daily({ makesUp: true })), {
      wasMissed: () => Promise.reject(new Error('no network yet')),
    })
    await world.until('2026-11-24T04:00:00Z')
    expect(world.begun).toEqual([{ job: 'masclet daily', at: '2026-11-24T01:17:00.000Z' }])
  })

  test.each([
    ['made up once', true, ['2026-11-26T08:00']],
    ['left out when that is wanted', false, []],
  ])('what a machine slept through is %s', async (_what, makesUp, expected) => {
    const world = setUp('2026-11-24T09:00:00Z', plan(1, daily({ makesUp })))
    const slept = { '2026-11-24T09:10:00Z': () => { world.clock.jump('2026-11-26T08:00:00Z') } } // prettier-ignore
    await world.until('2026-11-24T10:00:00Z', slept)
    expect(world.begun.map(({ at }) => at.slice(0, 16))).toEqual(expected)
  })

  test('a clock that was years ahead and is put right does not silence a schedule', async () => {
    const world = setUp('2030-01-01T00:30:00Z', plan(1, scheduled('masclet', 'hourly', '0 * * * *')))
    const corrected = { '2030-01-01T01:10:00Z': () => { world.clock.jump('2026-11-24T09:50:00Z') } } // prettier-ignore
    await world.until('2030-01-01T02:00:00Z', corrected)
    expect(world.begun.map(({ at }) => at)).toEqual(['2030-01-01T01:00:00.000Z', '2026-11-24T10:00:00.000Z'])
  })
})

describe('another plan while it runs', () => {
  test('is followed from then on; what runs goes on, what waits and is gone does not begin', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => scheduled(name, 'daily', '0 3 * * *')) as [
      Scheduled,
      Scheduled,
      Scheduled,
    ]
    const world = setUp('2026-11-24T01:55:00Z', plan(1, a, b, c), { minutes: () => 10 })
    const later = { ...c, schedule: '30 3 * * *' }
    const change = { '2026-11-24T02:05:00Z': () => { world.scheduler.replan(plan(1, a, later)) } } // prettier-ignore
    await world.until('2026-11-24T02:50:00Z', change)
    expect(world.begun.map(({ job, at }) => [job, at.slice(11, 16)])).toEqual([
      ['a daily', '02:00'],
      ['c daily', '02:10'],
      ['c daily', '02:30'],
    ])
    expect(world.ended).toEqual(['a daily', 'c daily', 'c daily'])
  })

  test('a database that is new in it has what it missed made up', async () => {
    const world = setUp('2026-11-24T09:00:00Z', plan(1, scheduled('a', 'daily', '0 3 * * *')), {
      wasMissed: () => Promise.resolve(true),
    })
    const both = plan(
      1,
      scheduled('a', 'daily', '0 3 * * *'),
      scheduled('new', 'daily', '0 3 * * *', { makesUp: true }),
    )
    await world.until('2026-11-24T09:30:00Z', { '2026-11-24T09:10:00Z': () => { world.scheduler.replan(both) } }) // prettier-ignore
    expect(world.begun).toEqual([{ job: 'new daily', at: '2026-11-24T09:10:00.000Z' }])
  })
})
