import { OperationError, messageOf, problemOf } from '../errors.js'
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

/** Why something could not be read, in a finding: of a server's refusal with SQLSTATE and hint, without a full stop. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof QueryError)) return problemOf(error)
  const hint = textOf(error.cause, 'hint')?.replace(/\.$/, '')
  return `${error.problem} (SQLSTATE ${error.code})${hint === undefined ? '' : `; hint: ${hint}`}`
}

function textOf(error: unknown, field: 'hint' | 'detail'): string | undefined {
  const value: unknown =
    typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[field] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
