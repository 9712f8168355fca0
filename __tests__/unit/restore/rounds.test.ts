import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { roundsOf } from '../../../src/restore/rounds.js'
import type { ListedEntry } from '../../../src/restore/use-list.js'

const TEXTS = [
  'INDEX public t_i postgres', 'INDEX ATTACH public p1_i postgres', 'CONSTRAINT public t t_pkey postgres',
  'FK CONSTRAINT public t t_fk postgres', 'CHECK CONSTRAINT public t t_check postgres', 'TRIGGER public t trg postgres',
  'RULE public v _RETURN postgres', 'POLICY public t pol postgres', 'ROW SECURITY public t postgres',
  'EVENT TRIGGER - et postgres', 'COMMENT - EVENT TRIGGER et postgres', 'SECURITY LABEL - EVENT TRIGGER et postgres',
  'COMMENT public INDEX t_i postgres', 'COMMENT public CONSTRAINT t_pkey ON t postgres', 'STATISTICS public s postgres',
  'STATISTICS DATA public t_i postgres', 'PUBLICATION - p postgres', 'PUBLICATION TABLE public p t postgres',
  'PUBLICATION TABLES IN SCHEMA public p postgres', 'SUBSCRIPTION - s postgres', 'SUBSCRIPTION TABLE - s t postgres',
  'MATERIALIZED VIEW DATA public m postgres', 'DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES postgres',
  'ACL - EVENT TRIGGER postgres', 'NOT NULL CONSTRAINT public t n postgres', 'SOMETHING NEW public x postgres',
] // prettier-ignore

const entry: fc.Arbitrary<ListedEntry> = fc.record({
  dumpId: fc.nat(),
  catalogId: fc.constantFrom('0 0', '1259 16400', '2606 16401'),
  text: fc.constantFrom(...TEXTS),
})
const entries = fc.uniqueArray(entry, { selector: ({ dumpId }) => dumpId })

describe('the rounds of the last section', () => {
  test('restore each entry exactly once, in the archive’s order within a round, whatever the jobs', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 8 }), (all, jobs) => {
        const { early, eventTriggers } = roundsOf(all, jobs)
        const rounds = [...early, ...eventTriggers].map((round) => round.entries.map(({ dumpId }) => dumpId))
        const place = new Map(all.map(({ dumpId }, index) => [dumpId, index]))
        expect(rounds.flat().sort((a, b) => a - b)).toEqual(all.map(({ dumpId }) => dumpId).sort((a, b) => a - b))
        for (const round of rounds) {
          expect(round.length).toBeGreaterThan(0)
          expect(round).toEqual([...round].sort((a, b) => place.get(a)! - place.get(b)!))
        }
      }),
    )
  })

  test('attach indexes one after the other, between what they attach and the rest; event triggers come last', () => {
    const all = TEXTS.map((text, dumpId) => ({
      dumpId,
      catalogId: text.startsWith('INDEX ATTACH') ? '0 0' : '1259 1',
      text,
    }))
    const { early, eventTriggers } = roundsOf(all, 4)
    expect(early.map(({ jobs }) => jobs)).toEqual([4, 1, 4])
    expect(early.map((round) => round.entries[0]?.text)).toEqual([TEXTS[0], TEXTS[1], TEXTS[3]])
    expect(eventTriggers.flatMap((round) => round.entries).map(({ text }) => text)).toEqual(TEXTS.slice(9, 12))
  })

  test('an index in a schema of that name is no attachment', () => {
    const all = [{ dumpId: 1, catalogId: '1259 7', text: 'INDEX ATTACH i postgres' }]
    expect(roundsOf(all, 4).early).toEqual([{ entries: all, jobs: 4 }])
  })
})
