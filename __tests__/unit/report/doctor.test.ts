import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { doctorTable } from '../../../src/report/doctor-table.js'
import { diagnosisCode, doctorBlocks, doctorVerdict, type DiagnosisLine } from '../../../src/report/doctor.js'
import { plainText } from '../../../src/report/plain.js'

const line = (state: DiagnosisLine['state'], more: Partial<DiagnosisLine> = {}): DiagnosisLine => ({
  subject: 'Database',
  what: 'connection',
  state,
  found: 'something was found',
  ...more,
})

describe('what it comes to', () => {
  test.each([
    [[], 0],
    [['ok', 'warning'], 0],
    [['ok', 'not-checked', 'warning'], 4],
    [['not-checked', 'problem'], 1],
  ] as const)('%j ends with %d', (states, code) => {
    expect(diagnosisCode(states.map((state) => line(state)))).toBe(code)
  })

  test('nothing is called good that could not be checked', () => {
    expect(doctorVerdict([line('ok'), line('not-checked')])).toMatchObject({ mood: 'doubtful' })
    expect(doctorVerdict([line('ok'), line('warning')])).toMatchObject({ mood: 'doubtful' })
    expect(doctorVerdict([line('ok')])).toMatchObject({ mood: 'good' })
  })

  test('the first problem is in the first sentence, and the others are counted', () => {
    const verdict = doctorVerdict([line('ok'), line('problem', { found: 'it is gone' }), line('problem')])
    expect(verdict.mood).toBe('bad')
    expect(plainText(verdict.text)).toBe('Database, connection: it is gone. 1 more problem below.')
  })
})

describe('the table', () => {
  test('has each subject once, and below what is not right what to do', () => {
    const lines = [
      line('ok'),
      line('warning', { subject: 'Stores', what: '/backups', advice: 'Mend it.' }),
      line('problem', { what: 'privileges', found: 'none at all.' }),
    ]
    expect(doctorTable(lines)).toEqual([
      'Database',
      '  ok           connection            something was found.',
      '  problem      privileges            none at all.',
      'Stores',
      '  warning      /backups              something was found.',
      '                                     → Mend it.',
    ])
  })

  test('loses no word, and fits its width but for words that are longer', () => {
    const words = fc.array(fc.string({ minLength: 1, maxLength: 14, unit: fc.constantFrom('a', 'b', '-') }), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(words, words, fc.integer({ min: 70, max: 160 }), (found, advice, columns) => {
        const table = doctorTable([line('problem', { found: found.join(' '), advice: advice.join(' ') })], {
          columns,
          paint: (_, text) => text,
        })
        expect(Math.max(...table.map((each) => each.length))).toBeLessThanOrEqual(columns)
        const told = table.slice(1).join(' ').replaceAll('→', '').split(/\s+/).filter(Boolean)
        expect(told).toEqual(['problem', 'connection', ...`${found.join(' ')}.`.split(' '), ...advice])
      }),
      { numRuns: 50 },
    )
  })

  test('lets no name act on the terminal', () => {
    const wild = '\u001B[2Jx\r\u009B1m'
    expect(doctorTable([line('warning', { what: wild, found: wild, advice: wild })]).join('')).not.toMatch(/\p{Cc}/u)
  })

  test('of the summary has a row each', () => {
    const [, table] = doctorBlocks({ diagnosis: [line('ok'), line('problem', { advice: 'Mend it.' })] })
    expect(table).toMatchObject({ kind: 'table', rows: [expect.anything(), expect.anything()] })
    expect(doctorBlocks({})).toEqual([])
  })
})
