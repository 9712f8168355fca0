import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { timeOfLine, type LogLine } from '../records/log.js'
import { openStore } from '../stores/factory.js'
import type { StoredSet } from '../stores/store.js'

/** Older backups say little of how long the next one takes. */
const LOOK_BACK_MS = 60 * 24 * 3600 * 1000

/**
 * How many seconds the last good backup of a type took, by the store's log, or, where that says nothing, by its newest
 * set. Undefined where the store knows of none.
 *
 * @param type undefined for the newest of any type
 */
export async function lastDuration(
  options: Options,
  type: string | undefined,
  context: Context,
): Promise<number | undefined> {
  const store = await openStore(options.store, { ...context, settings: options })
  try {
    const { lines } = await store.readLog(new Date(context.clock.now().getTime() - LOOK_BACK_MS))
    return durationInLog(lines, type) ?? durationOfSets((await store.list()).sets, type)
  } finally {
    await store.close()
  }
}

/** By the newest line about a backup that ended well. */
export function durationInLog(lines: readonly LogLine[], type: string | undefined): number | undefined {
  const good = lines.filter(
    ({ operation, status, details }) =>
      operation === 'backup' && status === 'success' && (type === undefined || details.type === type),
  )
  const newest = good.reduce<LogLine | undefined>(
    (found, line) => (found === undefined || timeOfLine(line) >= timeOfLine(found) ? line : found),
    undefined,
  )
  return newest?.details.duration
}

/** From the snapshot of the newest set until it was verified, which is nearly all of what a backup does. */
export function durationOfSets(
  newestFirst: readonly Pick<StoredSet, 'type' | 'manifest'>[],
  type: string | undefined,
): number | undefined {
  const newest = newestFirst.find((set) => type === undefined || set.type === type)?.manifest
  if (newest === undefined) {
    return undefined
  }
  const seconds = (Date.parse(newest.proof.at) - Date.parse(newest.snapshot.time)) / 1000
  return seconds > 0 ? seconds : undefined
}
