import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerRest, restName } from './github-rest.js'

/** A way in which the service can misbehave, as the real one has been seen to. */
export interface Fault {
  /** `CreateArtifact`, `CreateCacheEntry`, …, `PUT`, `GET` of the blob store, or `rest:list`, … of the REST API. */
  on: string
  /** How often; once by default. */
  times?: number
  /** Answers with this status and, for the results service, this message. */
  status?: number
  message?: string
  headers?: Readonly<Record<string, string>>
  /** Answers 200 with this body. */
  body?: unknown
  /** Takes the request and never answers. */
  stall?: boolean
  /** Sends only half of the body and closes. */
  truncate?: boolean
}

export interface StoredArtifact {
  id: string
  name: string
  mimeType: string
  expiresAt?: string
  finalized: boolean
  /** `sha256:…` as the client told it. */
  digest: string
  blob: string
  createdAt: Date
  /** Whether GitHub has deleted the content already. */
  expired?: boolean
  /** Whether a run for a fork made it. */
  fromFork?: boolean
}

export interface StoredCache {
  id: string
  key: string
  version: string
  finalized: boolean
  blob: string
}

type Json = Record<string, unknown>

const ARTIFACTS = 'github.actions.results.api.v1.ArtifactService'
const CACHES = 'github.actions.results.api.v1.CacheService'
const TOKEN = ['eyJhbGciOiJub25lIn0', Buffer.from('{"scp":"Actions.Results:run:job"}').toString('base64url'), 'x'].join(
  '.',
)

/**
 * What stands behind `@actions/artifact` and `@actions/cache` on GitHub, small and on loopback: the results service's
 * methods, a store of block blobs, and the REST API of one repository's artifacts. The real clients talk to it.
 */
export class GitHubServices {
  readonly artifacts: StoredArtifact[] = []
  readonly caches: StoredCache[] = []
  /** What the REST API says of the repository `owner/name`. */
  visibility: 'public' | 'private' | 'internal' = 'private'
  /** What the token of the REST API may do with artifacts. */
  permission: 'none' | 'read' | 'write' = 'write'
  /** `CreateArtifact`, `PUT`, …, in their order. */
  readonly requests: string[] = []
  /** Called with the name of each request before it is answered. */
  onRequest: (name: string) => void = () => undefined
  private readonly blobs = new Map<string, Buffer>()
  private readonly blocks = new Map<string, Map<string, Buffer>>()
  private readonly faults: (Fault & { left: number })[] = []
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  private ids = 1000

