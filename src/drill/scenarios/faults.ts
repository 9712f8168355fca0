import { rm } from 'node:fs/promises'
import path from 'node:path'
import { describeFinding } from '../../findings.js'
import type { DrillCase } from '../../report/drill-facts.js'
import { bestType, lightness } from '../choice.js'
import { linkSet } from '../copies.js'
import { faultsFor, type Fault, type OtherSet } from '../damage.js'
import { failedCase } from '../outcomes.js'
import type { DrillMeans, PickedSet, Scenario } from '../scenario.js'

/** Tests the alarm: a validation that overlooks damage is worse than none. */
export const faults: Scenario = {
  name: 'faults',
  describe: 'Every kind of damage is done to a copy of a set, and each must be found and named',
  async run(means) {
    // All are built alike, and each fault costs a reading of the whole set.
    const set = await means.pick(means.store, { backup: means.backup, type: await bestType(means, lightness) })
    const other = await anotherSet(set, means)
    const cases = [await wholeCase(set, means)]
    for (const fault of faultsFor(set.stored.manifest, other)) {
      means.context.signal.throwIfAborted()
      cases.push(await faultCase(fault, set, means))
    }
    if (other !== null) await means.store.letGo(other.manifest)
    return { cases, recoveries: [], findings: [] }
  },
}

async function anotherSet({ id, type }: PickedSet, { store }: DrillMeans): Promise<OtherSet | null> {
  const { sets } = await store.list()
  const other = sets.find((each) => each.id !== id && each.type === type) ?? sets.find((each) => each.id !== id)
  return other === undefined ? null : { folder: await store.open(other), manifest: other.manifest }
}

/** An alarm that always rings is none either. */
async function wholeCase(set: PickedSet, means: DrillMeans): Promise<DrillCase> {
  const name = 'nothing changed'
  const [found] = await withCopy(set, means, () => Promise.resolve())
  return found === undefined
    ? { name, outcome: 'passed', said: `nothing was found in the copy of ${set.type}/${set.id}` }
    : failedCase(name, `the copy was not touched, and yet: ${describeFinding(found)}`)
}

async function faultCase(fault: Fault, set: PickedSet, means: DrillMeans): Promise<DrillCase> {
  const found = await withCopy(set, means, (folder) => fault.inject(folder))
  const alarm = found.find(({ code, on }) => fault.expected.includes(code) && on === fault.on)
  if (alarm !== undefined) {
    return { name: fault.name, outcome: 'passed', said: `found as ${alarm.code} on ${alarm.on}` }
  }
  const [other] = found
  const instead = other === undefined ? 'nothing was found' : `found was only: ${describeFinding(other)}`
  return failedCase(fault.name, `${fault.expected.join(' or ')} on ${fault.on} was to be found; ${instead}`)
}

async function withCopy(set: PickedSet, means: DrillMeans, change: (folder: string) => Promise<void>) {
  const root = await means.context.workspace.folder('drill-faults')
  try {
    const folder = path.join(root, set.type, set.id)
    await linkSet(set.stored.folder, folder)
    await change(folder)
    return await means.validate(folder, set)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
