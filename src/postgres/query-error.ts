import { OperationError, messageOf } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'

/** A server's refusal of a statement. `code` is its SQLSTATE. */
export class QueryError extends OperationError {
  readonly code: string

  constructor(cause: unknown, doing: string) {
    super({
      doing,
      problem: messageOf(cause),
      advice:
        textOf(cause, 'hint') ?? textOf(cause, 'detail') ?? "Read the server's message above; its log may say more.",
      cause,
    })
    this.code = codeOf(cause) ?? ''
  }
}

function textOf(error: unknown, field: 'hint' | 'detail'): string | undefined {
  const value: unknown =
    typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[field] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
