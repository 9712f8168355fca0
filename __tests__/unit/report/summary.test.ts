import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { finding } from '../../../src/findings.js'
import { pageOf } from '../../../src/report/html.js'
import type { Report } from '../../../src/report/report.js'
import { SUMMARY_BUDGET, summaryOf } from '../../../src/report/summary.js'
import { provenProof, sampleReport, table, without } from '../../support/report.js'

/** The text that a reader sees, without tags and entities. */
function textOf(markup: string): string {
  return markup
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#8203;', '')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
}

/** The tags in their order, without what differs from name to name. */
function skeletonOf(markup: string): string[] {
  return markup.match(/<!?\/?[a-z0-9]+/gi) ?? []
}

const VOID_TAGS = new Set(['meta', 'rect', '!doctype'])

function assertBalanced(markup: string): void {
  const open: string[] = []
  for (const [, slash, name = ''] of markup.matchAll(/<(\/?)(!?[a-z0-9]+)/gi)) {
    if (VOID_TAGS.has(name.toLowerCase())) {
      continue
    }
    if (slash === '/') {
      expect(open.pop()).toBe(name)
    } else {
      open.push(name)
    }
  }
  expect(open).toEqual([])
}

/** A report with an outside text wherever one can stand. */
function reportWith(name: string): Report {
  return sampleReport({
    series: name,
    source: { database: name, serverVersion: name, pgDump: name, snapshotTime: new Date(0) },
    set: { path: name, bytes: 1, format: name, compression: name },
    proof: {
      ...provenProof(),
      outcome: 'failed',
      verifiedBy: name,
      findings: [
        finding('TABLE_ROWS_DIFFER', name, name),
        finding('STANDBY', name, name, name),
        finding('FOREIGN_TABLE_DATA', name, name),
      ],
    },
    tables: [table(name, { outcome: 'differs' })],
    alerts: [{ level: 'critical', measure: name, message: name }],
    retention: [{ id: name, type: name, keep: false, reasons: [name, name] }],
    phases: [{ name, seconds: 1 }],
    findings: [finding('DISK_SPACE_TIGHT', name, name)],
    warnings: [name],
    failure: { message: name, causes: [`cause ${name}`], exitCode: 1 },
  })
}

const HOSTILE = [
  'a|b',
  'a\n\n# b',
  '<script>alert(1)</script>',
  '</table></details>',
  '`code` ```',
  '```\n```mermaid',
  'x\u202egnp.exe',
  '@octocat #123 owner/repo#1',
  '![x](https://evil.example/x.png)',
  '[x](javascript:alert(1))',
  '<!-- ',
  ']]>',
  '" onmouseover="alert(1)',
  '&lt;b&gt;',
  '%0A::error::x',
  '$\\frac{1}{2}$',
]

describe('the verdict comes first, in one sentence', () => {
  test('proven', () => {
    const summary = summaryOf(sampleReport())
    expect(textOf(summary.slice(0, summary.indexOf('</h2>')))).toBe(
      ' ✅ This backup was restored and is equal to the database at 2026-11-24 02:00:03 UTC: 84,210 rows in 2 tables.',
    )
  })

  test.each([
    ['data', 'Indexes, constraints and privileges were not compared'],
    ['archive', 'It was not restored'],
  ] as const)('a proof of the tier %s does not claim more', (tier, words) => {
    expect(textOf(summaryOf(sampleReport({ proof: provenProof({ tier }) })))).toContain(words)
  })

  test('failed', () => {
    const proof = {
      ...provenProof(),
      outcome: 'failed' as const,
      findings: [finding('TABLE_ROWS_DIFFER', 'public.animals', '39,999 rows instead of 40,000')],
    }
    const text = textOf(summaryOf(sampleReport({ proof })))
    expect(text).toMatch(/^ ❌ .*do not rely on it: 1 problem found, first on public.animals ?\./)
    expect(text).toContain('Do not rely on this set; take a new backup.')
    expect(text).toContain('39,999 rows instead of 40,000')
    expect(text).not.toContain('✅ This backup')
  })

  test('could not be verified', () => {
    const proof = { ...provenProof(), outcome: 'not-verified' as const, reason: 'there was no scratch server' }
    expect(textOf(summaryOf(sampleReport({ proof })))).toMatch(
      /^ ⚠️ Not verified: .* There was|^ ⚠️ Not verified: .* there was no scratch server\./,
    )
  })

  test('was not asked to be verified', () => {
    const proof = {
      ...provenProof(),
      outcome: 'not-verified' as const,
      tier: 'none' as const,
      reason: 'verify is none',
    }
    expect(textOf(summaryOf(sampleReport({ proof })))).toMatch(/^ ⚠️ Not verified: no verification was asked for/)
  })

  test('no backup', () => {
    const rest = without(sampleReport(), 'set', 'proof', 'id')
    const report: Report = {
      ...rest,
      tables: [],
      failure: { message: 'The password was rejected (while connecting). Check it.', causes: ['28P01'], exitCode: 1 },
    }
    const text = textOf(summaryOf(report))
    expect(text).toMatch(/^ ❌ No backup was made\. Earlier backups are untouched\./)
    expect(text).toContain('The password was rejected (while connecting). Check it.')
    expect(text).toContain('28P01')
  })

  test('a rotation, and its rehearsal', () => {
    const rest = without(sampleReport({ operation: 'rotate', tables: [], phases: [] }), 'proof', 'set')
    expect(textOf(summaryOf(rest))).toMatch(/^ ✅ 1 backup is kept, 1 backup was removed\./)
    expect(textOf(summaryOf({ ...rest, dryRun: true }))).toMatch(
      /^ ✅ Nothing was removed, this was a rehearsal: 1 backup would stay/,
    )
    expect(textOf(summaryOf({ ...rest, dryRun: true }))).not.toContain('🗑️ removed')
  })
})

