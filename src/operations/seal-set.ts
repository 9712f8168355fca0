import type { KeyObject } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Manifest } from '../backup/manifest.js'
import { describeFiles, writeChecksums, writeManifest } from '../backup/set.js'
import type { Context } from '../context.js'
import { UsageError } from '../errors.js'
import type { Options } from '../options.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { makePrivate } from '../platform/files.js'
import { writeSealedKit } from '../sealing/kit.js'
import { outerManifest } from '../sealing/outer-manifest.js'
import { parseRecipients, type Recipient } from '../sealing/recipients.js'
import { sealFolder } from '../sealing/seal.js'
import { keyName, readSigningKey, signManifest } from '../sealing/signature.js'
import type { IncomingSet } from '../stores/store.js'
import type { UnderWay } from './reporting.js'

/** How the sets of a run are protected from those who read or write the store. */
export interface Protection {
  /** To whom sets are encrypted; to nobody means that they are not. */
  recipients: readonly Recipient[]
  hideNames: boolean
  signingKey: KeyObject | null
}

/** What a set is made of before it is protected: its folder with everything but manifest and checksums. */
export interface PlainSet {
  folder: string
  manifest: Manifest
}

/**
 * Reads the keys that sets are encrypted to and signed with. Done before anything is dumped.
 *
 * Throws `UsageError`.
 */
export async function readProtection(
  { encryptTo, hideNames, signingKey }: Options,
  { logger, workingDirectory }: Context,
): Promise<Protection> {
  const hide = (secret: string): void => {
    logger.hide(secret)
  }
  const recipients = await parseRecipients(encryptTo, hide)
  if (hideNames && recipients.length === 0) {
    throw new UsageError({
      doing: 'reading the options',
      problem: 'hide-names was asked for without encrypt-to',
      advice:
        'Names can be hidden only where a manifest with them is kept encrypted: give encrypt-to, or leave it out.',
    })
  }
  const warn = (message: string): void => {
    logger.warning(message)
  }
  const reading = { folder: workingDirectory, hide, warn }
  return {
    recipients,
    hideNames,
    signingKey: signingKey === undefined ? null : await readSigningKey(signingKey, reading),
  }
}

/**
 * Where a set is made: in the store's own folder, or, when it will be encrypted, in a folder of the workspace, so that
 * no plaintext ever lies in the store.
 */
export async function makingFolder(
  incoming: Pick<IncomingSet, 'folder'>,
  { recipients }: Protection,
  { workspace }: Pick<Context, 'workspace'>,
): Promise<string> {
  return recipients.length === 0 ? incoming.folder : workspace.folder('plain-set')
}

/**
 * Makes a set complete in the folder of the store: its manifest and checksums; encrypted and signed where that was asked
 * for. The plaintext is gone afterwards.
 *
 * @returns the manifest that the store keeps
 */
export async function completeSet(
  plain: PlainSet,
  folder: string,
  protection: Protection,
  { report, context }: Pick<UnderWay, 'report' | 'context'>,
): Promise<Manifest> {
  await writeManifest(plain.folder, plain.manifest)
  await writeChecksums(plain.folder, plain.manifest.files)
  const stored =
    protection.recipients.length === 0
      ? plain.manifest
      : await report.phase('Encrypting', () => seal(plain, folder, protection, context))
  if (protection.signingKey !== null) {
    await signManifest(folder, protection.signingKey)
    context.logger.info(`Signed with the key ${keyName(protection.signingKey)}.`)
  }
  await orFileTrouble(`taking the rights of others from ${folder}`, () => makePrivate(folder))
  return stored
}

async function seal(
  { folder: from, manifest }: PlainSet,
  to: string,
  { recipients, hideNames }: Protection,
  context: Context,
): Promise<Manifest> {
  await sealFolder(from, to, recipients, context)
  await orFileTrouble(`removing the plaintext in ${from}`, () => rm(from, { recursive: true, force: true }))
  const outer = (files: Manifest['files']): Manifest => outerManifest(manifest, files, { recipients, hideNames })
  await writeSealedKit(to, outer([]))
  const stored = outer(await describeFiles(to, { signal: context.signal }))
  await writeManifest(to, stored)
  await writeChecksums(to, stored.files)
  return stored
}
