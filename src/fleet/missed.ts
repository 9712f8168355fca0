import { timeOf } from '../backup/manifest.js'
import type { Context } from '../context.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import { timeOfLine, type LogLine } from '../records/log.js'
import { openStore } from '../stores/factory.js'
import type { Job } from './jobs.js'

/** The log counts whole seconds: what began when it was due must not look as if it had begun before. */
const ROUNDING = 2_000

/** What leaves no line in the log of a store; whether it was begun is nowhere to be seen. */
const UNSEEN: ReadonlySet<Operation> = new Set<Operation>(['report', 'watch', 'doctor'])

/**
 * Whether a run that was due at an instant was missed: nothing was begun since then. The store is what knows: its log also
 * tells of runs that failed, and its sets speak where no log was written. A run that was interrupted had no turn, whatever
 * stopped it. A new store lacks a backup, but nobody missed its drill: a task was missed where there was a store to do it
 * with. Of what leaves no trace nobody knows that it was missed.
 *
 * Throws what the store throws when it cannot be read.
 */
export async function wasMissed(job: Job, due: Date, options: Options, context: Context): Promise<boolean> {
  if (UNSEEN.has(job.operation)) {
    return false
  }
  const store = await openStore(options.store, { ...context, settings: options })
  try {
    const isTask = job.task !== undefined
    const { lines } = await store.readLog(isTask ? new Date(0) : new Date(due.getTime() - ROUNDING))
    if (lines.some((line) => isTurn(line, job) && beginOf(line) >= due.getTime() - ROUNDING)) {
      return false
    }
    const { sets } = await store.list()
    return isTask
      ? lines.some((line) => timeOfLine(line) < due) || sets.some((set) => timeOf(set.id) < due)
      : !sets.some((set) => set.type === job.type && timeOf(set.id) >= due)
  } finally {
    await store.close()
  }
}

function isTurn({ operation, details }: LogLine, job: Job): boolean {
  const isOfType = details.type === job.type || (job.task !== undefined && isAnyType(details.type, job.type))
  return operation === job.operation && details.task === job.task && isOfType && details.exit_code !== INTERRUPTED
}

/** A task that is about all types names whichever it came upon; one that ended early names none. */
function isAnyType(seen: unknown, wanted: string | undefined): boolean {
  return seen === undefined || wanted === undefined
}

const INTERRUPTED = 130

function beginOf(line: LogLine): number {
  return timeOfLine(line).getTime() - line.details.duration * 1000
}
