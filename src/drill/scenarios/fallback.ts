import path from 'node:path'
import type { Finding } from '../../findings.js'
import type { DrillCase, RehearsedRecovery } from '../../report/drill-facts.js'
import type { Store } from '../../stores/store.js'
import { linkSet } from '../copies.js'
import { flipBit, largestDumpFile } from '../damage.js'
import { failedCase, openCase, rehearsed } from '../outcomes.js'
import { pickTimed } from '../pick.js'
import type { DrillMeans, PickedSet, Scenario } from '../scenario.js'
import { Timeline } from '../timeline.js'
import { recoverWhole } from './latest.js'

/** How many of the newest sets of a type are copied: the one to destroy, and those that may take its place. */
const COPIED = 4

/** The newest backup turns out to be damaged at the very moment that it is needed. */
export const fallback: Scenario = {
  name: 'fallback',
  describe: 'In a copy of the store the newest set is destroyed; the one before it must be found and restored',
  async run(means) {
    const cases: DrillCase[] = []
    const recoveries: RehearsedRecovery[] = []
    const findings: Finding[] = []
    for (const type of means.types) {
      const rehearsal = await fallBack(type, means)
      cases.push(rehearsal.case)
      recoveries.push(...rehearsal.recoveries)
      findings.push(...rehearsal.findings)
    }
    return { cases, recoveries, findings }
  },
}

interface FellBack {
  case: DrillCase
  recoveries: RehearsedRecovery[]
  findings: Finding[]
}

async function fallBack(type: string, means: DrillMeans): Promise<FellBack> {
  const nothing = { recoveries: [], findings: [] }
  const copy = await copyOfNewest(type, means)
  const newest = await means.pick(copy.store, { backup: 'latest', type })
  const older = copy.provenIds.filter((id) => id < newest.id)
  if (older.length === 0) {
    const said = `there is no proven set of type ${type} before ${newest.id} to fall back on`
    return { case: openCase(`the ${type} before the newest`, said), ...nothing }
  }
  // By the place in the copy, whatever was picked: nothing else is ever destroyed.
  await flipBit(path.join(copy.root, type, newest.id, largestDumpFile(newest.stored.manifest)))
  const timeline = new Timeline(means.context.clock)
  const taken = await pickTimed(means, copy.store, { backup: 'latest', type }, timeline)
  const wrong = wronglyTaken(taken, newest, older)
  if (wrong !== null) {
    return { case: failedCase(`the ${type} before the newest`, wrong), ...nothing }
  }
  const { findings, ...end } = await recoverWhole(taken, timeline, means)
  return { case: end, recoveries: [rehearsed(taken, timeline, means)], findings }
}

function wronglyTaken(taken: PickedSet, destroyed: PickedSet, older: readonly string[]): string | null {
  if (taken.id === destroyed.id) {
    return `${destroyed.id} was destroyed in the copy, and was taken all the same`
  }
  const [best] = older
  return taken.id === best ? null : `${best ?? 'none'} was to be taken in place of ${destroyed.id}, and ${taken.id} was`
}

/** A store of its own with the newest sets of a type. */
async function copyOfNewest(
  type: string,
  means: DrillMeans,
): Promise<{ root: string; store: Store; provenIds: string[] }> {
  const root = await means.context.workspace.folder('drill-fallback')
  const { sets } = await means.store.list()
  const newest = sets.filter((set) => set.type === type).slice(0, COPIED)
  for (const set of newest) {
    await linkSet(await means.store.open(set), path.join(root, set.type, set.id))
    // What was linked stays when the folder goes that a store elsewhere has fetched it into.
    await means.store.letGo(set)
  }
  return {
    root,
    store: means.openStore(root),
    provenIds: newest.filter(({ proof }) => proof.outcome === 'proven').map(({ id }) => id),
  }
}
