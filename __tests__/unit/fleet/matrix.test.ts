import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fewestJobs, matrixOf, type MatrixJob, type PlannedBackup } from '../../../src/fleet/matrix.js'

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/), { minLength: 1, maxLength: 60 })
const seconds = fc.option(fc.integer({ min: 0, max: 7200 }), { nil: undefined })

/** Databases with some of three types each. */
const backups: fc.Arbitrary<PlannedBackup[]> = names.chain((databases) =>
  fc
    .tuple(
      ...databases.map((database) =>
        fc
          .subarray(['daily', 'weekly', 'monthly'], { minLength: 1 })
          .chain((types) =>
            fc.tuple(
              ...types.map((type) =>
                seconds.map((known) => ({ database, type, ...(known !== undefined && { seconds: known }) })),
              ),
            ),
          ),
      ),
    )
    .map((groups) => groups.flat()),
)

const keysOf = (jobs: readonly MatrixJob[]) =>
  jobs.flatMap(({ databases, type = '' }) => databases.map((database) => `${database} ${type}`))

describe('the matrix of a fleet', () => {
  test('every database and type is in one job, no job is empty, and there are no more than may be', () => {
    fc.assert(
      fc.property(backups, fc.integer({ min: 3, max: 256 }), (some, most) => {
        const jobs = matrixOf(some, most)
        expect(keysOf(jobs).sort()).toEqual(some.map(({ database = '', type = '' }) => `${database} ${type}`).sort())
        expect(jobs.every(({ databases }) => databases.length > 0)).toBe(true)
        expect(jobs).toHaveLength(Math.min(most, some.length))
        expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length)
      }),
      { numRuns: 100 },
    )
  })

  test('the same backups give the same jobs in whatever order they come, the longest first', () => {
    fc.assert(
      fc.property(
        backups.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length })),
        ),
        fc.integer({ min: 3, max: 20 }),
        ([some, shuffled], most) => {
          const jobs = matrixOf(some, most)
          expect(matrixOf(shuffled, most)).toEqual(jobs)
          const loads = jobs.map((job) => job.seconds)
          expect(loads).toEqual([...loads].sort((a, b) => b - a))
        },
      ),
      { numRuns: 100 },
    )
  })

  test('the longest job is within four thirds of the best that there is', () => {
    const times = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 3 }), (some, most) => {
        const longest = Math.max(...matrixOf(withTimes(some), most).map((job) => job.seconds))
        expect(longest).toBeLessThanOrEqual(bestOf(some, most) * (4 / 3 - 1 / (3 * most)) + 1e-9)
      }),
      { numRuns: 150 },
    )
  })

  test('of a big fleet it is within one and a half of what no grouping can be under', () => {
    const times = fc.array(fc.integer({ min: 1, max: 7200 }), { minLength: 1, maxLength: 1500, size: 'max' })
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 256 }), (some, most) => {
        const longest = Math.max(...matrixOf(withTimes(some), most).map((job) => job.seconds))
        const sorted = [...some].sort((a, b) => b - a)
        const bound = Math.max(
          some.reduce((sum, one) => sum + one, 0) / most,
          sorted[0]!,
          (sorted[most - 1] ?? 0) + (sorted[most] ?? 0),
        )
        expect(longest).toBeLessThanOrEqual(bound * 1.5)
      }),
      { numRuns: 30 },
    )
  })

  test('a type with more to do gets more of the jobs', () => {
    const some = [
      ...Array.from({ length: 10 }, (_, index) => ({ database: `d${index}`, type: 'weekly', seconds: 3000 })),
      ...Array.from({ length: 10 }, (_, index) => ({ database: `d${index}`, type: 'daily', seconds: 100 })),
    ]
    const jobs = matrixOf(some, 6)
    expect(jobs.filter(({ type }) => type === 'daily')).toHaveLength(1)
    expect(jobs.filter(({ type }) => type === 'weekly')).toHaveLength(5)
  })

  test('a time that is not known counts as the median of the others', () => {
    const [first] = matrixOf([{ database: 'new' }, { database: 'a', seconds: 10 }, { database: 'b', seconds: 300 }], 1)
    expect(first?.seconds).toBe(10 + 300 + 155)
    expect(first?.databases).toEqual(['b', 'new', 'a'])
  })

  test('names are for people, and short', () => {
    const jobs = matrixOf(
      ['shop', 'crm', 'stock', 'mail'].map((database) => ({ database, type: 'daily', seconds: 60 })),
      1,
    )
    expect(jobs.map(({ name }) => name)).toEqual(['crm, mail and 2 more (daily)'])
    expect(matrixOf([{ type: 'weekly' }], 256)).toEqual([
      { name: 'the database (weekly)', databases: [], type: 'weekly', seconds: 60 },
    ])
  })

  test('there is at least one job a type', () => {
    expect(fewestJobs([{ database: 'a', type: 'daily' }, { database: 'b', type: 'daily' }, { database: 'b' }])).toBe(2)
  })
})

function withTimes(times: readonly number[]): PlannedBackup[] {
  return times.map((one, index) => ({ database: `d${String(index).padStart(4, '0')}`, type: 'daily', seconds: one }))
}

/** By trying every way to give each backup to a job. */
function bestOf(times: readonly number[], jobs: number): number {
  const place = (index: number, loads: readonly number[]): number => {
    const time = times[index]
    return time === undefined
      ? Math.max(...loads)
      : Math.min(
          ...loads.map((_, job) =>
            place(
              index + 1,
              loads.map((load, at) => (at === job ? load + time : load)),
            ),
          ),
        )
  }
  return place(
    0,
    Array.from({ length: jobs }, () => 0),
  )
}
