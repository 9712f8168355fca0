import { describe, expect, test } from '@jest/globals'

import { outputsOf } from '../../../src/report/outputs.js'
import { exitCodeFor, type Report, type StoreLine } from '../../../src/report/report.js'
import { summaryOf } from '../../../src/report/summary.js'
import { closingLines } from '../../../src/report/terminal.js'
import { verdictOf } from '../../../src/report/verdict.js'
import { provenProof, sampleReport, without } from '../../support/report.js'

const primary: StoreLine = {
  name: '/backups/db',
  role: 'primary',
  copied: [],
  holds: { sets: 8, bytes: 59_000_000 },
  retention: [],
}
const near: StoreLine = {
  name: '/mnt/disk',
  role: 'copy',
  copied: [
    { id: '20261124T020003Z', type: 'daily', bytes: 7_000_000, seconds: 2 },
    { id: '20261123T020003Z', type: 'daily', bytes: 7_000_000, seconds: 2 },
  ],
  holds: { sets: 30, bytes: 210_000_000 },
  retention: [
    { id: '20261124T020003Z', type: 'daily', keep: true, reasons: ['last: 1 of 3'] },
    { id: '20261011T020003Z', type: 'daily', keep: false, reasons: ['last: older than the last 3'] },
  ],
}
const broken: StoreLine = {
  name: 's3://bucket/<app>',
  role: 'copy',
  copied: [],
  retention: [],
  trouble: 'the copy to it failed: access denied',
}
const failure = { message: 'The backup is good, the copy to X failed', causes: [], exitCode: 1 } as const

const textOf = (report: Report): string =>
  verdictOf(report)
    .text.map((inline) => (typeof inline === 'string' ? inline : Object.values(inline).join('')))
    .join('')

describe('a backup with copies', () => {
  const report = sampleReport({ stores: [primary, near] })

  test('the summary has a line for each store: what was copied how fast, what it holds', () => {
    const summary = summaryOf(report)
    expect(summary).toContain('<h3>Stores</h3>')
    expect(summary).toMatch(
      /\/mnt\/disk.*daily\/20261124T020003Z.*daily\/20261123T020003Z.*14 MB.*4.0 s.*3.5 MB\/s.*30 backups, 210 MB.*up to date/,
    )
    expect(summary).toMatch(/\/backups\/db.*8 backups, 59 MB.*the store itself/)
    expect(summary).toMatch(/Kept and removed in \/mnt\/disk[^]*removed[^]*older than the last 3/)
  })

  test('without copies there is nothing to tell of stores', () => {
    expect(summaryOf(sampleReport())).not.toContain('<h3>Stores</h3>')
    expect(outputsOf(sampleReport())).not.toHaveProperty('stores')
  })

  test('outputs: kept and removed stay those of the primary, stores has each', () => {
    const { kept, removed, stores } = outputsOf(report)
    expect({ kept, removed }).toEqual({ kept: ['20261124T020003Z'], removed: ['20261117T020001Z'] })
    expect(stores).toEqual([
      expect.objectContaining({ store: '/backups/db', role: 'primary', outcome: 'done', kept, removed, sets: 8 }),
      {
        ...{ store: '/mnt/disk', role: 'copy', outcome: 'done', sets: 30, bytes: 210_000_000 },
        copied: ['20261124T020003Z', '20261123T020003Z'],
        kept: ['20261124T020003Z'],
        removed: ['20261011T020003Z'],
      },
    ])
  })

  test('one that failed: what was proven is said, and which copy is lacking, never that all is well', () => {
    const failed = sampleReport({ stores: [primary, near, broken], failure })
    expect(verdictOf(failed).mood).toBe('doubtful')
    expect(textOf(failed)).toMatch(
      /restored and is equal.*But not everything was done in the copy s3:\/\/bucket\/<app>\.$/,
    )
    expect(summaryOf(failed)).toContain('❌ the copy to it failed: access denied')
    expect(summaryOf(failed)).not.toContain('<app>')
    expect(closingLines(failed)).toEqual(
      expect.arrayContaining([
        'Copy /mnt/disk: 2 sets copied (14 MB in 4.0 s), holds 30 backups, 210 MB.',
        'Copy s3://bucket/<app>: ❌ the copy to it failed: access denied.',
      ]),
    )
    expect(outputsOf(failed).stores).toContainEqual(
      expect.objectContaining({ store: broken.name, outcome: 'failed', error: broken.trouble }),
    )
    const unproven = without(failed, 'proof')
    expect([verdictOf(unproven).mood, textOf(unproven)]).toEqual([
      'bad',
      'The backup is in the store, but not everything was done in the copy s3://bucket/<app>.',
    ])
  })

  test('a rotation that failed in a copy only', () => {
    const rotation = without(sampleReport({ operation: 'rotate', stores: [primary, broken], failure }), 'proof', 'set')
    expect(textOf(rotation)).toMatch(/^The retention policy was applied to the store, but not everything/)
  })
})

describe('the oldest set in several stores', () => {
  const proven = provenProof({ tier: 'archive' })
  const failed = { ...proven, outcome: 'failed' } as const
  const open = { ...proven, outcome: 'not-verified', reason: 'a test' } as const
  const at = (line: StoreLine, proof: typeof proven | typeof failed | typeof open): StoreLine => ({
    ...without({ ...line }, 'trouble'),
    checked: { id: '20260101T020003Z', type: 'weekly', proof },
  })
  const validation = (...stores: StoreLine[]): Report =>
    without(sampleReport({ operation: 'validate', stores, proof: proven, retention: [] }), 'metrics')

  test.each([
    ['all are whole', [at(primary, proven), at(near, proven)], 0, 'good'],
    ['one is damaged', [at(primary, proven), at(near, failed), broken], 3, 'bad'],
    ['one could not be read', [at(primary, proven), broken], 4, 'doubtful'],
    ['one could not be verified', [at(primary, open), at(near, proven)], 4, 'doubtful'],
  ] as const)('%s', (_, stores, code, mood) => {
    const report = validation(...stores)
    expect([exitCodeFor(report), verdictOf(report).mood]).toEqual([code, mood])
  })

  test('names the store whose set is damaged, in the verdict, the summary, the log and the outputs', () => {
    const report = validation(at(primary, proven), at(near, failed))
    expect(textOf(report)).toBe('The oldest backup in /mnt/disk is damaged, do not rely on it.')
    expect(summaryOf(report)).toMatch(/\/mnt\/disk.*weekly\/20260101T020003Z.*❌ damaged.*archive/)
    expect(closingLines(report)).toContain('❌ damaged: weekly/20260101T020003Z in /mnt/disk (archive).')
    expect(outputsOf(report).stores).toEqual([
      { store: '/backups/db', role: 'primary', outcome: 'proven', tier: 'archive', id: '20260101T020003Z' },
      { store: '/mnt/disk', role: 'copy', outcome: 'failed', tier: 'archive', id: '20260101T020003Z' },
    ])
  })
})
