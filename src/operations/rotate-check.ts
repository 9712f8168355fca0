import type { Proof } from '../backup/manifest.js'
import { UsageError, problemOf } from '../errors.js'
import { finding } from '../findings.js'
import { oldestKept } from '../retention/oldest-kept.js'
import { hasRules, policyFor } from '../retention/policy-for.js'
import { forRetention } from '../retention/rotate.js'
import type { SetPlace } from '../stores/store.js'
import type { OpeningKeys } from './open-set.js'
import type { ReportDraft } from './report-draft.js'
import type { UnderWay } from './reporting.js'
import type { StoreInUse } from './stores-in-use.js'
import { rethrowInterruption } from './troubles.js'
import { validateSet } from './validate-set.js'

/** What the report says of a set that was checked, to be said again of the one that weighs most. */
type Checked = Pick<ReportDraft, 'id' | 'type' | 'source' | 'set' | 'tables'> & { proof: Proof }

/** The heaviest last. */
const WEIGHTS: readonly Proof['outcome'][] = ['proven', 'not-verified', 'failed']

/**
 * Validates, in the store and in each copy, the oldest set that is kept there, every byte of it: rot in old months is
 * found while other copies are whole. One store that cannot be read keeps no other from being checked.
 *
 * The report is about the set that came off worst, and has a line for each store.
 */
export async function checkOldest(keys: OpeningKeys, underWay: UnderWay): Promise<void> {
  const { report, store, stores, options } = underWay
  if ((options.backup ?? 'latest') !== 'latest') {
    throw new UsageError({
      doing: 'reading the options',
      problem: `rotate-check looks for the oldest sets itself, and backup names "${options.backup ?? ''}"`,
      advice: 'Leave one of the two out.',
    })
  }
  report.series = options.series ?? (await store.series()) ?? ''
  const checked: Checked[] = []
  for (const inUse of stores) {
    const one = await orNotChecked(inUse, underWay, () => checkStore(inUse, keys, underWay))
    if (one !== undefined) checked.push(one)
  }
  const [worst] = checked.sort((a, b) => WEIGHTS.indexOf(b.proof.outcome) - WEIGHTS.indexOf(a.proof.outcome))
  report.startOver()
  Object.assign(report, worst)
  report.logDetails = {
    series: report.series,
    checked: stores.map(({ line: { name, checked: set } }) => ({
      store: name,
      ...(set !== undefined && { id: set.id, type: set.type, proof: set.proof.outcome, tier: set.proof.tier }),
    })),
  }
}

async function checkStore(inUse: StoreInUse, keys: OpeningKeys, underWay: UnderWay): Promise<Checked | undefined> {
  const { report, context } = underWay
  const place = await oldestIn(inUse, underWay)
  context.logger.info(`The oldest set that is kept in ${inUse.store.name} is ${place.type}/${place.id}.`)
  report.startOver()
  await validateSet(place, keys, { ...underWay, store: inUse.store })
  const { proof, id, type, source, set, tables } = report
  if (proof === undefined) {
    return undefined
  }
  inUse.reached = true
  inUse.line = { ...inUse.line, checked: { ...place, proof } }
  // Which of the stores it is about must be seen; the log has said them already.
  report.remember(proof.findings.map((one) => ({ ...one, on: `${one.on} (${inUse.store.name})` })))
  return { id, type, source, set, tables, proof: { ...proof, findings: [] } }
}

/** Throws `UsageError` where the store holds no set that can be meant. */
async function oldestIn(inUse: StoreInUse, { report, context, options }: UnderWay): Promise<SetPlace> {
  const { sets } = await inUse.store.list()
  const meant = sets.filter(({ type }) => type === (options.type ?? type)).map(forRetention)
  const policyOf = hasRules(inUse.options) ? (type: string) => policyFor(type, inUse.options) : null
  const oldest = oldestKept(meant, policyOf, { now: context.clock.now(), series: report.series })
  if (oldest === undefined) {
    const ofType = options.type === undefined ? '' : ` of type ${options.type}`
    throw new UsageError({
      doing: `looking for the oldest set in ${inUse.store.name}`,
      problem: `it holds no set${ofType} of the series "${report.series}" that is not known to be damaged`,
      advice: 'Check the options store, copies and type, and that backups are copied there.',
    })
  }
  return { id: oldest.id, type: oldest.type }
}

async function orNotChecked<T>(
  inUse: StoreInUse,
  { report, context }: UnderWay,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    rethrowInterruption(error, `checking ${inUse.store.name}`, context)
    inUse.line = { ...inUse.line, trouble: `it could not be checked: ${problemOf(error)}` }
    report.find([finding('STORE_NOT_CHECKED', inUse.store.name, problemOf(error))])
    return undefined
  }
}
