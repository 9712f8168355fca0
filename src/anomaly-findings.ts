import type { Kind } from './findings.js'

/** What can be found unusual in a new set beside earlier ones; a part of the one list. None of these fails a backup. */
export const ANOMALY_FINDINGS = {
  TABLE_EMPTIED: {
    severity: 'warning',
    meaning: 'A table that held rows in the last proven set holds none now (info where it has been empty before).',
    advice:
      'If nobody emptied it on purpose, stop rotation and bring it back from the earlier set (recovery of one table).',
  },
  TABLE_ROWS_DROPPED: {
    severity: 'warning',
    meaning: 'A table lost more rows since the last proven set than its own history makes usual.',
    advice: 'If nobody deleted them on purpose, stop rotation and compare with the earlier set.',
  },
  TABLE_DISAPPEARED: {
    severity: 'warning',
    meaning:
      'A table whose rows were in the last proven set is not in this one (info for a partition and for a plain renaming).',
    advice: 'If it was not dropped, renamed or left out on purpose, bring it back from the earlier set.',
  },
  TABLE_NOT_COVERED: {
    severity: 'warning',
    meaning:
      'The rows of a table are in no set of any type of this store (info where exclude-tables leaves it out by name).',
    advice:
      'Add it to tables, or back up the whole database with another type; to leave it out, name it in exclude-tables.',
  },
  SET_SHRUNK: {
    severity: 'warning',
    meaning: 'The set holds far less than the last proven one of its type: most tables are gone, empty or nearly so.',
    advice:
      'Check database-url, tables and exclude-tables. If the data is gone, stop rotation and restore from the earlier set.',
  },
  SIZE_UNUSUAL: {
    severity: 'warning',
    meaning: 'The set is less than half or more than twice as large as the last proven ones, and they vary less.',
    advice: 'Look which tables grew or shrank; a set that is much smaller may lack what you think is in it.',
  },
  SCHEMA_CHANGED_SINCE: {
    severity: 'info',
    meaning: 'The schema is another than in the last proven set of the type.',
    advice: 'Nothing, if somebody changed it on purpose: the report lists what changed.',
  },
} as const satisfies Record<string, Kind>
