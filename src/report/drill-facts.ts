import type { Finding } from '../findings.js'

/** The parts of a recovery that are timed, in their order. */
export const RECOVERY_PHASES = [
  'fetch',
  'decrypt',
  'roles',
  'pre-data',
  'data',
  'post-data',
  'analyze',
  'verify',
] as const
export type RecoveryPhase = (typeof RECOVERY_PHASES)[number]

/** Seconds by phase; a phase that there was not is not there. */
export type RecoveryTimes = Readonly<Partial<Record<RecoveryPhase, number>>>

/** A recovery that a drill made. */
export interface RehearsedRecovery {
  id: string
  type: string
  times: RecoveryTimes
  /** Seconds from the snapshot to the drill: what would be lost if the server were gone now. */
  rpo: number
  /** Rows of all its tables; undefined where they are not known. */
  rows?: number
}

/** What could not run has not passed. */
export type DrillOutcome = 'passed' | 'failed' | 'could-not-run'

/** One thing that a scenario looked at: a set, or an injected fault. */
export interface DrillCase {
  name: string
  outcome: DrillOutcome
  /** What was seen, as a sentence without its full stop. */
  said: string
}

/** What came of one scenario. */
export interface ScenarioResult {
  scenario: string
  /** What it rehearses, as a sentence without its full stop. */
  describe: string
  outcome: DrillOutcome
  cases: readonly DrillCase[]
  recoveries: readonly RehearsedRecovery[]
  findings: readonly Finding[]
  seconds: number
}

/** A scenario of an earlier drill. */
export interface PastScenario {
  scenario: string
  outcome: DrillOutcome
  /** Seconds; undefined where nothing was recovered. */
  rto?: number
  rpo?: number
}

export interface PastDrill {
  at: Date
  scenarios: readonly PastScenario[]
}

export interface DrillFacts {
  scenarios: readonly ScenarioResult[]
  /** Earlier drills, oldest first. */
  past: readonly PastDrill[]
  /** Where its report is as Markdown, JSON and JUnit XML. */
  folder?: string
}

/** The whole recovery, from the first byte fetched to the last compared. */
export function recoveryTime(times: RecoveryTimes): number {
  return Object.values(times).reduce((sum, seconds) => sum + seconds, 0)
}

/** The longest recovery of a scenario: what one must reckon with. */
export function rtoOf({ recoveries }: Pick<ScenarioResult, 'recoveries'>): number | undefined {
  return recoveries.length === 0 ? undefined : Math.max(...recoveries.map(({ times }) => recoveryTime(times)))
}

export function rpoOf({ recoveries }: Pick<ScenarioResult, 'recoveries'>): number | undefined {
  return recoveries.length === 0 ? undefined : Math.max(...recoveries.map(({ rpo }) => rpo))
}

/** A failure weighs more than what could not run, and that more than all that passed. Nothing at all did not run. */
export function worstOutcome(results: readonly { outcome: DrillOutcome }[]): DrillOutcome {
  if (results.some(({ outcome }) => outcome === 'failed')) {
    return 'failed'
  }
  return results.length > 0 && results.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'could-not-run'
}

/** The short form of results that the log keeps, for the trend of later drills. */
export function summaries(results: readonly ScenarioResult[]): PastScenario[] {
  return results.map((result) => {
    const [rto, rpo] = [rtoOf(result), rpoOf(result)]
    return {
      scenario: result.scenario,
      outcome: result.outcome,
      ...(rto !== undefined && { rto: rounded(rto) }),
      ...(rpo !== undefined && { rpo: rounded(rpo) }),
    }
  })
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
