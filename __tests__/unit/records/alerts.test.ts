import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { UsageError } from '../../../src/errors.js'
import { buildOptions } from '../../../src/options.js'
import {
  DEFAULT_RULES,
  LEVELS,
  parseRule,
  printRule,
  rulesInForce,
  unitsOf,
  type AlertRule,
  type Measure,
} from '../../../src/records/alert-rules.js'
import { evaluate, measurementsOf, type Alert, type Measurements } from '../../../src/records/alerts.js'
import { measure } from '../../../src/records/metrics.js'
import { manifestAt, sampleTable } from '../../support/sample-manifest.js'

const MEASURES: readonly Measure[] = [
  ...(['duration', 'size', 'errors', 'compression', 'disk_space', 'size_change', 'record_change'] as const),
]

/** A backup about which nobody needs to be told. */
const CALM: Measurements = {
  ...{
    seconds: 60,
    size: 5e6,
    errors: 0,
    compression: { ratio: 0.8, totalBytes: 25e6 },
    freeBytes: 50e9,
    records: 1200,
  },
  previous: { id: '20261123T020000Z', size: 5e6, records: 1150 },
}

const raised = (measurements: Partial<Measurements>, lines: readonly string[] = []): Alert[] =>
  evaluate(rulesInForce(lines), { ...CALM, ...measurements })

const inShort = (alerts: readonly Alert[]): string[] =>
  alerts.map(({ level, measure, rule }) => `${level} ${measure} ${rule}`)

describe('alert rules', () => {
  test('by default are those of the specification', () => {
    expect(rulesInForce([]).map(printRule)).toEqual(DEFAULT_RULES)
  })

  test.each([
    ['critical duration > 45min', { comparison: '>', amount: 45, unit: 'min' }],
    ['  info   size_change>2.5 %  ', { comparison: '>', amount: 2.5, unit: '%' }],
    ['warning disk_space < 10gib', { comparison: '<', amount: 10, unit: 'GiB' }],
    ['warning compression < 40%', { comparison: '<', amount: 40, unit: '%' }],
    ['info errors > 0', { comparison: '>', amount: 0, unit: '' }],
  ])('%s is read', (line, limit) => {
    expect(parseRule(line).limit).toEqual(limit)
  })

  test.each([
    ['', /begins with its level: critical, warning, info/],
    ['urgent duration > 1min', /begins with its level/],
    ['critical speed > 1min', /a measure: duration, size, errors/],
    ['critical duration', /a limit is > or <, a number and a unit: "> 30min"/],
    ['critical duration > 30', /duration is measured in ms, s, min, h, d/],
    ['critical size > 1 parsec', /size is measured in B, KB, MB/],
    ['critical errors > 1%', /errors is measured in a plain number/],
    ['critical duration >= 30min', /a limit is/],
    ['critical duration > -3min', /a limit is/],
    ['critical duration > 30min or so', /a limit is/],
    ['critical duration on', /a limit is/],
  ])('%j is refused', (line, problem) => {
    expect(() => parseRule(line)).toThrow(UsageError)
    expect(() => parseRule(line)).toThrow(problem)
  })

  const anyRule: fc.Arbitrary<AlertRule> = fc
    .record({ level: fc.constantFrom(...LEVELS), measure: fc.constantFrom(...MEASURES) })
    .chain(({ level, measure }) =>
      fc
        .oneof(
          fc.constant('off' as const),
          fc.record({
            comparison: fc.constantFrom('>' as const, '<' as const),
            amount: fc.integer({ min: 0, max: 1e12 }).map((thousandths) => thousandths / 1000),
            unit: fc.constantFrom(...Object.keys(unitsOf(measure))),
          }),
        )
        .map((limit) => ({ level, measure, limit })),
    )

  test('are read as they are printed', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(parseRule(printRule(rule))).toEqual(rule)
      }),
    )
  })

  test('that are given replace the default of their level and measure; off silences; the last one counts', () => {
    const rules = rulesInForce([
      'critical duration > 1h',
      'warning compression off',
      'info duration > 1min',
      'critical duration > 45min',
    ]).map(printRule)
    expect(rules).toContain('critical duration > 45min')
    expect(rules).toContain('warning duration > 15min')
    expect(rules).toContain('info duration > 1min')
    expect(rules).not.toContain('critical duration > 30min')
    expect(rules).not.toContain('critical duration > 1h')
    expect(rules.some((rule) => rule.includes('compression'))).toBe(false)
  })

  test('come from the options as lines or as YAML', () => {
    const given = (alerts: unknown): string[] => buildOptions([{ label: (name) => name, values: { alerts } }]).alerts
    const expected = ['critical duration > 45min', 'warning compression off']
    expect(given('critical duration > 45min\nwarning compression off')).toEqual(expected)
    expect(given({ critical: { duration: '> 45min' }, warning: { compression: 'off' } })).toEqual(expected)
    expect(rulesInForce(expected)).toHaveLength(DEFAULT_RULES.length - 1)
  })
})

