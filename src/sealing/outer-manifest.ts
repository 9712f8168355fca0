import type { Encryption, FileEntry, Manifest, Proof, TableEntry } from '../backup/manifest.js'
import { FINDINGS, type Finding } from '../findings.js'
import { sealedName } from './names.js'
import type { Recipient } from './recipients.js'

const ELSEWHERE = 'the encrypted manifest says what'
const HIDDEN = 'hidden'

/**
 * The readable manifest of an encrypted set: what retention, reports and a look at the store need, and nothing that tells
 * of the data. Fingerprints, which would let a guess be tested, where sequences are, and what PostgreSQL said on an error
 * stay in the encrypted one; with `hideNames` the names of tables, roles and extensions too.
 *
 * @param files those of the encrypted set, without the manifest itself
 */
export function outerManifest(
  plain: Manifest,
  files: readonly FileEntry[],
  { recipients, hideNames }: { recipients: readonly Recipient[]; hideNames: boolean },
): Manifest {
  const encryption = { format: 'age' as const, recipients: recipients.map(({ id }) => id), namesHidden: hideNames }
  const path = plain.options.format === 'directory' ? plain.dump.path : sealedName(plain.dump.path)
  const ofDump = files.filter((file) => file.path === path || file.path.startsWith(`${path}/`))
  return {
    ...plain,
    source: hideNames ? withoutNames(plain.source) : plain.source,
    options: hideNames ? { ...plain.options, tables: [], excludeTables: [] } : plain.options,
    dump: { path, bytes: ofDump.reduce((sum, { size }) => sum + size, 0) },
    files: [...files],
    tables: plain.tables.map((table, index) => outerTable(table, index, hideNames)),
    sequences: [],
    sequencesAfter: [],
    largeObjects: plain.largeObjects === null ? null : { count: plain.largeObjects.count, fingerprint: null },
    hash: null,
    looseForeignKeys: [],
    changedMeanwhile: [],
    encryption,
    proof: outerProof(plain.proof, encryption),
  }
}

/** An outcome as it may be read beside an encrypted set: which findings there are, without what was found. */
export function outerProof(proof: Proof, { namesHidden }: Pick<Encryption, 'namesHidden'>): Proof {
  const findings = proof.findings.map((finding) => outerFinding(finding, namesHidden))
  if (proof.outcome !== 'not-verified') return { ...proof, findings }
  const codes = [...new Set(findings.map(({ code }) => code))]
  return { ...proof, findings, reason: codes.length === 0 ? proof.reason : `${codes.join(', ')}; ${ELSEWHERE}` }
}

function outerFinding({ code, severity, on }: Finding, namesHidden: boolean): Finding {
  return { code, severity, on: namesHidden ? HIDDEN : on, found: ELSEWHERE, advice: FINDINGS[code].advice }
}

function outerTable(table: TableEntry, index: number, hide: boolean): TableEntry {
  const { schema, name, kind, data, rows, bytes, partitionOf } = table
  return {
    schema: hide ? HIDDEN : schema,
    name: hide ? `table-${index + 1}` : name,
    kind,
    data,
    ...(rows !== undefined && { rows }),
    bytes,
    ...(partitionOf !== undefined && !hide && { partitionOf }),
  }
}

function withoutNames(source: Manifest['source']): Manifest['source'] {
  const hidden = { owner: HIDDEN, bootstrapRole: HIDDEN, extensions: [], tablespaces: [], roles: [] }
  // Its libraries and settings tell which extensions there are.
  return { ...source, ...hidden, server: undefined }
}
