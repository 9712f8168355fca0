import type { Context } from '../context.js'
import { LifeboatError, messageOf, problemOf } from '../errors.js'
import { finding } from '../findings.js'
import type { Options } from '../options.js'
import { bytesBelow } from '../platform/files.js'
import { abandonedWorkspaces, sweepWorkspaces } from '../platform/workspace.js'
import { sweepService } from '../postgres/scratch-service.js'
import { namesDatabase, vacuum } from '../postgres/vacuum.js'
import { freedBytes, type MaintenanceFacts, type RemovedThing } from '../report/maintenance.js'
import type { Report } from '../report/report.js'
import { refuseForeign } from '../stores/set-place.js'
import { withLock } from '../stores/store.js'
import { reporting, type UnderWay } from './reporting.js'
import type { StoreInUse } from './stores-in-use.js'
import { rethrowInterruption } from './troubles.js'

/** Logs are kept so long. */
const LOG_DAYS = 90

const DAY_MS = 86_400_000

/** How much of what vacuumdb said the log keeps. */
const LOGGED_LINES = 20

/**
 * Removes what nobody needs any more, in every store, on this machine and on the scratch server, and vacuums the database.
 * A part that fails is a finding and keeps no other part from being done; with `dry-run` it only tells.
 */
export function maintain(options: Options, context: Context): Promise<Report> {
  return reporting('maintain', options, context, async (underWay) => {
    const { report, stores } = underWay
    report.dryRun = options.dryRun
    report.maintenance = { removed: [] }
    report.isLogged = !options.dryRun
    for (const inUse of stores) {
      await part(`Tidying ${inUse.store.name}`, inUse.store.name, underWay, () => tidyStore(inUse, underWay))
    }
    await part('Tidying this machine', 'this machine', underWay, () => tidyMachine(underWay))
    if (options.scratchUrl !== undefined) {
      const url = options.scratchUrl
      context.logger.hide(url)
      await part('Tidying the scratch server', 'scratch-url', underWay, () => tidyScratch(url, underWay))
    }
    if (namesDatabase(options.databaseUrl, context)) {
      await part('Vacuuming the database', 'database-url', underWay, () => vacuumDatabase(underWay))
    } else {
      report.note('No database was vacuumed, because none is named in database-url or the PG* variables.')
    }
    report.logDetails = detailsOf(report.maintenance)
  })
}

/** Does one part of it; what goes wrong with it is a finding. */
async function part(
  title: string,
  on: string,
  { report, context }: UnderWay,
  work: () => Promise<void>,
): Promise<void> {
  try {
    context.signal.throwIfAborted()
    await report.phase(title, work)
  } catch (error) {
    rethrowInterruption(error, title, context)
    const advice = error instanceof LifeboatError ? error.advice : undefined
    report.find([finding('MAINTENANCE_FAILED', on, context.logger.redact(problemOf(error)), advice)])
    context.logger.debug(messageOf(error))
  }
}

/** Under the store's lock: a run that only just begins is not taken for a dead one, and no log line is lost. */
async function tidyStore(inUse: StoreInUse, underWay: UnderWay): Promise<void> {
  const { report, options, context } = underWay
  const { store, role } = inUse
  // Nor is the log of what turns out to be no store, or another's, written to.
  inUse.reached = false
  const series = await store.series()
  if (role === 'primary') {
    report.series = options.series ?? series ?? ''
  }
  if (options.series !== undefined) {
    refuseForeign(series, options.series, `tidying ${store.name}`)
  }
  if (series === null && (await store.leftovers()).length === 0) {
    report.note(`The store ${store.name} holds no set, so there is nothing to tidy.`)
    return
  }
  inUse.reached = series !== null
  const before = new Date(context.clock.now().getTime() - LOG_DAYS * DAY_MS).toISOString().slice(0, 10)
  const work = async (): Promise<void> => {
    const left = await store.leftovers()
    if (!options.dryRun) {
      await store.sweep()
    }
    removed(
      underWay,
      left.map(({ name, bytes }) => ({ kind: 'unfinished', where: store.name, name, bytes })),
    )
    const logs = await store.removeLogsBefore(before, { dryRun: options.dryRun })
    removed(
      underWay,
      logs.map(({ day, bytes }) => ({ kind: 'log', where: store.name, name: day, bytes })),
    )
  }
  await (options.dryRun ? work() : withLock(store, `tidying ${store.name}`, work))
}

/** Temporary folders of killed runs: workspaces and throw-away clusters alike. Every run removes them when it begins, too. */
async function tidyMachine(underWay: UnderWay): Promise<void> {
  const { options, context } = underWay
  const things: RemovedThing[] = []
  for (const name of await abandonedWorkspaces(context)) {
    things.push({ kind: 'workspace', where: 'this machine', name, bytes: await bytesBelow(name) })
  }
  const { left } = options.dryRun ? { left: [] } : await sweepWorkspaces(context)
  const stayed = new Map(left.map(({ folder, why }) => [folder, why]))
  removed(
    underWay,
    things.filter(({ name }) => !stayed.has(name)),
  )
  for (const [folder, why] of stayed) context.logger.warning(`${folder} could not be removed: ${why}`)
}

async function tidyScratch(url: string, underWay: UnderWay): Promise<void> {
  const { options, context } = underWay
  const { server, databases } = await sweepService(url, options, context)
  removed(
    underWay,
    databases.map(({ name, bytes }) => ({ kind: 'scratch database', where: server, name, bytes })),
  )
}

async function vacuumDatabase({ report, options, context }: UnderWay): Promise<void> {
  if (options.dryRun) {
    report.note('The database would be vacuumed and analyzed.')
    return
  }
  const { skipped, ...facts } = await vacuum(options, context)
  report.maintenance = { removed: report.maintenance?.removed ?? [], vacuum: facts }
  if (skipped > 0) {
    report.find([finding('VACUUM_SKIPPED', facts.database, `${skipped} of its tables were left out of the vacuum`)])
  }
}

function removed({ report, options, context }: UnderWay, things: readonly RemovedThing[]): void {
  report.maintenance = { ...report.maintenance, removed: [...(report.maintenance?.removed ?? []), ...things] }
  for (const { kind, name, where } of things) {
    context.logger.info(`${options.dryRun ? 'Would remove' : 'Removed'} (${kind}) ${name} in ${where}.`)
  }
}

/** For the log: what was removed by its kind, and the first lines of vacuumdb. */
function detailsOf(facts: MaintenanceFacts): Record<string, unknown> {
  const { removed: things, vacuum: done } = facts
  const kinds = [...new Set(things.map(({ kind }) => kind))]
  return {
    removed: Object.fromEntries(kinds.map((kind) => [kind, things.filter((one) => one.kind === kind).length])),
    freed: freedBytes(facts),
    ...(done !== undefined && {
      vacuum: { seconds: done.seconds, output: done.output.slice(0, LOGGED_LINES) },
    }),
  }
}
