import type { Kind } from './findings.js'

/** What a database has and no dump of it holds; a part of the one list. Each is told once, with names. */
export const UNDUMPED_FINDINGS = {
  NOT_DUMPED: {
    severity: 'warning',
    meaning:
      "The database has something that PostgreSQL's dump programs do not write, so that no backup of this kind can hold it.",
    advice:
      'Keep what you need of it elsewhere, as the statements that make it. Rebuild or drop an index that is not valid.',
  },
  COMMENTS_NOT_DUMPED: {
    severity: 'info',
    meaning:
      'Comments or security labels that pg_dump does not write: their object is gone, or is a part that comes with another, such as a constraint that a partition has from its parent.',
    advice: 'Nothing needs to be done. To keep such a comment, put it on the parent or on the table.',
  },
  SYSTEM_OWNERS_NOT_DUMPED: {
    severity: 'info',
    meaning:
      "Objects of PostgreSQL's own belong to another role at the source, as some providers arrange it; pg_dump does not write that.",
    advice: 'The restored ones belong to the role that initdb made. What was granted on them is in the dump.',
  },
} as const satisfies Record<string, Kind>
