import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import {
  nameOfLog,
  nameOfPart,
  nameOfProof,
  parseName,
  seriesKey,
  seriesOfKey,
} from '../../../src/stores/artifact-names.js'

const anySeries = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
const anyType = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/).filter((type) => type !== 'log')
const place = { type: 'daily', id: '20261124T020000Z' }

describe('names of artifacts', () => {
  test('carry series, type, id and part', () => {
    expect(nameOfPart('set', 'masclet_imperi', place)).toBe('pg-lifeboat.masclet_imperi.daily.20261124T020000Z.set')
    expect(nameOfProof('app', place, new Date('2026-11-30T04:00:00Z'))).toBe(
      'pg-lifeboat.app.daily.20261124T020000Z.proof.20261130T040000Z',
    )
    expect(nameOfLog('', new Date('2026-11-30T04:00:00Z'), '1f2e')).toBe('pg-lifeboat..log.20261130T040000Z.1f2e')
  })

  test('say again what they were made of, also when the upload had to add to them', () => {
    fc.assert(
      fc.property(
        anySeries,
        anyType,
        fc.constantFrom('set' as const, 'manifest' as const),
        fc.constantFrom('', '-attempt1', '-attempt2-3'),
        (series, type, part, suffix) => {
          const read = parseName(nameOfPart(part, series, { ...place, type }) + suffix)
          expect(read).toEqual({ part, series: seriesKey(series), place: { ...place, type } })
        },
      ),
    )
  })

  test('of a proof or of the log are never taken for a set', () => {
    const at = new Date('2026-11-30T04:00:00Z')
    fc.assert(
      fc.property(anySeries, anyType, (series, type) => {
        expect(parseName(nameOfProof(series, { ...place, type }, at))?.part).toBe('proof')
        expect(parseName(nameOfLog(series, at, '1f2e'))).toEqual({
          part: 'log',
          series: seriesKey(series),
          at: '20261130T040000Z',
        })
      }),
    )
  })

  test('hold nothing that artifacts forbid, and are not too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (series) => {
        const name = nameOfPart('manifest', series, { ...place, type: 'x'.repeat(63) })
        expect(name).toMatch(/^[A-Za-z0-9_.~-]{1,200}$/)
      }),
    )
  })

  test('tell every two series apart, and tell the series where they are whole', () => {
    fc.assert(
      fc.property(anySeries, anySeries, (one, other) => {
        expect(seriesKey(one) === seriesKey(other)).toBe(one === other)
        expect([one, undefined]).toContain(seriesOfKey(seriesKey(one)))
      }),
    )
    expect(seriesOfKey(seriesKey('größe.db~1'))).toBe('größe.db~1')
    const [long, longer] = ['x'.repeat(90), 'x'.repeat(91)]
    expect([seriesKey(long) === seriesKey(longer), seriesOfKey(seriesKey(long))]).toEqual([false, undefined])
  })

  test.each([
    'coverage',
    'pg-lifeboat',
    'pg-lifeboat.app.daily.20261124T020000Z',
    'pg-lifeboat.app.daily.20261124T020000Z.set.more',
    'pg-lifeboat.app.daily.20261124T020000Z.other',
    'pg-lifeboat.app.daily.yesterday.set',
    'pg-lifeboat.app.Daily.20261124T020000Z.set',
    'pg-lifeboat..daily.20261124T020000Z.set',
    'pg-lifeboat.app.daily.20261124T020000Z.proof',
    'pg-lifeboat.app.log.20261124T020000Z.set',
    'app-daily-20261124T020000Z-report',
  ])('%s is not one of a store', (name) => {
    expect(parseName(name)).toBeUndefined()
  })
})
