import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { UsageError } from '../../src/errors.js'
import { buildOptions } from '../../src/options.js'

function copiesOf(copies: unknown) {
  return buildOptions([{ label: (name) => `the input "${name}"`, values: { copies } }]).copies
}

function problemOf(copies: unknown): string {
  try {
    copiesOf(copies)
  } catch (error) {
    if (error instanceof UsageError) return error.problem
    throw error
  }
  throw new Error(`${JSON.stringify(copies)} was taken`)
}

describe('the option copies', () => {
  test('none is given, or lines of nothing', () => {
    expect(copiesOf(undefined)).toEqual([])
    expect(copiesOf('\n  \n')).toEqual([])
    expect(copiesOf([])).toEqual([])
  })

  test('lines, each with what is kept there', () => {
    const text = `
      s3://bucket/app?region=eu-west-1 keep-daily=30  keep-monthly=12 keep-tier=data
      backup@offsite.example.org:/backups/app
      "/Volumes/My Disk/app" keep-within=1y6m keep-last=0`
    expect(copiesOf(text)).toEqual([
      { location: 's3://bucket/app?region=eu-west-1', keep: { keepDaily: 30, keepMonthly: 12, keepTier: 'data' } },
      { location: 'backup@offsite.example.org:/backups/app', keep: {} },
      { location: '/Volumes/My Disk/app', keep: { keepWithin: '1y6m', keepLast: 0 } },
    ])
  })

  test('in YAML, a list of such texts and of mappings', () => {
    expect(copiesOf(['/mnt/a keep-weekly=8', { to: '/mnt/My Disk', 'keep-daily': 30, 'keep-within': '14d' }])).toEqual([
      { location: '/mnt/a', keep: { keepWeekly: 8 } },
      { location: '/mnt/My Disk', keep: { keepDaily: 30, keepWithin: '14d' } },
    ])
    expect(copiesOf({ to: '/mnt/only' })).toEqual([{ location: '/mnt/only', keep: {} }])
  })

  test.each<[unknown, RegExp]>([
    ['/mnt/a keep-daly=3', /"keep-daly" is not known after \/mnt\/a; write keep-daily=/],
    ['/mnt/a keep=3', /"keep" is not known/],
    ['/mnt/My Disk', /"Disk" after \/mnt\/My is no option.*double quotes/],
    ['/mnt/a keep-daily', /"keep-daily" after \/mnt\/a is no option: write keep-daily=/],
    ['/mnt/a keep-daily=-1', /keep-daily of \/mnt\/a: must not be negative/],
    ['/mnt/a keep-daily=soon', /keep-daily of \/mnt\/a: must be a whole number/],
    ['/mnt/a keep-within=14', /keep-within of \/mnt\/a: must be an age/],
    ['/mnt/a keep-tier=all', /keep-tier of \/mnt\/a: must be archive, data or full/],
    ['/mnt/a keep-last=1 keep-last=2', /keep-last is given twice/],
    ['/mnt/a keep-last=0 keep-within=0d', /\/mnt\/a would keep nothing/],
    ['""', /a location is empty/],
    [[{ 'keep-daily': 3 }], /does not say where to/],
    [[{ to: '/mnt/a', 'keep-dayly': 3 }], /write keep-daily=/],
    [[7], /must be lines of text, or mappings/],
  ])('%j is refused with the reason', (copies, problem) => {
    expect(problemOf(copies)).toMatch(problem)
    expect(problemOf(copies)).toMatch(/^the input "copies"/)
  })

  test('every line that is wrong is told, and no password of a location', () => {
    const problem = problemOf('rsync://me:s3cret@host/app keep-daly=1\n/mnt/a keep-lst=1')
    expect(problem).toMatch(/keep-daily.*keep-last/s)
    expect(problem).not.toContain('s3cret')
    expect(problemOf('me:s3cret@host:/app keep=1\ns3://b/a?key=s3cret keep=1')).not.toContain('s3cret')
  })

  test('what is written as a line is read as what it was', () => {
    const counts = fc.integer({ min: 1, max: 400 })
    const keeps = fc.record(
      {
        'keep-last': counts,
        'keep-daily': counts,
        'keep-weekly': counts,
        'keep-monthly': counts,
        'keep-yearly': counts,
      },
      { requiredKeys: [] },
    )
    const locations = fc.stringMatching(/^\/[a-z0-9 ./-]{1,30}[a-z]$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(locations, keeps)), (pairs) => {
        const lines = pairs.map(([location, keep]) =>
          [`"${location}"`, ...Object.entries(keep).map(([name, value]) => `${name}=${value}`)].join(' '),
        )
        const mappings = pairs.map(([to, keep]) => ({ to, ...keep }))
        expect(copiesOf(lines.join('\n'))).toEqual(copiesOf(mappings))
        expect(copiesOf(mappings).map(({ location }) => location)).toEqual(pairs.map(([location]) => location))
      }),
    )
  })
})