describe('alerts', () => {
  test('are not raised when all is well', () => {
    expect(raised({})).toEqual([])
  })

  test('say in words what was measured against what', () => {
    const alerts = raised({
      ...{ seconds: 35 * 60, size: 1.25e9, errors: 2, freeBytes: 812e6, records: 2000 },
      compression: { ratio: 0.41, totalBytes: 3e9 },
      previous: { id: '20261123T020000Z', size: 1e9, records: 477 },
    })
    expect(alerts.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'critical: The backup took 35 min, more than 30 min.',
      'critical: The set has 1.25 GB, more than 1 GB.',
      'critical: 2 errors, more than 0.',
      'warning: Compression saved 41 % of 3 GB, less than 0.5.',
      'warning: The store has 812 MB left, less than 1 GB.',
      'info: The set has 1.25 GB and is 25 % larger than 20261123T020000Z (1 GB), more than 10%.',
      'info: The set has 2,000 rows, 1,523 more than 20261123T020000Z, more than 100.',
    ])
    expect(alerts[0]).toMatchObject({ measure: 'duration', rule: '> 30min', value: 2100 })
  })

  test.each([
    [{ seconds: 900 }, []],
    [{ seconds: 900.5 }, ['warning duration > 15min']],
    [{ seconds: 1800 }, ['warning duration > 15min']],
    [{ seconds: 1801 }, ['critical duration > 30min']],
    [{ size: 1e9, previous: null }, []],
    [{ size: 1e9 + 1, previous: null }, ['critical size > 1GB']],
    [{ errors: 1 }, ['critical errors > 0']],
    [{ compression: { ratio: 0.5, totalBytes: 1e9 } }, []],
    [{ compression: { ratio: 0.49, totalBytes: 1e9 } }, ['warning compression < 0.5']],
    [{ compression: { ratio: 0, totalBytes: 1024 * 1024 - 1 } }, []],
    [{ compression: { ratio: 0, totalBytes: 1024 * 1024 } }, ['warning compression < 0.5']],
    [{ compression: null }, []],
    [{ freeBytes: 1e9 }, []],
    [{ freeBytes: 1e9 - 1 }, ['warning disk_space < 1GB']],
    [{ freeBytes: null }, []],
    [{ size: 5.5e6 }, []],
    [{ size: 5.51e6 }, ['info size_change > 10%']],
    [{ size: 4.49e6 }, ['info size_change > 10%']],
    [{ size: null }, []],
    [{ records: 1250 }, []],
    [{ records: 1251 }, ['info record_change > 100']],
    [{ records: 1049 }, ['info record_change > 100']],
    [{ records: null }, []],
    [{ records: 0, size: 1, previous: null }, []],
    [{ records: 0, previous: { id: 'x', size: 5e6, records: null } }, []],
    [{ previous: { id: 'x', size: 0, records: 1200 } }, []],
  ] as [Partial<Measurements>, string[]][])('with %j are %j', (measurements, expected) => {
    expect(inShort(raised(measurements))).toEqual(expected)
  })

  test('KB, MB, GB and TB are powers of 1000, KiB to TiB of 1024', () => {
    expect(raised({ size: 1e9 + 1 })).not.toEqual([])
    expect(inShort(raised({ size: 1e9 + 1, previous: null }, ['critical size > 1GiB']))).toEqual([])
    expect(inShort(raised({ size: 1024 ** 3 + 1, previous: null }, ['critical size > 1GiB']))).toEqual([
      'critical size > 1GiB',
    ])
  })

  test('are told once a measure, the heaviest rule first, also where rules are given in another order', () => {
    const lines = ['info duration > 1s', 'info size > 1B', 'warning size > 2MB']
    expect(inShort(raised({ seconds: 2000 }, lines))).toEqual(['critical duration > 30min', 'warning size > 2MB'])
  })

  test('come from a manifest and its metrics', () => {
    const tables = [sampleTable('animals', { rows: 800, bytes: 3e6 })]
    const manifest = manifestAt(new Date('2026-11-24T02:00:00Z'), { tables, dump: { path: 'dump', bytes: 2e6 } })
    const metrics = measure(manifest, { seconds: 5, peakMemory: 1 })
    expect(measurementsOf(manifest, metrics, { errors: 0, freeBytes: null, previous: null })).toEqual({
      ...{ seconds: 5, size: 4000, errors: 0, freeBytes: null, records: 800, previous: null },
      compression: { ratio: 0.3333, totalBytes: 3e6 },
    })
  })
})
