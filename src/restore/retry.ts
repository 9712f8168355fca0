import type { Complaint } from './complaint.js'

/** Something of a dump that could not be restored, and why. */
export interface Failure {
  complaints: Complaint[]
}

/** The ways in which something that failed is tried again. */
export interface Ways<F extends Failure> {
  /** One after the other, in the dump's order. Returns what is left, and whether the server is gone. */
  inTurn: (open: readonly F[]) => Promise<{ left: F[]; isGone: boolean }>
  /** The same with the source's search path. Returns what was restored so. */
  lookedUp: (open: readonly F[]) => Promise<readonly F[]>
  /** All together in one transaction, without a look at foreign keys. Says whether that succeeded. */
  together: (open: readonly F[]) => Promise<boolean>
}

const FOREIGN_KEY_VIOLATION = '23503'

/** Undefined function, table, column, object, parameter; no such schema. */
const LACKING_NAMES: ReadonlySet<string> = new Set(['42883', '42P01', '42703', '42704', '3F000'])

/**
 * Tries again what failed when everything was restored: it may have needed the rows of other tables, or a view that was not
 * filled yet, which no dump can know. Goes round while something is won, and returns what is left.
 *
 * The recovery kit does the same, so that it restores what was proven.
 */
export async function tryAgain<F extends Failure>(failures: readonly F[], ways: Ways<F>): Promise<readonly F[]> {
  let open: readonly F[] = failures
  let before: number
  do {
    if (open.length === 0) return open
    before = open.length
    const { left, isGone } = await ways.inTurn(open)
    open = left
    if (isGone) return open
    if (open.length === before) open = await lookedUp(open, ways)
  } while (open.length < before)
  return together(open, ways)
}

/**
 * A function in an index, a check or a view may call another one without its schema. It works at the source, where the
 * search path finds that, and not in a restore, for which pg_dump empties the search path. So what lacks a name is tried
 * once more with the source's own. (Since 17 indexes are built with a safe search path, whatever the session's is.)
 */
async function lookedUp<F extends Failure>(open: readonly F[], ways: Ways<F>): Promise<readonly F[]> {
  const lacking = open.filter((failure) => hasState(failure, (state) => LACKING_NAMES.has(state)))
  const restored = lacking.length === 0 ? [] : await ways.lookedUp(lacking)
  return open.filter((failure) => !restored.includes(failure))
}

/**
 * Tables of extensions are there with their foreign keys before they have rows, and these may lead in a circle. All rows
 * of one instant satisfy them, so they are brought together and unchecked, where the role may do that.
 */
async function together<F extends Failure>(open: readonly F[], ways: Ways<F>): Promise<readonly F[]> {
  const circle = open.filter((failure) => hasState(failure, (state) => state === FOREIGN_KEY_VIOLATION))
  const isRestored = circle.length > 0 && (await ways.together(circle))
  return isRestored ? open.filter((failure) => !circle.includes(failure)) : open
}

function hasState({ complaints }: Failure, is: (state: string) => boolean): boolean {
  return complaints.some(({ state = '' }) => is(state))
}
