import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../../src/backup/manifest.js'
import { describeFiles, readManifest, writeChecksums, writeManifest } from '../../src/backup/set.js'
import { startCluster, type TestCluster } from './cluster.js'
import { createSampleDatabase } from './databases/index.js'
import { ageKey, type AgeKey } from './age.js'
import { RecoveryBench, type Ran } from './recovery.js'
import { temporaryFolder } from './temporary.js'

export const DATABASE = 'masclet_imperi'

/** A cluster with the sample database, and a bench whose backups are encrypted to two keys. */
export interface SealedBench {
  cluster: TestCluster
  bench: RecoveryBench
  daily: AgeKey
  escrow: AgeKey
  stranger: AgeKey
}

export async function sealedBench(): Promise<SealedBench> {
  const cluster = await startCluster()
  const bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  const [daily, escrow, stranger] = await Promise.all([ageKey(), ageKey(), ageKey()])
  await createSampleDatabase(cluster, DATABASE, 300)
  return { cluster, bench, daily, escrow, stranger }
}

/** Takes an encrypted backup that must be good, and waits for the second to pass that is its id. */
export async function backUpSealed(
  { cluster, bench, daily, escrow }: SealedBench,
  options: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const to = `${daily.recipient}, ${escrow.recipient}`
  const id = await bench.backUp(cluster.url(DATABASE), { 'encrypt-to': to, ...options })
  await new Promise((resolve) => setTimeout(resolve, 1000))
  return id
}

/** Restores into a database that is not there yet. */
export async function restoreInto(
  { cluster, bench }: SealedBench,
  database: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Ran> {
  await cluster.query(`DROP DATABASE IF EXISTS ${database}`)
  return bench.run('restore', { 'target-url': cluster.url(database), ...options })
}

export function folderOf(store: string, id: string, type = 'manual'): string {
  return path.join(store, type, id)
}

/** A copy of a store, to be damaged. */
export async function copyOfStore(store: string, { keepLog = true } = {}): Promise<string> {
  const copy = path.join(await temporaryFolder(), 'store')
  await cp(store, copy, { recursive: true })
  if (!keepLog) await rm(path.join(copy, 'log'), { recursive: true })
  return copy
}

export async function flipBitIn(file: string, at?: number): Promise<void> {
  const bytes = await readFile(file)
  const place = at ?? Math.floor(bytes.length / 2)
  bytes.writeUInt8(bytes.readUInt8(place) ^ 4, place)
  await writeFile(file, bytes)
}

/** Lets manifest and checksums agree with what lies in the folder, as somebody would who wants to hide what was done. */
export async function redoLists(
  folder: string,
  edit: (manifest: Manifest) => Manifest = (same) => same,
): Promise<void> {
  const manifest = edit({ ...(await readManifest(folder)), files: await describeFiles(folder) })
  await writeManifest(folder, manifest)
  await writeChecksums(folder, manifest.files)
}
