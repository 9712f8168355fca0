import type { Logger } from '../context.js'
import { DirectoryStore } from '../stores/directory.js'
import { locationOfSet } from '../stores/set-place.js'
import type { ByteProgress, SetPlace, Store } from '../stores/store.js'

/** Whether the sets of a store are brought to it and fetched from it, which takes time worth telling. */
export function isElsewhere(store: Store): boolean {
  return !(store instanceof DirectoryStore)
}

/** Where a set that was opened is kept, as a person would write it. */
export function locationOf(store: Store, set: SetPlace, folder: string): string {
  return isElsewhere(store) ? locationOfSet(store.name, set) : folder
}

/** Shows how far a transfer is. */
export function telling(label: string, logger: Pick<Logger, 'progress'>): ByteProgress {
  return (done, total) => {
    logger.progress({ label, done, total, unit: 'bytes' })
  }
}
