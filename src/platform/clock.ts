import { setTimeout as wait } from 'node:timers/promises'

import type { Clock } from '../context.js'

/** The machine's own clock. `sleep` rejects with the signal's reason when it aborts. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? (signal.reason ?? error) : error
    })
  },
}
