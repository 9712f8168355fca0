import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { Finding } from '../../../src/findings.js'
import { EVERYTHING } from '../../../src/report/content.js'
import { drillBlocks, drillVerdict } from '../../../src/report/drill.js'
import { drillDocument, drillJson } from '../../../src/report/drill-document.js'
import {
  recoveryTime,
  rpoOf,
  rtoOf,
  summaries,
  worstOutcome,
  type DrillOutcome,
  type ScenarioResult,
} from '../../../src/report/drill-facts.js'
import { junitXml } from '../../../src/report/junit.js'

const at = new Date('2026-10-02T06:17:00Z')

function result(overrides: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    scenario: 'latest',
    describe: 'It is restored',
    outcome: 'passed',
    cases: [{ name: 'daily/20261001T020000Z', outcome: 'passed', said: 'it is equal' }],
    recoveries: [
      { id: '20261001T020000Z', type: 'daily', times: { fetch: 1, data: 60, verify: 5 }, rpo: 3600, rows: 84210 },
      { id: '20260927T030000Z', type: 'weekly', times: { fetch: 2, data: 100 }, rpo: 7200 },
    ],
    findings: [] as Finding[],
    seconds: 170,
    ...overrides,
  }
}

/** https://www.w3.org/TR/xml/#charsets, and no other control than the line end. */
function canStandInXml(code: number): boolean {
  return code === 10 || (code >= 0x20 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe) || code > 0xffff
}

const outcomes = fc.constantFrom<DrillOutcome>('passed', 'failed', 'could-not-run')

describe('what came of it', () => {
  test('only when all passed it is passed; a failure weighs most; nothing at all has not passed', () => {
    fc.assert(
      fc.property(fc.array(outcomes), (all) => {
        const worst = worstOutcome(all.map((outcome) => ({ outcome })))
        expect(worst === 'passed').toBe(all.length > 0 && all.every((one) => one === 'passed'))
        expect(worst === 'failed').toBe(all.includes('failed'))
      }),
    )
  })

  test('RTO and RPO are those of the worst recovery, and unknown where nothing was recovered', () => {
    expect(rtoOf(result())).toBe(102)
    expect(rpoOf(result())).toBe(7200)
    expect(recoveryTime({})).toBe(0)
    expect(rtoOf(result({ recoveries: [] }))).toBeUndefined()
    expect(summaries([result(), result({ scenario: 'faults', recoveries: [] })])).toEqual([
      { scenario: 'latest', outcome: 'passed', rto: 102, rpo: 7200 },
      { scenario: 'faults', outcome: 'passed' },
    ])
  })

  test.each([
    ['passed', 'good', 'Recovery works: 1 scenario'],
    ['failed', 'bad', 'latest failed'],
    ['could-not-run', 'doubtful', 'latest could not run'],
  ] as const)('the verdict of one that %s', (outcome, mood, words) => {
    const verdict = drillVerdict({ scenarios: [result({ outcome })], past: [] })
    expect(verdict.mood).toBe(mood)
    const said = verdict.text.map((part) => (typeof part === 'string' ? part : '')).join('')
    expect(said).toContain(words)
  })

  test('a drill without scenarios is not a good one', () => {
    expect(drillVerdict({ scenarios: [], past: [] }).mood).toBe('doubtful')
  })
})

describe('the report', () => {
  test('has a table of scenarios, one of phases, and a trend as soon as there was another drill', () => {
    const titles = (past: Parameters<typeof drillBlocks>[0]['past']) =>
      drillBlocks({ scenarios: [result()], past }, at, EVERYTHING).flatMap((block) =>
        block.kind === 'heading' ? [block.text] : [],
      )
    expect(titles([])).toEqual(['Scenarios', 'Recovery time by phase'])
    const past = [
      { at: new Date('2026-07-02T06:17:00Z'), scenarios: [{ scenario: 'latest', outcome: 'failed' as const }] },
    ]
    expect(titles(past)).toEqual(['Scenarios', 'Recovery time by phase', 'Trend'])
  })

  test('nothing that comes from outside acts in the Markdown', () => {
    const evil = '<script>alert(1)</script> [x](http://evil) | ![y](z) `'
    const scenarios = [result({ outcome: 'failed', cases: [{ name: evil, outcome: 'failed', said: evil }] })]
    const text = drillDocument({ scenarios, past: [] }, { series: evil, startedAt: at, seconds: 1 })
    expect(text).not.toContain('<script>')
    expect(text).toMatch(/^# Recovery drill of 2026-10-02\n/)
    expect(text).toContain('1 min 42 s')
  })

  test('is there for programs too', () => {
    const json: unknown = JSON.parse(
      drillJson({ scenarios: [result()], past: [] }, { series: 'app', startedAt: at, seconds: 1 }),
    )
    expect(json).toMatchObject({
      series: 'app',
      outcome: 'passed',
      startedAt: '2026-10-02T06:17:00.000Z',
      scenarios: [{ scenario: 'latest', rto: 102 }],
    })
  })
})

describe('JUnit XML', () => {
  test('counts what failed as failures and what could not run as errors, never as skipped', () => {
    const xml = junitXml(
      [
        result(),
        result({
          scenario: 'faults',
          outcome: 'failed',
          cases: [
            { name: 'a', outcome: 'failed', said: 'no' },
            { name: 'b', outcome: 'passed', said: 'yes' },
          ],
        }),
        result({ scenario: 'upgrade', outcome: 'could-not-run', cases: [] }),
      ],
      at,
    )
    expect(xml).toContain(
      '<testsuites name="pg-lifeboat drill" tests="4" failures="1" errors="1" skipped="0" time="510.000">',
    )
    expect(xml).toContain('<testcase classname="drill.faults" name="a"><failure message="no.">no.</failure></testcase>')
    expect(xml).toContain('<testcase classname="drill.upgrade" name="upgrade"><error message="It is restored.">')
  })

  test('is well-formed whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (said) => {
        const xml = junitXml([result({ outcome: 'failed', cases: [{ name: said, outcome: 'failed', said }] })], at)
        expect(Array.from(xml).filter((mark) => !canStandInXml(mark.codePointAt(0) ?? 0))).toEqual([])
        expect(xml.replaceAll(/&(amp|lt|gt|quot|apos|#9|#10|#13);/g, '')).not.toContain('&')
        const [, name] =
          /<testcase classname="drill.latest" name="([^"<]*)"><failure message="[^"<]*">[^<]*<\/failure>/.exec(xml) ??
          []
        expect(name).toBeDefined()
      }),
    )
  })
})
