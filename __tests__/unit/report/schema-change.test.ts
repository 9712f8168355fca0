import { expect, test } from '@jest/globals'
import { pageOf } from '../../../src/report/html.js'
import { SUMMARY_BUDGET, summaryOf } from '../../../src/report/summary.js'
import { sampleReport } from '../../support/report.js'

const lines = Array.from({ length: 500 }, (_, index) => `+ table public."<script>|\`${index}\u202e"`)
const report = sampleReport({ schemaChange: { since: 'daily/20261123T020000Z', lines, more: 9500 } })

test('a change of schema is shown in bounds, with nothing of it acting, and says how much is left out', () => {
  const summary = summaryOf(report)
  expect(summary).toContain('What changed in the schema since daily/20261123T020000Z (10,000)')
  expect(summary).toContain('9,800 more changes not shown here.')
  expect(Buffer.byteLength(summary)).toBeLessThan(SUMMARY_BUDGET)
  const page = pageOf(report)
  expect(page).toContain('9,500 more changes not shown here.')
  for (const shown of [summary, page]) {
    expect(shown).toContain('+ table public.&quot;&lt;script&gt;&#124;&#96;0⟨U+202E⟩&quot;')
    expect(shown).not.toContain('<script')
  }
})

test('without one, nothing is said of it', () => {
  expect(summaryOf(sampleReport())).not.toContain('What changed in the schema')
})
