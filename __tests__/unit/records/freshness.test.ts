import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { idOf, type Proof, type Tier } from '../../../src/backup/manifest.js'
import { buildOptions } from '../../../src/options.js'
import { ageText, judgeFreshness, type Objectives, type Shelf } from '../../../src/records/freshness.js'

const NOW = new Date('2026-11-24T12:00:00Z')
const HOUR = 3_600_000

type Outcome = Proof['outcome']

const set = (type: string, hoursAgo: number, outcome: Outcome = 'proven', tier: Tier = 'full', verify = tier) => ({
  id: idOf(new Date(NOW.getTime() - hoursAgo * HOUR)),
  type,
  proof: { outcome, tier },
  manifest: { options: { verify } },
})

const shelf = (...sets: Shelf['sets']): Shelf => ({ store: '/backups', sets, broken: [] })

type Given = Partial<Record<'max-age' | 'max-unproven' | 'type' | 'verify', string>>

/** As somebody writes them. */
function objectives(given: Given = {}): Objectives {
  const { maxAge, maxUnproven, watchTier: tier, type } = buildOptions([{ label: (name) => name, values: given }])
  return { maxAge, maxUnproven, tier, type }
}

const codesOf = (of: Shelf, given = objectives(), expected: string[] = []) =>
  judgeFreshness(of, given, NOW, expected).findings.map(({ code, on }) => `${code} ${on}`)

