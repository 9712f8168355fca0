import type { Proof, Tier, Verify } from '../backup/manifest.js'
import type { Finding } from '../findings.js'
import { worstOf } from '../findings.js'

export interface Conclusion {
  tier: Tier
  findings: readonly Finding[]
  at: Date
  seconds: number
  verifiedBy: string
  scratch?: { kind: 'cluster' | 'service'; serverVersion: string }
  /** The highest tier whose checks all passed, where that is known. */
  held?: Tier | undefined
}

/**
 * What the findings of a verification amount to. An error is a failed proof; without one, a check that could not run
 * means that nothing is proven. Only when everything ran and nothing was found is it a proof.
 */
export function concludeProof({ tier, findings, at, seconds, verifiedBy, scratch, held }: Conclusion): Proof {
  const common = {
    tier,
    at: at.toISOString(),
    verifiedBy,
    seconds,
    findings: [...findings],
    ...(scratch !== undefined && { scratch }),
  }
  switch (worstOf(findings)) {
    case 'error':
      return { outcome: 'failed', ...common, ...(held !== undefined && { held }) }
    case 'inconclusive':
      return { outcome: 'not-verified', reason: reasonIn(findings), ...common, ...(held !== undefined && { held }) }
    default:
      return { outcome: 'proven', ...common }
  }
}

/** The highest tier at which a set is known to be a true copy, whatever came of a higher one; undefined where none is. */
export function heldTier({ outcome, tier, held }: Pick<Proof, 'outcome' | 'tier' | 'held'>): Tier | undefined {
  return outcome === 'proven' && tier !== 'none' ? tier : held
}

/**
 * How far a restore of a set must be equal before it is put in place. What is proven to `data`, or is known to hold no
 * more, is held to its rows: what else differs is told. Of a set of which nothing is known, everything must be equal.
 */
export function recoveryTier(proof: Proof): Exclude<Tier, 'archive'> {
  return heldTier(proof) === 'data' || proof.outcome === 'failed' ? 'data' : 'full'
}

/** The outcome where nothing was verified at all. */
export function notVerified(tier: Verify, reason: string, at: Date, verifiedBy: string): Proof {
  return { outcome: 'not-verified', tier, reason, at: at.toISOString(), verifiedBy, seconds: 0, findings: [] }
}

function reasonIn(findings: readonly Finding[]): string {
  const open = findings.filter(({ severity }) => severity === 'inconclusive')
  const [first] = open
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : ''
  return first === undefined ? 'a check could not run' : `${first.on}: ${first.found}${more}`
}
