import type { TableEntry } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { OperationError } from '../errors.js'
import type { Finding } from '../findings.js'
import { searchPathOf } from '../postgres/catalog/search-path.js'
import { analyze } from '../restore/analyze.js'
import { guardFindings } from '../restore/guard.js'
import { handOver, mappedObjects } from '../restore/role-map.js'
import { makeRoles, readRoleNeeds, takeBackRoles } from '../restore/roles.js'
import { selectFrom } from '../restore/selection.js'
import { environmentFor, type Target } from '../restore/target.js'
import { withSession } from '../postgres/session.js'
import { compareContent, compareRest } from '../verify/compare-copy.js'
import { isOver, liftRestrictions, restoreContent, restoreRest, type Copy, type Subject } from '../verify/copy.js'
import { findAddition } from './recover-tables.js'
import { placeFor, type Place } from './recover-place.js'
import { concludeRecovery, type RecoveryFindings } from './recovery-proof.js'
import type { PreparedRecovery, Recovered, RecoveryPlan } from './recovery.js'

/**
 * Looks whether a set can be restored into a target, before anything is written, and says everything that speaks against
 * it.
 */
export async function prepareRecovery(
  subject: Subject,
  plan: RecoveryPlan,
  target: Target,
  context: Context,
): Promise<PreparedRecovery> {
  const { manifest, objects } = subject
  const { facts, database } = target
  const roles = await readRoleNeeds(subject, facts, plan.roleMap)
  const selection = selectFrom(manifest, objects, plan)
  const findings = [
    ...selection.findings,
    ...guardFindings({ request: plan, manifest, objects, database, facts, roles }),
  ]
  const addition =
    plan.mode === 'add' && facts.database !== null ? await findAddition(target, selection, plan, context) : null
  return { subject, plan, target, selection, roles, addition, findings: [...findings, ...(addition?.findings ?? [])] }
}

/**
 * Restores a set by phases into a place beside the target, compares it with what the set says of its source, and puts it
 * in place only when it is equal. Whatever happens before leaves what is there as it was.
 *
 * Throws when the restore could not be done; that it is not equal is a failed proof.
 */
export async function recover(prepared: PreparedRecovery, context: Context): Promise<Recovered> {
  const { plan, target, roles } = prepared
  const made = await plan.phase('Restoring the roles', () => makeRoles(target, roles, context))
  let isDone = false
  const place = await placeFor(prepared, context)
  try {
    const restored = await restoreInto(place, prepared, context)
    const findings = [...made.findings, ...place.findings, ...restored.findings]
    if (restored.proof.outcome !== 'proven') {
      await place.giveUp(restored.proof)
      return { ...restored, findings }
    }
    context.signal.throwIfAborted()
    const put = await plan.phase(place.title, () => place.putInPlace())
    isDone = true
    return { ...restored, ...put, findings: [...findings, ...put.findings] }
  } finally {
    if (!isDone) {
      await place.discard()
      await takeBackRoles(target, made.names, context)
    }
  }
}

type Restored = Pick<Recovered, 'proof' | 'tables' | 'manifest' | 'findings'>

/** Fills the place and compares it. An error of a phase ends it: what comes after would only say the same again. */
async function restoreInto(place: Place, prepared: PreparedRecovery, context: Context): Promise<Restored> {
  const { plan, roles, selection, target } = prepared
  const start = context.clock.monotonic()
  const { tier = 'full' } = plan
  const copy = await copyIn(place, prepared, context)
  const ends = (findings: readonly Finding[]): boolean => tier === 'full' && isOver(findings)
  const restored = await restoreContent(copy)
  throwServersFault(restored, target)
  const rest = ends(restored)
    ? []
    : await plan.phase('Restoring indexes and constraints', async () => {
        const findings = await restoreRest(copy)
        await withSession(copy.database.settings, { signal: context.signal }, (session) =>
          handOver(session, roles.mapped),
        )
        return findings
      })
  throwServersFault(rest, target)
  rest.push(...(await liftRestrictions(copy)))
  const isBroken = ends([...restored, ...rest])
  const statistics = isBroken
    ? []
    : await plan.phase('Gathering statistics', () => analyze(copy.target, plan.jobs, context))
  const compared = isBroken ? NOT_COMPARED : await compare(copy)
  const findings = { content: compared.content, rest: [...restored, ...rest, ...compared.rest] }
  const proof = concludeRecovery(findings, { tier, start }, context)
  return { proof, tables: compared.tables, manifest: selection.manifest, findings: statistics }
}

interface Compared extends RecoveryFindings {
  tables: TableEntry[]
}

const NOT_COMPARED: Compared = { content: null, rest: [], tables: [] }

async function compare(copy: Copy): Promise<Compared> {
  const { check, omission } = copy
  const content =
    omission?.withoutRows === true
      ? { findings: null, tables: [] }
      : await check.phase('Comparing the data', () => compareContent(copy))
  const rest = await check.phase('Comparing the schema', () => compareRest(copy))
  return { content: content.findings, rest, tables: content.tables }
}

async function copyIn(place: Place, prepared: PreparedRecovery, context: Context): Promise<Copy> {
  const { subject, plan, target, selection, roles } = prepared
  const settings = { ...target.settings, database: place.database }
  return {
    subject: {
      folder: subject.folder,
      manifest: selection.manifest,
      objects: mappedObjects(subject.objects, roles.mapped),
      undumpable: subject.undumpable,
    },
    server: { major: target.facts.major, ownRoles: false },
    database: { settings },
    target: {
      programs: target.programs,
      environment: await environmentFor(target, place.database, context),
      database: place.database,
      searchPath: searchPathOf(subject.objects),
    },
    omission: selection.omission,
    check: {
      tier: 'full',
      jobs: plan.jobs,
      assertions: plan.assertions,
      goOn: plan.tier === 'data',
      phase: plan.phase,
    },
    context,
  }
}

/** A full disk, a lost server or one that lacks something says nothing of the set: the restore could not be done. */
function throwServersFault(findings: readonly Finding[], { settings }: Target): void {
  const lack = findings.find(({ code }) => code === 'SCRATCH_LACKS')
  if (lack !== undefined) {
    throw new OperationError({
      doing: `restoring into the server of ${settings.database}`,
      problem: `the server lacks something that the backup needs: ${lack.found} (${lack.on})`,
      advice: `${lack.advice} Nothing that was there was touched.`,
    })
  }
  const fault = findings.find(({ code }) => code === 'SCRATCH_FAILED')
  if (fault !== undefined) {
    throw new OperationError({
      doing: `restoring into the server of ${settings.database}`,
      problem: `the server failed: ${fault.found} (${fault.on})`,
      advice: 'Give it room or bring it back, then start again. Nothing that was there was touched.',
    })
  }
}
