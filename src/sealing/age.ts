import type { Context } from '../context.js'
import { findProgram } from '../platform/find-program.js'
import { stat } from 'node:fs/promises'
import { ageLibrary } from './age-library.js'
import { ageProgram } from './age-program.js'
import type { Identity } from './identities.js'
import type { Recipient } from './recipients.js'

/** Encrypts and decrypts files in age's format, streaming; both make a new file that only its owner can read. */
export interface Age {
  /** Throws `OperationError` when it cannot be done. */
  encrypt(from: string, to: string, recipients: readonly Recipient[]): Promise<void>
  /** Throws `WrongKeyError` when none of the identities opens it, `DamagedError` when it cannot be read to its end. */
  decrypt(from: string, to: string, identities: readonly Identity[]): Promise<void>
}

/** From this size on the program, which is several times as fast, makes up for its start. */
const WORTH_A_PROCESS = 4 * 1024 * 1024

/** The program `age` for large files where it is on PATH, the library for everything else. Both write the same format. */
export function fastestAge(context: Context): Age {
  const library = ageLibrary(context)
  if (findProgram('age', context.environment.PATH) === null) return library
  const program = ageProgram(context)
  const fit = async (file: string) => ((await stat(file)).size >= WORTH_A_PROCESS ? program : library)
  return {
    encrypt: async (from, to, recipients) => (await fit(from)).encrypt(from, to, recipients),
    decrypt: async (from, to, identities) => (await fit(from)).decrypt(from, to, identities),
  }
}
