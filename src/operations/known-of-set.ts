import type { Proof } from '../backup/manifest.js'
import { heldTier } from '../verify/proof.js'

/** What a proof that is none says of the set, and what a restore of it is held to. */
export function knownOf(proof: Proof): string {
  const rows = 'a restore of it is held to its rows, and what else differs is told'
  switch (proof.outcome) {
    case 'failed':
      return heldTier(proof) === 'data'
        ? `it failed its proof at the tier ${proof.tier}${firstError(proof)}, and all its rows were equal to the source; ${rows}`
        : `it failed its proof at the tier ${proof.tier}${firstError(proof)}, and nobody knows what of it holds; ${rows}`
    case 'not-verified':
      return heldTier(proof) === 'data'
        ? `it is not verified at the tier ${proof.tier} (${proof.reason}), and all its rows were equal to the source; ${rows}`
        : `it is not verified (${proof.reason}); it is compared now, and put in place only if it is equal`
    case 'proven':
      return `it is proven to the tier ${proof.tier}`
  }
}

/** `: RESTORE_ERROR INDEX i (and 2 more)` */
export function firstError({ findings }: Proof): string {
  const [first, ...others] = findings.filter(({ severity }) => severity === 'error')
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return first === undefined ? '' : `: ${first.code} ${first.on}${more}`
}