describe('what a store holds against the objectives', () => {
  test('a fresh proven set of each type is as it should be', () => {
    const { types, findings } = judgeFreshness(shelf(set('daily', 10), set('weekly', 190)), objectives(), NOW)
    expect(findings).toEqual([])
    expect(types).toMatchObject([
      { type: 'daily', isFresh: true, isProven: true, maxAge: 26 * HOUR, maxUnproven: 26 * HOUR },
      { type: 'weekly', isFresh: true, isProven: true, maxAge: 192 * HOUR },
    ])
  })

  test('one that failed while its rows were equal is proven as far as they go', () => {
    const sound = set('daily', 1, 'failed', 'full')
    const holding = shelf({ ...sound, proof: { ...sound.proof, held: 'data' } })
    expect(codesOf(holding, objectives({ verify: 'data' }))).toEqual([])
    const { findings } = judgeFreshness(holding, objectives(), NOW)
    expect(findings).toMatchObject([
      { code: 'BACKUP_UNPROVEN_TOO_LONG', found: expect.stringContaining('is proven less far than was asked for') },
    ])
  })

  test.each<[string, Shelf, Objectives, string[]]>([
    [
      'an old one',
      shelf(set('daily', 27)),
      objectives(),
      ['BACKUP_TOO_OLD daily in /backups', 'BACKUP_UNPROVEN_TOO_LONG daily in /backups'],
    ],
    [
      'a new one that is not proven',
      shelf(set('daily', 1, 'failed'), set('daily', 50)),
      objectives(),
      ['BACKUP_UNPROVEN_TOO_LONG daily in /backups'],
    ],
    [
      'none that is proven',
      shelf(set('daily', 1, 'not-verified')),
      objectives(),
      ['BACKUP_UNPROVEN_TOO_LONG daily in /backups'],
    ],
    ['an empty store', shelf(), objectives(), ['STORE_EMPTY /backups']],
    ['an empty store whatever is asked for', shelf(), objectives({ type: 'daily' }), ['STORE_EMPTY /backups']],
    [
      'a type that is asked for and not there',
      shelf(set('daily', 1)),
      objectives({ type: 'weekly' }),
      ['BACKUP_MISSING weekly in /backups'],
    ],
    [
      'a type that is named and not there',
      shelf(set('daily', 1)),
      objectives({ 'max-age': '26h, weekly=8d' }),
      ['BACKUP_MISSING weekly in /backups'],
    ],
    ['nothing but what was taken by hand', shelf(set('manual', 1)), objectives(), ['BACKUP_MISSING /backups']],
    ['old sets by hand beside a fresh daily one', shelf(set('manual', 999), set('daily', 1)), objectives(), []],
    [
      'old sets by hand where they are named',
      shelf(set('manual', 999)),
      objectives({ 'max-age': 'manual=2d', 'max-unproven': '60d' }),
      ['BACKUP_TOO_OLD manual in /backups'],
    ],
    [
      'only the types that have an age',
      shelf(set('daily', 1), set('hourly', 99)),
      objectives({ 'max-age': 'daily=26h' }),
      [],
    ],
    [
      'one age for all, the weekly ones too',
      shelf(set('weekly', 30)),
      objectives({ 'max-age': '26h' }),
      ['BACKUP_TOO_OLD weekly in /backups', 'BACKUP_UNPROVEN_TOO_LONG weekly in /backups'],
    ],
    [
      'a longer patience with proofs',
      shelf(set('daily', 1, 'not-verified'), set('daily', 40)),
      objectives({ 'max-unproven': '2d' }),
      [],
    ],
  ])('%s', (_what, of, given, expected) => {
    expect(codesOf(of, given)).toEqual(expected)
  })

  const UNPROVEN = 'BACKUP_UNPROVEN_TOO_LONG daily in /backups'

  test.each<[string, Shelf['sets'], Given, string[]]>([
    ['as far as its own backup was asked', [set('daily', 1, 'proven', 'archive', 'archive')], {}, []],
    ['less far than its own backup was asked', [set('daily', 1, 'proven', 'archive', 'full')], {}, [UNPROVEN]],
    ['further than was asked', [set('daily', 1, 'proven', 'full', 'archive')], { verify: 'data' }, []],
    ['less far than the watch asks', [set('daily', 1, 'proven', 'archive')], { verify: 'data' }, [UNPROVEN]],
    [
      'less far than its backup, but the watch asks less',
      [set('daily', 1, 'proven', 'data', 'full')],
      { verify: 'data' },
      [],
    ],
    ['to any tier, where none is asked', [set('daily', 1, 'proven', 'archive', 'full')], { verify: 'none' }, []],
    [
      'less far, after one that is proven and new enough',
      [set('daily', 1, 'proven', 'archive', 'full'), set('daily', 20)],
      {},
      [],
    ],
  ])('proven %s', (_what, sets, given, expected) => {
    expect(codesOf(shelf(...sets), objectives(given))).toEqual(expected)
  })

  test('says that a newer set is proven less far', () => {
    const { findings } = judgeFreshness(shelf(set('daily', 1, 'proven', 'archive', 'full')), objectives(), NOW)
    expect(findings[0]?.found).toBe(
      'no daily backup is proven to restore; that from 2026-11-24 11:00:00 UTC is proven less far than was asked for',
    )
  })

  test('a copy must have the types of the primary store', () => {
    expect(codesOf(shelf(set('daily', 1)), objectives(), ['daily', 'weekly'])).toEqual([
      'BACKUP_MISSING weekly in /backups',
    ])
  })

  test('a set from the future keeps nobody quiet', () => {
    const { findings, types } = judgeFreshness(shelf(set('daily', -48), set('daily', 50)), objectives(), NOW)
    expect(findings.map(({ code }) => code)).toEqual([
      'BACKUP_TOO_OLD',
      'BACKUP_UNPROVEN_TOO_LONG',
      'BACKUP_FROM_FUTURE',
    ])
    expect(types[0]?.newest).toEqual(new Date(NOW.getTime() - 50 * HOUR))
    // Two clocks are never the same.
    expect(codesOf(shelf(set('daily', -0.05)))).toEqual([])
  })

  test('tells of a broken set only when it is newer than what counts', () => {
    const broken = [set('daily', 1), set('daily', 60)].map(({ id, type }) => ({
      id,
      type,
      reason: 'a file is missing.',
    }))
    const { findings } = judgeFreshness({ ...shelf(set('daily', 10)), broken }, objectives(), NOW)
    expect(findings).toMatchObject([{ code: 'BACKUP_UNREADABLE', found: 'a file is missing' }])
    expect(findings).toHaveLength(1)
    expect(codesOf({ ...shelf(), broken })).toContain('BACKUP_MISSING daily in /backups')
  })

  test('says in one sentence what is old and what was allowed', () => {
    const [finding] = judgeFreshness(shelf(set('daily', 58)), objectives(), NOW).findings
    expect(finding?.found).toBe(
      'the newest daily backup is from 2026-11-22 02:00:00 UTC, 2 d 10 h ago, and may be 26 h old',
    )
  })

  test('the limit itself is allowed, one second more is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (hours) => {
        const given = objectives({ 'max-age': `${hours}h` })
        expect(codesOf(shelf(set('daily', hours)), given)).toEqual([])
        expect(codesOf(shelf(set('daily', hours + 1 / 3600)), given)).toHaveLength(2)
      }),
    )
  })

  test('another older set, whatever it is, never changes a good judgement', () => {
    const outcome = fc.constantFrom<Outcome>('proven', 'failed', 'not-verified')
    fc.assert(
      fc.property(fc.integer({ min: 11, max: 5000 }), outcome, (hours, how) => {
        expect(codesOf(shelf(set('daily', 10), set('daily', hours, how)))).toEqual([])
      }),
    )
  })
})

describe('ages', () => {
  test.each(['26', '0h', '26 hours', 'daily=', 'daily=1h,daily=2h', '1h,2h', 'Daily=1h', '-1h', ','])(
    '%p is none',
    (text) => {
      expect(() => objectives({ 'max-age': text })).toThrow(/max-age: must be an age such as 26h or 8d/)
    },
  )

  test('are read from YAML as text, as a list and as a mapping', () => {
    const from = (value: unknown) => buildOptions([{ label: (name) => name, values: { 'max-age': value } }]).maxAge
    const both = { others: 26 * HOUR, byType: { weekly: 192 * HOUR } }
    expect(from('26h, weekly=8d')).toEqual(both)
    expect(from(['26h', 'weekly=8d'])).toEqual(both)
    expect(from({ daily: '26h' })).toEqual({ byType: { daily: 26 * HOUR } })
    expect(from(undefined)).toBeUndefined()
  })

  test('read as people count them', () => {
    expect([20 * 60_000, 26 * HOUR, 48 * HOUR, 58 * HOUR].map(ageText)).toEqual(['20 min', '26 h', '2 d', '2 d 10 h'])
  })
})
