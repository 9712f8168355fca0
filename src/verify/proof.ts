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
}

/**
 * What the findings of a verification amount to. An error is a failed proof; without one, a check that could not run
 * means that nothing is proven. Only when everything ran and nothing was found is it a proof.
 */
export function concludeProof({ tier, findings, at, seconds, verifiedBy, scratch }: Conclusion): Proof {
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
      return { outcome: 'failed', ...common }
    case 'inconclusive':
      return { outcome: 'not-verified', reason: reasonIn(findings), ...common }
    default:
      return { outcome: 'proven', ...common }
  }
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
