import type { Clock, Logger } from '../context.js'
import { OperationError } from '../errors.js'
import { formatBytes, formatDuration, formatInstant } from '../units.js'

/** What signs requests. Only what we look at. */
export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** When they end; undefined where they do not, or do not say. */
  expiration?: Date
}

/** The SDK's chain: remembers credentials, fetches new ones when they are nearly over or when it is told to. */
export type CredentialSource = (options?: { forceRefresh?: boolean }) => Promise<S3Credentials>

/** What is left to move, and how fast it has gone so far. */
export interface Remaining {
  bytes: number
  /** Undefined as long as nothing has been moved. */
  bytesPerSecond: number | undefined
}

/** Credentials that end sooner than this are renewed, however little is left. */
const MARGIN_MS = 5 * 60 * 1000

/** Looks ahead whether the credentials last as long as the work does. */
export class CredentialWatch {
  private warnedOf: number | undefined

  constructor(
    private readonly source: CredentialSource,
    private readonly tools: { clock: Clock; logger: Logger },
  ) {}

  /**
   * Renews credentials that would end before the work does, warns once when they cannot be renewed for long enough.
   *
   * Throws `OperationError` when they have ended already, instead of letting the transfer find out.
   */
  async lookAhead(remaining: Remaining, doing: string): Promise<void> {
    const needed = Math.max(MARGIN_MS, expectedMs(remaining) ?? 0)
    if (this.lifetime(await this.current()) >= needed) return
    const renewed = await this.current({ forceRefresh: true })
    const lifetime = this.lifetime(renewed)
    if (lifetime <= 0) throw ended(renewed, doing)
    if (lifetime < (expectedMs(remaining) ?? MARGIN_MS)) this.warn(renewed, remaining)
  }

  /** Fetches new credentials; tells whether they are others than before. */
  async renew(): Promise<boolean> {
    const before = await this.current()
    const after = await this.current({ forceRefresh: true })
    return after.accessKeyId !== before.accessKeyId || after.sessionToken !== before.sessionToken
  }

  private async current(options?: { forceRefresh: boolean }): Promise<S3Credentials> {
    const credentials = await this.source(options)
    this.tools.logger.hide(credentials.secretAccessKey)
    if (credentials.sessionToken !== undefined) this.tools.logger.hide(credentials.sessionToken)
    return credentials
  }

  private lifetime({ expiration }: S3Credentials): number {
    return expiration === undefined ? Infinity : expiration.getTime() - this.tools.clock.now().getTime()
  }

  private warn({ expiration }: S3Credentials, remaining: Remaining): void {
    if (expiration === undefined || this.warnedOf === expiration.getTime()) return
    this.warnedOf = expiration.getTime()
    const expected = expectedMs(remaining)
    const need = expected === undefined ? '' : `, about ${formatDuration(expected / 1000)} at the pace so far`
    this.tools.logger.warning(
      `The credentials end at ${formatInstant(expiration)} and cannot be renewed, while ${formatBytes(remaining.bytes)} are left to move${need}. ` +
        'Let the role last longer; what has arrived is not sent again by the next run.',
    )
  }
}

/** Milliseconds that what is left will take; undefined as long as nothing is known. */
function expectedMs({ bytes, bytesPerSecond }: Remaining): number | undefined {
  return bytesPerSecond === undefined || bytesPerSecond <= 0 ? undefined : (bytes / bytesPerSecond) * 1000
}

function ended({ expiration }: S3Credentials, doing: string): OperationError {
  return new OperationError({
    doing,
    problem: `the credentials ended at ${expiration === undefined ? 'an unknown time' : formatInstant(expiration)}`,
    advice:
      'Give fresh ones. A role in GitHub Actions lasts longer with role-duration-seconds of ' +
      'aws-actions/configure-aws-credentials, up to the maximum of the role.',
  })
}
