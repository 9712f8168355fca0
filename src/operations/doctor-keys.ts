import type { KeyObject } from 'node:crypto'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { readIdentities, type Identity } from '../sealing/identities.js'
import { parseRecipients, type Recipient } from '../sealing/recipients.js'
import { keyName, readSigningKey, readTrustedKeys } from '../sealing/signature.js'
import type { Listing } from '../stores/store.js'
import { counted } from '../units.js'
import type { Examination } from './examination.js'

/** Looks whether the keys can be read and fit each other, and the newest set in the store. */
export async function examineKeys(
  seen: Examination,
  stored: Listing | undefined,
  options: Options,
  { logger, workingDirectory }: Context,
): Promise<void> {
  const { encryptTo, decryptKey, signingKey, trustedKeys } = options
  const hide = (secret: string): void => {
    logger.hide(secret)
  }
  const warn = (message: string): void => {
    logger.warning(message)
  }
  const reading = { folder: workingDirectory, hide, warn }
  const recipients = await seen.check('Keys', 'encrypt-to', () => parseRecipients(encryptTo, hide))
  if (recipients !== undefined) {
    tellEncryption(seen, recipients, options)
  }
  if (decryptKey !== undefined) {
    const identities = await seen.check('Keys', 'decrypt-key', () => readIdentities(decryptKey, reading))
    if (identities !== undefined) {
      tellDecryption(seen, identities, recipients ?? [], stored)
    }
  }
  const trusted =
    trustedKeys === undefined
      ? []
      : await seen.check('Keys', 'trusted-keys', () => readTrustedKeys(trustedKeys, reading))
  if (signingKey !== undefined) {
    const key = await seen.check('Keys', 'signing-key', () => readSigningKey(signingKey, reading))
    if (key !== undefined) {
      tellSignature(seen, key, trusted ?? [])
    }
  }
}

function tellEncryption(
  seen: Examination,
  recipients: readonly Recipient[],
  { store, copies, hideNames }: Options,
): void {
  if (hideNames && recipients.length === 0) {
    seen.problem(
      'Keys',
      'hide-names',
      'it is asked for without encrypt-to',
      'Names are hidden only where their list is encrypted: give encrypt-to.',
    )
    return
  }
  if (recipients.length > 0) {
    seen.ok('Keys', 'encrypt-to', `sets are encrypted to ${counted(recipients.length, 'key')}`)
    return
  }
  const elsewhere = [store, ...copies.map(({ location }) => location)].some((each) => !/^[./]/.test(each))
  if (elsewhere) {
    seen.warning(
      'Keys',
      'encrypt-to',
      'sets are kept off this machine and are not encrypted: whoever can read a store reads every row',
      'Give an age public key in encrypt-to (age-keygen makes one), and keep the private one elsewhere.',
    )
  } else {
    seen.ok('Keys', 'encrypt-to', 'sets are not encrypted, and stay on this machine')
  }
}

function tellDecryption(
  seen: Examination,
  identities: readonly Identity[],
  recipients: readonly Recipient[],
  stored: Listing | undefined,
): void {
  const own = new Set(identities.map(({ recipientId }) => recipientId))
  const newest = stored?.sets.find(({ manifest }) => manifest.encryption !== undefined)
  const reads = (ids: readonly string[]): boolean => ids.some((id) => own.has(id))
  const needed = [
    ...(recipients.length === 0
      ? []
      : [{ what: 'what is encrypted from now on', ids: recipients.map(({ id }) => id) }]),
    ...(newest?.manifest.encryption === undefined
      ? []
      : [{ what: `the newest encrypted set ${newest.type}/${newest.id}`, ids: newest.manifest.encryption.recipients }]),
  ]
  const shut = needed.filter(({ ids }) => !reads(ids)).map(({ what }) => what)
  if (shut.length > 0) {
    seen.problem(
      'Keys',
      'decrypt-key',
      `it does not read ${shut.join(' and ')}`,
      'Give the private key that belongs to a key of encrypt-to: age-keygen -y prints the public key of a private one.',
    )
    return
  }
  const read = needed.map(({ what }) => what).join(' and ')
  seen.ok('Keys', 'decrypt-key', needed.length === 0 ? 'it can be read; nothing is encrypted' : `it reads ${read}`)
}

function tellSignature(seen: Examination, key: KeyObject, keys: readonly KeyObject[]): void {
  const trusted = keys.map(keyName)
  const name = keyName(key)
  if (trusted.length > 0 && !trusted.includes(name)) {
    seen.problem(
      'Keys',
      'signing-key',
      `the key ${name} is none of the trusted-keys (${trusted.join(', ')})`,
      'Add its public key to trusted-keys, or every set that is signed from now on will be refused: openssl pkey -in signing.pem -pubout',
    )
    return
  }
  seen.ok('Keys', 'signing-key', `sets are signed with the key ${name}`)
}
