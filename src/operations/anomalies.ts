import type { Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { sha256OfText } from '../backup/sha256.js'
import { messageOf } from '../errors.js'
import { parseCatalog } from '../postgres/catalog/stored.js'
import { findAnomalies, type Anomalies } from '../records/anomalies/find.js'
import { hidesNames, historyOf, type EarlierSet } from '../records/anomalies/history.js'
import type { Schema } from '../records/anomalies/schema-diff.js'
import { schemaLines } from '../records/anomalies/schema-lines.js'
import type { Store } from '../stores/store.js'
import type { EarlierRuns } from './earlier-runs.js'
import type { UnderWay } from './reporting.js'

/** A catalog of a hundred thousand objects has about 30 MB; what is larger is not fetched for a comparison. */
const LARGEST_CATALOG = 64 * 1024 * 1024

/** How many lines of a change of schema the report holds, and how many of them the job's log. */
const MOST_LINES = 500
const LINES_SAID = 50

/** How many findings the store's log keeps. */
const MOST_LOGGED = 50

/**
 * Holds a set that was taken against earlier ones, and tells what is unusual. That never fails a backup: where it cannot
 * be done, that is what is told.
 */
export async function tellAnomalies(
  underWay: UnderWay,
  { manifest, schema }: { manifest: Manifest; schema: Schema },
  earlier: EarlierRuns,
): Promise<void> {
  const { report, context } = underWay
  try {
    const { findings, schemaChange } = await anomaliesOf(underWay, { manifest, schema }, earlier)
    report.find(findings)
    if (findings.length > 0) {
      const anomalies = findings
        .slice(0, MOST_LOGGED)
        .map(({ code, severity, on, found }) => ({ code, severity, on, found }))
      report.logDetails = { ...report.logDetails, anomalies }
    }
    tellSchemaChange(underWay, schemaChange)
  } catch (error) {
    if (context.signal.aborted) throw error
    report.warn(`The set was not compared with earlier ones: ${messageOf(error)}`)
  }
}

async function anomaliesOf(
  { report, store }: UnderWay,
  { manifest, schema }: { manifest: Manifest; schema: Schema },
  { sets, lines }: EarlierRuns,
): Promise<Anomalies> {
  const history = historyOf(sets, lines, {
    type: manifest.type,
    before: new Date(manifest.snapshot.time),
    namesHidden: hidesNames(manifest),
  })
  // What an encrypted set holds besides the names of tables is for those who have the key.
  const isOpen = manifest.encryption === undefined
  const before = isOpen ? await schemaOf(store, manifest.type, history[0], report) : null
  return findAnomalies(
    { manifest, schema: isOpen ? schema : null },
    { history, schema: before, otherTypes: newestOfOtherTypes(sets, manifest.type) },
  )
}

/** The definitions in an earlier set, where they can be read without fetching the whole of it. */
async function schemaOf(
  store: Store,
  type: string,
  set: EarlierSet | undefined,
  report: Pick<UnderWay['report'], 'warn'>,
): Promise<Schema | null> {
  const file = set?.manifest?.files.find(({ path }) => path === SET.catalog)
  if (set === undefined || file === undefined || file.size > LARGEST_CATALOG) return null
  const text = await store.readText({ id: set.id, type }, SET.catalog)
  if (text === undefined) return null
  const name = `${type}/${set.id}/${SET.catalog}`
  if (sha256OfText(text) !== file.sha256) {
    report.warn(
      `The schema was not compared: ${name} in ${store.name} is not what its manifest says. Validate that set.`,
    )
    return null
  }
  return parseCatalog(text, name)
}

/** A set that is known to be bad covers nothing. */
function newestOfOtherTypes(sets: EarlierRuns['sets'], type: string): Manifest[] {
  const newest = new Map<string, Manifest>()
  for (const set of sets) {
    if (set.type !== type && set.proof.outcome !== 'failed' && !newest.has(set.type)) newest.set(set.type, set.manifest)
  }
  return [...newest.values()]
}

function tellSchemaChange({ report, context }: UnderWay, change: Anomalies['schemaChange']): void {
  if (change === undefined) return
  const lines = schemaLines(change.changes.slice(0, MOST_LINES))
  report.schemaChange = { since: change.since, lines, more: change.changes.length - lines.length }
  for (const line of lines.slice(0, LINES_SAID)) context.logger.info(line)
}