  static async start(): Promise<GitHubServices> {
    const services = new GitHubServices()
    await new Promise<void>((resolve) => services.server.listen(0, '127.0.0.1', resolve))
    return services
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  /** What the runner sets for an action that uses them. */
  environment(): Record<string, string> {
    return {
      ACTIONS_RESULTS_URL: this.url,
      ACTIONS_CACHE_SERVICE_V2: 'true',
      ACTIONS_RUNTIME_TOKEN: TOKEN,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: this.apiUrl,
    }
  }

  get apiUrl(): string {
    return `${this.url}api`
  }

  misbehave(fault: Fault): void {
    this.faults.push({ ...fault, left: fault.times ?? 1 })
  }

  /** The bytes that were uploaded for an artifact or a cache: a zip file, a tar file, or the file itself. */
  contentOf({ blob }: { blob: string }): Buffer {
    return this.blobs.get(blob) ?? Buffer.alloc(0)
  }

  /** From now on it behaves. */
  endFaults(): void {
    this.faults.length = 0
  }

  /** Puts other bytes in the place of an artifact's, which GitHub never lets happen; its digest stays, unless told. */
  replaceContent(artifact: StoredArtifact, content: Buffer, digest = artifact.digest): void {
    this.blobs.set(artifact.blob, content)
    artifact.digest = digest
  }

  /** An artifact that another run has uploaded. */
  addArtifact(name: string, content: Buffer, more: Partial<StoredArtifact> = {}): StoredArtifact {
    const id = String((this.ids += 1))
    const artifact: StoredArtifact = {
      id,
      name,
      mimeType: 'application/zip',
      finalized: true,
      digest: `sha256:${sha256(content)}`,
      blob: `artifact-${id}.zip`,
      createdAt: new Date(),
      ...more,
    }
    this.artifacts.push(artifact)
    this.blobs.set(artifact.blob, content)
    return artifact
  }

  /**
   * Breaks the connections that stall, and waits until the client has tried once more: it does so after four seconds,
   * even when the upload has long been given up, and would keep a test's process alive for it.
   */
  async endStalls(): Promise<void> {
    const before = this.requests.length
    this.faults.length = 0
    this.server.closeAllConnections()
    for (let waited = 0; waited < 8000 && this.requests.length === before; waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const body = await bodyOf(request)
    const isCall = url.pathname.startsWith('/twirp/')
    const isRest = url.pathname.startsWith('/api/')
    const name = isCall
      ? (url.pathname.split('/').pop() ?? '')
      : isRest
        ? restName(request, url)
        : (request.method ?? '')
    this.requests.push(name)
    this.onRequest(name)
    const fault = this.faults.find(({ on, left }) => on === name && left > 0)
    if (fault !== undefined) {
      fault.left -= 1
      if (this.misbehaved(fault, response)) {
        return
      }
    }
    if (isRest) {
      const answer = answerRest(this, request, url)
      reply(response, answer.status, answer.body, answer.headers)
      return
    }
    if (!isCall) {
      this.blob(request, url, body, response, fault?.truncate === true)
      return
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      reply(response, 401, { code: 'unauthenticated', msg: 'bad token' })
      return
    }
    const [, , service = ''] = url.pathname.split('/')
    const result = this.call(service, name, JSON.parse(body.toString()) as Json)
    reply(response, result.status ?? 200, result.body)
  }

  /** Whether the fault was the whole answer. */
  private misbehaved({ stall, status, message, headers, body }: Fault, response: http.ServerResponse): boolean {
    if (stall === true) {
      return true
    }
    if (status !== undefined) {
      reply(response, status, { code: 'fault', msg: message ?? `fault ${status}` }, headers)
      return true
    }
    if (body !== undefined) {
      reply(response, 200, body)
      return true
    }
    return false
  }

  private call(service: string, method: string, ask: Json): { status?: number; body: Json } {
    switch (`${service}/${method}`) {
      case `${ARTIFACTS}/CreateArtifact`:
        return this.createArtifact(ask)
      case `${ARTIFACTS}/FinalizeArtifact`:
        return this.finalizeArtifact(ask)
      case `${ARTIFACTS}/ListArtifacts`:
        return { body: { artifacts: this.listed(ask) } }
      case `${ARTIFACTS}/GetSignedArtifactURL`:
        return { body: { signed_url: this.signed(this.artifacts.find(({ name }) => name === ask.name)?.blob ?? '') } }
      case `${ARTIFACTS}/DeleteArtifact`:
        return this.deleteArtifact(ask)
      case `${CACHES}/CreateCacheEntry`:
        return this.createCache(ask)
      case `${CACHES}/FinalizeCacheEntryUpload`:
        return this.finalizeCache(ask)
      case `${CACHES}/GetCacheEntryDownloadURL`:
        return this.findCache(ask)
      default:
        return { status: 404, body: { code: 'bad_route', msg: `${service}/${method}` } }
    }
  }

  private createArtifact(ask: Json): { status?: number; body: Json } {
    if (this.artifacts.some(({ name }) => name === ask.name)) {
      const msg = 'an artifact with this name already exists on the workflow run'
      return { status: 409, body: { code: 'already_exists', msg } }
    }
    const id = String((this.ids += 1))
    const mimeType = typeof ask.mime_type === 'string' ? ask.mime_type : 'application/zip'
    const blob = `artifact-${id}${mimeType === 'application/zip' ? '.zip' : ''}`
    this.artifacts.push({
      id,
      name: String(ask.name),
      mimeType,
      ...(typeof ask.expires_at === 'string' && { expiresAt: ask.expires_at }),
      finalized: false,
      digest: '',
      blob,
      createdAt: new Date(),
    })
    return { body: { ok: true, signed_upload_url: this.signed(blob) } }
  }

  private finalizeArtifact(ask: Json): { status?: number; body: Json } {
    const artifact = this.artifacts.find(({ name }) => name === ask.name)
    if (artifact === undefined) {
      return { status: 404, body: { code: 'not_found', msg: 'no such artifact' } }
    }
    artifact.finalized = true
    artifact.digest = typeof ask.hash === 'string' ? ask.hash : ''
    return { body: { ok: true, artifact_id: artifact.id } }
  }

  private listed({ name_filter: name, id_filter: id }: Json): Json[] {
    return this.artifacts
      .filter((artifact) => artifact.finalized)
      .filter((artifact) => (name === undefined || artifact.name === name) && (id === undefined || artifact.id === id))
      .map((artifact) => ({
        workflow_run_backend_id: 'run',
        workflow_job_run_backend_id: 'job',
        database_id: artifact.id,
        name: artifact.name,
        size: String(this.contentOf(artifact).length),
        digest: artifact.digest,
      }))
  }

  private deleteArtifact(ask: Json): { status?: number; body: Json } {
    const index = this.artifacts.findIndex(({ name }) => name === ask.name)
    const [gone] = index < 0 ? [] : this.artifacts.splice(index, 1)
    return gone === undefined
      ? { status: 404, body: { code: 'not_found' } }
      : { body: { ok: true, artifact_id: gone.id } }
  }

  private createCache(ask: Json): { body: Json } {
    if (this.caches.some(({ key, version }) => key === ask.key && version === ask.version)) {
      return { body: { ok: false, message: 'cache entry with the same key already exists' } }
    }
    const id = String((this.ids += 1))
    this.caches.push({ id, key: String(ask.key), version: String(ask.version), finalized: false, blob: `cache-${id}` })
    return { body: { ok: true, signed_upload_url: this.signed(`cache-${id}`) } }
  }

  private finalizeCache(ask: Json): { body: Json } {
    const cache = this.caches.find(({ key, version }) => key === ask.key && version === ask.version)
    if (cache === undefined) {
      return { body: { ok: false, message: 'no such entry' } }
    }
    cache.finalized = true
    return { body: { ok: true, entry_id: cache.id } }
  }

  /** The exact key first, then the newest that begins with one of the restore keys. */
  private findCache({ key, version, restore_keys: prefixes = [] }: Json): { body: Json } {
    const usable = this.caches.filter((cache) => cache.finalized && cache.version === version).reverse()
    const found =
      usable.find((cache) => cache.key === key) ??
      (prefixes as string[]).map((prefix) => usable.find((cache) => cache.key.startsWith(prefix))).find(Boolean)
    return {
      body:
        found === undefined
          ? { ok: false }
          : { ok: true, signed_download_url: this.signed(found.blob), matched_key: found.key },
    }
  }

  /** An address at which everybody can read or write a blob. */
  signed(blob: string): string {
    return `${this.url}store/container/${blob}?sig=signature-that-nobody-may-see`
  }

  private blob(
    request: http.IncomingMessage,
    url: URL,
    body: Buffer,
    response: http.ServerResponse,
    truncate: boolean,
  ): void {
    const name = url.pathname.split('/').pop() ?? ''
    if (request.method === 'PUT') {
      this.put(name, url, body)
      response
        .writeHead(201, { etag: '"0x1"', 'last-modified': new Date(0).toUTCString(), 'x-ms-request-id': '1' })
        .end()
      return
    }
    const whole = this.blobs.get(name)
    if (whole === undefined) {
      response.writeHead(404).end()
      return
    }
    this.get(request, name, whole, response, truncate)
  }

  private put(name: string, url: URL, body: Buffer): void {
    const blocks = this.blocks.get(name) ?? new Map<string, Buffer>()
    this.blocks.set(name, blocks)
    switch (url.searchParams.get('comp')) {
      case 'block':
        blocks.set(url.searchParams.get('blockid') ?? '', body)
        break
      case 'blocklist': {
        const ids = [...body.toString().matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map(([, id = '']) => id)
        this.blobs.set(name, Buffer.concat(ids.map((id) => blocks.get(id) ?? Buffer.alloc(0))))
        break
      }
      default:
        this.blobs.set(name, body)
    }
  }

  private get(
    request: http.IncomingMessage,
    name: string,
    whole: Buffer,
    response: http.ServerResponse,
    truncate: boolean,
  ): void {
    const range = /bytes=(\d+)-(\d*)/.exec(String(request.headers['x-ms-range'] ?? request.headers.range ?? ''))
    const from = Number(range?.[1] ?? 0)
    const to =
      range?.[2] === undefined || range[2] === '' ? whole.length - 1 : Math.min(Number(range[2]), whole.length - 1)
    const part = whole.subarray(from, to + 1)
    response.writeHead(range === null ? 200 : 206, {
      'content-length': part.length,
      'content-type': name.endsWith('.zip') ? 'application/zip' : 'application/octet-stream',
      ...(range !== null && { 'content-range': `bytes ${from}-${to}/${whole.length}` }),
      etag: '"0x1"',
      'last-modified': new Date(0).toUTCString(),
      'x-ms-blob-type': 'BlockBlob',
    })
    if (request.method === 'HEAD') {
      response.end()
    } else if (truncate) {
      response.write(part.subarray(0, Math.floor(part.length / 2)), () => response.destroy())
    } else {
      response.end(part)
    }
  }
}

/** Reads the names and contents of a zip file without compression; a compressed one shows only its names. */
export function zipEntries(zip: Buffer): { name: string; method: number; bytes: number }[] {
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  const entries: { name: string; method: number; bytes: number }[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + (nameLength ?? 0)),
      method: zip.readUInt16LE(at + 10),
      bytes: zip.readUInt32LE(at + 24),
    })
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0)
  }
  return entries
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) {
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts)
}

function reply(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/**
 * Keeps what the toolkit prints out of the test's output, where the runner would take it for commands.
 *
 * @returns what was printed, and the way back
 */
export function captureStdout(): { text: () => string; release: () => void } {
  const write = process.stdout.write.bind(process.stdout)
  const printed: string[] = []
  process.stdout.write = (text: string | Uint8Array) => {
    printed.push(typeof text === 'string' ? text : Buffer.from(text).toString())
    return true
  }
  return {
    text: () => printed.join(''),
    release: () => {
      process.stdout.write = write
    },
  }
}
