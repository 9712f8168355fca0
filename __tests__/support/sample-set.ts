import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { MANIFEST_SCHEMA, type Manifest, type Proof } from '../../src/backup/manifest.js'
import { describeFiles, writeChecksums, writeManifest } from '../../src/backup/set.js'

export interface SampleSet {
  id: string
  type?: string
  series?: string
  proof?: Proof
  /** Content by path. */
  files?: Readonly<Record<string, string>>
}

/** An outcome of a verification, for tests that only count it. */
export function sampleProof(outcome: Proof['outcome'], at = '2026-11-24T02:10:00.000Z'): Proof {
  const common = { at, verifiedBy: 'pg-lifeboat 0.1.0', seconds: 1, findings: [] }
  return outcome === 'not-verified'
    ? { outcome, tier: 'full', reason: 'there was no scratch', ...common }
    : { outcome, tier: 'full', ...common }
}

/** A manifest that is true to its form and lists no files. */
export function sampleManifest({
  id,
  type = 'daily',
  series = 'masclet_imperi',
  proof = sampleProof('proven'),
}: SampleSet): Manifest {
  return {
    schema: MANIFEST_SCHEMA,
    id,
    series,
    type,
    snapshot: { time: '2026-11-24T02:00:00.000Z', lsn: '0/15D4A28', replayedUntil: null },
    source: {
      database: 'masclet_imperi',
      serverVersion: '15.8',
      major: 15,
      systemIdentifier: '7300000000000000000',
      encoding: 'UTF8',
      localeProvider: 'libc',
      collate: 'C.UTF-8',
      ctype: 'C.UTF-8',
      icuLocale: null,
      collationVersion: null,
      owner: 'postgres',
      bootstrapRole: 'postgres',
      extensions: [],
      tablespaces: [],
      roles: ['postgres'],
    },
    tool: { version: '0.1.0', pgDump: 'pg_dump (PostgreSQL) 15.8', pgDumpMajor: 15 },
    options: { format: 'directory', compression: 'none', jobs: 1, tables: [], excludeTables: [], verify: 'full' },
    dump: { path: 'dump', bytes: 0 },
    files: [],
    tables: [],
    sequences: [],
    largeObjects: null,
    hash: null,
    looseForeignKeys: [],
    changedMeanwhile: [],
    sequencesAfter: [],
    proof,
  }
}

/** Writes a whole set into an empty folder, as a backup does. */
export async function writeSampleSet(folder: string, sample: SampleSet): Promise<Manifest> {
  const files = sample.files ?? { 'globals.sql': 'CREATE ROLE breeder;\n', 'dump/toc.dat': `dump of ${sample.id}\n` }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), content)
  }
  const manifest = { ...sampleManifest(sample), files: await describeFiles(folder) }
  await writeManifest(folder, manifest)
  await writeChecksums(folder, manifest.files)
  return manifest
}
