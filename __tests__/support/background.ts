import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

const STARTING_MS = 20_000

/** A program that runs beside the tests until it is stopped. */
export interface Background {
  readonly pid: number
  /** What it has written so far, the last of it. */
  said(): string
  /** Ends it and all that it started. */
  stop(): Promise<void>
}

/** Starts a server and waits until it listens on a port of 127.0.0.1. Fails with what it said when it does not. */
export async function startServer(program: string, args: readonly string[], port: number): Promise<Background> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let said = ''
  const keep = (chunk: Buffer): void => {
    said = `${said}${chunk.toString()}`.slice(-4000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const failed: { error?: Error } = {}
  child.once('error', (error) => (failed.error = error))
  const background: Background = {
    pid: child.pid ?? 0,
    said: () => said,
    stop: async () => {
      const isRunning = child.exitCode === null && child.signalCode === null && child.pid !== undefined
      const exit = isRunning ? once(child, 'exit') : Promise.resolve()
      killGroup(child.pid, 'SIGTERM')
      const killing = setTimeout(() => {
        killGroup(child.pid, 'SIGKILL')
      }, 3_000)
      await exit
      clearTimeout(killing)
      killGroup(child.pid, 'SIGKILL')
    },
  }
  const begun = Date.now()
  while (!(await listens(port))) {
    if (failed.error !== undefined) throw new Error(`${program} is not installed.`, { cause: failed.error })
    if (child.exitCode !== null || Date.now() - begun > STARTING_MS) {
      await background.stop()
      throw new Error(`${program} does not listen on port ${port}: ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return background
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nothing of it is left.
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}
