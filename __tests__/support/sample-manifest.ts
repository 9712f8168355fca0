import { idOf, type Manifest, type Proof, type TableEntry } from '../../src/backup/manifest.js'
import { sampleManifest, sampleProof } from './sample-set.js'

/** The manifest of a set of two small tables whose snapshot was taken at that time. */
export function manifestAt(time: Date, overrides: Partial<Manifest> = {}): Manifest {
  return {
    ...sampleManifest({ id: idOf(time) }),
    snapshot: { time: time.toISOString(), lsn: null, replayedUntil: null },
    changedMeanwhile: [],
    dump: { path: 'dump', bytes: 4000 },
    files: [{ path: 'dump/toc.dat', size: 4000, sha256: '0'.repeat(64) }],
    tables: [sampleTable('animals', { rows: 800 }), sampleTable('parts', { rows: 400 })],
    ...overrides,
  }
}

/** A table whose rows are in the dump. */
export function sampleTable(name: string, overrides: Partial<TableEntry> = {}): TableEntry {
  return { schema: 'public', name, kind: 'table', data: true, rows: 100, bytes: 8192, ...overrides }
}

/** A proof at a lesser tier than full. */
export function provenTo(tier: 'archive' | 'data' | 'full'): Proof {
  const proof = sampleProof('proven')
  return proof.outcome === 'proven' ? { ...proof, tier } : proof
}
