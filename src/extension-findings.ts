import type { Kind } from './findings.js'

/** What a dump leaves to `CREATE EXTENSION` and to `initdb`; a part of the one list. */
export const EXTENSION_FINDINGS = {
  EXTENSION_CHANGED: {
    severity: 'warning',
    meaning:
      'Members of an extension, or what was put on them, are not as CREATE EXTENSION makes them. A dump holds only the extension by its name, so a restore does not bring this back.',
    advice:
      'Keep the statements that change it, and run them after a restore. Better put what is yours beside the extension: in tables, functions and schemas of your own.',
  },
  EXTENSION_ROWS_NOT_DUMPED: {
    severity: 'warning',
    meaning:
      "A table of an extension has rows that its author did not mark as a user's configuration. PostgreSQL dumps only marked rows, so a restore does not bring these back.",
    advice:
      'Where the extension writes them itself (a log, a cache), nothing is lost. Otherwise copy them elsewhere, into a table of your own.',
  },
  EXTENSION_TABLE_NOT_DUMPED: {
    severity: 'error',
    meaning:
      'A table with rows belongs to an extension that does not make it (ALTER EXTENSION … ADD, or an older version). Neither the table nor its rows are in the dump.',
    advice:
      'Take it out of the extension (ALTER EXTENSION … DROP TABLE …; it stays as a table of its own), then back up again.',
  },
  EXTENSION_NOT_COMPARED: {
    severity: 'info',
    meaning:
      'What is in an extension could not be compared with what CREATE EXTENSION makes, so changes to it that no dump holds are not known.',
    advice:
      "Use a scratch server that has the source's version of the extension, and let the role that backs up read the extension's tables.",
  },
  SCRATCH_STARTED_WITHOUT: {
    severity: 'info',
    meaning:
      'The throw-away cluster was started without a library or settings of the source, because they are not installed here or it does not start with them.',
    advice:
      'Where the restore fails for want of them, or gives other values, install them here, or give a server that has them in scratch-url.',
  },
  BUILT_IN_CHANGED: {
    severity: 'warning',
    meaning:
      "A function of PostgreSQL's own was altered or replaced at the source. No dump holds that, so a restore does not bring it back.",
    advice: 'Keep the statements that change it, and run them after a restore.',
  },
} as const satisfies Record<string, Kind>
