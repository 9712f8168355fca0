import type { Clock, Logger } from '../context.js'
import { messageOf } from '../errors.js'
import { formatDuration } from '../units.js'
import { isDoneByChildren, labelOf, type Job } from './jobs.js'
import { lastDue, nextDue, turnOf, type Timetable } from './planner.js'
import { Turns } from './turns.js'
import { wallTime } from './wall-time.js'

/** A job with the times at which it is due. */
export interface Scheduled extends Timetable {
  job: Job
  /** Whether times that were missed are made up by one run. */
  makesUp: boolean
}

export interface Plan {
  scheduled: readonly Scheduled[]
  /** How many may run at once. */
  parallel: number
}

export interface SchedulerTools {
  clock: Clock
  logger: Pick<Logger, 'info' | 'warning'>
  /** Nothing begins any more once it is aborted; `run` listens to it by itself. */
  signal: AbortSignal
  /** Runs a job to its end; tells what came of it and does not throw. */
  run: (job: Job) => Promise<void>
  /** Whether the run that was due then was missed. Throws when that cannot be told now. */
  wasMissed: (job: Job, due: Date) => Promise<boolean>
}

interface Entry {
  scheduled: Scheduled
  /** Due times up to here have been dealt with. */
  handledUntil: Date
  /** It was due and has not begun yet. */
  isWaiting: boolean
  hasBegun: boolean
}

/** Timers stop while a machine sleeps, so the clock is looked at this often. */
const LONGEST_PAUSE = 30_000

/** Between two tries to learn whether a run was missed, such as while the network comes up after a reboot. */
const RETRY_PAUSES = [10_000, 60_000, 300_000, 900_000] as const
const LAST_RETRY_PAUSE = 3_600_000

/** How many stores are asked at once when everything begins. */
const QUESTIONS_AT_ONCE = 4

/**
 * Begins jobs when they are due, until its signal is aborted. A job that is due while its database is busy waits for its
 * turn; one that waits already is not begun a second time.
 */
export class Scheduler {
  private entries: Entry[] = []
  private readonly turns: Turns
  /** What only looks waits for no backup: one that hangs is what a watch is there to tell. */
  private readonly looks = new Turns(Infinity)
  private readonly questions = new Turns(QUESTIONS_AT_ONCE)
  private readonly underWay = new Set<Promise<void>>()
  private alarm = new AbortController()

  constructor(
    private plan: Plan,
    private readonly tools: SchedulerTools,
  ) {
    this.turns = new Turns(plan.parallel)
  }

  /** Resolves when the signal is aborted and everything that was under way has ended. */
  async run(): Promise<void> {
    const { signal, clock } = this.tools
    this.take(this.plan)
    while (!signal.aborted) {
      const next = this.look(clock.now())
      await this.pause(next)
    }
    await Promise.all(this.underWay)
  }

  /** Goes on with another plan. What is under way ends as it began; what waits and is no longer planned does not begin. */
  replan(plan: Plan): void {
    this.plan = plan
    this.turns.setLimit(plan.parallel)
    this.take(plan)
    this.alarm.abort()
  }

  private take({ scheduled }: Plan): void {
    const now = this.tools.clock.now()
    const known = new Map(this.entries.map((entry) => [labelOf(entry.scheduled.job), entry]))
    this.entries = scheduled.map((one) => {
      const before = known.get(labelOf(one.job))
      return before === undefined
        ? { scheduled: one, handledUntil: now, isWaiting: false, hasBegun: false }
        : Object.assign(before, { scheduled: one })
    })
    for (const entry of this.entries) {
      this.tellNext(entry)
      if (!known.has(labelOf(entry.scheduled.job)) && entry.scheduled.makesUp) {
        this.follow(this.makeUp(entry, now))
      }
    }
  }

