import type { S3, S3ClientConfig } from '@aws-sdk/client-s3'
import type { Clock, Context, Logger } from '../context.js'
import { InterruptedError, LifeboatError } from '../errors.js'
import { VERSION } from '../version.js'
import { CredentialWatch, type CredentialSource } from './s3-credentials.js'
import { EXPIRED, isS3Error, s3Error } from './s3-errors.js'
import { nameOfLocation, type S3Location } from './s3-location.js'

export interface S3Tools {
  logger: Logger
  clock: Clock
  environment: Context['environment']
  signal?: AbortSignal | undefined
  /** Instead of the SDK's own chain: environment, web identity, profiles, roles of the machine. */
  credentials?: CredentialSource
  /** Milliseconds after which a connection over which nothing moves is given up; two minutes by default. */
  silence?: number
}

/** What is asked of S3: for the words of an error, and for the permission that it names. */
export interface Errand {
  /** `sending daily/20261124T020000Z/globals.sql` */
  doing: string
  /** `s3:PutObject` */
  action: string
  /** The path that it is about, relative to the root of the store; undefined for the bucket itself. */
  path?: string
}

/** What every request gets besides its own input. */
interface RequestOptions {
  abortSignal?: AbortSignal
}

/** A request is tried this often, with growing pauses, before its failure is told; AWS_MAX_ATTEMPTS says otherwise. */
const ATTEMPTS = 8

/** A connection over which nothing moves for so long is given up, and the request is tried again. */
const SILENCE_MS = 120_000
const CONNECTING_MS = 10_000

/** A bucket as one store uses it: its client, made when it is first needed, and errors in words. */
export class S3Bucket {
  readonly name: string
  readonly logger: Logger
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  private opened: Promise<Opened> | undefined

  constructor(
    readonly location: S3Location,
    private readonly tools: S3Tools,
  ) {
    this.name = nameOfLocation(location)
    this.logger = tools.logger
    this.clock = tools.clock
    this.signal = tools.signal
  }

  /** The key of a path relative to the root of the store. */
  key(path: string): string {
    return [this.location.prefix, path].filter((part) => part !== '').join('/')
  }

  /** What every key of a folder begins with; empty for the root of a store that has the whole bucket. */
  keysBelow(folder: string): string {
    const key = this.key(folder)
    return key === '' ? '' : `${key}/`
  }

  /**
   * Asks something of S3. Credentials that have just ended are renewed once, if they can be.
   *
   * Throws `S3Error`, or `InterruptedError`.
   */
  async ask<T>(errand: Errand, work: (s3: S3, options: RequestOptions) => Promise<T>): Promise<T> {
    try {
      return await this.once(errand, work)
    } catch (error) {
      if (!isS3Error(error, ...EXPIRED) || !(await this.renewed())) throw error
      return this.once(errand, work)
    }
  }

  /** Looks ahead whether the credentials last for what is left to move. */
  async lookAhead(remaining: { bytes: number; bytesPerSecond: number | undefined }, doing: string): Promise<void> {
    const look = async (): Promise<void> => (await this.open()).watch.lookAhead(remaining, doing)
    await this.inWords({ doing, action: 'sts:AssumeRole' }, look)
  }

  /** The time of the server, as far as the SDK has learned it. */
  async now(): Promise<Date> {
    const { s3 } = await this.open()
    return new Date(this.clock.now().getTime() + s3.config.systemClockOffset)
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined)
    opened?.s3.destroy()
    this.opened = undefined
  }

  private once<T>(errand: Errand, work: (s3: S3, options: RequestOptions) => Promise<T>): Promise<T> {
    const options = this.signal === undefined ? {} : { abortSignal: this.signal }
    return this.inWords(errand, async () => work((await this.open()).s3, options))
  }

  private async inWords<T>({ doing, action, path }: Errand, work: () => Promise<T>): Promise<T> {
    if (this.isAborted()) throw new InterruptedError(doing)
    try {
      return await work()
    } catch (error) {
      if (this.isAborted()) throw new InterruptedError(doing, error)
      if (error instanceof LifeboatError) throw error
      const { bucket, endpoint } = this.location
      throw s3Error(error, { doing, action, bucket, endpoint, ...(path === undefined ? {} : { key: this.key(path) }) })
    }
  }

  private isAborted(): boolean {
    return this.signal?.aborted === true
  }

  private async renewed(): Promise<boolean> {
    const { watch } = await this.open()
    return watch.renew().catch((error: unknown) => {
      this.logger.debug(`The credentials could not be renewed: ${String(error)}`)
      return false
    })
  }

  private open(): Promise<Opened> {
    this.opened ??= openClient(this.location, this.tools)
    return this.opened
  }
}

interface Opened {
  s3: S3
  watch: CredentialWatch
}

/** The SDK is loaded only here, so that nobody waits for it who does not use S3. */
async function openClient(location: S3Location, tools: S3Tools): Promise<Opened> {
  const { S3 } = await import('@aws-sdk/client-s3')
  // It warns that a later version will want a newer Node. Which version is used is ours to choose, not the user's.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const s3 = new S3(clientConfig(location, tools))
  signDigests(s3)
  return { s3, watch: new CredentialWatch(s3.config.credentials, tools) }
}

/** Everything that decides how the client behaves. */
export function clientConfig(
  location: S3Location,
  { environment, credentials, silence = SILENCE_MS }: S3Tools,
): S3ClientConfig {
  const endpoint = location.endpoint ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL
  const region =
    location.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? (endpoint ? 'us-east-1' : undefined)
  return {
    maxAttempts: attemptsOf(environment.AWS_MAX_ATTEMPTS),
    retryMode: 'adaptive',
    requestHandler: { connectionTimeout: CONNECTING_MS, socketTimeout: silence },
    // We give the checksums ourselves, of what we read ourselves; what the SDK adds is refused by older services.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    customUserAgent: [['pg-lifeboat', VERSION]],
    forcePathStyle: location.pathStyle ?? needsPathStyle(endpoint),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  }
}

function attemptsOf(text = ''): number {
  return /^[1-9]\d?$/.test(text) ? Number(text) : ATTEMPTS
}

/** Only AWS gives every bucket a host of its own; other services know the bucket in the path, all of them. */
function needsPathStyle(endpoint: string | undefined): boolean {
  return endpoint !== undefined && !/\.amazonaws\.com(\.cn)?(:\d+)?\/?$/.test(endpoint)
}

/**
 * Signs with the SHA-256 that we give as checksum, so that bytes are hashed once and not twice. Every service compares
 * it with what arrives, even one that knows no checksums.
 */
function signDigests(s3: S3): void {
  s3.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        const digest = headers['x-amz-checksum-sha256']
        if (digest !== undefined && CARRIERS.has(String(commandName))) {
          headers['x-amz-content-sha256'] = Buffer.from(digest, 'base64').toString('hex')
        }
        return next(args)
      },
    { step: 'build', name: 'signDigests' },
  )
}

/** The requests whose checksum is the one of their body. */
const CARRIERS = new Set(['PutObjectCommand', 'UploadPartCommand'])
