import path from 'node:path'

import type { PlacedFile, SentFile } from './file-place.js'
import type { RsyncEntry } from './rsync-list.js'

/** What is known of the other end before files are sent. */
export interface Known {
  /** What is in the folder already. */
  here: readonly PlacedFile[]
  /** The folder to link to, and what is in it. */
  like: string | undefined
  there: readonly PlacedFile[]
}

/**
 * How much is sent and compared at a time. Large enough that the connections for it do not count, small enough that the
 * checksums of one batch are taken while another one is sent.
 */
const BATCH_BYTES = 256e6
const BATCH_FILES = 5_000

/** The set that was taken before this one: the newest folder beside it that is older, else the newest. */
export function olderSibling(folder: string, entries: readonly RsyncEntry[]): string | undefined {
  const sets = entries
    .filter(
      ({ kind, path: entry }) => kind === 'folder' && entry !== folder && /^\d{8}T\d{6}Z$/.test(path.basename(entry)),
    )
    .map((entry) => entry.path)
    .sort()
  return sets.filter((entry) => entry < folder).at(-1) ?? sets.at(-1)
}

/** Files of which the same content may be there, by name and size, and those that must be sent in any case. */
export function linkCandidates(files: readonly SentFile[], { here, there }: Known): [SentFile[], SentFile[]] {
  const seen = new Set([...here, ...there].map((file) => `${file.bytes} ${file.path}`))
  const isLikely = (file: SentFile): boolean => seen.has(`${file.size} ${file.path}`)
  return [files.filter(isLikely), files.filter((file) => !isLikely(file))]
}

/** Files in groups that are sent and compared at a time; a file that is larger is one of its own. */
export function batchesOf(files: readonly SentFile[]): SentFile[][] {
  const batches: SentFile[][] = []
  let bytes = Infinity
  for (const file of files) {
    const last = batches.at(-1)
    if (last === undefined || last.length >= BATCH_FILES || bytes + file.size > BATCH_BYTES) {
      batches.push([file])
      bytes = file.size
    } else {
      last.push(file)
      bytes += file.size
    }
  }
  return batches
}
