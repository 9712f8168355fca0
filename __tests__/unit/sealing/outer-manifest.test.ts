import { describe, expect, test } from '@jest/globals'
import { Manifest } from '../../../src/backup/manifest.js'
import { finding } from '../../../src/findings.js'
import { proofToKeep } from '../../../src/operations/open-set.js'
import { outerManifest, outerProof } from '../../../src/sealing/outer-manifest.js'
import { manifestAt, sampleTable } from '../../support/sample-manifest.js'
import { sampleProof } from '../../support/sample-set.js'

const recipients = [{ key: 'age1x', id: 'feedbeefcafe0000' }]
const secret = 'Key (email)=(ada@example.org) already exists'

const plain = manifestAt(new Date('2026-11-24T02:00:00Z'), {
  tables: [
    sampleTable('animals', { rows: 800, fingerprint: '123456789', generatedFingerprint: '987', unlogged: true }),
    sampleTable('parts', { schema: 'farm' }),
  ],
  sequences: [
    { schema: 'public', name: 'animals_id_seq', lastValue: '4711', isCalled: true, increment: '1', cycles: false },
  ],
  largeObjects: { count: 3, fingerprint: '31415' },
  hash: { method: 'record', probe: '27182' },
  looseForeignKeys: [{ oid: 1, table: 'farm.parts', name: 'parts_animal_fkey', statement: 'ALTER TABLE farm.parts' }],
  changedMeanwhile: ['function farm.count()'],
  proof: { ...sampleProof('failed'), findings: [finding('RESTORE_ERROR', 'farm.parts', secret)] },
})
const files = [
  { path: 'dump/toc.dat.age', size: 500, sha256: '1'.repeat(64) },
  { path: 'globals.sql.age', size: 300, sha256: '2'.repeat(64) },
]

describe('the readable manifest of an encrypted set', () => {
  const outer = outerManifest(plain, files, { recipients, hideNames: false })

  test('is a manifest, of the same set, of the encrypted files', () => {
    expect(Manifest.parse(outer)).toEqual(outer)
    expect(outer).toMatchObject({ id: plain.id, series: plain.series, files, dump: { path: 'dump', bytes: 500 } })
    expect(outer.encryption).toEqual({ format: 'age', recipients: ['feedbeefcafe0000'], namesHidden: false })
    expect(outer.proof).toMatchObject({ outcome: 'failed', tier: 'full' })
  })

  test('tells names, rows and sizes, and nothing of the data', () => {
    expect(outer.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['animals', 800],
      ['parts', 100],
    ])
    const text = JSON.stringify(outer)
    for (const told of ['123456789', '987', '4711', '31415', '27182', 'ada@example.org']) {
      expect(text).not.toContain(told)
    }
  })

  test('names hidden: neither tables nor roles, and the sums are still right', () => {
    const hidden = outerManifest(
      { ...plain, source: { ...plain.source, owner: 'ada', roles: ['ada', 'breeder'], bootstrapRole: 'ada' } },
      files,
      { recipients, hideNames: true },
    )
    expect(Manifest.parse(hidden)).toEqual(hidden)
    const text = JSON.stringify(hidden)
    for (const name of ['animals', 'parts', 'farm', 'ada', 'breeder', 'parts_animal_fkey']) {
      expect(text).not.toContain(`"${name}`)
    }
    expect(hidden.tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0)).toBe(900)
    expect(new Set(hidden.tables.map(({ name }) => name)).size).toBe(2)
  })

  test('of a dump in one file names that file', () => {
    const custom = {
      ...plain,
      options: { ...plain.options, format: 'custom' as const },
      dump: { path: 'd.dump', bytes: 1 },
    }
    const listed = [{ path: 'd.dump.age', size: 77, sha256: '3'.repeat(64) }, ...files]
    expect(outerManifest(custom, listed, { recipients, hideNames: false }).dump).toEqual({
      path: 'd.dump.age',
      bytes: 77,
    })
  })
})

describe('an outcome that is kept beside an encrypted set', () => {
  const encryption = { format: 'age' as const, recipients: ['feedbeefcafe0000'], namesHidden: true }

  test('says why it is none without telling more', () => {
    const open = {
      ...sampleProof('not-verified'),
      reason: secret,
      findings: [finding('SCRATCH_FAILED', 'parts', secret)],
    }
    const kept = outerProof(open, encryption)
    expect(JSON.stringify(kept)).not.toMatch(/ada|parts/)
    expect(kept).toMatchObject({ outcome: 'not-verified', reason: expect.stringContaining('SCRATCH_FAILED') })
  })

  test('a key that is wrong or missing is no outcome of the set; damage beside it is', () => {
    const failed = (...codes: ('DECRYPT_KEY_WRONG' | 'SIGNATURE_WRONG' | 'FILE_CHECKSUM' | 'LOCALE_DIFFERS')[]) =>
      proofToKeep({ ...sampleProof('failed'), findings: codes.map((code) => finding(code, 'x', 'y')) }, { encryption })
    expect(failed('DECRYPT_KEY_WRONG')).toBeNull()
    expect(failed('SIGNATURE_WRONG', 'LOCALE_DIFFERS')).toBeNull()
    expect(failed('SIGNATURE_WRONG', 'FILE_CHECKSUM')).not.toBeNull()
    expect(proofToKeep(sampleProof('proven'), {})).toEqual(sampleProof('proven'))
  })
})
