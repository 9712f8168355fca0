import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request was, as the proxy saw it. */
export interface SeenRequest {
  method: string
  /** With its query. */
  url: string
  headers: http.IncomingHttpHeaders
  /** Bytes of its body. */
  bytes: number
}

/** What goes wrong on the way. */
export type Fault =
  /** Answers by itself, in S3's words. */
  | { kind: 'answer'; status: number; code: string; message?: string; extra?: string; headers?: Record<string, string> }
  /** Breaks the connection after so many bytes of the request's body. */
  | { kind: 'cut-request'; after: number }
  /** Breaks the connection after so many bytes of the answer's body. */
  | { kind: 'cut-answer'; after: number }
  /** Falls silent after so many bytes of the answer's body. */
  | { kind: 'stall-answer'; after: number }
  /** Passes on only so many bytes of the answer's body, as if that were all of it. */
  | { kind: 'truncate-answer'; to: number }
  /** Flips a bit of the request's body, and takes away the checksum that would tell. */
  | { kind: 'flip-request' }
  /** Flips a bit of the answer's body. */
  | { kind: 'flip-answer' }
  /** Passes everything on, and breaks the connection instead of passing on the answer. */
  | { kind: 'lose-answer' }
  /** Says nothing until the client gives up. */
  | { kind: 'silence' }
  /** Something else happens first, then all goes well. */
  | { kind: 'meanwhile'; happens: () => Promise<void> }
  /** The text of the answer is another. */
  | { kind: 'rewrite'; rewrite: (text: string) => string }
  /** Headers of the answer are others; undefined takes one away. */
  | { kind: 'headers'; headers: Record<string, string | undefined> }

interface Rule {
  fault: Fault
  when: (request: SeenRequest) => boolean
  left: number
}

/** A proxy between a client and a server of S3, on loopback, on which the test plays faults. */
export class S3Proxy {
  readonly requests: SeenRequest[] = []
  private readonly rules: Rule[] = []
  private readonly server = http.createServer((request, response) => {
    this.pass(request, response).catch(() => response.destroy())
  })

  private constructor(private readonly target: URL) {}

  static async start(target: string): Promise<S3Proxy> {
    const proxy = new S3Proxy(new URL(target))
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Plays a fault on the next requests that fit. */
  misbehave(fault: Fault, when: Rule['when'] = () => true, times = 1): void {
    this.rules.push({ fault, when, left: times })
  }

  /** Requests that fit. */
  seen(when: Rule['when']): SeenRequest[] {
    return this.requests.filter(when)
  }

  /** Forgets requests and faults. */
  clear(): void {
    this.requests.length = 0
    this.rules.length = 0
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen: SeenRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      bytes: 0,
    }
    this.requests.push(seen)
    const fault = this.faultFor(seen)
    if (fault?.kind === 'silence') {
      request.resume()
      return
    }
    const body = await this.bodyOf(request, seen, fault)
    if (body === undefined) return
    if (fault?.kind === 'answer') {
      answer(response, fault)
      return
    }
    if (fault?.kind === 'meanwhile') await fault.happens()
    const answered = await this.forward(seen, body)
    if (fault?.kind === 'lose-answer') {
      response.destroy()
      return
    }
    give(response, answered, fault)
  }

  private faultFor(seen: SeenRequest): Fault | undefined {
    const rule = this.rules.find(({ left, when }) => left > 0 && when(seen))
    if (rule === undefined) return undefined
    rule.left -= 1
    return rule.fault
  }

  private async bodyOf(
    request: IncomingMessage,
    seen: SeenRequest,
    fault: Fault | undefined,
  ): Promise<Buffer | undefined> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      seen.bytes += chunk.length
      if (fault?.kind === 'cut-request' && seen.bytes >= fault.after) {
        request.destroy()
        return undefined
      }
    }
    const body = Buffer.concat(chunks)
    if (fault?.kind === 'flip-request') {
      flip(body)
      delete seen.headers['x-amz-checksum-sha256']
      delete seen.headers['content-md5']
    }
    return body
  }

  private async forward({ method, url, headers }: SeenRequest, body: Buffer): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.target
      const onward = http.request({ hostname, port, method, path: url, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) })
        })
      })
      onward.on('error', reject)
      onward.end(body)
    })
  }
}

interface Answered {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

function give(response: ServerResponse, { status, headers, body }: Answered, fault: Fault | undefined): void {
  const given = { ...headers }
  let bytes = body
  if (fault?.kind === 'truncate-answer') bytes = body.subarray(0, fault.to)
  if (fault?.kind === 'flip-answer') flip(body)
  if (fault?.kind === 'headers') Object.assign(given, fault.headers)
  if (fault?.kind === 'rewrite') bytes = Buffer.from(fault.rewrite(body.toString()))
  if (bytes.length !== body.length) given['content-length'] = String(bytes.length)
  response.writeHead(status, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
  if (fault?.kind === 'stall-answer') {
    response.write(body.subarray(0, fault.after))
    return
  }
  if (fault?.kind === 'cut-answer') {
    response.write(body.subarray(0, fault.after), () => setTimeout(() => response.destroy(), 50))
    return
  }
  response.end(bytes)
}

function answer(
  response: ServerResponse,
  { status, code, message = code, extra = '', headers = {} }: Fault & { kind: 'answer' },
): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message>${extra}</Error>`
  response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(text)
}

function flip(body: Buffer): void {
  const middle = Math.floor(body.length / 2)
  if (body.length > 0) body.writeUInt8(body.readUInt8(middle) ^ 1, middle)
}
