import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { SET } from '../backup/set.js'
import { UsageError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { codeOf, orFileTrouble } from '../platform/file-errors.js'
import { writeWhole } from '../platform/files.js'
import { keyText, type KeyReading } from './key-text.js'

/** 64 bytes in base64, with a newline. */
const SIGNATURE = /^[A-Za-z0-9+/]{86}==\r?\n?$/

/** A signature file has 89 bytes. */
const LARGEST_SIGNATURE = 1024

/**
 * Reads the option `signing-key`: an Ed25519 private key in PEM, or the path of its file.
 *
 * Throws `UsageError`.
 */
export async function readSigningKey(value: string, { folder, hide, warn }: KeyReading): Promise<KeyObject> {
  const option = 'signing-key'
  const text = await keyText(value, { option, mark: /-----BEGIN/, folder, warn })
  hide(text)
  const key = keyOrNull(() => createPrivateKey(text))
  if (key === null) {
    throw unusable(option, 'it is not a private key in PEM, or is protected by a passphrase', MAKING)
  }
  return ed25519(key, option)
}

/**
 * Reads the option `trusted-keys`: Ed25519 public keys in PEM, one after the other, or the path of such a file.
 *
 * Throws `UsageError`.
 */
export async function readTrustedKeys(value: string, { folder, hide }: Omit<KeyReading, 'warn'>): Promise<KeyObject[]> {
  const option = 'trusted-keys'
  const text = await keyText(value, { option, mark: /-----BEGIN/, folder })
  if (text.includes('PRIVATE KEY-----')) {
    hide(text)
    throw unusable(option, 'it holds a private key', 'Give the public key: openssl pkey -in signing.pem -pubout')
  }
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? []
  if (blocks.length === 0) throw unusable(option, 'there is no public key in PEM in it', PUBLISHING)
  return blocks.map((block) => {
    const key = keyOrNull(() => createPublicKey(block))
    if (key === null) throw unusable(option, 'a public key in it cannot be read', PUBLISHING)
    return ed25519(key, option)
  })
}

const MAKING = 'Make one: openssl genpkey -algorithm ed25519 -out signing.pem'
const PUBLISHING = 'Print it: openssl pkey -in signing.pem -pubout'

/** The name of a key in messages: the first 16 digits of the SHA-256 of its public part. */
export function keyName(key: KeyObject): string {
  const open = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(open.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16)
}

/** Signs the manifest of a set, which must be written before, and puts the signature beside it. */
export async function signManifest(folder: string, key: KeyObject): Promise<void> {
  await orFileTrouble(`signing the manifest in ${folder}`, async () => {
    const manifest = await readFile(path.join(folder, SET.manifest))
    await writeWhole(path.join(folder, SET.signature), `${sign(null, manifest, key).toString('base64')}\n`)
  })
}

/**
 * Whether one of the trusted keys signed the manifest of a set, byte for byte as it is. Nothing is checked where no key
 * is trusted.
 */
export async function signatureFindings(folder: string, trusted: readonly KeyObject[]): Promise<Finding[]> {
  if (trusted.length === 0) return []
  const signature = await readSignature(path.join(folder, SET.signature))
  if (typeof signature !== 'string') return [signature]
  const manifest = await orFileTrouble(`checking the signature in ${folder}`, () =>
    readFile(path.join(folder, SET.manifest)),
  )
  const bytes = Buffer.from(signature, 'base64')
  if (trusted.some((key) => verify(null, manifest, key, bytes))) return []
  const keys = trusted.map(keyName).join(', ')
  return [finding('SIGNATURE_WRONG', SET.signature, `it was not made over this manifest by the trusted key(s) ${keys}`)]
}

async function readSignature(file: string): Promise<string | Finding> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const buffer = Buffer.alloc(LARGEST_SIGNATURE)
      const { bytesRead } = await handle.read(buffer, 0, LARGEST_SIGNATURE, 0)
      const text = buffer.toString('latin1', 0, bytesRead)
      return SIGNATURE.test(text) ? text : finding('SIGNATURE_WRONG', SET.signature, 'it is not 64 bytes in base64')
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return finding('SIGNATURE_MISSING', SET.signature, 'the set has no signature')
    if (codeOf(error) === undefined) throw error
    return finding('SIGNATURE_WRONG', SET.signature, 'it is not a file that can be read')
  }
}

function ed25519(key: KeyObject, option: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw unusable(option, `it is a key of the kind ${key.asymmetricKeyType ?? 'unknown'}, and must be Ed25519`, MAKING)
}

/** OpenSSL's messages say nothing that helps, and may quote what it was given. */
function keyOrNull(make: () => KeyObject): KeyObject | null {
  try {
    return make()
  } catch {
    return null
  }
}

function unusable(option: string, problem: string, advice: string): UsageError {
  return new UsageError({ doing: `reading the option ${option}`, problem, advice })
}