describe('what is told', () => {
  test('tables, times, sizes, retention with reasons, in the summary and on the page', () => {
    for (const text of [summaryOf(sampleReport()), pageOf(sampleReport())].map(textOf)) {
      for (const part of [
        'public.parts',
        '44,210',
        '8.19 MB',
        '12 min 3 s',
        '7.34 MB',
        '55 %',
        'no rule keeps it',
        '🗑️ removed',
        'dump',
      ]) {
        expect(text).toContain(part)
      }
    }
  })

  test('findings of one kind share their advice', () => {
    const findings = ['a', 'b', 'c'].map((name) => finding('TABLE_UNREADABLE', name, `no SELECT on ${name}`))
    const text = textOf(summaryOf(sampleReport({ findings })))
    expect(text).toContain('no SELECT on b')
    expect(text.split('GRANT pg_read_all_data').length - 1).toBe(1)
  })

  test('errors come before warnings', () => {
    const findings = [finding('DISK_SPACE_TIGHT', 'store', 'tight'), finding('TABLE_UNREADABLE', 't', 'unreadable')]
    const text = textOf(summaryOf(sampleReport({ findings })))
    expect(text.indexOf('unreadable')).toBeLessThan(text.indexOf('tight'))
  })
})

describe('texts from outside cannot act', () => {
  test.each(HOSTILE)('%j', (name) => {
    const summary = summaryOf(reportWith(name))
    const page = pageOf(reportWith(name))
    assertBalanced(summary)
    assertBalanced(page)
    expect(skeletonOf(summary)).toEqual(skeletonOf(summaryOf(reportWith('harmless'))))
    expect(skeletonOf(page)).toEqual(skeletonOf(pageOf(reportWith('harmless'))))
    expect(summary).not.toContain('\u202e')
    expect(page).not.toMatch(/<script|src=|href=|onmouseover="/)
  })

  test('the structure of summary and page does not depend on names', () => {
    const plain = { summary: skeletonOf(summaryOf(reportWith('x'))), page: skeletonOf(pageOf(reportWith('x'))) }
    const texts = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ unit: fc.constantFrom(...'<>/!-&"\'`|#@\n\r :;[](){}'.split('')), minLength: 1 }),
    )
    fc.assert(
      fc.property(texts, (name) => {
        const summary = summaryOf(reportWith(name))
        expect(skeletonOf(summary)).toEqual(plain.summary)
        expect(skeletonOf(pageOf(reportWith(name)))).toEqual(plain.page)
        // Each paragraph of Markdown is HTML or the one chart.
        for (const paragraph of summary.trimEnd().split('\n\n')) {
          expect(paragraph).toMatch(/^(<[a-z/]|```mermaid\n)/)
        }
        expect(summary.match(/^ {0,3}(```|~~~)/gm)).toHaveLength(2)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a database of 10,000 tables', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => table(`public.t${index}`, { bytes: index }))
  const broken = table('public.broken', { outcome: 'differs', bytes: 0, restoredRows: 39_999 })
  const report = sampleReport({ tables: [...many, broken] })

  test('fits in the budget, shows the problem and the largest, counts the rest', () => {
    const summary = summaryOf(report)
    expect(Buffer.byteLength(summary)).toBeLessThan(SUMMARY_BUDGET)
    const text = textOf(summary)
    expect(text).toContain('public.broken')
    expect(text).toContain('public.t9999')
    expect(text).not.toContain('public.t500 ')
    expect(text).toContain('9,801 more tables, without any problem, not shown here; the HTML report lists every table.')
  })

  test('says so when problems are left out too', () => {
    const all = many.map((entry) => ({ ...entry, outcome: 'differs' as const }))
    expect(textOf(summaryOf(sampleReport({ tables: all })))).toContain(
      '9,800 more tables, 9,800 of them have a problem',
    )
  })

  test('the page has every one', () => {
    expect(textOf(pageOf(report))).toContain('public.t500 ')
  })

  test.each([2_000, 20_000, 200_000])('keeps to a budget of %d bytes whatever the names', (budget) => {
    const long = '<&\u202e'.repeat(300)
    const tables = many.map((entry, index) => ({ ...entry, name: `${index}${long}` }))
    const findings = tables.slice(0, 3000).map(({ name }) => finding('TABLE_UNREADABLE', name, long))
    const summary = summaryOf(sampleReport({ tables, findings, warnings: tables.map(({ name }) => name) }), budget)
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(budget)
    expect(summary).toContain('✅')
    assertBalanced(summary)
  })
})

describe('the page stands by itself', () => {
  const page = pageOf(sampleReport())

  test('asks for nothing and says so in its policy', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\bsrc=|\bhref=|\bstyle=/)
    expect(page).toContain('default-src &#39;none&#39;')
    expect(page.match(/https?:\/\/[^\s"]+/g)).toEqual(['http://www.w3.org/2000/svg'])
  })

  test('its tables have captions and scopes', () => {
    const tables = page.match(/<table>[\s\S]*?<\/table>/g) ?? []
    expect(tables.length).toBeGreaterThan(3)
    for (const markup of tables) {
      expect(markup).toMatch(/<caption>[^<]+<\/caption>/)
      expect(markup).toContain('<th scope="col"')
      expect(markup).toContain('<th scope="row"')
    }
  })

  test('follows the colour scheme, the phone and the printer', () => {
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).toContain('name="viewport"')
    expect(page).toContain('@media print')
    expect(page).toContain('<html lang="en">')
  })
})
