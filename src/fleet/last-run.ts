import { timeOf } from '../backup/manifest.js'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { timeOfLine, type LogLine } from '../records/log.js'
import { openStore } from '../stores/factory.js'

/** The log counts whole seconds: what began when it was due must not look as if it had begun before. */
const ROUNDING = 2_000

/**
 * Whether a backup of a type was begun since an instant. The store is what knows: its log also tells of runs that failed,
 * and its sets speak where no log was written. A run that was interrupted had no turn, whatever stopped it.
 *
 * Throws what the store throws when it cannot be read.
 */
export async function hasRunSince(since: Date, type: string, options: Options, context: Context): Promise<boolean> {
  const store = await openStore(options.store, { ...context, settings: options })
  try {
    const { lines } = await store.readLog(new Date(since.getTime() - ROUNDING))
    if (lines.some((line) => isTurn(line, type) && beginOf(line) >= since.getTime() - ROUNDING)) {
      return true
    }
    const { sets } = await store.list()
    return sets.some((set) => set.type === type && timeOf(set.id) >= since)
  } finally {
    await store.close()
  }
}

function isTurn({ operation, details }: LogLine, type: string): boolean {
  return operation === 'backup' && details.type === type && details.exit_code !== INTERRUPTED
}

const INTERRUPTED = 130

function beginOf(line: LogLine): number {
  return timeOfLine(line).getTime() - line.details.duration * 1000
}
