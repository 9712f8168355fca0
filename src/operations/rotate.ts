import type { Context } from '../context.js'
import type { Options } from '../options.js'
import type { Report, RetentionLine } from '../report/report.js'
import { policyFor } from '../retention/policy-for.js'
import {
  RotationError,
  rotateStore,
  type RotatedSet,
  type RotationRequest,
  type RotationResult,
} from '../retention/rotate.js'
import type { Store } from '../stores/store.js'
import { reporting, type UnderWay } from './reporting.js'

/** Applies the retention policy to a store: every type in it, or the one that was asked for. */
export function rotate(options: Options, context: Context): Promise<Report> {
  return reporting('rotate', options, context, async (underWay) => {
    const { report, store } = underWay
    report.type = options.type
    // Also where there is no set yet: an empty policy should not wait for its first victim.
    policyFor(options.type ?? 'manual', options)
    const present = await store.series()
    report.series = options.series ?? present ?? ''
    // The log of another series, and a folder that is no store, are not written to.
    report.isLogged = present === report.series
    if (present === null) {
      report.warn(`The store ${store.name} holds no set: there is nothing to rotate. Check the option store.`)
      return
    }
    await report.phase('Rotating', () => rotateTypes(underWay, options.type === undefined ? undefined : [options.type]))
  })
}

/** Rotates types and puts what was decided into the report, also when some sets could not be removed. */
export async function rotateTypes(
  { report, store, options, context }: UnderWay,
  types: readonly string[] | undefined,
  justTaken?: string,
): Promise<void> {
  const request: RotationRequest = {
    options,
    now: context.clock.now(),
    series: report.series,
    ...(types !== undefined && { types }),
    ...(justTaken !== undefined && { justTaken }),
  }
  report.dryRun = options.dryRun
  try {
    tellRotation(report, await rotateHere(store, request, options, context))
  } catch (error) {
    if (error instanceof RotationError) {
      tellRotation(report, error.result)
    }
    throw error
  }
}

function rotateHere(
  store: Store,
  request: RotationRequest,
  options: Options,
  context: Context,
): Promise<RotationResult> {
  const { logger, signal } = context
  return rotateStore(store, request, { dryRun: options.dryRun, confirm: options.confirm, logger, signal })
}

/** Its warnings were in the log already. */
function tellRotation(report: UnderWay['report'], result: RotationResult): void {
  report.retention = linesOf(result)
  report.warnings.push(...result.warnings)
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
