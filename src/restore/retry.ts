import type { Context } from '../context.js'
import { DEFAULT_SEARCH_PATH } from '../postgres/catalog/search-path.js'
import type { Complaint } from './complaint.js'
import { isServerGone } from './causes.js'
import { restoreAlone } from './restore-alone.js'
import type { RestoreTarget } from './target-database.js'
import type { ListedEntry } from './use-list.js'

/** An entry that could not be restored, and why. */
export interface Failure {
  entry: ListedEntry
  complaints: Complaint[]
}

/**
 * How many entries may fail one after the other before a round is given up. Definitions wait for nothing: a few of them
 * are tried again because that tells more about what is wrong.
 */
const MOST_FAILURES = { 'pre-data': 20, data: 200, 'post-data': 200 } as const

const FOREIGN_KEY_VIOLATION = '23503'

/**
 * Tries again, one after the other and in the archive's order, what failed when everything was restored: it may have
 * needed the rows of other tables, or a view that was not filled yet, which no dump can know. Goes round while something
 * is won, and returns what is left. psql tells of each why then, with SQLSTATE.
 *
 * The recovery kit does the same, so that it restores what was proven.
 */
export async function restoreAgain(
  target: RestoreTarget,
  { archive, section }: { archive: string; section: keyof typeof MOST_FAILURES },
  failures: readonly Failure[],
  context: Context,
): Promise<Failure[]> {
  const hopeless = failures.filter(isOwnershipOnly)
  let open = failures.filter((failure) => !isOwnershipOnly(failure))
  let before: number
  do {
    before = open.length
    const { left, isGone } = await oneRound(target, archive, open, MOST_FAILURES[section], context)
    open = left
    if (isGone) return [...hopeless, ...open]
    if (open.length === before) open = await restoreUnqualified(target, archive, open, context)
  } while (open.length > 0 && open.length < before)
  return [...hopeless, ...(await restoreTogether(target, archive, open, context))]
}

/**
 * A function in an index, a check or a view may call another one without its schema. It works at the source, where the
 * search path finds that, and not in a restore, for which pg_dump empties the search path. So what lacks a name is tried
 * once more with the source's own. (Since 17 indexes are built with a safe search path, whatever the session's is.)
 */
async function restoreUnqualified(
  target: RestoreTarget,
  archive: string,
  failures: readonly Failure[],
  context: Context,
): Promise<Failure[]> {
  const { searchPath = DEFAULT_SEARCH_PATH } = target
  const left: Failure[] = []
  for (const failure of failures) {
    const complaints = lacksName(failure)
      ? await restoreAlone(target, { archive, entries: [failure.entry], searchPath }, context)
      : failure.complaints
    if (complaints.length > 0) left.push(failure)
  }
  return left
}

/** Undefined function, table, column, object, parameter; no such schema. */
const LACKING_NAMES: ReadonlySet<string> = new Set(['42883', '42P01', '42703', '42704', '3F000'])

function lacksName({ complaints }: Failure): boolean {
  return complaints.some(({ state = '' }) => LACKING_NAMES.has(state))
}

async function oneRound(
  target: RestoreTarget,
  archive: string,
  failures: readonly Failure[],
  most: number,
  context: Context,
): Promise<{ left: Failure[]; isGone: boolean }> {
  const left: Failure[] = []
  let inARow = 0
  for (const [index, { entry }] of failures.entries()) {
    const complaints = await restoreAlone(target, { archive, entries: [entry] }, context)
    inARow = complaints.length === 0 ? 0 : inARow + 1
    if (complaints.length > 0) left.push({ entry, complaints })
    const isGone = complaints.some(isServerGone)
    if (isGone || inARow === most) return { left: [...left, ...failures.slice(index + 1)], isGone }
  }
  return { left, isGone: false }
}

/**
 * Tables of extensions are there with their foreign keys before they have rows, and these may lead in a circle. All rows
 * of one instant satisfy them, so they are brought together and unchecked, where the role may do that.
 */
async function restoreTogether(
  target: RestoreTarget,
  archive: string,
  failures: readonly Failure[],
  context: Context,
): Promise<readonly Failure[]> {
  const circle = failures.filter(({ complaints }) => complaints.some(({ state }) => state === FOREIGN_KEY_VIOLATION))
  if (circle.length === 0) return failures
  const entries = circle.map(({ entry }) => entry)
  const complaints = await restoreAlone(target, { archive, entries, unchecked: true }, context)
  return complaints.length > 0 ? failures : failures.filter((failure) => !circle.includes(failure))
}

/** The object is there, and only has another owner: making it again would fail because of that. */
function isOwnershipOnly({ complaints }: Failure): boolean {
  return (
    complaints.length > 0 && complaints.every(({ statement = '' }) => /^ALTER .* OWNER TO [^;]*;\s*$/s.test(statement))
  )
}
