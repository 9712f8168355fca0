import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { readManifest, SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { DamagedError } from '../errors.js'
import { worstOf, type Finding } from '../findings.js'
import type { Options } from '../options.js'
import { readStoredCatalog } from '../postgres/catalog/stored.js'
import { findPrograms } from '../postgres/programs.js'
import type { Report } from '../report/report.js'
import { fetchSet } from './fetch-set.js'
import { digestFindings } from './manifest-digest.js'
import { checkStored, openStored, proofToKeep, readOpeningKeys, type OpenedSet, type OpeningKeys } from './open-set.js'
import { pickBackup } from './pick.js'
import { concludeFiles, proveInto, refuseTierNone } from './prove.js'
import { reporting, type UnderWay } from './reporting.js'
import { jobsOf, prepareScratch } from './scratch.js'
import { validateDump } from './validate-dump.js'

interface Place {
  id: string
  type: string
}

/** Verifies a stored set, or a dump that another tool made, and keeps the outcome with the set and in the log. */
export function validate(options: Options, context: Context): Promise<Report> {
  return reporting('validate', options, context, async (underWay) => {
    const { report, store } = underWay
    refuseTierNone(options)
    if (options.scratchUrl !== undefined) {
      context.logger.hide(options.scratchUrl)
    }
    const keys = await readOpeningKeys(options, context)
    const picked = await pickBackup(store, options, context)
    if (picked.kind === 'dump') {
      await validateDump(picked.file, underWay)
      return
    }
    report.id = picked.id
    report.type = picked.type
    report.logDetails = { id: picked.id, type: picked.type }
    const manifest = await validateSet(picked, keys, underWay)
    const kept = report.proof === undefined ? null : proofToKeep(report.proof, manifest ?? {})
    if (kept !== null) {
      await store.addProof(picked, kept)
    }
  })
}

/** Returns the manifest that the store keeps, where it can be read. */
async function validateSet(place: Place, keys: OpeningKeys, underWay: UnderWay): Promise<Manifest | null> {
  const { report, store, context } = underWay
  const { folder, location } = await fetchSet(store, place, underWay)
  const found = await report.phase('Checking the files', async () => [
    ...(await checkStored(folder, place, keys, context)),
    ...(await digestFindings(store, place, folder)),
  ])
  const manifest = await manifestIfReadable(folder)
  if (manifest !== null) {
    report.series = manifest.series
    report.describeSet(manifest, { folder, location })
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
    await proveStored(opened, location, underWay)
    await opened.letGo()
  }
  return manifest
}

/** The files are what they were when the set was committed: now the set is held against the source that it describes. */
async function proveStored(opened: OpenedSet, location: string, underWay: UnderWay): Promise<void> {
  const { folder, manifest, stored } = opened
  const { report, options, context } = underWay
  const { environment, processes } = context
  const { pgDumpMajor } = manifest.tool
  const { objects } = await readStoredCatalog(path.join(folder, SET.catalog))
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
      { folder, manifest, objects },
      { programs, scratch, jobs: jobsOf(options) },
      underWay,
    )
    report.committed({ ...stored.manifest, proof: proven.proof }, { folder: stored.folder, location })
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
