import type { Context } from '../../src/context.js'
import { systemClock } from '../../src/platform/clock.js'
import { spawnProcessRunner } from '../../src/platform/process.js'
import { createWorkspace } from '../../src/platform/workspace.js'
import { memoryLogger, type MemoryLogger } from './ports.js'

export interface RealContext extends Context {
  logger: MemoryLogger
  /** Aborts the context's signal. */
  interrupt: () => void
}

/** The real ports, with a logger that remembers. The test calls `workspace.clean()` in the end. */
export async function realContext(environment: Context['environment'] = process.env): Promise<RealContext> {
  const logger = memoryLogger()
  const controller = new AbortController()
  return {
    logger,
    environment,
    workingDirectory: process.cwd(),
    clock: systemClock,
    processes: spawnProcessRunner({ logger, signal: controller.signal }),
    workspace: await createWorkspace({ environment }),
    signal: controller.signal,
    interrupt: () => {
      controller.abort()
    },
  }
}
