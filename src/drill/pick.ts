import type { Store } from '../stores/store.js'
import type { DrillMeans, PickedSet } from './scenario.js'
import type { Timeline } from './timeline.js'

/** Picks a set as a recovery does, and counts how long it took to fetch and check it, and to decrypt it. */
export async function pickTimed(
  means: DrillMeans,
  store: Store,
  choice: { backup: string; type: string },
  timeline: Timeline,
): Promise<PickedSet> {
  const { clock } = means.context
  const start = clock.monotonic()
  const set = await means.pick(store, choice)
  const seconds = (clock.monotonic() - start) / 1000
  timeline.add('fetch', Math.max(0, seconds - (set.decryptSeconds ?? 0)))
  if (set.decryptSeconds !== undefined) timeline.add('decrypt', set.decryptSeconds)
  return set
}
