import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { newestProof, proofFileName } from '../../../src/stores/proofs.js'
import { sampleManifest, sampleProof } from '../../support/sample-set.js'

test('an outcome is kept under its instant, and none under the name of another', () => {
  const proof = sampleProof('failed', '2026-11-24T02:10:00.123Z')
  expect(proofFileName(proof)).toBe('20261124T021000Z.json')
  expect(proofFileName(proof, ['20261124T021000Z.json'])).toBe('20261124T021000Z-2.json')
  expect(proofFileName(proof, ['20261124T021000Z.json', '20261124T021000Z-2.json'])).toBe('20261124T021000Z-3.json')
})

test('the newest outcome counts, in whatever order they come, and the manifest has one too', () => {
  const instant = fc.integer({ min: 0, max: 9 }).map((second) => `2026-11-24T02:10:0${second}.000Z`)
  const outcome = fc.constantFrom('proven' as const, 'failed' as const, 'not-verified' as const)
  const proof = fc.tuple(outcome, instant).map(([kind, at]) => sampleProof(kind, at))
  fc.assert(
    fc.property(proof, fc.array(proof, { maxLength: 6 }), (own, later) => {
      const all = [own, ...later]
      const newest = newestProof(sampleManifest({ id: '20261124T020000Z', proof: own }), later)
      expect(all).toContain(newest)
      expect(all.every(({ at }) => at <= newest.at)).toBe(true)
      expect(newest).toBe(all.findLast(({ at }) => at === newest.at))
    }),
  )
})
