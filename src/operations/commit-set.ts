import type { Manifest } from '../backup/manifest.js'
import { withLock, type IncomingSet } from '../stores/store.js'
import { isElsewhere, telling } from './elsewhere.js'
import { digestDetail } from './manifest-digest.js'
import type { UnderWay } from './reporting.js'
import { completeSet, type PlainSet, type Protection } from './seal-set.js'

/** A set that is in its store. */
export interface CommittedSet {
  /** The manifest that the store keeps: of an encrypted set, the readable one. */
  manifest: Manifest
  /** A local folder in which it can be read until the end of the run. */
  folder: string
  /** Where it is kept, as a person would write it. */
  location: string
}

/**
 * Makes a set complete, encrypts and signs it where that was asked for, and brings it into the store: first what takes
 * long, to a store elsewhere, and then the one step that makes it visible, under the store's lock.
 */
export async function commitSet(
  incoming: IncomingSet,
  made: PlainSet,
  protection: Protection,
  underWay: UnderWay,
): Promise<CommittedSet> {
  const { report, store, context } = underWay
  const manifest = await completeSet(made, incoming.folder, protection, underWay)
  if (isElsewhere(store)) {
    await report.phase('Sending', () => incoming.send(telling(`sending to ${store.name}`, context.logger)))
  }
  return report.phase('Committing', async () => {
    const place = await withLock(store, `committing to ${store.name}`, () => incoming.commit())
    report.committed(manifest, place)
    report.logDetails = { ...report.logDetails, ...(await digestDetail(place.folder)) }
    return { manifest, ...place }
  })
}
