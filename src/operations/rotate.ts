import type { Context } from '../context.js'
import type { Options } from '../options.js'
import type { Report, RetentionLine, StoreLine } from '../report/report.js'
import { policyFor } from '../retention/policy-for.js'
import {
  RotationError,
  rotateStore,
  type RotatedSet,
  type RotationRequest,
  type RotationResult,
} from '../retention/rotate.js'
import { reporting, type UnderWay } from './reporting.js'
import type { StoreInUse } from './stores-in-use.js'
import { failAtTroubles, onEach } from './troubles.js'

/** Applies the retention policy to the store and to every copy: to every type in it, or the one that was asked for. */
export function rotate(options: Options, context: Context): Promise<Report> {
  return reporting('rotate', options, context, async (underWay) => {
    const { report, store, stores } = underWay
    report.type = options.type
    // Also where there is no set yet: an empty policy should not wait for its first victim.
    stores.forEach((each) => policyFor(options.type ?? 'manual', each.options))
    const present = await store.series()
    report.series = options.series ?? present ?? ''
    // The log of another series, and a folder that is no store, are not written to.
    report.isLogged = present === report.series
    if (present === null) {
      report.warn(`The store ${store.name} holds no set: there is nothing to rotate. Check the option store.`)
      return
    }
    const types = options.type === undefined ? undefined : [options.type]
    await report.phase('Rotating', () => rotateStores(underWay, stores.slice(1), { types }))
    failAtTroubles('rotating', '', underWay)
  })
}

/** What a rotation is about. */
export interface Rotation {
  /** All that a store holds where not given. */
  types?: readonly string[] | undefined
  /** The id of the set that this run took. */
  justTaken?: string
}

/**
 * Rotates the primary store and these copies, each by its own policy. What goes wrong with a copy is noted; what went
 * wrong with the primary is thrown when all are done.
 */
export async function rotateStores(
  underWay: UnderWay,
  copies: readonly StoreInUse[],
  rotation: Rotation,
): Promise<void> {
  const { report, stores, options } = underWay
  report.dryRun = options.dryRun
  const [primary] = stores
  const [outcome] = await Promise.allSettled([
    rotateOne(primary, rotation, underWay, (lines) => {
      report.retention = lines
    }),
    onEach(copies, 'rotation', underWay, async (copy) => {
      await rotateOne(copy, rotation, underWay, (lines) => {
        copy.line = { ...copy.line, retention: lines }
      })
      copy.reached = true
    }),
  ])
  if (outcome.status === 'rejected') {
    throw outcome.reason
  }
}

/** Rotates one store and tells what was decided, also when some sets could not be removed. */
async function rotateOne(
  inUse: StoreInUse,
  { types, justTaken }: Rotation,
  { report, options: { dryRun, confirm }, context: { clock, logger, signal } }: UnderWay,
  tell: (lines: RetentionLine[]) => void,
): Promise<void> {
  const request: RotationRequest = {
    options: inUse.options,
    now: clock.now(),
    series: report.series,
    ...(types !== undefined && { types }),
    ...(justTaken !== undefined && { justTaken }),
  }
  const told = (result: RotationResult): void => {
    tell(linesOf(result))
    // Its warnings were in the log already.
    report.warnings.push(...result.warnings)
    inUse.line = afterRotation(inUse.line, result, types === undefined)
  }
  try {
    told(await rotateStore(inUse.store, request, { dryRun, confirm, logger, signal }))
  } catch (error) {
    if (error instanceof RotationError) {
      told(error.result)
    }
    throw error
  }
}

/** What the store holds now: what it held before without what went, or all that was decided on. */
function afterRotation(line: StoreLine, result: RotationResult, isWhole: boolean): StoreLine {
  const { kept, removed, notRemoved, freedBytes, dryRun } = result
  if (line.holds !== undefined) {
    const { sets, bytes } = line.holds
    return dryRun ? line : { ...line, holds: { sets: sets - removed.length, bytes: bytes - freedBytes } }
  }
  const there = [...kept, ...notRemoved, ...(dryRun ? removed : [])]
  return isWhole
    ? { ...line, holds: { sets: there.length, bytes: there.reduce((sum, { bytes }) => sum + bytes, 0) } }
    : line
}

function linesOf({ kept, removed, notRemoved }: RotationResult): RetentionLine[] {
  const line = (keep: boolean) => (set: RotatedSet) => ({ id: set.id, type: set.type, keep, reasons: set.reasons })
  const stuck = notRemoved.map((set) => ({
    id: set.id,
    type: set.type,
    keep: true,
    reasons: [...set.reasons, `could not be removed: ${set.error}`],
  }))
  return [...kept.map(line(true)), ...stuck, ...removed.map(line(false))]
}
