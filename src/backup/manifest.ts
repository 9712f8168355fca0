import { z } from 'zod'
import { FINDINGS, type FindingCode } from '../findings.js'
import { PRELOADING } from '../postgres/catalog/server-settings.js'

/** The version of the manifest's form. A reader refuses a version that it does not know. */
export const MANIFEST_SCHEMA = 'pg-lifeboat/manifest/1'

/** `20261124T020000Z`: the UTC instant of the snapshot, without colons because artifact names forbid them. */
export const SetId = z.string().regex(/^\d{8}T\d{6}Z$/, 'must be an instant like 20261124T020000Z')

/** `daily`, `weekly`, `manual`, or any word of small letters, digits and hyphens. */
export const SetType = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a word of small letters, digits and hyphens')

export const Tier = z.enum(['archive', 'data', 'full'])
export type Tier = z.infer<typeof Tier>

/** What `verify` can ask for: a tier, or nothing. */
export const Verify = z.enum(['none', ...Tier.options])
export type Verify = z.infer<typeof Verify>

export const Format = z.enum(['directory', 'custom', 'plain'])
export type Format = z.infer<typeof Format>

const Instant = z.iso.datetime()
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal')
const Whole = z.number().int().nonnegative()

const StoredFinding = z.object({
  code: z.enum(Object.keys(FINDINGS) as [FindingCode, ...FindingCode[]]),
  severity: z.enum(['error', 'inconclusive', 'warning', 'info']),
  on: z.string(),
  found: z.string(),
  advice: z.string(),
})

const ProofCommon = {
  at: Instant,
  /** The tool that verified, and what it restored into. */
  verifiedBy: z.string(),
  scratch: z.object({ kind: z.enum(['cluster', 'service']), serverVersion: z.string() }).optional(),
  seconds: z.number().nonnegative(),
  findings: z.array(StoredFinding),
  /**
   * Where it is not proven: the highest tier whose checks all passed. Absent where none did, and in proofs of older
   * versions, which do not tell.
   */
  held: Tier.optional(),
}

/** The recorded outcome of verifying. What could not run is never `proven`. */
export const Proof = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('proven'), /** The tier that was reached. */ tier: Tier, ...ProofCommon }),
  z.object({ outcome: z.literal('failed'), /** The tier that was asked for. */ tier: Tier, ...ProofCommon }),
  z.object({
    outcome: z.literal('not-verified'),
    /** The tier that was asked for. */
    tier: Verify,
    reason: z.string(),
    ...ProofCommon,
  }),
])
export type Proof = z.infer<typeof Proof>

export const TableEntry = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'partitioned', 'materialized-view', 'foreign']),
  /** Whether a restore brings its rows back (a materialized view is refilled); the definition is always in the dump. */
  data: z.boolean(),
  /** Rows at the snapshot; absent where they are not in the dump. */
  rows: Whole.optional(),
  /** Order-independent hash of all rows, a decimal number; absent when not taken. */
  fingerprint: z.string().optional(),
  /** The same over the stored generated columns, where it has any. */
  generatedFingerprint: z.string().optional(),
  /** The rows were copied out and hashed by the tool, because no query may read the table; else a query hashed them. */
  hashedBy: z.literal('copy').optional(),
  /** Its rows by the texts of the columns with addresses (regclass and its kin), where one is of what is gone; null: too many. */
  addresses: z
    .array(z.object({ texts: z.array(z.string().nullable()), rows: Whole, fingerprint: z.string() }))
    .nullable()
    .optional(),
  /** Why its rows, which are in the dump, could not be counted and hashed. */
  unread: z.string().optional(),
  /** What heap and TOAST occupy at the source. */
  bytes: Whole,
  unlogged: z.boolean().optional(),
  /** The partitioned table it is a partition of. */
  partitionOf: z.object({ schema: z.string(), name: z.string() }).optional(),
  /** The partitioned table in which its rows may lie in another partition after a restore. */
  movesWithin: z.object({ schema: z.string(), name: z.string() }).optional(),
})
export type TableEntry = z.infer<typeof TableEntry>

export const SequenceEntry = z.object({
  schema: z.string(),
  name: z.string(),
  /** Decimal numbers, because they can exceed what JSON carries exactly. Absent where it could not be read. */
  lastValue: z.string().optional(),
  isCalled: z.boolean().optional(),
  /** Why it could not be read. */
  unread: z.string().optional(),
  increment: z.string(),
  cycles: z.boolean(),
})
export type SequenceEntry = z.infer<typeof SequenceEntry>

const FileEntry = z.object({
  /** Relative to the set, with `/`. */
  path: z.string(),
  size: Whole,
  sha256: Sha256,
})
export type FileEntry = z.infer<typeof FileEntry>

