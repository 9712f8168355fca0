import { draftManifest, type ManifestDraft } from '../backup/draft.js'
import { writeKit } from '../backup/kit.js'
import { idOf, type Manifest } from '../backup/manifest.js'
import { nothingInSet } from '../backup/nothing.js'
import { describeFiles } from '../backup/set.js'
import { withSource, type Source } from '../backup/source.js'
import { describeSource, takeDump, type Description } from '../backup/take.js'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { rulesInForce } from '../records/alert-rules.js'
import type { Schema } from '../records/anomalies/schema-diff.js'
import { searchPathOf } from '../postgres/catalog/search-path.js'
import type { Report } from '../report/report.js'
import { policyFor } from '../retention/policy-for.js'
import { withServicesStopped, type Services } from '../restore/services.js'
import { withLock, type IncomingSet } from '../stores/store.js'
import { tellAnomalies } from './anomalies.js'
import { commitSet, type CommittedSet } from './commit-set.js'
import { bringCopiesUpToDate, holdsSet } from './copies.js'
import { earlierRuns } from './earlier-runs.js'
import { measureBackup, measureFailure } from './measure.js'
import { preflight, stopAtErrors } from './preflight.js'
import { proveInto } from './prove.js'
import { reporting, type UnderWay } from './reporting.js'
import { makingFolder, readProtection, type Protection } from './seal-set.js'
import { servicesOf } from './services.js'
import { rotateStores } from './rotate.js'
import { failAtTroubles } from './troubles.js'
import { jobsOf, prepareScratch, type PreparedScratch } from './scratch.js'

/** What a set is made from. */
interface Making {
  identity: { series: string; type: string }
  source: Source
  description: Description
  scratch: PreparedScratch
  protection: Protection
  /** Starts the services again, which were stopped for the dump. */
  restart: () => Promise<void>
}

/**
 * Takes a backup, proves that it restores, commits it to the store and keeps the right ones.
 *
 * The set becomes visible by the last step of writing it, with the outcome of its proof in its manifest; whatever fails
 * before leaves the store as it was. Nothing is rotated unless this backup is as good as it was asked to be.
 */
export function backup(options: Options, context: Context): Promise<Report> {
  return reporting('backup', options, context, async (underWay) => {
    const { report } = underWay
    const type = (report.type = options.type ?? 'manual')
    const rules = rulesInForce(options.alerts)
    underWay.stores.forEach((each) => policyFor(type, each.options))
    const protection = await readProtection(options, context)
    const services = servicesOf(options, report)
    try {
      const taken = await withSource(options, context, (source) =>
        takeAndProve(source, { type, services, protection }, underWay),
      )
      tellNothing(taken.manifest, report)
      const earlier = await earlierRuns(underWay.store, taken.manifest)
      await measureBackup(underWay, taken.manifest, earlier)
      await tellAnomalies(underWay, taken, earlier)
      await copyAndRotate(taken, underWay)
    } catch (error) {
      measureFailure(underWay, rules)
      throw error
    }
  })
}

/** The preflight looks before; what counts is what is in the set. */
function tellNothing(manifest: Manifest, report: UnderWay['report']): void {
  if (!report.has('NOTHING_TO_BACK_UP')) {
    report.find(nothingInSet(manifest))
  }
}

/** A set that is in the store, with the definitions in it. */
interface TakenSet extends CommittedSet {
  schema: Schema
}

/** Brings the copies up to date; and keeps the right sets in each store that has the new one, if that is good. */
async function copyAndRotate(taken: CommittedSet, underWay: UnderWay): Promise<void> {
  const { report, stores, options } = underWay
  const { id, type } = taken.manifest
  await bringCopiesUpToDate(taken, underWay)
  if (!isAsGoodAsAsked(taken.manifest)) {
    return
  }
  if (options.rotate) {
    const upToDate = stores.slice(1).filter((copy) => holdsSet(copy, { id, type }))
    await report.phase('Rotating', () => rotateStores(underWay, upToDate, { types: [type], justTaken: id }))
  }
  const isProven = taken.manifest.proof.outcome === 'proven'
  const good = isProven ? 'the backup is good' : 'the backup is in the store, unverified as asked for'
  failAtTroubles(`keeping the set ${type}/${id} in ${stores.length} stores`, good, underWay)
}

async function takeAndProve(
  source: Source,
  { type, services, protection }: { type: string; services: Services; protection: Protection },
  underWay: UnderWay,
): Promise<TakenSet> {
  const { report, store, stores, options, context } = underWay
  const identity = { series: options.series ?? source.settings.database, type }
  report.series = identity.series
  report.logDetails = { ...identity }
  const { findings, facts } = await report.phase('Checking', () =>
    preflight(source, { ...identity, store, copies: stores.slice(1) }, options, context),
  )
  report.find(findings)
  // The log of another series is not written to.
  report.isLogged = !findings.some(({ code }) => code === 'STORE_FOREIGN_SERIES')
  stopAtErrors(findings)
  await withLock(store, `cleaning up ${store.name}`, () => store.sweep())
  const scratch = await report.phase('Getting scratch ready', () =>
    prepareScratch(facts, options, context, source.programs.major),
  )
  try {
    return await withServicesStopped(services, context, async (restart) => {
      const description = await report.phase('Taking a snapshot', () => describeSource(source, options))
      const incoming = await store.begin(idOf(description.snapshot.time), type)
      try {
        return await writeSet(incoming, { identity, source, description, scratch, protection, restart }, underWay)
      } finally {
        await incoming.discard()
      }
    })
  } finally {
    await scratch.release()
  }
}

/** Dumps into the incoming set, proves it, and commits it with its proof. */
async function writeSet(
  incoming: IncomingSet,
  { identity, source, description, scratch, protection, restart }: Making,
  underWay: UnderWay,
): Promise<TakenSet> {
  const { report, options, context } = underWay
  const folder = await makingFolder(incoming, protection, context)
  const jobs = jobsOf(options)
  const taken = await report.phase('Dumping', () =>
    takeDump(source, description, { folder, type: identity.type, jobs, options }, context),
  )
  // Ends the snapshot's transaction, which holds back vacuum at the source.
  await source.session.end()
  // What was dumped is fixed by the snapshot; nobody needs to wait for its proof.
  await restart()
  const files = await report.phase('Checksumming', () => describeFiles(folder, { signal: context.signal }))
  const draft = await withKit(folder, taken, draftManifest(identity, source, taken, files, options))
  const manifest = await proveInto(
    { folder, manifest: draft, objects: taken.catalog.objects, undumpable: taken.undumpable },
    { programs: source.programs, scratch, jobs },
    underWay,
  )
  const committed = await commitSet(incoming, { folder, manifest }, protection, underWay)
  return { ...committed, schema: { major: taken.catalog.source.major, objects: taken.catalog.objects } }
}

/** Adds the recovery kit to the set; it is written from the manifest, and listed in it like every file. */
async function withKit(folder: string, { catalog }: Description, draft: ManifestDraft): Promise<ManifestDraft> {
  const hasPublicSchema = catalog.objects.some(({ kind, name }) => kind === 'schema' && name === 'public')
  const kit = await writeKit(folder, {
    manifest: draft,
    tables: catalog.tables,
    hasPublicSchema,
    searchPath: searchPathOf(catalog.objects),
  })
  return { ...draft, files: [...draft.files, ...kit].sort((a, b) => (a.path < b.path ? -1 : 1)) }
}

function isAsGoodAsAsked({ proof }: Manifest): boolean {
  return proof.outcome === 'proven' || proof.tier === 'none'
}
