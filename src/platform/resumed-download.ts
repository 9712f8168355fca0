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

/** An answer: 200 with everything, 206 with the rest. The signal says that nobody wants it any more. */
type Get = (address: string, from: number, signal: AbortSignal) => Promise<IncomingMessage>

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
    const from = await address()
    const giveUp = new AbortController()
    const stop = (): void => {
      giveUp.abort(this.ours(new InterruptedError(doing, signal.reason)))
    }
    signal.addEventListener('abort', stop, { once: true })
    const stall = setTimeout(() => {
      giveUp.abort(new Error(`nothing came for ${stalledAfter} ms`))
    }, stalledAfter)
    try {
      await this.receive(await unlessAborted(get(from, this.bytes, giveUp.signal), giveUp.signal), stall, giveUp.signal)
    } finally {
      clearTimeout(stall)
      signal.removeEventListener('abort', stop)
      // Ends the connection, also that of an answer which is still to come.
      giveUp.abort()
    }
    if (this.bytes !== total) throw new Error(`it ended after ${this.bytes} of ${total} bytes`)
  }

  private async receive(response: IncomingMessage, stall: NodeJS.Timeout, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => response.destroy(signal.reason as Error), { once: true })
    if (response.statusCode === 200 && this.bytes > 0) await this.beginAnew()
    for await (const piece of response) {
      stall.refresh()
      await this.add(piece as Buffer)
    }
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
async function getByToolkit(address: string, from: number, signal: AbortSignal): Promise<IncomingMessage> {
  const { HttpClient } = await import('@actions/http-client')
  // It takes no signal. Only with connections of its own can it be told to end them.
  const client = new HttpClient('pg-lifeboat', [], { keepAlive: true, allowRetries: false })
  signal.addEventListener(
    'abort',
    () => {
      client.dispose()
    },
    { once: true },
  )
  const { message } = await client.get(address, from > 0 ? { range: `bytes=${from}-` } : {})
  const status = message.statusCode ?? 0
  if (status === 200 || status === 206) return message
  message.destroy()
  throw new Error(`the storage answered ${status} ${message.statusMessage ?? ''}`.trimEnd())
}

/** Whatever comes first: the result, or the reason why nobody waits for it any more. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error)
      },
      { once: true },
    )
  })
  // Each of the two may fail after the other was taken.
  aborted.catch(() => undefined)
  work.catch(() => undefined)
  return Promise.race([work, aborted])
}