  /** Begins what is due. Returns when to look again, in milliseconds from now. */
  private look(now: Date): number {
    const waits = this.entries.map((entry) => {
      const turn = turnOf(entry.scheduled, entry.handledUntil, now)
      switch (turn.kind) {
        case 'wait':
          return turn.until === undefined ? LONGEST_PAUSE : turn.until.getTime() - now.getTime()
        case 'set-back':
          this.say(entry, 'The clock was set back: its times are counted anew from now.')
          entry.handledUntil = now
          return 0
        case 'due':
          entry.handledUntil = now
          this.due(entry, turn.at, turn.isLate, now)
          return 0
      }
    })
    return Math.min(LONGEST_PAUSE, ...waits)
  }

  private due(entry: Entry, at: Date, isLate: boolean, now: Date): void {
    const { makesUp, timezone } = entry.scheduled
    if (isLate && !makesUp) {
      this.say(entry, `The run of ${wallTime(at, timezone)} was missed and is left out (missed-runs: skip).`)
      this.tellNext(entry)
      return
    }
    const late = isLate ? `, ${formatDuration((now.getTime() - at.getTime()) / 1000)} late` : ''
    this.begin(entry, `Due at ${wallTime(at, timezone)}${late}.`)
  }

  private begin(entry: Entry, why: string): void {
    if (entry.isWaiting) {
      this.say(entry, `${why} It still waits for its turn, and will run once.`)
      return
    }
    this.say(entry, why)
    entry.isWaiting = true
    entry.hasBegun = true
    const { job } = entry.scheduled
    const run = () => this.runNow(entry)
    this.follow(
      isDoneByChildren(job.operation) ? this.turns.take(job.database ?? '', run) : this.looks.take(labelOf(job), run),
    )
  }

  private async runNow(entry: Entry): Promise<void> {
    entry.isWaiting = false
    if (this.tools.signal.aborted || !this.entries.includes(entry)) {
      return
    }
    await this.tools.run(entry.scheduled.job)
    this.tellNext(entry)
  }

  /** Runs what was due while nobody was there to begin it, unless its own time comes first. */
  private async makeUp(entry: Entry, now: Date): Promise<void> {
    const { scheduled } = entry
    const due = lastDue(scheduled, now)
    if (due === undefined || !(await this.wasMissed(entry, due)) || this.isTooLateFor(entry)) {
      return
    }
    this.begin(
      entry,
      `Nothing was begun since it was due at ${wallTime(due, scheduled.timezone)}: it is made up now (missed-runs: once).`,
    )
  }

  private async wasMissed(entry: Entry, due: Date): Promise<boolean> {
    const { job } = entry.scheduled
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.questions.take(labelOf(job), () => this.tools.wasMissed(job, due))
      } catch (error) {
        // What nobody knows is not made up: its own time has come, or everything ends.
        if (this.isTooLateFor(entry)) return false
        const pause = RETRY_PAUSES[attempt] ?? LAST_RETRY_PAUSE
        this.tools.logger.warning(
          `[${labelOf(job)}] Whether a run was missed cannot be told now; asked again in ${formatDuration(pause / 1000)}: ${messageOf(error)}`,
        )
        await this.sleep(pause, this.tools.signal)
      }
    }
  }

  private isTooLateFor(entry: Entry): boolean {
    return this.tools.signal.aborted || entry.hasBegun || !this.entries.includes(entry)
  }

  private follow(work: Promise<void>): void {
    const followed = work.finally(() => this.underWay.delete(followed))
    this.underWay.add(followed)
  }

  private async pause(milliseconds: number): Promise<void> {
    this.alarm = new AbortController()
    await this.sleep(Math.max(1, milliseconds), AbortSignal.any([this.tools.signal, this.alarm.signal]))
  }

  /** Returns early when the signal is aborted: whoever sleeps looks at what has changed. */
  private async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    await this.tools.clock.sleep(milliseconds, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  private tellNext(entry: Entry): void {
    const { scheduled } = entry
    const next = nextDue(scheduled, this.tools.clock.now())
    this.say(entry, next === undefined ? 'Never due again.' : `Next run: ${wallTime(next, scheduled.timezone)}.`)
  }

  private say({ scheduled }: Entry, text: string): void {
    this.tools.logger.info(`[${labelOf(scheduled.job)}] ${text}`)
  }
}
