import type { Context } from '../context.js'
import {
  DamagedError,
  InterruptedError,
  LifeboatError,
  OperationError,
  exitCodeOf,
  problemOf,
  type ExitCode,
} from '../errors.js'
import { finding } from '../findings.js'
import { inParallel } from '../platform/parallel.js'
import type { SetPlace } from '../stores/store.js'
import type { UnderWay } from './reporting.js'
import type { StoreInUse, Trouble } from './stores-in-use.js'

/** How many stores are worked on at a time: their networks and disks are others, the machine is one. */
const STORES_AT_ONCE = 2

const CODES = { copy: 'COPY_FAILED', rotation: 'COPY_NOT_ROTATED' } as const

/**
 * What was to be done with copies could not be done for all of them. The primary store is as it should be.
 *
 * It ends with the exit code of what went wrong, where that is the same everywhere and no copy is missing.
 */
export class CopiesError extends OperationError {
  override readonly exitCode: ExitCode

  constructor(doing: string, stores: readonly StoreInUse[], good: string) {
    const troubles = stores.flatMap(({ store, troubles }) =>
      troubles.map((trouble) => ({ name: store.name, ...trouble })),
    )
    const what = troubles.map((trouble) => said(trouble, trouble.name))
    super({
      doing,
      problem: [good, ...what].filter((part) => part !== '').join(', '),
      advice: adviceOf(troubles),
      cause: troubles.length === 1 ? troubles[0]?.error : new AggregateError(troubles.map(({ error }) => error)),
    })
    const codes = new Set(troubles.map(({ what: failed, error }) => (failed === 'copy' ? 1 : exitCodeOf(error))))
    this.exitCode = codes.size === 1 ? ([...codes][0] ?? 1) : 1
  }
}

/**
 * Throws `CopiesError` when there was trouble with a copy.
 *
 * @param good what can be said for comfort: `the backup is good`
 */
export function failAtTroubles(doing: string, good: string, { stores }: Pick<UnderWay, 'stores'>): void {
  if (stores.some(({ troubles }) => troubles.length > 0)) {
    throw new CopiesError(doing, stores, good)
  }
}

/** Notes that something could not be done with a copy: as a finding, in its line, and for the failure at the end. */
export function noteTrouble(
  copy: StoreInUse,
  trouble: Trouble & { what: keyof typeof CODES },
  { report }: Pick<UnderWay, 'report'>,
): void {
  copy.troubles.push(trouble)
  copy.line = { ...copy.line, trouble: copy.line.trouble ?? said(trouble, 'it') }
  report.find([finding(CODES[trouble.what], copy.store.name, problemOf(trouble.error), adviceIn(trouble))])
}

/** Notes that a set of the primary store is damaged: so it was not copied, and no copy is to blame. */
export function noteDamage({ type, id }: SetPlace, found: string, { report, store, stores }: UnderWay): void {
  const one = finding('COPY_SOURCE_DAMAGED', `${type}/${id}`, found)
  report.find([one])
  const problem = `the set ${type}/${id} is damaged in ${store.name}: ${found}`
  const error = new DamagedError({ doing: `copying the set ${type}/${id}`, problem, advice: one.advice })
  stores[0].troubles.push({ what: 'source', error })
}

/**
 * Does work on each copy, some at a time. What goes wrong with one is noted and disturbs no other; only an interruption
 * ends it all.
 */
export async function onEach(
  copies: readonly StoreInUse[],
  what: keyof typeof CODES,
  underWay: Pick<UnderWay, 'report' | 'context'>,
  work: (copy: StoreInUse) => Promise<void>,
): Promise<void> {
  const { context } = underWay
  await inParallel(copies, STORES_AT_ONCE, async (copy) => {
    try {
      context.signal.throwIfAborted()
      await work(copy)
    } catch (error) {
      rethrowInterruption(error, `working on ${copy.store.name}`, context)
      noteTrouble(copy, { what, error }, underWay)
    }
  })
}

/** Throws `InterruptedError` when we were asked to stop: whatever else is thrown then comes of that. */
export function rethrowInterruption(error: unknown, doing: string, { signal }: Pick<Context, 'signal'>): void {
  if (error instanceof InterruptedError) {
    throw error
  }
  if (signal.aborted) {
    throw new InterruptedError(doing, error)
  }
}

function said({ what, error }: Trouble, name: string): string {
  switch (what) {
    case 'copy':
      return `the copy to ${name} failed: ${problemOf(error)}`
    case 'rotation':
      return `the rotation of ${name} failed: ${problemOf(error)}`
    case 'source':
      return problemOf(error)
  }
}

/** What the error itself advises, and what is the same for every copy. */
function adviceIn({ what, error }: Trouble): string | undefined {
  const own = error instanceof LifeboatError ? error.advice : undefined
  return own === undefined || what !== 'copy' ? own : `${own} The next run brings the copy up to date.`
}

function adviceOf(troubles: readonly Trouble[]): string {
  const own = [...new Set(troubles.flatMap(({ error }) => (error instanceof LifeboatError ? [error.advice] : [])))]
  const next = troubles.some(({ what }) => what === 'copy') ? ['The next run brings the copy up to date.'] : []
  return [...(own.length === 1 ? own : ['Mend what the findings above say.']), ...next].join(' ')
}