/** How a set was encrypted whose files are ciphertext. */
const Encryption = z.object({
  format: z.literal('age'),
  /** Which keys it was encrypted to: the first 16 digits of the SHA-256 of each public key. */
  recipients: z.array(z.string()).min(1),
  /** Whether the names of tables, roles and extensions were left out of this manifest. */
  namesHidden: z.boolean(),
})
export type Encryption = z.infer<typeof Encryption>

/** What a set says of itself: everything that a reader, a restore and a proof need, and not one row of data. */
export const Manifest = z.object({
  schema: z.literal(MANIFEST_SCHEMA),
  id: SetId,
  series: z.string().min(1),
  type: SetType,
  snapshot: z.object({
    /** `clock_timestamp()` of the server when the snapshot was exported. */
    time: Instant,
    /** Write-ahead log position at that time; null on a server that does not tell. */
    lsn: z.string().nullable(),
    /** On a standby: how far replay was. */
    replayedUntil: Instant.nullable(),
  }),
  source: z.object({
    database: z.string(),
    /** `17.2` */
    serverVersion: z.string(),
    /** 17 */
    major: z.number().int(),
    systemIdentifier: z.string().nullable(),
    encoding: z.string(),
    localeProvider: z.string(),
    collate: z.string().nullable(),
    ctype: z.string().nullable(),
    icuLocale: z.string().nullable(),
    collationVersion: z.string().nullable(),
    owner: z.string(),
    /** The role that `initdb` made: the one a throw-away cluster should have too. */
    bootstrapRole: z.string(),
    extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string() })),
    tablespaces: z.array(z.string()),
    /** Roles that own something or hold privileges in this database. */
    roles: z.array(z.string()),
    /** What a server to restore into needs of the source's configuration; absent in sets of versions that did not look. */
    server: z
      .object({
        libraries: z.partialRecord(z.enum(PRELOADING), z.array(z.string())),
        settings: z.record(z.string(), z.string()),
        prefixes: z.array(z.string()),
        relations: Whole.optional(),
      })
      .optional(),
  }),
  tool: z.object({
    version: z.string(),
    /** `pg_dump (PostgreSQL) 17.2` */
    pgDump: z.string(),
    pgDumpMajor: z.number().int(),
  }),
  options: z.object({
    format: Format,
    /** As given to pg_dump: `zstd:1`, `gzip:6`, `none`. */
    compression: z.string(),
    jobs: z.number().int().positive(),
    tables: z.array(z.string()),
    excludeTables: z.array(z.string()),
    verify: Verify,
  }),
  dump: z.object({
    /** `dump`, `daily_20261124.dump` or `daily_20261124.sql.gz`. */
    path: z.string(),
    /** Bytes of the dump as it lies in the set. */
    bytes: Whole,
    /** Of the texts in it, where that is not the source's. */
    encoding: z.string().optional(),
  }),
  files: z.array(FileEntry),
  tables: z.array(TableEntry),
  /** Where the sequences were before the dump and after it: they are not under the snapshot. */
  sequences: z.array(SequenceEntry),
  sequencesAfter: z.array(SequenceEntry),
  /** Null where they could not be read. */
  largeObjects: z.object({ count: Whole, fingerprint: z.string().nullable() }).nullable(),
  /** How contents were hashed, and what that hash gives for a known row; null when no fingerprints were taken. */
  hash: z
    .object({
      method: z.enum(['record', 'text']),
      probe: z.string(),
      /** Which known row; sets that do not say have the first. */
      form: z.union([z.literal(1), z.literal(2)]).optional(),
    })
    .nullable(),
  /**
   * Foreign keys from chosen tables to tables whose data is not in the set. A restore leaves the archive's entry (by its
   * catalog oid) out and adds the constraint by this statement, NOT VALID; null where PostgreSQL cannot do that.
   */
  looseForeignKeys: z.array(
    z.object({ oid: z.number().int(), table: z.string(), name: z.string(), statement: z.string().nullable() }),
  ),
  /**
   * Objects (`kind name`) whose definition changed at the source while the backup ran. Definitions are not wholly under a
   * snapshot, so a difference on one of these proves nothing.
   */
  changedMeanwhile: z.array(z.string()),
  /**
   * On the readable manifest of an encrypted set: `files` are the encrypted ones, and what tells of the data is left out;
   * the whole manifest is one of them.
   */
  encryption: Encryption.optional(),
  proof: Proof,
})
export type Manifest = z.infer<typeof Manifest>

/** `"public"."animals"` as a person writes it: `public.animals`. */
export function displayName({ schema, name }: { schema: string; name: string }): string {
  return `${schema}.${name}`
}

/** The encoding of the texts in a set's dump. */
export function encodingOfDump({ dump, source }: Pick<Manifest, 'dump' | 'source'>): string {
  return dump.encoding ?? source.encoding
}

/** The id of a set whose snapshot was taken at that time. */
export function idOf(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** The time that an id says. */
export function timeOf(id: string): Date {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(id) ?? []
  return new Date(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`)
}
