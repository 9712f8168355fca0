import type { Manifest } from '../backup/manifest.js'
import type { LogLine } from '../records/log.js'
import type { Store, StoredSet } from '../stores/store.js'

/** How far back the log is looked through for earlier sets: it is kept for ninety days. */
const LOOK_BACK_MS = 90 * 24 * 3600 * 1000

/** What a store knows of the runs before this one. */
export interface EarlierRuns {
  /** The other sets in the store, of every type, the newest first. */
  sets: readonly StoredSet[]
  lines: readonly LogLine[]
}

/** Reads it, once, for everything that a new set is held against. */
export async function earlierRuns(store: Store, { id, type, snapshot }: Manifest): Promise<EarlierRuns> {
  const { sets } = await store.list()
  const { lines } = await store.readLog(new Date(new Date(snapshot.time).getTime() - LOOK_BACK_MS))
  return { sets: sets.filter((set) => set.id !== id || set.type !== type), lines }
}
