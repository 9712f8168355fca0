import { copyFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Manifest, Proof } from '../backup/manifest.js'
import { SET, readManifest } from '../backup/set.js'
import { sha256OfText } from '../backup/sha256.js'
import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import { DamagedError, messageOf } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { entriesBelow, writeWhole } from '../platform/files.js'
import { readSmallFile } from '../platform/no-follow.js'
import type { RemoteArtifact } from '../platform/github-artifacts.js'
import { readProofs } from './proofs.js'

/** The file, beside the manifest, that says which artifact holds the files. */
const RECORD = 'artifact.json'

const SetArtifact = z.object({
  schema: z.literal('pg-lifeboat/artifact-set/1'),
  id: z.number().int(),
  name: z.string(),
  bytes: z.number().int().nonnegative(),
  digest: z.string().nullable(),
})

/** The artifact that holds the files of a set, as it was when it had been uploaded. */
export type SetArtifact = Omit<z.infer<typeof SetArtifact>, 'schema'>

/** What makes a set visible: its manifest, which artifact its files are in, and outcomes that were known by then. */
export interface SetRecord {
  manifest: Manifest
  /** SHA-256 of the manifest, as text. */
  manifestDigest: string
  artifact: SetArtifact
  proofs: Proof[]
}

/** Writes the record of a set into an empty folder, to be uploaded. */
export async function writeRecord(
  folder: string,
  set: string,
  { id, name, bytes, digest }: RemoteArtifact,
): Promise<void> {
  await orFileTrouble(`writing the record of ${name}`, async () => {
    await copyFile(path.join(set, SET.manifest), path.join(folder, SET.manifest))
    const record = { schema: 'pg-lifeboat/artifact-set/1', id, name, bytes, digest }
    await writeWhole(path.join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`)
    const proofs = (await ifThere(entriesBelow(path.join(set, SET.proofs)))) ?? []
    if (proofs.length > 0) await mkdir(path.join(folder, SET.proofs))
    for (const { path: file } of proofs.filter(({ kind }) => kind === 'file')) {
      await copyFile(path.join(set, SET.proofs, file), path.join(folder, SET.proofs, file))
    }
  })
}

/**
 * Reads a record.
 *
 * Throws `DamagedError` when there is no manifest in it, or none that is known.
 */
export async function readRecord(folder: string, tell: (note: string) => void): Promise<SetRecord> {
  const manifest = await readManifest(folder)
  const text = await readFile(path.join(folder, SET.manifest), 'utf8')
  return {
    manifest,
    manifestDigest: sha256OfText(text),
    artifact: await readSetArtifact(folder),
    proofs: await readProofs(folder, tell),
  }
}

async function readSetArtifact(folder: string): Promise<SetArtifact> {
  try {
    return SetArtifact.parse(
      parseBoundedJson(await readSmallFile(path.join(folder, RECORD), SMALL_JSON.length), SMALL_JSON),
    )
  } catch (error) {
    throw new DamagedError({
      doing: `reading ${RECORD}`,
      problem: `it does not say which artifact holds the files: ${messageOf(error)}`,
      advice: 'Use another set, or a copy of this one in another store.',
      cause: error,
    })
  }
}
