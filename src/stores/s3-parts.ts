const MIB = 1024 * 1024

/** Smaller parts cost more in requests than they save; S3 itself wants 5 MiB at least. */
export const SMALLEST_PART = 8 * MIB

/** A tenth of the parts stays unused, so that a limit that is counted otherwise is not met. */
const USED_SHARE = 0.9

/** A piece of a file. */
export interface Part {
  /** Counted from 1, as S3 does. */
  number: number
  offset: number
  bytes: number
}

/**
 * Cuts a file into parts of equal size, the last one excepted, which are no more than a service takes.
 *
 * @param size bytes of the file, more than none
 * @param mostParts how many parts the service takes
 */
export function planParts(size: number, mostParts: number): Part[] {
  const needed = Math.ceil(size / Math.floor(mostParts * USED_SHARE))
  const bytes = Math.max(SMALLEST_PART, Math.ceil(needed / MIB) * MIB)
  return Array.from({ length: Math.ceil(size / bytes) }, (_, index) => ({
    number: index + 1,
    offset: index * bytes,
    bytes: Math.min(bytes, size - index * bytes),
  }))
}
