import { sha256OfText } from '../backup/sha256.js'
import { UsageError } from '../errors.js'
import { loadAge } from './load-age.js'

/** A public key that sets are encrypted to. */
export interface Recipient {
  /** `age1…` */
  key: string
  /** What the manifest calls it. */
  id: string
}

/** What a manifest calls a public key: enough to tell keys apart, and the same everywhere. */
export function recipientId(key: string): string {
  return sha256OfText(key).slice(0, 16)
}

/**
 * Reads the option `encrypt-to`. A typing error must not come to light when an hour of dumping is over, so every key is
 * checked to its last letter; age's own check sum is in them.
 *
 * @param hide told what must never be shown: a private key that somebody put here by mistake
 * Throws `UsageError`.
 */
export async function parseRecipients(keys: readonly string[], hide: (secret: string) => void): Promise<Recipient[]> {
  const recipients: Recipient[] = []
  for (const key of new Set(keys.map((each) => each.trim()))) {
    const problem = await problemWith(key, hide)
    if (problem !== null) throw unusable(problem)
    recipients.push({ key, id: recipientId(key) })
  }
  return recipients
}

interface Problem {
  problem: string
  advice: string
}

async function problemWith(key: string, hide: (secret: string) => void): Promise<Problem | null> {
  if (/^AGE-SECRET-KEY-|PRIVATE KEY/i.test(key)) {
    hide(key)
    return {
      problem: 'a private key was given where public keys belong',
      advice:
        'Give the public key: age-keygen -y prints it. Treat that private key as known to whoever can read this configuration, and make a new one.',
    }
  }
  if (key.startsWith('ssh-')) {
    return { problem: `"${shortened(key)}" is an SSH key`, advice: 'Make a key for backups with age-keygen.' }
  }
  if (/^age1(pq|tag|tagpq|[a-z0-9]*1)/.test(key) && !/^age1[ac-hj-np-z02-9]{58}$/.test(key)) {
    return {
      problem: `"${shortened(key)}" is a key of another kind than X25519`,
      advice: 'Every age program reads what is encrypted to an X25519 key: make one with age-keygen.',
    }
  }
  return (await isX25519(key))
    ? null
    : {
        problem: `"${shortened(key)}" is not an age public key`,
        advice: 'It has 62 letters and digits and begins with age1. Copy it anew; age-keygen -y prints it.',
      }
}

async function isX25519(key: string): Promise<boolean> {
  if (!/^age1[ac-hj-np-z02-9]{58}$/.test(key)) return false
  const { Encrypter } = await loadAge()
  try {
    new Encrypter().addRecipient(key)
    return true
  } catch {
    return false // its check sum is wrong, which is what was asked
  }
}

function shortened(key: string): string {
  return key.length <= 24 ? key : `${key.slice(0, 20)}…`
}

function unusable({ problem, advice }: Problem): UsageError {
  return new UsageError({ doing: 'reading the option encrypt-to', problem, advice })
}
