import { Cron } from 'croner'

/** When something is to happen: a cron expression on the clocks of an IANA time zone. */
export interface Timetable {
  schedule: string
  timezone: string
}

/** A due time that is noticed later than this was missed: the process was down, or the machine slept. */
export const LATE_LIMIT = 5 * 60_000

/** A clock that is set back by more than this starts all schedules anew; by less, nothing is due a second time. */
export const BACKWARD_LIMIT = 3_600_000

/**
 * The first due time after an instant; undefined where there is none any more.
 *
 * A fixed time that the clocks skip is due once, at the first instant after the gap; one that they show twice is due once,
 * the first time. What is due every so many minutes or hours follows the clock through both.
 */
export function nextDue(timetable: Timetable, after: Date): Date | undefined {
  return cronOf(timetable).nextRun(after) ?? undefined
}

/** The last due time that is not after an instant; undefined where there was none. */
export function lastDue(timetable: Timetable, now: Date): Date | undefined {
  // croner looks strictly before, in whole seconds.
  const [last] = cronOf(timetable).previousRuns(1, new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000))
  return last
}

/** What a look at the clock comes to. `handledUntil` is the instant up to which every due time has been dealt with. */
export type Turn =
  { kind: 'wait'; until: Date | undefined } | { kind: 'due'; at: Date; isLate: boolean } | { kind: 'set-back' }

/**
 * Whether something is due now. Several due times that passed unnoticed are one turn, and the newest of them counts.
 *
 * @param handledUntil the due times up to here are done with
 */
export function turnOf(timetable: Timetable, handledUntil: Date, now: Date): Turn {
  if (handledUntil.getTime() - now.getTime() > BACKWARD_LIMIT) {
    return { kind: 'set-back' }
  }
  const next = nextDue(timetable, handledUntil)
  if (next === undefined || next > now) {
    return { kind: 'wait', until: next }
  }
  const at = lastDue(timetable, now) ?? next
  return { kind: 'due', at, isLate: now.getTime() - at.getTime() > LATE_LIMIT }
}

function cronOf({ schedule, timezone }: Timetable): Cron {
  return new Cron(schedule, { timezone, paused: true, fixedTimeRule: 'no-wildcard' })
}
