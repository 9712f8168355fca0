import { asSentence } from './content.js'
import { type DrillCase, type ScenarioResult } from './drill-facts.js'

/**
 * The results of a drill as JUnit XML, which test reporters read: a suite for each scenario, a case for each thing that it
 * looked at. What could not run is an error, as JUnit means it; it is not "skipped", which readers take for harmless.
 */
export function junitXml(scenarios: readonly ScenarioResult[], startedAt: Date): string {
  const suites = scenarios.map((result) => suite(result, startedAt))
  const all = scenarios.flatMap(casesOf)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pg-lifeboat drill" ${counts(all)} time="${seconds(scenarios.reduce((sum, each) => sum + each.seconds, 0))}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(result: ScenarioResult, startedAt: Date): string {
  const cases = casesOf(result)
  return [
    `  <testsuite name="${xml(result.scenario)}" ${counts(cases)} time="${seconds(result.seconds)}" timestamp="${startedAt.toISOString().slice(0, 19)}">`,
    ...cases.map((one) => testcase(result, one)),
    '  </testsuite>',
  ].join('\n')
}

/** A scenario that came to no case, or whose cases do not say why it did not pass, is a case itself. */
function casesOf({ scenario, outcome, cases, describe }: ScenarioResult): DrillCase[] {
  const isExplained = outcome === 'passed' ? cases.length > 0 : cases.some((one) => one.outcome === outcome)
  return isExplained ? [...cases] : [...cases, { name: scenario, outcome, said: describe }]
}

function testcase({ scenario }: ScenarioResult, { name, outcome, said }: DrillCase): string {
  const open = `    <testcase classname="${xml(`drill.${scenario}`)}" name="${xml(name)}"`
  const message = xml(asSentence(said))
  switch (outcome) {
    case 'passed':
      return `${open}/>`
    case 'failed':
      return `${open}><failure message="${message}">${message}</failure></testcase>`
    case 'could-not-run':
      return `${open}><error message="${message}">${message}</error></testcase>`
  }
}

function counts(cases: readonly DrillCase[]): string {
  const count = (outcome: DrillCase['outcome']) => cases.filter((one) => one.outcome === outcome).length
  return `tests="${cases.length}" failures="${count('failed')}" errors="${count('could-not-run')}" skipped="0"`
}

function seconds(value: number): string {
  return value.toFixed(3)
}

/** What XML 1.0 can hold: its other characters cannot even be written as references. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

function xml(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"'\t\n\r]/g, (mark) => ENTITIES[mark] ?? mark)
}
