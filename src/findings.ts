import { ALERT_FINDINGS } from './alert-findings.js'
import { ANOMALY_FINDINGS } from './anomaly-findings.js'
import { COPY_FINDINGS } from './copy-findings.js'
import { EXTENSION_FINDINGS } from './extension-findings.js'
import { FOREIGN_FINDINGS } from './foreign-findings.js'
import { RECOVERY_FINDINGS } from './recovery-findings.js'
import { SEALING_FINDINGS } from './sealing-findings.js'
import { UNDUMPED_FINDINGS } from './undumped-findings.js'
import { WATCH_FINDINGS } from './watch-findings.js'

/**
 * How much a finding weighs.
 *
 * - `error`: damage or a difference; a proof with one of these has failed, a preflight with one does not start
 * - `inconclusive`: something could not be checked; a proof with one of these is not a proof
 * - `warning`: somebody should look, the result stands
 * - `info`: worth knowing
 */
export type Severity = 'error' | 'inconclusive' | 'warning' | 'info'

export interface Kind {
  severity: Severity
  /** What the code means, one sentence for the reference. */
  meaning: string
  /** What to do, full sentences. */
  advice: string
}

/** Every finding there is: the one list, from which the reference in `docs/` is generated. Codes never change meaning. */
export const FINDINGS = {
  // The set's files
  FILE_MISSING: {
    severity: 'error',
    meaning: 'A file that the manifest lists is not there.',
    advice: 'Use another set or another copy of this one; find out who or what removes files from the store.',
  },
  FILE_UNEXPECTED: {
    severity: 'error',
    meaning: 'A file is in the set that its manifest does not list.',
    advice: 'Nothing should write into a set. Find out what added the file, then validate again.',
  },
  FILE_SIZE: {
    severity: 'error',
    meaning: 'A file has another size than the manifest says: cut off, or written to later.',
    advice: 'Use another set or another copy of this one; check the disk and the transfers.',
  },
  FILE_CHECKSUM: {
    severity: 'error',
    meaning: 'A file has its size but not its content: its SHA-256 differs from the manifest.',
    advice: 'Use another set or another copy of this one; check the disk for errors.',
  },
  FILE_UNREADABLE: {
    severity: 'error',
    meaning: 'A file is there but cannot be read.',
    advice: 'Check the permissions and the disk, then validate again.',
  },
  MANIFEST_INVALID: {
    severity: 'error',
    meaning: 'The manifest is not JSON of the known form.',
    advice: 'Use another set. If a newer pg-lifeboat wrote it, read it with that version.',
  },
  MANIFEST_CHANGED: {
    severity: 'error',
    meaning: 'The manifest was changed after the set was committed: SHA256SUMS or the log does not agree with it.',
    advice: 'Do not trust this set; find out who edited it.',
  },
  KIT_UNKNOWN: {
    severity: 'inconclusive',
    meaning: 'restore.sh in the set is not the one that this version writes for it, so a drill does not run it.',
    advice:
      'If an older version took the set, drill a newer one, or sign sets and give trusted-keys. Otherwise do not run it: find out who changed it.',
  },
  SET_MISPLACED: {
    severity: 'error',
    meaning: "The set lies in a folder that does not fit its manifest's id or type.",
    advice: 'The set was moved or swapped with another. Put it back where its manifest says, then validate again.',
  },
  // The archive
  ARCHIVE_UNREADABLE: {
    severity: 'error',
    meaning: 'The dump cannot be read from beginning to end.',
    advice: 'The dump is cut off or damaged. Use another set.',
  },
  ARCHIVE_INCOMPLETE: {
    severity: 'error',
    meaning: 'The dump does not carry the mark that PostgreSQL writes at its end.',
    advice: 'The dump was interrupted or cut off. Use another one.',
  },
  DUMP_FILE_OUTSIDE: {
    severity: 'error',
    meaning: 'A list of contents in the dump names a file that is not one of the dump, so PostgreSQL would read that.',
    advice: 'Do not restore this dump: pg_dump writes no such name. Find out who can write to the store.',
  },
  DUMP_WITHOUT_ROWS: {
    severity: 'warning',
    meaning: 'A dump of another tool defines tables and holds no row of them.',
    advice: 'If it is meant to bring data back, dump without --schema-only (-s), and check which database was dumped.',
  },
  DUMP_CLEANS: {
    severity: 'info',
    meaning: 'A script drops what it makes without IF EXISTS, which fails in an empty database.',
    advice:
      'Nothing: pg-lifeboat left these statements out. To restore it into a new database, expect their errors, or dump with --if-exists.',
  },
  DUMP_UNPACKED: {
    severity: 'info',
    meaning: 'A dump of another tool was packed, and what was in it was checked.',
    advice: 'Nothing. To restore it, take the same wrappings off first.',
  },
  ARCHIVE_ROWS_DIFFER: {
    severity: 'error',
    meaning: 'The archive holds another number of rows of a table than the source had at the snapshot.',
    advice: 'Do not rely on this set; take a new backup and report this.',
  },
  ARCHIVE_ENTRY_MISSING: {
    severity: 'error',
    meaning: "Something that the source's catalog has is not in the archive's table of contents.",
    advice: 'Take a new backup; if it happens again, report it with both versions.',
  },
  ARCHIVE_ENTRY_UNEXPECTED: {
    severity: 'error',
    meaning: 'The archive holds the data of a table that should not be in it.',
    advice: 'Take a new backup; if it happens again, report it with both versions.',
  },
  ARCHIVE_EMPTY: {
    severity: 'error',
    meaning: 'The dump is readable and holds no table and no row.',
    advice: 'Check that the right database was dumped, by a role that sees its tables.',
  },
  ARCHIVE_TOO_NEW: {
    severity: 'inconclusive',
    meaning: 'The PostgreSQL programs here are older than the ones that wrote the archive, and cannot read it.',
    advice: 'Install the PostgreSQL programs of the major that wrote it.',
  },
  // The restored copy
  RESTORE_ERROR: {
    severity: 'error',
    meaning: 'PostgreSQL reported an error while the set was restored.',
    advice: 'Read the statement and its error; the same would happen in a real recovery.',
  },
  TABLE_MISSING: {
    severity: 'error',
    meaning: 'A table of the source is not in the restored copy.',
    advice: 'Do not rely on this set; take a new backup.',
  },
  TABLE_UNEXPECTED: {
    severity: 'error',
    meaning: 'The restored copy has a table that the source had not.',
    advice: 'The set was mixed with another, or the scratch database was not empty. Validate again.',
  },
  TABLE_ROWS_DIFFER: {
    severity: 'error',
    meaning: 'The restored table has another number of rows than the source at the snapshot.',
    advice: 'Do not rely on this set; take a new backup.',
  },
  TABLE_CONTENT_DIFFERS: {
    severity: 'error',
    meaning: 'The restored table has as many rows as the source at the snapshot, but not the same content.',
    advice: 'Do not rely on this set; take a new backup.',
  },
  GENERATED_COLUMN_DIFFERS: {
    severity: 'warning',
    meaning: 'A stored generated column was computed anew by the restore and has other values than the source.',
    advice: 'The function behind it changed, or is not as immutable as it claims. The other columns are equal.',
  },
  MATERIALIZED_VIEW_DIFFERS: {
    severity: 'warning',
    meaning: 'A materialized view was computed anew by the restore and has other content than the source.',
    advice:
      'It was stale at the source, or depends on the time or on outside data. Refresh it at the source to be sure.',
  },
  FOREIGN_TABLE_DATA: {
    severity: 'info',
    meaning: 'The rows of a foreign table are not in the backup, only its definition.',
    advice: 'Back up the server that holds them.',
  },
  LARGE_OBJECTS_DIFFER: {
    severity: 'error',
    meaning: 'The large objects of the restored copy differ from those of the source.',
    advice: 'Do not rely on this set; take a new backup.',
  },
  LARGE_OBJECTS_UNREADABLE: {
    severity: 'inconclusive',
    meaning: 'The content of large objects could not be read for comparison (pg_largeobject is for superusers).',
    advice: 'Grant SELECT on pg_catalog.pg_largeobject to the role that backs up, or use a superuser.',
  },
  SEQUENCE_BEHIND: {
    severity: 'error',
    meaning: 'A restored sequence would hand out values that the source had already used.',
    advice: 'Do not rely on this set for writing; take a new backup.',
  },
  SEQUENCE_AHEAD: {
    severity: 'warning',
    meaning: 'A restored sequence would hand out later values than the source had come to when the dump was done.',
    advice: 'Harmless for new rows; find out who moved it, or whether the sets were mixed.',
  },
  OBJECT_MISSING: {
    severity: 'error',
    meaning: 'An object of the source (index, constraint, trigger, function, policy, …) is not in the restored copy.',
    advice: 'Do not rely on this set; take a new backup.',
  },
  OBJECT_UNEXPECTED: {
    severity: 'error',
    meaning: 'The restored copy has an object that the source had not.',
    advice: 'The set was mixed with another, or the scratch server adds objects to new databases.',
  },
  OBJECT_DIFFERS: {
    severity: 'error',
    meaning: 'An object has another definition or state in the restored copy than at the source.',
    advice: 'Read what differs; the restored database would not behave like the source.',
  },
  OWNER_DIFFERS: {
    severity: 'error',
    meaning: 'An object belongs to another role in the restored copy.',
    advice: 'Check that the roles exist before a restore (globals.sql).',
  },
  GRANTS_DIFFER: {
    severity: 'error',
    meaning: 'The privileges on an object differ in the restored copy.',
    advice: 'Check that the roles exist before a restore (globals.sql).',
  },
  CONSTRAINT_NOT_VALID: {
    severity: 'error',
    meaning: 'A constraint that was validated at the source is not validated in the restored copy.',
    advice: 'The restored data do not satisfy it, or it was restored as NOT VALID.',
  },
  ROLE_MISSING: {
    severity: 'error',
    meaning: 'A role that owns objects or holds privileges is not in globals.sql.',
    advice: 'Take a new backup with a role that can read pg_roles.',
  },
  ROLES_NOT_IN_DUMP: {
    severity: 'warning',
    meaning: 'A dump of another tool names roles that it does not create.',
    advice: 'Back up the roles too (pg_dumpall --roles-only), or a recovery on a new server will miss them.',
  },
  ASSERTION_FAILED: {
    severity: 'error',
    meaning: 'One of your assertions is not true in the restored copy.',
    advice: 'Compare with the source; the assertion or the data is wrong.',
  },
  // What could not be verified
  HASH_DIFFERS: {
    severity: 'inconclusive',
    meaning:
      "The scratch server's hash functions give other values than the source's, so fingerprints cannot be compared.",
    advice: 'Use a scratch server of the same major version and processor family.',
  },
  ENCODING_DIFFERS: {
    severity: 'inconclusive',
    meaning: 'The database restored into has another encoding than the source, so hashes of text cannot be compared.',
    advice: 'Restore into a database with the encoding of the source to compare its content.',
  },
  TEXT_UNREADABLE: {
    severity: 'inconclusive',
    meaning:
      'In a database of encoding SQL_ASCII, a name or text of an object has bytes that are no UTF-8, so it cannot be compared exactly.',
    advice: 'It is in the dump as it is. Give the object a name or text in UTF-8 to have it compared.',
  },
  TABLE_UNREAD: {
    severity: 'inconclusive',
    meaning:
      'The rows of a table, or the position of a sequence, are in the dump, but could not be read beside it at the source.',
    advice: 'Read why: a privilege, a lost connection, an index or statistics on the table. Then take a new backup.',
  },
  GENERATED_COLUMN_NOT_COMPARED: {
    severity: 'info',
    meaning:
      'An index or statistics of a table use functions of users, so it is only read by COPY, which leaves stored generated columns out.',
    advice: 'None is needed: a restore computes these columns anew from the other columns, which were compared.',
  },
  MATERIALIZED_VIEW_NOT_COMPARED: {
    severity: 'info',
    meaning:
      'An index or statistics of a materialized view use functions of users, and before PostgreSQL 18 COPY, the only way to read it without running them, does not read such views.',
    advice: 'None is needed: a restore computes the view anew from the tables, which were compared.',
  },
  FINGERPRINT_MISSING: {
    severity: 'inconclusive',
    meaning: 'The manifest has no fingerprint of a table, so its content cannot be compared.',
    advice: 'Take backups with verify archive, data or full; with none, contents are not fingerprinted.',
  },
  EXTENSION_MISSING: {
    severity: 'inconclusive',
    meaning:
      'The server restored into does not have an extension that the backup needs; a restore for real is refused.',
    advice: 'Use a scratch image or machine that has the extension installed.',
  },
  EXTENSION_VERSION_DIFFERS: {
    severity: 'warning',
    meaning: 'The scratch server has another version of an extension than the source.',
    advice: 'Use the same image for scratch as for the source, so that the proof speaks of the same software.',
  },
  SCRATCH_UNAVAILABLE: {
    severity: 'inconclusive',
    meaning: 'There was no scratch server to restore into.',
    advice: 'Give scratch-url, or install the PostgreSQL server programs where pg-lifeboat runs.',
  },
  SCRATCH_FAILED: {
    severity: 'inconclusive',
    meaning:
      'The scratch server failed in a way that says nothing about the backup (out of space, crashed, connection lost).',
    advice: 'Give scratch more room or memory, then validate the set again.',
  },
  SCRATCH_LACKS: {
    severity: 'inconclusive',
    meaning:
      'The server restored into lacks something that the backup needs: a file, a library, a locale, a setting. That says nothing of the backup.',
    advice: 'Give the server what it lacks, then start again.',
  },
  SCRATCH_MAJOR_DIFFERS: {
    severity: 'warning',
    meaning:
      'Scratch is another PostgreSQL major than the source; definitions are compared in the words of scratch, and what only the version makes is not reported.',
    advice: "Use a scratch server of the source's own major, so that the proof speaks of the same software.",
  },
  DEFINITION_NOT_COMPARED: {
    severity: 'warning',
    meaning:
      "The server restored into, of another PostgreSQL major than the source, makes nothing of the source's text of a definition, so this was not compared.",
    advice: "Look at this definition yourself, or prove the set on a server of the source's own major.",
  },
  SCHEMA_CHANGED: {
    severity: 'inconclusive',
    meaning: 'The schema of the source was changed while the backup ran.',
    advice: 'Run the backup again when no migration runs.',
  },
  LOCALE_DIFFERS: {
    severity: 'warning',
    meaning: 'The server restored into does not have the locale of the source, so the copy sorts text in another way.',
    advice:
      "Use an image or machine with the source's locale; for a proof, so that indexes and ranges over text are proven under it.",
  },
  NO_MANIFEST: {
    severity: 'inconclusive',
    meaning: 'The dump was made by another tool, so there is no description of its source to compare with.',
    advice: 'Let pg-lifeboat take the backup to have it proven.',
  },
  CHECK_NOT_RUN: {
    severity: 'inconclusive',
    meaning: 'A check was asked for and could not run.',
    advice: 'Read why, mend it and validate again.',
  },
  // Preflight
  DISK_SPACE_LOW: {
    severity: 'error',
    meaning: 'There is less free space than the backup is estimated to need.',
    advice: 'Free some space, or use a store with more room.',
  },
  DISK_SPACE_TIGHT: {
    severity: 'warning',
    meaning: 'The free space is enough by the estimate, but not by much.',
    advice: 'Free some space soon.',
  },
  STORE_NOT_WRITABLE: {
    severity: 'error',
    meaning: 'The store cannot be written to.',
    advice: 'Create the folder and give the user that runs the backup write permission.',
  },
  STORE_FOREIGN_SERIES: {
    severity: 'error',
    meaning: 'The store holds the backups of another series.',
    advice: 'Give each database a store of its own, or set series to the name that the store has.',
  },
  SYSTEM_IDENTIFIER_CHANGED: {
    severity: 'warning',
    meaning:
      "The database is on another cluster than the store's earlier sets: upgraded, restored, moved, or not the one you mean.",
    advice:
      'If you did not move the database, check the connection. Retention keeps the newest proven set of each cluster.',
  },
  SERVICES_WRONG: {
    severity: 'error',
    meaning: 'The services check did not succeed.',
    advice: 'Bring the services into the state that the check wants, or correct the check.',
  },
  TABLE_UNREADABLE: {
    severity: 'error',
    meaning: 'The role that backs up may not read a table or sequence that must be dumped.',
    advice:
      'GRANT pg_read_all_data TO the role (PostgreSQL 14 and later), or GRANT SELECT; pg_dump locks excluded tables too.',
  },
  SCHEMA_UNREADABLE: {
    severity: 'error',
    meaning: 'The role that backs up has no USAGE privilege on a schema.',
    advice: 'GRANT USAGE ON SCHEMA … TO the role, or GRANT pg_read_all_data (PostgreSQL 14 and later).',
  },
  LARGE_OBJECTS_DENIED: {
    severity: 'error',
    meaning: 'The role that backs up may not read some large objects, so pg_dump would fail.',
    advice: 'GRANT SELECT ON LARGE OBJECT … TO the role for each of them, or back up with their owner or a superuser.',
  },
  SUBSCRIPTION_LEFT_OUT: {
    severity: 'warning',
    meaning: 'A subscription is not in the backup, because only a superuser can dump it.',
    advice: 'Keep its definition elsewhere, or back up with a superuser.',
  },
  ROW_SECURITY_ACTIVE: {
    severity: 'error',
    meaning: 'Row-level security hides rows of a table from the role that backs up, so the dump would not be whole.',
    advice: 'ALTER ROLE … BYPASSRLS, or back up with the owner of the table or a superuser.',
  },
  TABLE_NOT_FOUND: {
    severity: 'error',
    meaning: 'A pattern in tables or exclude-tables matches no table.',
    advice:
      'Check the spelling; a name with capitals needs double quotes, and another schema than public its name in front.',
  },
  REFERENCED_TABLE_LEFT_OUT: {
    severity: 'warning',
    meaning: 'A chosen table has a foreign key to a table whose data is not chosen.',
    advice:
      'Add the referenced table to tables, or know that the restored foreign key is NOT VALID until its rows are there.',
  },
  PLAIN_NOT_RESTORABLE: {
    severity: 'error',
    meaning: 'A plain dump of these tables would fail on restoring, because foreign keys lead out of the choice.',
    advice: 'Add the referenced tables to tables, or use the format directory or custom.',
  },
  TOOLS_OTHER_MAJOR: {
    severity: 'warning',
    meaning:
      "The PostgreSQL programs are of a newer major than the server; the dump may not restore into the server's own major.",
    advice: "Install the programs of the server's own major.",
  },
  NOTHING_TO_BACK_UP: {
    severity: 'warning',
    meaning: 'A backup holds no row: the database has no table, none of its tables is chosen, or all are empty.',
    advice:
      'If that is not what you mean, name the database in database-url (postgresql://…/app): without a name, PostgreSQL takes another.',
  },
  STANDBY: {
    severity: 'warning',
    meaning: 'The server is a standby: the backup is as old as its replay, and conflicts can cancel it.',
    advice: 'Back up the primary, or set hot_standby_feedback and max_standby_streaming_delay.',
  },
  ...COPY_FINDINGS,
  ...EXTENSION_FINDINGS,
  ...FOREIGN_FINDINGS,
  ...RECOVERY_FINDINGS,
  ...SEALING_FINDINGS,
  ...UNDUMPED_FINDINGS,
  ...WATCH_FINDINGS,
  ...ANOMALY_FINDINGS,
  ...ALERT_FINDINGS,
} as const satisfies Record<string, Kind>

export type FindingCode = keyof typeof FINDINGS

/** Something that was found on something, with what to do about it. */
export interface Finding {
  code: FindingCode
  severity: Severity
  /** The thing it was found on: a file, a table, an object. */
  on: string
  /** What was found, and what was expected, in one sentence. */
  found: string
  advice: string
}

/** A finding of a known code; `found` says what is the case here, `advice` replaces the usual one where it can be precise. */
export function finding(code: FindingCode, on: string, found: string, advice?: string): Finding {
  const kind = FINDINGS[code]
  return { code, severity: kind.severity, on, found, advice: advice ?? kind.advice }
}

/** The heaviest severity among findings; `none` where there are none. */
export function worstOf(findings: readonly Finding[]): Severity | 'none' {
  const order: readonly Severity[] = ['error', 'inconclusive', 'warning', 'info']
  return order.find((severity) => findings.some((one) => one.severity === severity)) ?? 'none'
}

/** One sentence for a log: `TABLE_ROWS_DIFFER public.animals: 799 rows, the source had 800.` */
export function describeFinding({ code, on, found }: Finding): string {
  return `${code} ${on}: ${found}.`
}
