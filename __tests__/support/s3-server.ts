import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { S3 } from '@aws-sdk/client-s3'

import { freePort } from './cluster.js'

/** How long the server may take to start. */
const STARTING_MS = 40_000

export const CREDENTIALS = { accessKeyId: 'lifeboat-test', secretAccessKey: 'not-a-secret' }

/** A real server that speaks S3, on loopback, and a client of its own to look at what it holds. */
export interface S3Server {
  readonly url: string
  /** For what a test does besides the code that it tests. */
  readonly client: S3
  /** A new empty bucket. */
  bucket(options?: { objectLock?: boolean }): Promise<string>
  /** Forgets everything. */
  reset(): Promise<void>
  stop(): Promise<void>
}

/** Starts `moto_server`, which must be installed: without it, all that is said of S3 would go untested. `environment` is its own. */
export async function startS3Server(environment: Record<string, string> = {}): Promise<S3Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(program(), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)))
  await ready(server, url, () => said)
  const client = new S3({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials: CREDENTIALS })
  return {
    url,
    client,
    bucket: async ({ objectLock = false } = {}) => {
      const Bucket = `lifeboat-${randomBytes(6).toString('hex')}`
      await client.createBucket({ Bucket, ObjectLockEnabledForBucket: objectLock })
      return Bucket
    },
    reset: async () => {
      await fetch(`${url}/moto-api/reset`, { method: 'POST' })
    },
    stop: async () => {
      client.destroy()
      await ended(server)
    },
  }
}

/** What `scripts/lib/s3-server` found, else what is on PATH. */
function program(): string {
  return process.env.S3_SERVER ?? 'moto_server'
}

async function ready(server: ChildProcess, url: string, said: () => string): Promise<void> {
  const failed: { error?: Error } = {}
  server.once('error', (error) => (failed.error = error))
  const begun = Date.now()
  for (;;) {
    if (failed.error !== undefined) {
      throw new Error('moto_server is not there: scripts/lib/s3-server says where to get it.', { cause: failed.error })
    }
    if (server.exitCode !== null || Date.now() - begun > STARTING_MS) {
      await ended(server)
      throw new Error(`moto_server did not start: ${said()}`)
    }
    const answer = await fetch(`${url}/moto-api/`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return
  const exit = once(server, 'exit')
  server.kill('SIGTERM')
  const killing = setTimeout(() => server.kill('SIGKILL'), 3000)
  await exit
  clearTimeout(killing)
}
