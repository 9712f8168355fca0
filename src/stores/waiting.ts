import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import type { Clock, Logger } from '../context.js'
import { InterruptedError, OperationError } from '../errors.js'
import { Owner, describeOwner } from '../platform/owner.js'

const MESSAGE_EVERY_MS = 30_000

export interface WaitTools {
  clock: Clock
  logger: Logger
  signal?: AbortSignal
  /** Milliseconds to wait for another run. */
  patience: number
}

/** What a look at a lock finds: it is ours, or somebody else's; null when that one is just coming or going. */
export type Turn = 'ours' | Owner | null

export interface Awaited {
  /** What is waited for, in words: `the store's lock`. */
  what: string
  look: () => Promise<Turn>
  /** Milliseconds until the next look. */
  pace: (holder: Owner | null) => number
}

/**
 * Looks again and again until the turn is ours, and says now and then for whom it waits.
 *
 * Throws `OperationError` naming that one when it takes too long.
 */
export async function waitForTurn(
  { what, look, pace }: Awaited,
  doing: string,
  { clock, logger, signal, patience }: WaitTools,
): Promise<void> {
  const began = clock.monotonic()
  let told = -Infinity
  for (;;) {
    const turn = await look()
    if (turn === 'ours') return
    const waited = clock.monotonic() - began
    if (waited >= patience) throw tooLong(what, turn, doing, waited)
    if (turn !== null && waited - told >= MESSAGE_EVERY_MS) {
      logger.info(`Another run holds ${what}, waiting for it: ${describeOwner(turn)}.`)
      told = waited
    }
    await clock.sleep(pace(turn), signal).catch((error: unknown) => {
      throw signal?.aborted === true ? new InterruptedError(doing, error) : error
    })
  }
}

function tooLong(what: string, holder: Owner | null, doing: string, waited: number): OperationError {
  return new OperationError({
    doing,
    problem: `another run holds ${what}, after ${Math.round(waited / 1000)} seconds of waiting: ${holder === null ? 'one that has just come' : describeOwner(holder)}`,
    advice: 'Wait until that run is done, or end it, then start this one again.',
  })
}

/** Tells how long something has shown no sign of life, by changes that are seen from here and our own clock alone. */
export class Silence {
  private readonly seen = new Map<string, { sign: string; at: number }>()

  constructor(private readonly clock: Clock) {}

  /** Milliseconds since its sign was first seen as it is now; the clocks of two machines need not agree. */
  of(thing: string, sign: string): number {
    const now = this.clock.monotonic()
    const before = this.seen.get(thing)
    if (before?.sign === sign) return now - before.at
    this.seen.set(thing, { sign, at: now })
    return 0
  }
}

/** An owner's note, or null when a power failure left it empty or in parts. */
export function ownerOf(note: string): Owner | null {
  try {
    return Owner.parse(parseBoundedJson(note, SMALL_JSON))
  } catch {
    return null
  }
}
