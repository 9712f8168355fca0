import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { Proof, Tier } from '../../../src/backup/manifest.js'
import { finding } from '../../../src/findings.js'
import { proofFileName, standingProof } from '../../../src/stores/proofs.js'
import { sampleManifest, sampleProof } from '../../support/sample-set.js'

test('an outcome is kept under its instant, and none under the name of another', () => {
  const proof = sampleProof('failed', '2026-11-24T02:10:00.123Z')
  expect(proofFileName(proof)).toBe('20261124T021000Z.json')
  expect(proofFileName(proof, ['20261124T021000Z.json'])).toBe('20261124T021000Z-2.json')
  expect(proofFileName(proof, ['20261124T021000Z.json', '20261124T021000Z-2.json'])).toBe('20261124T021000Z-3.json')
})

/** What counts of outcomes that come one second after the other, each written as `proven full`. */
function standing(...outcomes: string[]): string {
  const [first, ...later] = outcomes.map((text, second): Proof => {
    const [outcome, tier] = text.split(' ') as ['proven' | 'failed' | 'not-verified', Tier]
    return { ...sampleProof(outcome, `2026-11-24T02:10:0${second}.000Z`), tier }
  })
  const { outcome, tier } = standingProof(sampleManifest({ id: '20261124T020000Z', proof: first! }), later)
  return `${outcome} ${tier}`
}

test.each([
  [['proven full'], 'proven full'],
  [['proven archive', 'proven full'], 'proven full'],
  [['proven full', 'proven archive'], 'proven full'],
  [['proven full', 'not-verified full'], 'proven full'],
  [['proven full', 'failed archive'], 'failed archive'],
  [['failed full', 'proven archive'], 'failed full'],
  [['failed full', 'not-verified full'], 'failed full'],
  [['failed data', 'proven full'], 'proven full'],
  [['failed archive', 'proven archive'], 'proven archive'],
  [['not-verified full', 'proven archive'], 'proven archive'],
  [['not-verified full', 'not-verified data'], 'not-verified data'],
  [['proven full', 'failed full', 'proven archive'], 'failed full'],
])('of %j counts %s', (outcomes, expected) => {
  expect(standing(...outcomes)).toBe(expected)
})

/** The same of looks of which some failed only because PostgreSQL complained while restoring: `unlucky full`. */
function standingAfter(...outcomes: string[]): string {
  const looks = outcomes.map((text, second): Proof => {
    const [word, tier] = text.split(' ') as ['proven' | 'failed' | 'unlucky', Tier]
    const sample = sampleProof(word === 'unlucky' ? 'failed' : word, `2026-11-24T02:10:0${second}.000Z`)
    const code = word === 'unlucky' ? 'RESTORE_ERROR' : 'TABLE_CONTENT_DIFFERS'
    const findings = word === 'proven' ? [] : [finding(code, 'public.t', 'is wrong')]
    return { ...sample, tier, findings }
  })
  const { outcome, tier, held } = standingProof(
    sampleManifest({ id: '20261124T020000Z', proof: looks[0]! }),
    looks.slice(1),
  )
  return `${outcome} ${tier}${held === undefined ? '' : `, holds ${held}`}`
}

test.each([
  [['proven full', 'unlucky full'], 'proven full'],
  [['proven full', 'unlucky data'], 'proven full'],
  [['proven full', 'unlucky full', 'proven full', 'unlucky full'], 'proven full'],
  // The second in a row is no chance; that its rows were equal stays true.
  [['proven full', 'unlucky full', 'unlucky full'], 'failed full, holds data'],
  [['proven full', 'unlucky full', 'proven archive', 'unlucky full'], 'failed full, holds data'],
  [['proven data', 'unlucky full'], 'failed full, holds data'],
  [['proven archive', 'unlucky full'], 'failed full'],
  [['unlucky full', 'proven full'], 'proven full'],
  // That contents differ is never chance.
  [['proven full', 'failed full'], 'failed full'],
  [['proven full', 'unlucky full', 'failed full'], 'failed full'],
])('of %j, where restores failed, counts %s', (outcomes, expected) => {
  expect(standingAfter(...outcomes)).toBe(expected)
})

test('it does not matter in which order they are read, and the last failure is never passed over', () => {
  const tier = fc.constantFrom('archive' as const, 'data' as const, 'full' as const)
  const outcome = fc.constantFrom('proven' as const, 'failed' as const, 'not-verified' as const)
  const proofs = fc
    .array(fc.tuple(outcome, tier), { minLength: 1, maxLength: 7 })
    .map((all) =>
      all.map(([kind, of], second) => ({ ...sampleProof(kind, `2026-11-24T02:10:0${second}.000Z`), tier: of })),
    )
  const shuffled = proofs.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  )
  fc.assert(
    fc.property(shuffled, ([inTime, anyhow]) => {
      const [first, ...later] = anyhow
      const counted = standingProof(sampleManifest({ id: '20261124T020000Z', proof: first! }), later)
      expect(inTime).toContain(counted)
      const failure = inTime.findLast(({ outcome: kind }) => kind === 'failed')
      if (failure !== undefined && counted.outcome !== 'failed') {
        expect(counted).toMatchObject({ outcome: 'proven' })
        expect(counted.at > failure.at).toBe(true)
      }
    }),
  )
})
