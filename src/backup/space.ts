import { finding, type Finding } from '../findings.js'

export interface SpaceNeed {
  /** The store's name. */
  store: string
  /** Bytes that are free; null where that has no meaning. */
  free: number | null
  /** What the tables occupy whose rows are dumped. */
  tableBytes: number
  /** Size of the newest set of the same type, if there is one: the best estimate. */
  previousBytes: number | undefined
  compressed: boolean
}

/** A dump without compression may be larger than the tables, whose binary numbers become text. */
const UNCOMPRESSED_SHARE = 1.3

/** What is seldom exceeded: most data compress to a third or less. */
const COMPRESSED_SHARE = 0.6

/** How much a set may grow from one to the next. */
const GROWTH = 1.3

/** What a set is estimated to need, in bytes. */
export function estimatedBytes({ tableBytes, previousBytes, compressed }: SpaceNeed): number {
  return previousBytes === undefined
    ? Math.ceil(tableBytes * (compressed ? COMPRESSED_SHARE : UNCOMPRESSED_SHARE))
    : Math.ceil(previousBytes * GROWTH)
}

/** Holds the free space of the store against the estimate. */
export function spaceFindings(need: SpaceNeed, formatBytes: (bytes: number) => string): Finding[] {
  if (need.free === null) {
    return []
  }
  const estimate = estimatedBytes(need)
  const said = `${formatBytes(need.free)} are free, the backup is estimated to need ${formatBytes(estimate)}`
  if (need.free < estimate) {
    return [finding('DISK_SPACE_LOW', need.store, said)]
  }
  return need.free < estimate * 2 ? [finding('DISK_SPACE_TIGHT', need.store, said)] : []
}
