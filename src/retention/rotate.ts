import type { Tier } from '../backup/manifest.js'
import type { Logger } from '../context.js'
import { GuardError, InterruptedError, OperationError, messageOf } from '../errors.js'
import { withLock, type BrokenSet, type Store, type StoredSet } from '../stores/store.js'
import { guardPlan } from './guard.js'
import { decide, isProven, type Decision, type RetentionSet, type Standing } from './policy.js'
import { policyFor, type PolicyOptions } from './policy-for.js'

export interface RotationRequest {
  /** The types to rotate; all that the store holds where not given. */
  types?: readonly string[]
  options: PolicyOptions
  now: Date
  series: string
  /** The id of the set that this run took; it is never removed by it. */
  justTaken?: string
}

/** What a rotation of one store would do. Nothing was changed yet. */
export interface RotationPlan {
  /** The store's name. */
  store: string
  series: string
  /** By type, the newest first. */
  decisions: readonly Decision[]
  /** What looks like a set and is none: kept, and not counted. */
  broken: readonly BrokenSet[]
  /** What a reader should know, as sentences. */
  warnings: readonly string[]
}

/** A set and what was decided on it, as plain data. */
export interface RotatedSet {
  id: string
  type: string
  standing: Standing
  bytes: number
  reasons: readonly string[]
}

/** What a rotation did, or with `dryRun` would do, as plain data. */
export interface RotationResult {
  store: string
  dryRun: boolean
  kept: readonly RotatedSet[]
  removed: readonly RotatedSet[]
  /** Sets that should have been removed and are still there. */
  notRemoved: readonly (RotatedSet & { error: string })[]
  broken: readonly BrokenSet[]
  warnings: readonly string[]
  /** Of the removed sets. */
  freedBytes: number
}

/** Some sets could not be removed; the others were. `result` tells which. */
export class RotationError extends OperationError {
  readonly result: RotationResult

  constructor(result: RotationResult, causes: readonly unknown[]) {
    const names = result.notRemoved.map((set) => `${set.type}/${set.id}`).join(', ')
    super({
      doing: `rotating ${result.store}`,
      problem: `${result.notRemoved.length} of ${result.notRemoved.length + result.removed.length} sets could not be removed: ${names}`,
      advice: 'Read why below and mend it; the next rotation tries again. Nothing that should be kept was touched.',
      cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
    })
    this.result = result
  }
}

/**
 * Reads a store and decides on every set, type by type.
 *
 * Throws `GuardError` when the store holds another series, `UsageError` for a policy without rules.
 */
export async function planRotation(store: Store, request: RotationRequest): Promise<RotationPlan> {
  await refuseForeignSeries(store, request.series)
  const { sets, broken } = await store.list()
  const types = [...new Set(request.types ?? sets.map(({ type }) => type))].sort()
  const brokenOfTypes = broken.filter(({ type }) => request.types?.includes(type) ?? true)
  const decisions: Decision[] = []
  const warnings: string[] = []
  for (const type of types) {
    const policy = policyFor(type, request.options)
    const ofType = decide(sets.filter((set) => set.type === type).map(forRetention), policy, request)
    decisions.push(...ofType)
    warnings.push(...warningsOf(type, ofType, policy.tier))
  }
  warnings.push(...brokenOfTypes.map(brokenWarning))
  return { store: store.name, series: request.series, decisions, broken: brokenOfTypes, warnings }
}

/** Plans and carries out while no other run changes which sets the store has. Throws what the two throw. */
export async function rotateStore(
  store: Store,
  request: RotationRequest,
  manner: RotationManner,
): Promise<RotationResult> {
  const work = async (): Promise<RotationResult> => applyRotation(store, await planRotation(store, request), manner)
  return manner.dryRun ? work() : withLock(store, `rotating ${store.name}`, work)
}

/** How a plan is carried out. */
export interface RotationManner {
  /** Tell, and remove nothing. */
  dryRun: boolean
  /** The name of the series, typed to let a heavy plan pass. */
  confirm?: string | undefined
  logger: Logger
  signal?: AbortSignal
}

/**
 * Removes what a plan says, one set at a time, the oldest first, and logs every decision with its reasons. A removal
 * that fails does not stop the others.
 *
 * Throws `GuardError` before anything is removed when the plan needs a confirmation that was not given (a dry run warns
 * instead), `RotationError` at the end when a set could not be removed, and `InterruptedError` between two removals.
 */
