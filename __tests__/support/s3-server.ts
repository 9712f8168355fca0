import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { S3 } from '@aws-sdk/client-s3'
import { findMoto, startMoto } from './moto-server.js'

const root = path.resolve(import.meta.dirname, '../..')

/** How long the server may take to start, on a machine that is busy. */
const STARTING_MS = 60_000

/** `swift_server.py` knows these, and moto takes any. */
export const CREDENTIALS = { accessKeyId: 'lifeboat:test', secretAccessKey: 'not-a-secret' }

/** A real server that speaks S3, on loopback, and a client of its own to look at what it holds. */
export interface S3Server {
  readonly url: string
  /** For what a test does besides the code that it tests. */
  readonly client: S3
  /** A new empty bucket. */
  bucket(options?: { objectLock?: boolean }): Promise<string>
  /** Whether it has what Swift has not: Object Lock, checksums in SHA-256 and MD5 of its own, writes on conditions. */
  readonly isLikeAws: boolean
  stop(): Promise<void>
}

/** Starts moto's server where it is installed, which has the most of S3 and is quick, else Swift. */
export async function startS3Server(): Promise<S3Server> {
  const moto = findMoto()
  return moto === null ? startSwift() : startMoto(moto)
}

/** Starts OpenStack Swift, in a folder that goes with it. `scripts/lib/swift` must have fetched it. */
export async function startSwift(): Promise<S3Server> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-test-swift-'))
  const { server, url } = await spawnSwift(folder)
  const client = new S3({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials: CREDENTIALS })
  return {
    url,
    client,
    isLikeAws: false,
    bucket: async ({ objectLock = false } = {}) => {
      if (objectLock) throw new Error('Swift has no Object Lock')
      const Bucket = `lifeboat-${randomBytes(6).toString('hex')}`
      await client.createBucket({ Bucket })
      return Bucket
    },
    stop: async () => {
      client.destroy()
      server.stdin?.end()
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function spawnSwift(folder: string): Promise<{ server: ChildProcess; url: string }> {
  const port = await fourFreePorts()
  const program = path.join(root, 'scripts/lib/swift_server.py')
  const swift = process.env.SWIFT_CACHE ?? path.join(root, '.cache/swift')
  // Debian's own Python, for which the packages are made, whatever comes first on PATH.
  const server = spawn('/usr/bin/python3', [program, swift, folder, String(port)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
  })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)))
  const ready = once(server.stdout, 'data', { signal: AbortSignal.timeout(STARTING_MS) }).then(() => true)
  const isReady = await Promise.race([ready, once(server, 'close').then(() => false)]).catch(() => false)
  if (!isReady) {
    server.kill('SIGKILL')
    const proxy = await readFile(path.join(folder, 'proxy.log'), 'utf8').catch(() => '')
    throw new Error(`Swift did not start (scripts/lib/swift fetches it): ${said}${proxy.slice(-1000)}`)
  }
  return { server, url: `http://127.0.0.1:${port}` }
}

/** The first of four ports in a row that nobody listens on. */
async function fourFreePorts(): Promise<number> {
  for (;;) {
    const first = await listening(0)
    const { port } = first.address() as { port: number }
    const others = await Promise.allSettled([1, 2, 3].map((more) => listening(port + more)))
    const servers = others.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    await Promise.all([first, ...servers].map((server) => new Promise((resolve) => server.close(resolve))))
    if (servers.length === others.length) return port
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => {
      throw error as Error
    }),
  ])
  return server
}
