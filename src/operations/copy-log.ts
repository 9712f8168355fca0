import { timeOf } from '../backup/manifest.js'
import { formatLine, type LogLine } from '../records/log.js'
import type { Store } from '../stores/store.js'
import type { StoreInUse } from './stores-in-use.js'

/**
 * Brings what the primary's log says of how earlier sets were taken to the log of a copy that got them only now: it holds
 * the digests of their manifests, and a copy alone must tell its history.
 *
 * @param taken the id of the set that this run took; its line is written when the run ends
 */
export async function bringLogLines(primary: Store, { store, line }: StoreInUse, taken: string): Promise<void> {
  const late = new Set(line.copied.filter(({ id }) => id !== taken).map(({ type, id }) => `${type}/${id}`))
  const oldest = line.copied
    .map(({ id }) => id)
    .filter((id) => id !== taken)
    .sort()[0]
  if (oldest === undefined) {
    return
  }
  const isAbout = ({ operation, details }: LogLine): boolean =>
    operation === 'backup' && late.has(`${String(details.type)}/${String(details.id)}`)
  const since = timeOf(oldest)
  const known = new Set((await store.readLog(since)).lines.map(formatLine))
  for (const one of (await primary.readLog(since)).lines.filter(isAbout)) {
    if (!known.has(formatLine(one))) await store.appendLog(one)
  }
}
