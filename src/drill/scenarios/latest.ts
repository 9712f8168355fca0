import type { DrillCase, RehearsedRecovery } from '../../report/drill-facts.js'
import type { Finding } from '../../findings.js'
import { failedCase, rehearsed, saidOf } from '../outcomes.js'
import { pickTimed } from '../pick.js'
import type { DrillMeans, PickedSet, Scenario } from '../scenario.js'
import { Timeline } from '../timeline.js'

/** The everyday case: the server is gone, the newest backups are there. */
export const latest: Scenario = {
  name: 'latest',
  describe: 'The newest set of each type is restored into an empty server and compared with its source',
  async run(means) {
    const cases: DrillCase[] = []
    const recoveries: RehearsedRecovery[] = []
    const findings: Finding[] = []
    for (const type of means.types) {
      const timeline = new Timeline(means.context.clock)
      const set = await pickTimed(means, means.store, { backup: means.backup, type }, timeline)
      const end = await recoverWhole(set, timeline, means)
      cases.push(...passedOver(set), end)
      findings.push(...end.findings)
      recoveries.push(rehearsed(set, timeline, means))
    }
    return { cases: cases.map(({ name, outcome, said }) => ({ name, outcome, said })), recoveries, findings }
  },
}

/** That an older set restores is no comfort when the newest does not. */
function passedOver({ type, passedOver }: PickedSet): DrillCase[] {
  return passedOver.map((sentence) => failedCase(`the newest ${type}`, sentence.replace(/\.$/, '')))
}

/** Restores a set into an empty server of its own major, and says what came of it. */
export async function recoverWhole(
  set: PickedSet,
  timeline: Timeline,
  means: DrillMeans,
  wish: { major?: number } = {},
): Promise<DrillCase & { findings: Finding[] }> {
  return means.withRoom(set, wish, async (room) => {
    const end = await means.recover(set, room, room.newDatabase(), { mode: 'new' }, timeline)
    const said = saidOf(
      end,
      `${end.rows} rows are in PostgreSQL ${room.serverVersion} as they were at ${set.manifest.snapshot.time}`,
    )
    return { name: `${set.type}/${set.id}`, outcome: end.outcome, said, findings: end.findings }
  })
}
