import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { Context } from '../context.js'
import { InterruptedError, LifeboatError, OperationError, messageOf } from '../errors.js'
import { fileTrouble } from './file-errors.js'

export interface Download {
  /** `fetching the artifact "…"` */
  doing: string
  /** Gives an address that is good for a minute; asked anew for every try. */
  address: () => Promise<string>
  /** The local file, which must not be there. */
  file: string
  /** Bytes that it must have in the end. */
  bytes: number
  progress?: ((done: number, total: number) => void) | undefined
}

/** An answer: 200 with everything, 206 with the rest. */
type Get = (address: string, from: number) => Promise<IncomingMessage>

/** Tries that bring no byte further, in a row. */
const MAX_FRUITLESS = 4

/** Milliseconds without a byte after which a connection is given up. */
const STALLED_AFTER = 60_000

/**
 * Downloads into a file. A connection that breaks or stalls is taken up where it ended, or begun anew where the server
 * cannot do that: the file has all its bytes in the end, or there is an error.
 *
 * @returns the SHA-256 of what was written, small hexadecimal digits
 * Throws `OperationError` when it cannot be had whole, `InterruptedError` when we are asked to stop.
 */
export async function downloadFile(
  download: Download,
  ports: Pick<Context, 'logger' | 'clock' | 'signal'>,
  { get = getByToolkit, stalledAfter = STALLED_AFTER }: { get?: Get; stalledAfter?: number } = {},
): Promise<string> {
  const handle = await open(download.file, 'wx', 0o600).catch((error: unknown) => {
    throw fileTrouble(error, download.doing)
  })
  try {
    const part = new Part(handle, download)
    for (let fruitless = 0; ;) {
      const before = part.bytes
      try {
        await part.fetch(get, stalledAfter, ports.signal)
        return part.sha256()
      } catch (error) {
        fruitless = part.bytes > before ? 0 : fruitless + 1
        if (error instanceof LifeboatError || part.isOurFault || fruitless >= MAX_FRUITLESS) throw part.failure(error)
        const wait = 1000 * 4 ** fruitless
        ports.logger.info(`${download.doing} broke off at ${part.bytes} bytes (${messageOf(error)}); going on.`)
        await ports.clock.sleep(wait, ports.signal).catch((reason: unknown) => {
          throw new InterruptedError(download.doing, reason)
        })
      }
    }
  } finally {
    await handle.close()
  }
}

/** What is there of the file so far. */
class Part {
  bytes = 0
  /** Whether going on is of no use, because the disk or the user does not want to. */
  isOurFault = false
  private hash = createHash('sha256')

  constructor(
    private readonly handle: FileHandle,
    private readonly download: Download,
  ) {}

  sha256(): string {
    return this.hash.digest('hex')
  }

  async fetch(get: Get, stalledAfter: number, signal: AbortSignal): Promise<void> {
    const { address, bytes: total, doing } = this.download
    if (signal.aborted) throw this.ours(new InterruptedError(doing, signal.reason))
    if (this.bytes === total && total > 0) return
    const response = await get(await address(), this.bytes)
    const stop = (): void => {
      response.destroy(this.ours(new InterruptedError(doing, signal.reason)))
    }
    const stall = setTimeout(() => response.destroy(new Error(`nothing came for ${stalledAfter} ms`)), stalledAfter)
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (response.statusCode === 200 && this.bytes > 0) await this.beginAnew()
      for await (const piece of response) {
        stall.refresh()
        await this.add(piece as Buffer)
      }
    } finally {
      clearTimeout(stall)
      signal.removeEventListener('abort', stop)
      response.destroy()
    }
    if (this.bytes !== total) throw new Error(`it ended after ${this.bytes} of ${total} bytes`)
  }

  failure(error: unknown): Error {
    if (error instanceof LifeboatError) return error
    if (this.isOurFault) return fileTrouble(error, this.download.doing)
    return new OperationError({
      doing: this.download.doing,
      problem: `the download broke off again and again, last at ${this.bytes} of ${this.download.bytes} bytes: ${messageOf(error)}`,
      advice: 'Check the network, then run it again; githubstatus.com tells whether GitHub works.',
      cause: error,
    })
  }

  private async add(piece: Buffer): Promise<void> {
    if (this.bytes + piece.length > this.download.bytes) {
      await this.beginAnew()
      throw new Error('more came than there should be')
    }
    try {
      for (let at = 0; at < piece.length;)
        at += (await this.handle.write(piece, at, null, this.bytes + at)).bytesWritten
    } catch (error) {
      throw this.ours(error)
    }
    this.hash.update(piece)
    this.bytes += piece.length
    this.download.progress?.(this.bytes, this.download.bytes)
  }

  private async beginAnew(): Promise<void> {
    await this.handle.truncate(0)
    this.hash = createHash('sha256')
    this.bytes = 0
  }

  private ours<T>(error: T): T {
    this.isOurFault = true
    return error
  }
}

/** By the toolkit's client, which knows proxies. */
async function getByToolkit(address: string, from: number): Promise<IncomingMessage> {
  const { HttpClient } = await import('@actions/http-client')
  const client = new HttpClient('pg-lifeboat', [], { keepAlive: false, allowRetries: false })
  const { message } = await client.get(address, from > 0 ? { range: `bytes=${from}-` } : {})
  const status = message.statusCode ?? 0
  if (status === 200 || status === 206) return message
  message.destroy()
  throw new Error(`the storage answered ${status} ${message.statusMessage ?? ''}`.trimEnd())
}
