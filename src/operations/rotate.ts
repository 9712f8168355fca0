import type { Context } from '../context.js'
import type { Options } from '../options.js'
import type { Report, RetentionLine } from '../report/report.js'
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
    report.series = options.series ?? (await store.series()) ?? ''
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
    report.retention = linesOf(await rotateHere(store, request, options, context))
  } catch (error) {
    if (error instanceof RotationError) {
      report.retention = linesOf(error.result)
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
