import type { Outputs } from '../outputs.js'
import type { Job } from './jobs.js'

/** What came of one job. */
export interface JobOutcome extends Job {
  /** The run's own; null where it was ended because it did not end by itself. */
  exitCode: number | null
  /** What it printed; empty where it ended before there was anything to tell. */
  outputs: Outputs
  /** Wall-clock seconds from its start to its end; 0 where it never began. */
  seconds: number
  /** Peak memory of its processes, in bytes; 0 where that is not known. */
  peakMemory: number
  /** Why it is not as it should be, as a sentence; undefined where all is good. */
  cause?: string
}

export interface FleetOutcome {
  outcomes: readonly JobOutcome[]
  seconds: number
  /** Somebody asked to stop before everything was done. */
  isInterrupted: boolean
}

/** A few words for an exit code, as the table and the JSON have them. */
const WORDS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'misconfigured',
  3: 'damaged',
  4: 'unverified',
  5: 'refused',
  130: 'interrupted',
}

export function wordOf({ exitCode }: JobOutcome): string {
  return exitCode === null ? 'killed' : (WORDS[exitCode] ?? 'failed')
}

export function isGood({ exitCode }: JobOutcome): boolean {
  return exitCode === 0
}

/** 0 when all is good, 130 when somebody asked to stop, 1 otherwise. */
export function exitCodeOfFleet({ outcomes, isInterrupted }: FleetOutcome): 0 | 1 | 130 {
  if (isInterrupted) {
    return 130
  }
  return outcomes.every(isGood) ? 0 : 1
}

/** What `--json` prints for many databases. */
export function outputsOfFleet(fleet: FleetOutcome): object {
  const { outcomes, seconds, isInterrupted } = fleet
  const sum = (of: (outcome: JobOutcome) => number | undefined) =>
    outcomes.reduce((all, one) => all + (of(one) ?? 0), 0)
  return {
    databases: outcomes.map(outputsOfJob),
    totals: {
      runs: outcomes.length,
      good: outcomes.filter(isGood).length,
      bad: outcomes.filter((one) => !isGood(one)).length,
      proven: outcomes.filter(({ outputs }) => outputs.proof === 'proven').length,
      records: sum(({ outputs }) => outputs.records),
      size_bytes: sum(({ outputs }) => outputs['size-bytes']),
      duration_seconds: rounded(seconds),
      exit_code: exitCodeOfFleet(fleet),
      interrupted: isInterrupted,
    },
  }
}

function outputsOfJob(outcome: JobOutcome): object {
  const { operation, database, type, exitCode, outputs, seconds, peakMemory, cause } = outcome
  return {
    ...(database !== undefined && { database }),
    ...(type !== undefined && { type }),
    operation,
    ended: wordOf(outcome),
    exit_code: exitCode,
    duration_seconds: rounded(seconds),
    peak_memory_bytes: peakMemory,
    ...(cause !== undefined && { cause }),
    outputs,
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
