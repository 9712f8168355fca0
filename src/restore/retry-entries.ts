import type { Context } from '../context.js'
import { DEFAULT_SEARCH_PATH } from '../postgres/catalog/search-path.js'
import { isServerGone } from './causes.js'
import type { Complaint } from './complaint.js'
import { restoreAlone, type Piece } from './restore-alone.js'
import { tryAgain, type Ways } from './retry.js'
import type { RestoreTarget } from './target-database.js'
import type { ListedEntry } from './use-list.js'

/** An entry of an archive that could not be restored, and why. */
export interface FailedEntry {
  entry: ListedEntry
  complaints: Complaint[]
}

/**
 * How many entries may fail one after the other before a round is given up. Definitions wait for nothing: a few of them
 * are tried again because that tells more about what is wrong.
 */
const MOST_FAILURES = { 'pre-data': 20, data: 200, 'post-data': 200 } as const

/** Tries again what failed of a section, by psql, which tells of each why then, with SQLSTATE. Returns what is left. */
export async function restoreAgain(
  target: RestoreTarget,
  part: Pick<Piece, 'archive' | 'encoding' | 'withoutOwners'> & { section: keyof typeof MOST_FAILURES },
  failures: readonly FailedEntry[],
  context: Context,
): Promise<FailedEntry[]> {
  const hopeless = failures.filter(isOwnershipOnly)
  const open = failures.filter((failure) => !isOwnershipOnly(failure))
  const { section, archive, encoding, withoutOwners = false } = part
  const restore = (piece: Omit<Piece, 'archive' | 'encoding' | 'withoutOwners'>): Promise<Complaint[]> =>
    restoreAlone(target, { archive, withoutOwners, ...(encoding !== undefined && { encoding }), ...piece }, context)
  const ways: Ways<FailedEntry> = {
    inTurn: (entries) => inTurn(entries, MOST_FAILURES[section], (entry) => restore({ entries: [entry] })),
    lookedUp: async (entries) => {
      const { searchPath = DEFAULT_SEARCH_PATH } = target
      const restored: FailedEntry[] = []
      for (const failure of entries) {
        const complaints = await restore({ entries: [failure.entry], searchPath })
        if (complaints.length === 0) restored.push(failure)
      }
      return restored
    },
    together: async (circle) =>
      (await restore({ entries: circle.map(({ entry }) => entry), unchecked: true })).length === 0,
  }
  return [...hopeless, ...(await tryAgain(open, ways))]
}

async function inTurn(
  failures: readonly FailedEntry[],
  most: number,
  restore: (entry: ListedEntry) => Promise<Complaint[]>,
): Promise<{ left: FailedEntry[]; isGone: boolean }> {
  const left: FailedEntry[] = []
  let inARow = 0
  for (const [index, { entry }] of failures.entries()) {
    const complaints = await restore(entry)
    inARow = complaints.length === 0 ? 0 : inARow + 1
    if (complaints.length > 0) left.push({ entry, complaints })
    const isGone = complaints.some(isServerGone)
    if (isGone || inARow === most) return { left: [...left, ...failures.slice(index + 1)], isGone }
  }
  return { left, isGone: false }
}

/** The object is there, and only has another owner: making it again would fail because of that. */
function isOwnershipOnly({ complaints }: FailedEntry): boolean {
  return (
    complaints.length > 0 && complaints.every(({ statement = '' }) => /^ALTER .* OWNER TO [^;]*;\s*$/s.test(statement))
  )
}
