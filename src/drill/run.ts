import { DamagedError, InterruptedError, LifeboatError, messageOf, UsageError } from '../errors.js'
import { nearest } from '../options.js'
import { worstOutcome, type ScenarioResult } from '../report/drill-facts.js'
import { failedCase, openCase } from './outcomes.js'
import type { DrillMeans, Scenario, ScenarioOutcome } from './scenario.js'
import { cleanRoom } from './scenarios/clean-room.js'
import { fallback } from './scenarios/fallback.js'
import { faults } from './scenarios/faults.js'
import { latest } from './scenarios/latest.js'
import { table } from './scenarios/table.js'
import { upgrade } from './scenarios/upgrade.js'

/** Every scenario there is, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [latest, fallback, table, cleanRoom, upgrade, faults]

/** The scenarios of these names, all where none is given. Throws `UsageError` for a name that there is not. */
export function scenariosNamed(names: readonly string[]): readonly Scenario[] {
  const known = SCENARIOS.map(({ name }) => name)
  const unknown = names.find((name) => name !== 'all' && !known.includes(name))
  if (unknown !== undefined) {
    const near = nearest(unknown, known)
    throw new UsageError({
      doing: 'reading the option scenario',
      problem: `there is no scenario "${unknown}"`,
      advice: near === undefined ? `There are ${known.join(', ')}.` : `Did you mean "${near}"?`,
    })
  }
  return names.length === 0 || names.includes('all') ? SCENARIOS : SCENARIOS.filter(({ name }) => names.includes(name))
}

/**
 * Runs one scenario and says what came of it. What kept it from running is an outcome too, and never "passed"; only an
 * interruption is thrown.
 */
export async function runScenario(scenario: Scenario, means: DrillMeans): Promise<ScenarioResult> {
  const { clock } = means.context
  const start = clock.monotonic()
  const { cases, recoveries, findings } = await orOutcome(scenario, means)
  return {
    scenario: scenario.name,
    describe: scenario.describe,
    outcome: worstOutcome(cases),
    cases,
    recoveries,
    findings,
    seconds: (clock.monotonic() - start) / 1000,
  }
}

async function orOutcome(scenario: Scenario, means: DrillMeans): Promise<ScenarioOutcome> {
  try {
    means.context.signal.throwIfAborted()
    return await scenario.run(means)
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw error
    }
    if (means.context.signal.aborted) {
      throw new InterruptedError(`rehearsing ${scenario.name}`, error)
    }
    const said = error instanceof LifeboatError ? `${error.problem} (while ${error.doing})` : messageOf(error)
    const one = error instanceof DamagedError ? failedCase(scenario.name, said) : openCase(scenario.name, said)
    return { cases: [one], recoveries: [], findings: [] }
  }
}
