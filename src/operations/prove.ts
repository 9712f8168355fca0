import type { Manifest, Proof, Tier } from '../backup/manifest.js'
import { UsageError } from '../errors.js'
import type { Finding } from '../findings.js'
import type { Options } from '../options.js'
import type { Programs } from '../postgres/programs.js'
import { concludeProof, notVerified } from '../verify/proof.js'
import { proveSet, type CountedTable, type Verification } from '../verify/prove.js'
import type { Subject } from '../verify/copy.js'
import { VERSION } from '../version.js'
import type { UnderWay } from './reporting.js'
import type { PreparedScratch } from './scratch.js'
import { tableResults } from './table-results.js'

/** Who says so, in a proof. */
export const VERIFIER = `pg-lifeboat ${VERSION}`

export interface Means {
  programs: Programs
  scratch: PreparedScratch
  jobs: number
}

/** Verifies a set as far as `verify` asks, tells the outcome, and returns the manifest with it. */
export async function proveInto(subject: Subject, means: Means, underWay: UnderWay): Promise<Manifest> {
  const { proof, tables } = await verify(subject, means, underWay)
  tell(proof, subject.manifest, tables, underWay)
  return { ...subject.manifest, proof }
}

/** The outcome where the files of a set are damaged: nothing is restored from such a set. */
export function concludeFiles(found: readonly Finding[], manifest: Manifest | null, underWay: UnderWay): void {
  const { clock } = underWay.context
  const proof = concludeProof({
    tier: askedTier(underWay.options),
    findings: found,
    at: clock.now(),
    seconds: underWay.report.seconds(),
    verifiedBy: VERIFIER,
  })
  tell(proof, manifest ?? { tables: [] }, [], underWay)
}

/** Throws `UsageError`: to validate and verify nothing is a contradiction. */
export function refuseTierNone({ verify }: Options): void {
  if (verify === 'none') {
    throw new UsageError({
      doing: 'reading the options',
      problem: 'validate was asked to verify "none"',
      advice: 'Set verify to archive, data or full.',
    })
  }
}

/** The tier that is asked for, where one is. */
export function askedTier({ verify }: Options): Tier {
  return verify === 'none' ? 'archive' : verify
}

/** Says the outcome and its findings in the log and puts them into the report. */
export function tell(
  proof: Proof,
  manifest: Pick<Manifest, 'tables'>,
  tables: readonly CountedTable[],
  { report, context }: UnderWay,
): void {
  proof.findings.forEach((finding) => {
    report.say(finding)
  })
  report.proof = proof
  report.tables = tableResults(manifest, tables, proof)
  context.logger.info(`Proof: ${proof.outcome}${proof.tier === 'none' ? '' : `, tier ${proof.tier}`}.`)
}

async function verify(subject: Subject, means: Means, { report, options, context }: UnderWay): Promise<Verification> {
  if (options.verify === 'none') {
    return { proof: notVerified('none', 'verification was not asked for', context.clock.now(), VERIFIER), tables: [] }
  }
  return proveSet(
    subject,
    options.verify,
    {
      programs: means.programs,
      jobs: means.jobs,
      scratch: () => means.scratch.use(),
      assertions: options.assertions,
      phase: (title, work) => report.phase(title, work),
      verifiedBy: VERIFIER,
    },
    context,
  )
}
