import path from 'node:path'
import type { Proof, TableEntry, Tier } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { CouldNotVerifyError, GuardError, InterruptedError, LifeboatError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { Programs } from '../postgres/programs.js'
import type { Scratch } from '../postgres/scratch.js'
import { rowsByTable } from './archive-contents.js'
import { verifyArchive } from './archive.js'
import { detectDump } from './detect.js'
import { boundedFindings, unreadTables } from './difference.js'
import { concludeProof } from './proof.js'
import { tableKey } from '../restore/table-key.js'
import type { RestoreCheck, Subject } from './copy.js'
import { verifyRestored } from './restored.js'

export interface ProofMeans extends Omit<RestoreCheck, 'tier'> {
  /** Programs that can read the archive. */
  programs: Programs
  /** Where to restore, or why there is no such place. Only asked for by the tiers that restore. */
  scratch: () => Promise<Scratch>
  /** Who says so: `pg-lifeboat 1.0.0`. */
  verifiedBy: string
}

/** What was counted of a table in the archive or in the restored copy. */
export interface CountedTable extends Pick<TableEntry, 'schema' | 'name' | 'fingerprint' | 'movesWithin'> {
  rows?: number | undefined
}

export interface Verification {
  proof: Proof
  /** Empty when it did not come to counting. */
  tables: readonly CountedTable[]
}

/** Verifies a set at a tier and says what that amounts to. What cannot run is a finding, never a success. */
export async function proveSet(
  subject: Subject,
  tier: Tier,
  means: ProofMeans,
  context: Context,
): Promise<Verification> {
  const start = context.clock.monotonic()
  const { findings, tables, scratch, held } = await check(subject, tier, means, context)
  const proof = concludeProof({
    tier,
    findings: boundedFindings(findings.map((one) => unlessChanged(one, subject))),
    at: context.clock.now(),
    seconds: (context.clock.monotonic() - start) / 1000,
    verifiedBy: means.verifiedBy,
    ...(scratch !== undefined && { scratch: { kind: scratch.kind, serverVersion: scratch.serverVersion } }),
    held,
  })
  return { proof, tables }
}

interface Checked {
  findings: Finding[]
  tables: Verification['tables']
  scratch?: Scratch
  held?: Tier | undefined
}

async function check(subject: Subject, tier: Tier, means: ProofMeans, context: Context): Promise<Checked> {
  // A restore reads an archive from end to end as well; a script it would run on past the place where it is cut off.
  const archive =
    tier === 'archive' || subject.manifest.options.format === 'plain'
      ? await means.phase('Reading the archive', () => checkArchive(subject, means, context))
      : { findings: [], tables: [] }
  if (tier === 'archive') {
    return { ...archive, findings: [...archive.findings, ...unreadTables(subject.manifest.tables)] }
  }
  if (archive.findings.some(({ severity }) => severity === 'error')) {
    return archive
  }
  const scratch = await orFinding(means.scratch, 'SCRATCH_UNAVAILABLE')
  if ('code' in scratch) {
    return { ...archive, findings: [...archive.findings, scratch] }
  }
  const restored = await orFinding(
    () => verifyRestored(subject, scratch, { ...means, tier }, context),
    'SCRATCH_FAILED',
  )
  return 'code' in restored
    ? { ...archive, findings: [...archive.findings, restored], scratch }
    : { ...restored, findings: [...archive.findings, ...restored.findings], scratch }
}

async function checkArchive(
  { folder, manifest }: Subject,
  { programs }: ProofMeans,
  context: Context,
): Promise<Checked> {
  const file = path.join(folder, manifest.dump.path)
  const { findings, rows } = await verifyArchive(
    {
      path: file,
      name: manifest.dump.path,
      dump: await detectDump(file),
      manifest,
      pgRestore: (args) => programs.command('pg_restore', args),
    },
    context,
  )
  const found = rowsByTable(manifest.tables, rows)
  const tables = manifest.tables.map(({ schema, name }) => ({
    schema,
    name,
    rows: found.get(tableKey({ schema, name })),
  }))
  return { findings, tables }
}

/**
 * What kept a check from running, as a finding. What the user asked to stop, and what a guard refused, is no finding; nor
 * is an error of our own making, which must not pass for a sick server.
 */
async function orFinding<T extends object>(
  work: () => Promise<T>,
  code: 'SCRATCH_UNAVAILABLE' | 'SCRATCH_FAILED',
): Promise<T | Finding> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof InterruptedError || error instanceof GuardError || !(error instanceof LifeboatError)) {
      throw error
    }
    return error instanceof CouldNotVerifyError
      ? finding(code, 'scratch', error.problem, error.advice)
      : finding(code, 'scratch', error.message)
  }
}

/** A difference on what was changed at the source while it was described is no proof of anything. */
function unlessChanged(one: Finding, { manifest }: Subject): Finding {
  return one.severity === 'error' && manifest.changedMeanwhile.includes(one.on)
    ? finding('SCHEMA_CHANGED', one.on, `it was changed at the source while the backup ran (${one.code}: ${one.found})`)
    : one
}
