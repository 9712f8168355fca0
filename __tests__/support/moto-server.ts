import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { S3 } from '@aws-sdk/client-s3'

import { freePort } from './cluster.js'
import { CREDENTIALS, type S3Server } from './s3-server.js'

/** How long the server may take to start. */
const STARTING_MS = 40_000

/** Where `moto_server` is; null where it is not installed. It has what Swift does not: Object Lock, and policies of users. */
export function findMoto(): string | null {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const home = os.homedir()
  const candidates = [...folders, path.join(home, '.local/bin'), path.join(home, '.pyenv/shims')]
  return candidates.map((folder) => path.join(folder, 'moto_server')).find((file) => existsSync(file)) ?? null
}

/** Starts `moto_server`; `environment` is its own. */
export async function startMoto(program: string, environment: Record<string, string> = {}): Promise<S3Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
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
    isLikeAws: true,
    bucket: async ({ objectLock = false } = {}) => {
      const Bucket = `lifeboat-${randomBytes(6).toString('hex')}`
      await client.createBucket({ Bucket, ObjectLockEnabledForBucket: objectLock })
      return Bucket
    },
    stop: async () => {
      client.destroy()
      await ended(server)
    },
  }
}

async function ready(server: ChildProcess, url: string, said: () => string): Promise<void> {
  const begun = Date.now()
  for (;;) {
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
