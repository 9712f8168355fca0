import { DamagedError, OperationError } from '../errors.js'

/** A file is encrypted to other keys than those at hand. The set may be as good as ever. */
export class WrongKeyError extends DamagedError {
  constructor(file: string, cause?: unknown) {
    super({
      doing: `decrypting ${file}`,
      problem: 'none of the identities in decrypt-key opens it',
      advice: 'Give the identity of one of the recipients that the manifest lists (encryption.recipients).',
      cause,
    })
  }
}

/** A file opens with the key and then is not what was encrypted. */
export function cannotDecrypt(file: string, problem: string, cause?: unknown): DamagedError {
  return new DamagedError({
    doing: `decrypting ${file}`,
    problem,
    advice: 'The file is damaged or was exchanged. Use another set or another copy of this one.',
    cause,
  })
}

export function cannotEncrypt(file: string, problem: string, cause?: unknown): OperationError {
  return new OperationError({
    doing: `encrypting ${file}`,
    problem,
    advice: 'Nothing was kept. Mend the cause and take the backup again.',
    cause,
  })
}
