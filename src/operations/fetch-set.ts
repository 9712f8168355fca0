import type { SetPlace, Store } from '../stores/store.js'
import { isElsewhere, locationOf, telling } from './elsewhere.js'
import type { UnderWay } from './reporting.js'

/** Opens a set to read from it; one that is kept elsewhere is fetched first, which is a phase of the report. */
export async function fetchSet(
  store: Store,
  set: SetPlace,
  { report, context }: Pick<UnderWay, 'report' | 'context'>,
): Promise<{ folder: string; location: string }> {
  const open = (): Promise<string> => store.open(set, telling(`fetching ${set.type}/${set.id}`, context.logger))
  const folder = isElsewhere(store) ? await report.phase('Fetching', open) : await open()
  return { folder, location: locationOf(store, set, folder) }
}
