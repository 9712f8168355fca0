import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  dayOfLogFile,
  formatLine,
  logFileOf,
  logLine,
  parseLine,
  setDetails,
  timeOfLine,
  type LogLine,
} from '../../../src/records/log.js'
import { manifestAt, sampleTable } from '../../support/sample-manifest.js'
import { sampleProof } from '../../support/sample-set.js'

const AT = new Date('2026-11-24T02:03:04.987Z')

describe('a log line', () => {
  test('has the shape that was asked for', () => {
    const line = logLine(AT, 'backup', 'success', {
      size: 1234567,
      duration: 120,
      records: { animals: 800, parts: 400 },
    })
    expect(formatLine(line)).toBe(
      '{"timestamp":"2026-11-24 02:03:04","operation":"backup","status":"success","details":{"size":1234567,"duration":120,"records":{"animals":800,"parts":400}}}\n',
    )
    expect(logFileOf(line)).toBe('2026-11-24.jsonl')
    expect(timeOfLine(line)).toEqual(new Date('2026-11-24T02:03:04Z'))
  })

  test('says of a set what comparing needs later', () => {
    const manifest = manifestAt(AT)
    expect(setDetails(manifest, sampleProof('proven'), 12)).toEqual({
      ...{ size: 4000, duration: 12, records: { animals: 800, parts: 400 }, id: '20261124T020304Z' },
      ...{ type: 'daily', series: 'masclet_imperi', proof: 'proven', tier: 'full' },
    })
  })

  test('is one line for every reader, whatever a table is called', () => {
    const hostile = [
      'a\nb',
      'a\r',
      'a\u2028b',
      'a\u2029b',
      'a\u0085b',
      '\u001b[31mred',
      '\u009b31m',
      '\u202egnp.exe',
      '"',
      '\\',
      '__proto__',
      '\ud800',
      '🐂',
    ]
    const records = Object.fromEntries(hostile.map((name, index) => [name, index]))
    const text = formatLine(logLine(AT, 'backup', 'success', { duration: 1, records }))
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u)
    expect(text.endsWith('\n')).toBe(true)
    expect(Object.entries(parseLine(text)?.details.records ?? {})).toEqual(Object.entries(records))
  })

  test('is read as it was written, unknown details included', () => {
    const anyLine = fc.record({
      timestamp: fc
        .date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
        .map((date) => logLine(date, 'x', 'success', { duration: 0 }).timestamp),
      operation: fc.string({ minLength: 1, unit: 'binary' }),
      status: fc.constantFrom('success', 'error'),
      details: fc
        .record({
          duration: fc.double({ min: 0, max: 1e9, noNaN: true }).map(Math.abs),
          size: fc.nat(),
          records: fc.dictionary(fc.string({ unit: 'binary' }), fc.nat(), { noNullPrototype: true }),
          more: fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__')),
        })
        .map((details) => JSON.parse(JSON.stringify(details)) as LogLine['details']),
    }) as fc.Arbitrary<LogLine>
    fc.assert(
      fc.property(anyLine, (line) => {
        const text = formatLine(line)
        expect(text.indexOf('\n')).toBe(text.length - 1)
        expect(parseLine(text)).toEqual(line)
      }),
    )
  })

  test('keeps all of 10,000 tables', () => {
    const tables = Array.from({ length: 10_000 }, (_, index) => sampleTable(`table_${index}`, { rows: index }))
    const details = setDetails(manifestAt(AT, { tables }), sampleProof('proven'), 1)
    const line = parseLine(formatLine(logLine(AT, 'backup', 'success', details)))
    expect(Object.keys(line?.details.records ?? {})).toHaveLength(10_000)
  })

  test.each([
    ['', 'nothing'],
    ['{"timestamp":"2026-11-24 02:0', 'a torn line'],
    ['null', 'no object'],
    [
      '{"timestamp":"2026-11-24T02:00:00Z","operation":"backup","status":"success","details":{"duration":1}}',
      'an ISO time',
    ],
    ['{"timestamp":"2026-13-45 02:00:00","operation":"backup","status":"success","details":{"duration":1}}', 'no date'],
    ['{"timestamp":"2026-11-24 02:00:00","operation":"backup","status":"fine","details":{"duration":1}}', 'no status'],
    ['{"timestamp":"2026-11-24 02:00:00","operation":"backup","status":"error","details":{}}', 'no duration'],
    [
      '{"timestamp":"2026-11-24 02:00:00","operation":"backup","status":"error","details":{"duration":1,"records":[]}}',
      'a list',
    ],
    [
      '{"timestamp":"2026-11-24 02:00:00","operation":"backup","status":"error","details":{"duration":1,"records":{"a":"1"}}}',
      'text for a number',
    ],
  ])('is not %s (%s)', (text) => {
    expect(parseLine(text)).toBeUndefined()
  })
})

describe('a log file', () => {
  test('is known by its name', () => {
    expect(dayOfLogFile('2026-11-24.jsonl')).toEqual(new Date('2026-11-24T00:00:00Z'))
    for (const name of ['2026-11-24.json', '2026-13-24.jsonl', 'x2026-11-24.jsonl', '.jsonl', '']) {
      expect(dayOfLogFile(name)).toBeUndefined()
    }
  })
})
