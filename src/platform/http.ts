import type { IncomingMessage } from 'node:http'

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string
}

export interface HttpAnswer {
  status: number
  /** By their names in small letters. */
  headers: Readonly<Record<string, string | undefined>>
  /** At most `LONGEST_ANSWER` bytes of it. */
  body: string
}

/**
 * Asks a server once. It rejects when no whole answer comes, or when the signal aborts, and then no connection is left;
 * an answer of any status is an answer. Redirections are not followed: what is sent is meant for this server alone.
 */
export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>

/** Whoever answers more than this is not read to the end. */
const LONGEST_ANSWER = 8 * 1024 * 1024

/** By the toolkit's client, which knows the proxies of the environment. */
export const httpByToolkit: Http = async ({ method, url, headers = {}, body }, signal) => {
  const { HttpClient } = await import('@actions/http-client')
  signal.throwIfAborted()
  // It takes no signal. Only with connections of its own can it be told to end them.
  const client = new HttpClient('pg-lifeboat', [], { keepAlive: true, allowRetries: false, allowRedirects: false })
  const stop = (): void => {
    client.dispose()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const { message } = await client.request(method, url, body ?? null, { ...headers })
    return { status: message.statusCode ?? 0, headers: singleHeaders(message), body: await textOf(message) }
  } finally {
    signal.removeEventListener('abort', stop)
    client.dispose()
  }
}

function singleHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

async function textOf(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of message) {
    pieces.push(piece as Buffer)
    bytes += (piece as Buffer).length
    if (bytes > LONGEST_ANSWER) break
  }
  return Buffer.concat(pieces).subarray(0, LONGEST_ANSWER).toString('utf8')
}
