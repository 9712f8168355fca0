import { describe, expect, test } from '@jest/globals'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { DamagedError } from '../../../src/errors.js'
import { parseAgeHeader, sealedSize } from '../../../src/sealing/age-format.js'

const keys = await Promise.all(
  Array.from({ length: 5 }, async () => identityToRecipient(await generateX25519Identity())),
)

async function encrypt(content: Uint8Array, recipients: number): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  keys.slice(0, recipients).forEach((key) => {
    encrypter.addRecipient(key)
  })
  return encrypter.encrypt(content)
}

describe('the format of age', () => {
  test('leaves one size for a content, however many recipients', async () => {
    const nearPieces = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }))
      .map(([pieces, more]) => Math.max(0, pieces * 65_536 + more))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(nearPieces, fc.nat(200_000)),
        fc.integer({ min: 1, max: 5 }),
        async (size, recipients) => {
          const sealed = await encrypt(new Uint8Array(size), recipients)
          const header = parseAgeHeader(sealed, 'x')
          expect(header.stanzas).toEqual(Array.from({ length: recipients }, () => 'X25519'))
          expect(sealed.length).toBe(sealedSize(size, header.bytes))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a size is never that of another content', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.integer({ min: 1, max: 100_000 }), (size, more) => {
        expect(sealedSize(size + more, 200)).toBeGreaterThan(sealedSize(size, 200))
      }),
    )
  })

  test('is told from what is not of it', async () => {
    const sealed = await encrypt(new Uint8Array(10), 1)
    for (const bad of [new Uint8Array(0), new Uint8Array(70_000), sealed.subarray(1), sealed.subarray(0, 100)]) {
      expect(() => parseAgeHeader(bad, 'x')).toThrow(DamagedError)
    }
  })
})
