import path from 'node:path'
import type { KeyObject } from 'node:crypto'
import type { Manifest, Proof } from '../backup/manifest.js'
import { listsItsDump, readManifest, SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { DamagedError } from '../errors.js'
import { finding, worstOf, type Finding } from '../findings.js'
import type { Options } from '../options.js'
import { KEY_FINDINGS } from '../sealing-findings.js'
import { WrongKeyError } from '../sealing/age-errors.js'
import { readIdentities, type Identity } from '../sealing/identities.js'
import { sealedName } from '../sealing/names.js'
import { outerProof } from '../sealing/outer-manifest.js'
import { readTrustedKeys, signatureFindings } from '../sealing/signature.js'
import { unsealFolder } from '../sealing/unseal.js'
import type { SetPlace, Store } from '../stores/store.js'
import { strayFiles } from '../verify/dump-files.js'
import { verifyFiles } from '../verify/files.js'
import { isElsewhere } from './elsewhere.js'
import { copyToTrust } from './own-copy.js'

/** The keys that sets are opened and trusted by. */
export interface OpeningKeys {
  /** Private keys for encrypted sets; none where there are none. */
  identities: readonly Identity[]
  /** Public keys of which one must have signed a set; none where signatures are not asked for. */
  trusted: readonly KeyObject[]
}

export const NO_KEYS: OpeningKeys = { identities: [], trusted: [] }

/** A set that can be read. */
export interface OpenedSet {
  /** A folder with the plain set: of an encrypted one, what it decrypts to. */
  folder: string
  /** The manifest in that folder. */
  manifest: Manifest
  /** What the store keeps, or a copy of it; the same as above where the set is not encrypted. */
  stored: { folder: string; manifest: Manifest }
  /** Seconds that decrypting took; undefined where the set is not encrypted. */
  decryptSeconds?: number
  /** Removes the plaintext, where there is any. The end of the run does it at the latest. */
  letGo(): Promise<void>
}

/**
 * Reads the options `decrypt-key` and `trusted-keys`. Done before anything else.
 *
 * Throws `UsageError`.
 */
export async function readOpeningKeys(
  { decryptKey, trustedKeys }: Options,
  { logger, workingDirectory }: Context,
): Promise<OpeningKeys> {
  const reading = {
    folder: workingDirectory,
    hide: (secret: string): void => {
      logger.hide(secret)
    },
    warn: (message: string): void => {
      logger.warning(message)
    },
  }
  return {
    identities: decryptKey === undefined ? [] : await readIdentities(decryptKey, reading),
    trusted: trustedKeys === undefined ? [] : await readTrustedKeys(trustedKeys, reading),
  }
}

/** A stored set that was checked, and the folder with the very bytes that were. */
export interface CheckedSet {
  folder: string
  found: Finding[]
  /** Removes the copy that was made to check it, where one was. The end of the run does it at the latest. */
  letGo(): Promise<void>
}

/**
 * Checks every byte of a set that a store opened. Where only trusted keys may sign, a folder that others may write to is
 * copied first, and the copy is what was checked; what was fetched from elsewhere is such a copy already.
 */
export async function checkOpened(
  store: Store,
  folder: string,
  place: SetPlace,
  keys: Pick<OpeningKeys, 'trusted'>,
  context: Context,
): Promise<CheckedSet> {
  if (keys.trusted.length === 0 || isElsewhere(store)) {
    return { folder, found: await checkStored(folder, place, keys, context), letGo: () => Promise.resolve() }
  }
  const copy = await copyToTrust(folder, place, keys, context)
  const found = worstOf(copy.found) === 'error' ? copy.found : [...copy.found, ...(await strayFilesOf(copy.folder))]
  return { folder: copy.folder, found, letGo: () => copy.remove() }
}

/** Checks every byte of a set as it is stored, and whose signature it bears; for both, no private key is needed. */
export async function checkStored(
  folder: string,
  { id, type }: SetPlace,
  { trusted }: Pick<OpeningKeys, 'trusted'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<Finding[]> {
  const found = await verifyFiles(folder, { id, type }, { signal })
  const isReadable = !found.some(({ on, code }) => on === SET.manifest && code !== 'MANIFEST_CHANGED')
  if (!isReadable) return found
  return [...found, ...(await strayFilesOf(folder)), ...(await signatureFindings(folder, trusted))]
}

/** The files of an encrypted set are looked at once they are decrypted. */
async function strayFilesOf(folder: string): Promise<Finding[]> {
  const manifest = await readManifest(folder)
  if (manifest.encryption !== undefined) return []
  const { path: dump } = manifest.dump
  if (listsItsDump(manifest)) return strayFiles(path.join(folder, dump), dump)
  return [finding('DUMP_FILE_OUTSIDE', SET.manifest, `it calls "${dump}" the dump, which is not among its files`)]
}

/**
 * Makes a stored set readable, whose files were checked before: a plain one is as it is, an encrypted one is decrypted
 * into the workspace, and every byte of what comes out is checked against the manifest that comes with it.
 *
 * @returns the set, or what keeps it from being read
 */
export async function openStored(
  folder: string,
  place: SetPlace,
  { identities }: Pick<OpeningKeys, 'identities'>,
  context: Context,
): Promise<OpenedSet | Finding[]> {
  const manifest = await readManifest(folder)
  const stored = { folder, manifest }
  if (manifest.encryption === undefined) {
    return { folder, manifest, stored, letGo: () => Promise.resolve() }
  }
  const recipients = manifest.encryption.recipients.join(', ')
  if (identities.length === 0) {
    const known = 'every file is what was stored, and nothing more can be known without the key'
    return [finding('DECRYPT_KEY_MISSING', `${place.type}/${place.id}`, `it is encrypted to ${recipients}; ${known}`)]
  }
  return decrypt(stored, place, identities, context)
}

async function decrypt(
  stored: OpenedSet['stored'],
  place: SetPlace,
  identities: readonly Identity[],
  context: Context,
): Promise<OpenedSet | Finding[]> {
  const start = context.clock.monotonic()
  try {
    const plain = await unsealFolder(stored.folder, stored.manifest, identities, context)
    const decryptSeconds = (context.clock.monotonic() - start) / 1000
    const opened = await readPlain(plain.folder, stored.manifest, place, context)
    if ('schema' in opened) {
      return { folder: plain.folder, manifest: opened, stored, decryptSeconds, letGo: () => plain.remove() }
    }
    await plain.remove()
    return opened
  } catch (error) {
    if (error instanceof WrongKeyError) return [wrongKey(stored.manifest, identities, place)]
    if (error instanceof DamagedError) {
      return [finding('DECRYPT_FAILED', `${place.type}/${place.id}`, `${error.problem} (while ${error.doing})`)]
    }
    throw error
  }
}

/** The manifest of the decrypted set, or what is wrong with the set. */
async function readPlain(
  folder: string,
  outer: Manifest,
  place: SetPlace,
  { signal }: Context,
): Promise<Manifest | Finding[]> {
  const found = (await verifyFiles(folder, place, { signal })).map((one) => ({ ...one, on: `${one.on} (decrypted)` }))
  if (worstOf(found) === 'error') return found
  const stray = await strayFilesOf(folder)
  if (worstOf(stray) === 'error') return stray
  const manifest = await readManifest(folder)
  const differs = differenceBetween(outer, manifest)
  return differs === null ? manifest : [finding('SEALED_SET_DIFFERS', `${place.type}/${place.id}`, differs)]
}

/** In what the readable manifest speaks of another set than the encrypted one; null when it does not. */
function differenceBetween(outer: Manifest, plain: Manifest): string | null {
  const facts = (manifest: Manifest): Record<string, unknown> => ({
    id: manifest.id,
    type: manifest.type,
    series: manifest.series,
    'time of the snapshot': manifest.snapshot.time,
    'system identifier': manifest.source.systemIdentifier,
    'outcome of the proof': manifest.proof.outcome,
    'tier of the proof': manifest.proof.tier,
  })
  const [readable, encrypted] = [facts(outer), facts(plain)]
  const name = Object.keys(readable).find((each) => readable[each] !== encrypted[each])
  if (name !== undefined) {
    return `the ${name} is ${String(readable[name])} in the readable manifest and ${String(encrypted[name])} in the encrypted one`
  }
  const there = new Set(outer.files.map((file) => file.path))
  const lacking = plain.files.find((file) => !there.has(sealedName(file.path)))
  return lacking === undefined ? null : `${sealedName(lacking.path)} is not in the readable manifest`
}

function wrongKey({ encryption }: Manifest, identities: readonly Identity[], { id, type }: SetPlace): Finding {
  const listed = encryption?.recipients ?? []
  const matching = identities.find(({ recipientId }) => listed.includes(recipientId))
  if (matching !== undefined) {
    const said = `its manifest lists the key ${matching.recipientId}, and a file is encrypted to another one`
    return finding('DECRYPT_FAILED', `${type}/${id}`, said)
  }
  const ours = identities.map(({ recipientId }) => recipientId).join(', ')
  const theirs = listed.join(', ')
  return finding('DECRYPT_KEY_WRONG', `${type}/${id}`, `it is encrypted to ${theirs}, and the key is that of ${ours}`)
}

/**
 * An outcome as it is kept with the set: beside an encrypted one, without what tells of the data. Null where it speaks
 * only of the keys that were at hand: a good set must not count as bad because somebody gave a wrong key.
 */
export function proofToKeep(proof: Proof, { encryption }: Partial<Pick<Manifest, 'encryption'>>): Proof | null {
  const weighty = proof.findings.filter(({ severity }) => severity === 'error' || severity === 'inconclusive')
  if (weighty.length > 0 && weighty.every(({ code }) => KEY_FINDINGS.includes(code))) return null
  return encryption === undefined ? proof : outerProof(proof, encryption)
}
