import { bestType, breadth } from '../choice.js'
import { rehearsed } from '../outcomes.js'
import { pickTimed } from '../pick.js'
import type { Scenario } from '../scenario.js'
import { Timeline } from '../timeline.js'
import { recoverWhole } from './latest.js'

/** The server that takes over is newer than the one that was lost, or an upgrade is near. */
export const upgrade: Scenario = {
  name: 'upgrade',
  describe: 'The newest set is restored into the next PostgreSQL major and compared with its source',
  async run(means) {
    const choice = { backup: means.backup, type: await bestType(means, breadth) }
    const timeline = new Timeline(means.context.clock)
    const set = await pickTimed(means, means.store, choice, timeline)
    const major = set.manifest.source.major + 1
    const { findings, ...end } = await recoverWhole(set, timeline, means, { major })
    return { cases: [end], recoveries: [rehearsed(set, timeline, means)], findings }
  },
}
