import type { Manifest } from '../backup/manifest.js'
import { writeChecksums, writeManifest } from '../backup/set.js'
import { withLock, type IncomingSet } from '../stores/store.js'
import { isElsewhere, telling } from './elsewhere.js'
import { digestDetail } from './manifest-digest.js'
import type { UnderWay } from './reporting.js'

/** A set that is in its store. */
export interface CommittedSet {
  manifest: Manifest
  /** A local folder in which it can be read until the end of the run. */
  folder: string
  /** Where it is kept, as a person would write it. */
  location: string
}

/**
 * Makes a set complete with its manifest and brings it into the store: first what takes long, to a store elsewhere, and
 * then the one step that makes it visible, under the store's lock.
 */
export async function commitSet(
  incoming: IncomingSet,
  manifest: Manifest,
  { report, store, context }: UnderWay,
): Promise<CommittedSet> {
  await writeManifest(incoming.folder, manifest)
  await writeChecksums(incoming.folder, manifest.files)
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
