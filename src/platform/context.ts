import type { Context, Logger } from '../context.js'
import { systemClock } from './clock.js'
import { spawnProcessRunner } from './process.js'
import { createWorkspace, sweepWorkspaces } from './workspace.js'

export interface Surroundings {
  logger: Logger
  environment: Readonly<Record<string, string | undefined>>
  workingDirectory: string
}

/** How the user, a service manager or GitHub's runner asks a process to stop. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Makes the real ports, does work with them, and cleans up, whatever happens. The first interruption aborts the work,
 * which then has the time to put things in order; what an earlier run that was killed left behind is removed first.
 */
export async function withContext<T>(surroundings: Surroundings, work: (context: Context) => Promise<T>): Promise<T> {
  const { logger, environment } = surroundings
  const interruption = new AbortController()
  const stop = (name: string) => {
    if (!interruption.signal.aborted) {
      logger.warning(`${name} received: stopping and cleaning up.`)
      interruption.abort(name)
    }
  }
  INTERRUPTIONS.forEach((name) => process.on(name, stop))
  const workspace = await createWorkspace({ environment })
  try {
    await sweepWorkspaces({ environment })
    const processes = spawnProcessRunner({ logger, signal: interruption.signal })
    return await work({ ...surroundings, processes, clock: systemClock, workspace, signal: interruption.signal })
  } finally {
    await workspace.clean()
    INTERRUPTIONS.forEach((name) => process.off(name, stop))
  }
}
