import type { Context } from '../context.js'
import { UsageError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { Options } from '../options.js'
import { setDetails } from '../records/log.js'
import type { Report } from '../report/report.js'
import { missingRows } from '../restore/coverage.js'
import { refuseAtErrors } from '../restore/guard.js'
import { withServicesStopped } from '../restore/services.js'
import { parseTarget, withTarget } from '../restore/target.js'
import { readOpeningKeys, type OpeningKeys } from './open-set.js'
import { pickRestorable, type Choice, type RestorableSet } from './pick-restorable.js'
import { prepareRecovery, recover } from './recover.js'
import type { PreparedRecovery, Recovered, RecoveryPlan } from './recovery.js'
import type { ReportDraft } from './report-draft.js'
import { reporting } from './reporting.js'
import { jobsOf } from './scratch.js'
import { servicesOf } from './services.js'
import { tableResults } from './table-results.js'

/**
 * Restores a set: picks and checks it, asks the target whether anything speaks against it, stops the services, restores
 * beside what is there, compares, puts it in place, starts the services.
 *
 * Whatever can refuse does so before the services are stopped; what is there is not touched before what takes its place
 * is known to be equal to the set.
 */
export function restore(options: Options, context: Context): Promise<Report> {
  return reporting('restore', options, context, async ({ report, store }) => {
    const plan = planOf(options, report)
    const services = servicesOf(options, report)
    const settings = parseTarget(options.targetUrl, context)
    const keys = await readOpeningKeys(options, context)
    report.type = options.type
    const choice = choiceOf(options, plan, keys)
    const set = await report.phase('Checking the set', () => pickRestorable(store, choice, context))
    describe(set, report)
    const request = { settings, archiveMajor: set.manifest.tool.pgDumpMajor, preferredFolders: options.postgresBin }
    await withTarget(request, context, async (target) => {
      const held = { ...plan, tier: set.tier }
      const prepared = await report.phase('Checking the target', () => prepareRecovery(set, held, target, context))
      report.find([...prepared.findings, ...partialNews(prepared)])
      refuseAtErrors(prepared.findings, `checking whether ${set.id} can be restored into "${target.database}"`)
      await withServicesStopped(services, context, async () => {
        conclude(await recover(prepared, context), set, report)
      })
    })
  })
}

function choiceOf(
  { backup = 'latest-proven', type }: Options,
  { parts, tables, excludeTables }: RecoveryPlan,
  keys: OpeningKeys,
): Choice {
  return { backup, type, keys, ...(parts !== 'schema' && { wanted: { tables, excludeTables } }) }
}

/** Throws `UsageError` for what contradicts itself. */
function planOf(options: Options, report: ReportDraft): RecoveryPlan {
  const { restoreMode: mode, restoreParts: parts, tables } = options
  const refuse = (problem: string, advice: string): never => {
    throw new UsageError({ doing: 'reading the options', problem, advice })
  }
  if (mode === 'replace' && (parts !== 'all' || tables.length > 0)) {
    refuse(
      'restore-mode replace was asked to restore only a part',
      'A database is replaced as a whole. To bring single tables back into it, use restore-mode add.',
    )
  }
  if (mode === 'new' && parts === 'data') {
    refuse(
      'restore-parts data was asked for in a new database, which has no tables to hold rows',
      'Use restore-parts all, or restore-mode add to fill tables that are there.',
    )
  }
  if (mode === 'add' && tables.length === 0 && parts !== 'data') {
    refuse(
      'restore-mode add was not told which tables to bring back',
      'Name them in tables. To restore all of a set, use restore-mode new or replace.',
    )
  }
  return {
    mode,
    parts,
    tables,
    excludeTables: options.excludeTables,
    roleMap: options.roleMap,
    confirm: options.confirm,
    jobs: jobsOf(options),
    assertions: options.assertions,
    preferredFolders: options.postgresBin,
    phase: (title, work) => report.phase(title, work),
  }
}

/** Asked for by its id or its type, a set of some tables makes a new database with empty ones in it. */
function partialNews({
  subject: { manifest },
  plan: { mode, parts, tables, excludeTables },
}: PreparedRecovery): Finding[] {
  const missing = mode === 'new' && parts === 'all' ? missingRows(manifest, { tables, excludeTables }) : null
  return missing === null ? [] : [{ ...finding('SET_IS_PARTIAL', manifest.id, missing), severity: 'warning' }]
}

function describe({ id, type, stored, location, passedOver, lesser }: RestorableSet, report: ReportDraft): void {
  const { folder, manifest } = stored
  report.id = id
  report.type = type
  report.series = manifest.series
  report.describeSet(manifest, { folder, location })
  report.logDetails = { id, type, series: manifest.series }
  passedOver.forEach((sentence) => {
    report.note(sentence)
  })
  if (lesser !== undefined) {
    report.find([finding('SET_LESS_PROVEN', `${type}/${id}`, lesser)])
  }
}

function conclude(
  { proof, tables, manifest, findings, restored }: Recovered,
  set: RestorableSet,
  report: ReportDraft,
): void {
  report.find(findings)
  report.proof = proof
  proof.findings.forEach((finding) => {
    report.say(finding)
  })
  report.tables = tableResults(manifest, tables, proof)
  report.restored = restored
  report.logDetails = {
    ...setDetails(set.stored.manifest, proof, report.seconds()),
    ...(restored !== undefined && { database: restored.database, mode: restored.mode, parts: restored.parts }),
  }
}
