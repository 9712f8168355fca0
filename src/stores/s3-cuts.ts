import { LifeboatError } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'

/** A body that ended early without an error. */
export class Cut extends Error {}

/**
 * Whether a body broke off on its way, which the SDK leaves to us: it tries requests again, not what comes of them.
 * Never our own errors, those of the disk, or an interruption.
 */
export function isCut(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted === true) return false
  if (error instanceof Cut) return true
  return !(error instanceof LifeboatError) && BROKEN_OFF.has(codeOf(error) ?? nameOf(error))
}

const BROKEN_OFF = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
  'TimeoutError',
])

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
