import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { nothingInSet } from '../backup/nothing.js'
import { readManifest, SET } from '../backup/set.js'
import { DamagedError } from '../errors.js'
import { worstOf, type Finding } from '../findings.js'
import { readStoredCatalog } from '../postgres/catalog/stored.js'
import { findPrograms } from '../postgres/programs.js'
import type { SetPlace } from '../stores/store.js'
import { fetchSet } from './fetch-set.js'
import { digestFindings } from './manifest-digest.js'
import { checkOpened, openStored, proofToKeep, type OpenedSet, type OpeningKeys } from './open-set.js'
import { concludeFiles, proveInto } from './prove.js'
import type { SetPlacement } from './report-draft.js'
import type { UnderWay } from './reporting.js'
import { jobsOf, prepareScratch } from './scratch.js'

/** Verifies a stored set, tells the outcome, and keeps it with the set. */
export async function validateSet(place: SetPlace, keys: OpeningKeys, underWay: UnderWay): Promise<void> {
  const { report, store } = underWay
  report.id = place.id
  report.type = place.type
  try {
    const manifest = await verifyStored(place, keys, underWay)
    const kept = report.proof === undefined ? null : proofToKeep(report.proof, manifest ?? {})
    if (kept !== null) {
      await store.addProof(place, kept)
    }
  } finally {
    await store.letGo(place)
  }
}

/** Returns the manifest that the store keeps, where it can be read. */
async function verifyStored(place: SetPlace, keys: OpeningKeys, underWay: UnderWay): Promise<Manifest | null> {
  const { report, store, context } = underWay
  const { folder: kept, location } = await fetchSet(store, place, underWay)
  const checked = await report.phase('Checking the files', async () => {
    const set = await checkOpened(store, kept, place, keys, context)
    return { ...set, found: [...set.found, ...(await digestFindings(store, place, set.folder))] }
  })
  const { folder, found } = checked
  const manifest = await manifestIfReadable(folder)
  if (manifest !== null) {
    report.series = manifest.series
    report.describeSet(manifest, { folder: kept, location })
  }
  if (manifest === null || worstOf(found) === 'error') {
    concludeFiles(found, manifest, underWay)
    return manifest
  }
  const open = (): Promise<OpenedSet | Finding[]> => openStored(folder, place, keys, context)
  const opened = manifest.encryption === undefined ? await open() : await report.phase('Decrypting', open)
  if (Array.isArray(opened)) {
    concludeFiles([...found, ...opened], manifest, underWay)
  } else {
    await proveStored(opened, { folder: kept, location }, underWay)
    await opened.letGo()
    await checked.letGo()
  }
  return manifest
}

/** The files are what they were when the set was committed: now the set is held against the source that it describes. */
async function proveStored(opened: OpenedSet, placement: SetPlacement, underWay: UnderWay): Promise<void> {
  const { folder, manifest, stored } = opened
  const { report, options, context } = underWay
  const { environment, processes } = context
  const { pgDumpMajor } = manifest.tool
  const { objects, undumpable } = await readStoredCatalog(path.join(folder, SET.catalog))
  const programs = await findPrograms({
    serverMajor: pgDumpMajor,
    preferredFolders: options.postgresBin,
    environment,
    processes,
  })
  const scratch = await report.phase('Getting scratch ready', () =>
    prepareScratch(manifest.source, options, context, pgDumpMajor),
  )
  try {
    const proven = await proveInto(
      { folder, manifest, objects, undumpable },
      { programs, scratch, jobs: jobsOf(options) },
      underWay,
    )
    report.find(nothingInSet(manifest))
    report.committed({ ...stored.manifest, proof: proven.proof }, placement)
  } finally {
    await scratch.release()
  }
}

async function manifestIfReadable(folder: string): Promise<Manifest | null> {
  try {
    return await readManifest(folder)
  } catch (error) {
    if (error instanceof DamagedError) {
      return null
    }
    throw error
  }
}