export async function applyRotation(store: Store, plan: RotationPlan, manner: RotationManner): Promise<RotationResult> {
  const { dryRun, logger } = manner
  const warnings = [...plan.warnings, ...guardOrWarn(plan, manner)]
  for (const warning of warnings) {
    logger.warning(warning)
  }
  const kept = plan.decisions.filter(({ keep }) => keep)
  for (const decision of kept) {
    logger.info(describe(dryRun ? 'would keep' : 'keep', decision))
  }
  const { removed, failures } = await removeAll(store, plan, manner)
  const result: RotationResult = {
    store: plan.store,
    dryRun,
    kept: kept.map(asPlainData),
    removed: removed.map(asPlainData),
    notRemoved: failures.map(({ decision, cause }) => ({ ...asPlainData(decision), error: messageOf(cause) })),
    broken: plan.broken,
    warnings,
    freedBytes: removed.reduce((sum, { set }) => sum + set.bytes, 0),
  }
  if (failures.length > 0) {
    throw new RotationError(
      result,
      failures.map(({ cause }) => cause),
    )
  }
  return result
}

interface Removals {
  removed: Decision[]
  failures: { decision: Decision; cause: unknown }[]
}

async function removeAll(
  store: Store,
  plan: RotationPlan,
  { dryRun, logger, signal }: RotationManner,
): Promise<Removals> {
  const removals: Removals = { removed: [], failures: [] }
  const doomed = plan.decisions.filter(({ keep }) => !keep)
  // Whatever ends this half way, the newer ones are still there.
  for (const decision of doomed.sort((a, b) => a.set.time.getTime() - b.set.time.getTime())) {
    if (signal?.aborted === true) {
      throw new InterruptedError(`rotating ${store.name}`, signal.reason)
    }
    logger.info(describe(dryRun ? 'would remove' : 'remove', decision))
    try {
      if (!dryRun) {
        await store.remove(decision.set)
      }
      removals.removed.push(decision)
    } catch (cause) {
      logger.error(`${nameOf(decision.set)} could not be removed: ${messageOf(cause)}`)
      removals.failures.push({ decision, cause })
    }
  }
  return removals
}

async function refuseForeignSeries(store: Store, series: string): Promise<void> {
  const held = await store.series()
  if (held !== null && held !== series) {
    throw new GuardError({
      doing: `planning the rotation of ${store.name}`,
      problem: `the store holds the series "${held}", not "${series}"`,
      advice: 'Give each database a store of its own, or set series to the name that the store has.',
    })
  }
}

function guardOrWarn({ decisions, series, store }: RotationPlan, { dryRun, confirm }: RotationManner): string[] {
  try {
    guardPlan(decisions, { confirm, series, store })
    return []
  } catch (error) {
    if (dryRun && error instanceof GuardError) {
      return [`This plan would be refused: ${error.problem}. ${error.advice}`]
    }
    throw error
  }
}

/** What retention must know of a set that a store lists. */
export function forRetention({ id, type, manifest, proof, bytes }: StoredSet): RetentionSet {
  return {
    id,
    type,
    series: manifest.series,
    time: new Date(manifest.snapshot.time),
    systemIdentifier: manifest.source.systemIdentifier,
    proof: { outcome: proof.outcome, tier: proof.tier, ...(proof.held !== undefined && { held: proof.held }) },
    bytes,
  }
}

function warningsOf(type: string, decisions: readonly Decision[], tier: Tier): string[] {
  const has = (standing: Standing): boolean => decisions.some((decision) => decision.standing === standing)
  const warnings = decisions
    .filter(({ standing }) => standing === 'future' || standing === 'foreign')
    .map(({ set, reasons }) => `${nameOf(set)} is kept and fills no slot: ${reasons.join('; ')}.`)
  if (!decisions.some(isProven) && (has('unverified') || has('failed'))) {
    warnings.push(
      `No ${type} set is proven, so retention can only choose among the others by their age. Let backups be verified, or validate the newest set.`,
    )
  } else if (has('lesser') && !has('proven')) {
    warnings.push(`No ${type} set is proven to tier ${tier}; those proven to a lesser tier fill the slots.`)
  }
  return warnings
}

function brokenWarning({ type, id, reason }: BrokenSet): string {
  return `${type}/${id} looks like a set and is none (${reason}): it is kept and not counted. Look at it, and remove it by hand.`
}

function describe(verb: string, { set, reasons }: Decision): string {
  return `${verb} ${nameOf(set)} (${reasons.join('; ')})`
}

function nameOf({ type, id }: { type: string; id: string }): string {
  return `${type}/${id}`
}

function asPlainData({ set, standing, reasons }: Decision): RotatedSet {
  return { id: set.id, type: set.type, standing, bytes: set.bytes, reasons }
}
