import { describe, expect, test } from '@jest/globals'
import { withFailOn } from '../../../src/alerts/fail-on.js'
import { pressing, problemsOf } from '../../../src/alerts/problems.js'
import { tellAlerts } from '../../../src/alerts/tell.js'
import { finding } from '../../../src/findings.js'
import { exitCodeFor, type AlertLine } from '../../../src/report/report.js'
import { SLOW } from '../../support/announced.js'
import { memoryLogger } from '../../support/ports.js'
import { provenProof, sampleReport } from '../../support/report.js'

const SMALLER: AlertLine = {
  level: 'warning',
  measure: 'compression',
  message: 'Compression saved 10%, less than 50%.',
}
const GREW: AlertLine = { level: 'info', measure: 'size_change', message: 'The set is 12% larger, more than 10%.' }
const ERRORS: AlertLine = { level: 'critical', measure: 'errors', message: '1 error, more than 0.' }
const FAILURE = { message: 'No space left', causes: ['write: ENOSPC'], exitCode: 1 as const }

describe('problemsOf', () => {
  test('a good run has none', () => {
    expect(problemsOf(sampleReport())).toEqual([])
  })

  test('the heaviest come first, and only what presses is worth a message', () => {
    const problems = problemsOf(sampleReport({ alerts: [GREW, SMALLER, SLOW] }))
    expect(problems.map(({ level, code }) => `${level} ${code}`)).toEqual([
      'critical duration',
      'warning compression',
      'info size_change',
    ])
    expect(pressing(problems).map(({ code }) => code)).toEqual(['duration', 'compression'])
  })

  test('the alert about errors is silent where the errors speak for themselves', () => {
    expect(problemsOf(sampleReport({ alerts: [ERRORS], failure: FAILURE })).map(({ code }) => code)).toEqual(['FAILED'])
    expect(problemsOf(sampleReport({ alerts: [ERRORS] })).map(({ code }) => code)).toEqual(['errors'])
  })

  test('findings of one code are one problem, on everything it was found on', () => {
    const findings = ['b', 'a', 'b'].map((name) => finding('TABLE_MISSING', name, 'it is not there'))
    expect(problemsOf(sampleReport({ findings }))).toMatchObject([
      { level: 'critical', code: 'TABLE_MISSING', on: ['a', 'b'], message: 'b: it is not there. And 2 more like it.' },
    ])
  })

  test('how things are set up is no news', () => {
    const findings = [finding('STANDBY', 'db', 'it is a standby'), finding('FOREIGN_TABLE_DATA', 't', 'not in it')]
    expect(problemsOf(sampleReport({ findings }))).toEqual([])
  })

  test('a run that did not end well is never silent, even where no finding says why', () => {
    const proof = { ...provenProof(), outcome: 'not-verified' as const, reason: 'no scratch server' }
    const report = sampleReport({ proof })
    expect(exitCodeFor(report)).toBe(4)
    expect(problemsOf(report)).toMatchObject([
      { level: 'critical', code: 'FAILED', message: expect.stringMatching(/scratch/) },
    ])
  })

  test('figures that differ from run to run are no change; another level or another table is', () => {
    const state = (alert: AlertLine) => problemsOf(sampleReport({ alerts: [alert] }))[0]?.state
    expect(state({ ...SLOW, message: 'The backup took 36 min, more than 30 min.' })).toBe(state(SLOW))
    expect(state({ ...SLOW, level: 'warning' })).not.toBe(state(SLOW))
    const on = (...names: string[]) =>
      problemsOf(sampleReport({ findings: names.map((name) => finding('FILE_MISSING', name, 'gone')) }))[0]?.state
    expect(on('daily/20261124T020003Z/a')).toBe(on('daily/20261125T020107Z/a'))
    expect(on('a')).not.toBe(on('a', 'b'))
  })
})

describe('withFailOn', () => {
  test.each([
    ['critical', [SLOW], 1],
    ['critical', [SMALLER, GREW], 0],
    ['warning', [SMALLER], 1],
    ['warning', [SLOW], 1],
    ['warning', [GREW], 0],
    ['info', [GREW], 1],
    ['never', [SLOW, SMALLER, GREW], 0],
  ] as const)('%s', (failOn, alerts, code) => {
    expect(exitCodeFor(withFailOn(sampleReport({ alerts }), { failOn }))).toBe(code)
  })

  test('says that the backup itself is good, and which alert it was', () => {
    const { failedOn, warnings } = withFailOn(sampleReport({ alerts: [SLOW, SMALLER] }), { failOn: 'critical' })
    expect(failedOn).toMatch(
      /^The backup itself is good: it was proven\..*exit code 1.*1 alert.*The backup took 35 min/,
    )
    expect(failedOn).not.toContain('Compression')
    expect(warnings).toEqual([failedOn])
  })

  test('says no such thing of a backup that is not proven', () => {
    const proof = { ...provenProof(), outcome: 'not-verified' as const, tier: 'none' as const, reason: 'not asked for' }
    const { failedOn } = withFailOn(sampleReport({ alerts: [SLOW], proof }), { failOn: 'critical' })
    expect(failedOn).toContain('without a proof')
    expect(failedOn).not.toContain('good')
  })

  test('a failure keeps its own exit code', () => {
    const failed = sampleReport({ alerts: [ERRORS], failure: { ...FAILURE, exitCode: 5 } })
    expect(withFailOn(failed, { failOn: 'info' })).toBe(failed)
  })
})

describe('tellAlerts', () => {
  test('why the run fails is an error, and the heaviest alert comes first', () => {
    const logger = memoryLogger()
    tellAlerts(withFailOn(sampleReport({ alerts: [GREW, SMALLER, SLOW] }), { failOn: 'critical' }), logger)
    expect(logger.said.map(({ level }) => level)).toEqual(['error', 'warning', 'warning', 'info'])
    expect(logger.said[1]?.message).toBe(`Critical: ${SLOW.message}`)
  })
})
