import type { Proof, Tier } from '../backup/manifest.js'
import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import { boundedFindings } from '../verify/difference.js'
import { isOver } from '../verify/copy.js'
import { concludeProof } from '../verify/proof.js'
import { VERIFIER } from './prove.js'

/** What was found in what was restored. */
export interface RecoveryFindings {
  /** On the rows, the sequences, the large objects; null where they were not compared. */
  content: readonly Finding[] | null
  /** On everything else. */
  rest: readonly Finding[]
}

/**
 * What the findings of a recovery amount to. A set that is only known to hold its rows is held to these: where they are
 * equal, what else differs becomes a warning, and the outcome says `data`. The user's own assertions always count.
 *
 * @param tier how far it must be equal
 */
export function concludeRecovery(
  { content, rest }: RecoveryFindings,
  { tier, start }: { tier: Exclude<Tier, 'archive'>; start: number },
  { clock }: Pick<Context, 'clock'>,
): Proof {
  const asserted = rest.filter(({ code }) => code === 'ASSERTION_FAILED')
  const rowsHold = content !== null && !isOver(content)
  const isLesser = tier === 'data' && rowsHold && isOver(rest)
  const others = rest.filter(({ code }) => code !== 'ASSERTION_FAILED')
  const compared = content ?? []
  const findings = isLesser ? [...compared, ...asserted, ...others.map(asWarning)] : [...compared, ...rest]
  return concludeProof({
    tier: isLesser ? 'data' : 'full',
    findings: boundedFindings(findings),
    at: clock.now(),
    seconds: (clock.monotonic() - start) / 1000,
    verifiedBy: VERIFIER,
    held: rowsHold ? 'data' : undefined,
  })
}

function asWarning(one: Finding): Finding {
  return one.severity === 'error' || one.severity === 'inconclusive' ? { ...one, severity: 'warning' } : one
}
