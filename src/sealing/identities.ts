import { UsageError } from '../errors.js'
import { keyText, type KeyReading } from './key-text.js'
import { loadAge } from './load-age.js'
import { recipientId } from './recipients.js'

/** A private key that reads sets. */
export interface Identity {
  /** `AGE-SECRET-KEY-1…` */
  key: string
  /** What manifests call its public key. */
  recipientId: string
}

const SECRET = /AGE-SECRET-KEY-/i

/**
 * Reads the option `decrypt-key`: identities, one a line, with comments as age-keygen writes them, or the path of such a
 * file.
 *
 * @param hide told every private key before anything else is done with it
 * Throws `UsageError`.
 */
export async function readIdentities(value: string, { folder, hide, warn }: KeyReading): Promise<Identity[]> {
  const text = await keyText(value, {
    option: 'decrypt-key',
    mark: /AGE-SECRET-KEY-|-----BEGIN|age-encryption/i,
    folder,
    warn,
  })
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  lines.filter((line) => SECRET.test(line)).forEach(hide)
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'))
  refuseOtherKinds(text, keys)
  return Promise.all([...new Set(keys)].map(parseIdentity))
}

function refuseOtherKinds(text: string, keys: readonly string[]): void {
  if (/BEGIN AGE ENCRYPTED FILE|^age-encryption\.org/.test(text)) {
    throw unusable(
      'it is protected by a passphrase',
      'Decrypt it with age -d where only you can read it, and give that.',
    )
  }
  if (/BEGIN [A-Z ]*PRIVATE KEY/.test(text)) {
    throw unusable('it is an SSH or TLS key', 'Give the age identity, which begins with AGE-SECRET-KEY-1.')
  }
  if (keys.length === 0) {
    throw unusable('there is no identity in it', 'An identity is a line that begins with AGE-SECRET-KEY-1.')
  }
}

/** What is wrong with a key is told without a letter of it. */
async function parseIdentity(key: string): Promise<Identity> {
  if (key.startsWith('age1')) {
    throw unusable('it holds a public key', 'Give the private one, which begins with AGE-SECRET-KEY-1.')
  }
  const { Decrypter, identityToRecipient } = await loadAge()
  try {
    new Decrypter().addIdentity(key)
    if (key.startsWith('AGE-SECRET-KEY-1')) {
      return { key, recipientId: recipientId(await identityToRecipient(key)) }
    }
  } catch {
    // Said below; the library's own message could quote the key.
  }
  throw unusable(
    'a line of it is not an age identity',
    'An identity begins with AGE-SECRET-KEY-1 and has 74 letters and digits, all capitals. Copy it anew.',
  )
}

function unusable(problem: string, advice: string): UsageError {
  return new UsageError({ doing: 'reading the option decrypt-key', problem, advice })
}
