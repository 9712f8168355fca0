import type { Clock } from '../context.js'
import { RECOVERY_PHASES, type RecoveryPhase, type RecoveryTimes } from '../report/drill-facts.js'

/** The steps of a restore by their titles. What is none of these is part of making sure that it is right. */
const PHASES: Readonly<Record<string, RecoveryPhase>> = {
  'Checking the set': 'fetch',
  'Restoring the roles': 'roles',
  'Restoring the definitions': 'pre-data',
  'Restoring the data': 'data',
  // A script brings everything at once.
  Restoring: 'data',
  'Restoring indexes and constraints': 'post-data',
  'Gathering statistics': 'analyze',
}

/** Adds up how long the phases of one recovery take. */
export class Timeline {
  private readonly seconds = new Map<RecoveryPhase, number>()

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** Does a step of a restore and counts it to the phase that its title belongs to. */
  readonly phase = <T>(title: string, work: () => Promise<T>): Promise<T> => this.time(PHASES[title] ?? 'verify', work)

  async time<T>(phase: RecoveryPhase, work: () => Promise<T>): Promise<T> {
    const start = this.clock.monotonic()
    try {
      return await work()
    } finally {
      this.add(phase, (this.clock.monotonic() - start) / 1000)
    }
  }

  add(phase: RecoveryPhase, seconds: number): void {
    this.seconds.set(phase, (this.seconds.get(phase) ?? 0) + seconds)
  }

  times(): RecoveryTimes {
    return Object.fromEntries(
      RECOVERY_PHASES.flatMap((phase) => {
        const seconds = this.seconds.get(phase)
        return seconds === undefined ? [] : [[phase, seconds]]
      }),
    )
  }
}
