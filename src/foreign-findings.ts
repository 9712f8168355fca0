import type { Kind } from './findings.js'

/** What can be found while a dump of another tool is restored without the rights of a superuser; a part of the one list. */
export const FOREIGN_FINDINGS = {
  DUMP_NEEDS_SUPERUSER: {
    severity: 'inconclusive',
    meaning:
      'A dump of another tool holds a statement that needs a superuser; it was not run, so the dump could not be checked as a whole.',
    advice:
      'A dump is restored here by a role without such rights. If you trust who wrote it, restore it by hand into a server that may be lost; if you do not know the statement, find out who put it there.',
  },
  DUMP_CONSEQUENCE: {
    severity: 'inconclusive',
    meaning:
      'Something of a dump of another tool failed or was not as counted, which may follow from a statement that was not run because it needs a superuser.',
    advice: 'Look at what was not run. If you trust the dump, restore it by hand into a server that may be lost.',
  },
  DUMP_ROLES_PASSED_OVER: {
    severity: 'warning',
    meaning:
      'A dump of another tool holds statements about roles, which belong to the whole server; they were not run. Roles that it makes were made without any rights.',
    advice: 'Read them before you run the dump anywhere: they give rights on the whole server.',
  },
  DUMP_DEFINITION_PASSED_OVER: {
    severity: 'warning',
    meaning:
      'An event trigger, publication or subscription in a dump of another tool needs a superuser and was not made; no row and no other definition depends on it.',
    advice:
      'It was not tried whether it can be restored. Read it: an event trigger runs for whoever changes the database.',
  },
  DUMP_PRIVILEGES_PASSED_OVER: {
    severity: 'info',
    meaning:
      'Privileges in a dump of another tool were not given, because only their grantor or a superuser may give them; no row depends on them.',
    advice: 'None is needed for the data. Look at the privileges after a recovery.',
  },
  SCRATCH_CHANGED: {
    severity: 'warning',
    meaning:
      'Something that belongs to the whole scratch server is not as it was before a dump of another tool was restored there; the dump did that, or another session.',
    advice:
      'pg-lifeboat does not undo what another session may have done. Look at it; if none of yours did it, do not trust the dump, and replace the scratch server.',
  },
  SCRATCH_TRANSACTION_UNDONE: {
    severity: 'warning',
    meaning: 'A dump of another tool left a prepared transaction in the scratch database, which was rolled back.',
    advice: 'No dump needs one. Find out who put it into the dump.',
  },
} as const satisfies Record<string, Kind>
