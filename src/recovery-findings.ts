import type { Kind } from './findings.js'

/** What can be found when a set is restored for real; a part of the one list. */
export const RECOVERY_FINDINGS = {
  SET_LESS_PROVEN: {
    severity: 'warning',
    meaning: 'The set that is restored is not proven; the finding says what is known of it, and what it is held to.',
    advice: 'Read what the report says of the restored database, and look at it, before the services use it.',
  },
  FOREIGN_KEY_LEFT_OUT: {
    severity: 'warning',
    meaning: 'A foreign key was not restored: its rows were, those it leads to were not, and PostgreSQL must check it.',
    advice: 'Add it once the rows that it leads to are there; or restore both tables together.',
  },
  CONFIRM_NEEDED: {
    severity: 'error',
    meaning: 'The restore touches a database that is in use, and confirm is not its name.',
    advice: 'If this is the database that you mean, type its name in confirm.',
  },
  TARGET_MISSING: {
    severity: 'error',
    meaning: 'The database that is to be replaced or added to is not on the server.',
    advice: 'Check target-url; restore-mode new makes a database that is not there.',
  },
  TARGET_NOT_EMPTY: {
    severity: 'error',
    meaning: 'The database to restore into holds something already.',
    advice: 'Name a database that is not there yet, or use restore-mode replace, which keeps the old one.',
  },
  TARGET_TABLE_MISSING: {
    severity: 'error',
    meaning: 'A table that only rows are to be brought back into is not in the database, or its schema is not.',
    advice: 'Bring the table back whole (restore-parts all), or create its schema first.',
  },
  TARGET_TABLE_NOT_EMPTY: {
    severity: 'error',
    meaning: 'A table that is to be brought back is there and holds rows.',
    advice: 'Rename, drop or empty the table first: rows that are there are never mixed with restored ones.',
  },
  TABLE_NOT_IN_SET: {
    severity: 'error',
    meaning: 'A table that was asked for is in the set without its rows.',
    advice: 'Use a set that holds its rows, such as one of a type that backs up every table.',
  },
  SET_IS_PARTIAL: {
    severity: 'error',
    meaning: 'The set does not hold the rows of some tables, which would be empty after replacing the database.',
    advice: 'Use a set of every table, use restore-mode add, or name in exclude-tables those that may be empty.',
  },
  PLAIN_NOT_DIVISIBLE: {
    severity: 'error',
    meaning: 'A plain dump can only be restored as a whole.',
    advice: 'Restore all of it into a new database and take from there what you need, or use a set of another format.',
  },
  TARGET_ROLE_MISSING: {
    severity: 'error',
    meaning: 'A role that the set needs is not on the target and cannot be made there, or our role may not act for it.',
    advice: 'Create it, or grant it to the role in target-url, or name in role-map the role that takes its place.',
  },
  ROLE_MAP_WRONG: {
    severity: 'error',
    meaning: 'A pair in role-map cannot be followed.',
    advice: 'Map a role of the source that is not on the target to one that is.',
  },
  TARGET_FORBIDDEN: {
    severity: 'error',
    meaning: 'The role in target-url may not do on the target what the restore needs.',
    advice: 'Use a role with CREATEDB that owns the database to replace, or a superuser.',
  },
  TARGET_TOO_OLD: {
    severity: 'error',
    meaning: 'The target server is of an older major than the source: PostgreSQL does not restore backwards.',
    advice: "Restore into a server of the source's major or of a newer one.",
  },
  TARGET_MAJOR_DIFFERS: {
    severity: 'warning',
    meaning: 'The target server is of a newer major than the source; what only the version changes is not reported.',
    advice: 'Read the release notes of the majors in between before the services use it.',
  },
  TARGET_STANDBY: {
    severity: 'error',
    meaning: 'The target server is a standby, which nothing can be written to.',
    advice: 'Give the address of its primary.',
  },
  TARGET_BUSY: {
    severity: 'error',
    meaning: 'Something keeps the database that is to be replaced from being renamed.',
    advice: 'Commit or roll back its prepared transactions (pg_prepared_xacts), and end what holds on to it.',
  },
  COLLATION_DIFFERS: {
    severity: 'warning',
    meaning: "The target's collation library is of another version than the source's, so text may sort in another way.",
    advice: 'Indexes are built anew and are right. Check queries and partitions that depend on the order of text.',
  },
  ROLE_WITHOUT_PASSWORD: {
    severity: 'warning',
    meaning: 'A role that may log in was made, without a password: sets do not hold passwords.',
    advice: 'Set one: ALTER ROLE … PASSWORD (psql: \\password).',
  },
  DATABASE_PROPERTY_LOST: {
    severity: 'warning',
    meaning: 'Something that belonged to the database as a whole could not be given to the restored one.',
    advice: 'Let a superuser set it: ALTER DATABASE, ALTER ROLE … IN DATABASE or GRANT … ON DATABASE.',
  },
  STATISTICS_MISSING: {
    severity: 'warning',
    meaning: "The planner's statistics of the restored database could not be gathered.",
    advice: 'Run vacuumdb --analyze-only on it before the services use it.',
  },
  FOREIGN_KEY_NOT_VALID: {
    severity: 'warning',
    meaning: 'A foreign key of a table that was brought back is not valid: rows point to rows that are not there.',
    advice: 'Find those rows, mend them, then run ALTER TABLE … VALIDATE CONSTRAINT.',
  },
} as const satisfies Record<string, Kind>
