import type { Kind } from './findings.js'

/** What watching and maintaining can find; a part of the one list. */
export const WATCH_FINDINGS = {
  BACKUP_TOO_OLD: {
    severity: 'error',
    meaning: 'The newest backup of a type is older than `max-age` allows.',
    advice: 'Look at the last run of the backup: whether it was started at all, and what it said.',
  },
  BACKUP_UNPROVEN_TOO_LONG: {
    severity: 'error',
    meaning:
      'The newest backup of a type that is proven to restore is older than `max-unproven` allows, or there is none. It counts when it is proven as far as `verify` asks, or as its own backup was asked.',
    advice: 'Look at why the newer ones were not proven, then validate one of them or take a new backup.',
  },
  BACKUP_MISSING: {
    severity: 'error',
    meaning: 'A store holds no backup of a type that is watched.',
    advice: 'Take one, or correct `type` and `max-age`.',
  },
  STORE_EMPTY: {
    severity: 'error',
    meaning: 'A store that is watched holds no backup at all.',
    advice: 'Check the options store and copies; if they are right, there is no backup: take one.',
  },
  STORE_NOT_READ: {
    severity: 'inconclusive',
    meaning: 'A store that is watched could not be read, so it is not known what it holds.',
    advice: 'Mend what is said, and watch again.',
  },
  BACKUP_FROM_FUTURE: {
    severity: 'warning',
    meaning: 'A backup is dated later than now, so it is left out when the age of the newest is judged.',
    advice: 'Set the clocks of this machine and of the database server right (NTP).',
  },
  BACKUP_UNREADABLE: {
    severity: 'warning',
    meaning: 'Something newer than the newest backup looks like one and is broken, so it does not count.',
    advice: 'Validate it by its id to see what is wrong with it, or take a new backup.',
  },
  SCHEDULE_ENDING: {
    severity: 'warning',
    meaning:
      'GitHub disables the schedules of a public repository after 60 days without a commit, and that day is near.',
    advice: 'Commit something to the default branch, or start the backups from elsewhere.',
  },
  SCHEDULE_DISABLED: {
    severity: 'error',
    meaning: 'GitHub has disabled a scheduled workflow because the repository was not active.',
    advice: 'Enable it again: `gh workflow enable` with its name, or the button on its page under Actions.',
  },
  SCHEDULE_NOT_CHECKED: {
    severity: 'warning',
    meaning: 'It could not be asked whether GitHub is about to disable the schedules.',
    advice: 'Give github-token with the permissions contents: read and actions: read.',
  },
  MAINTENANCE_FAILED: {
    severity: 'error',
    meaning: 'A part of the maintenance could not be done; the others were.',
    advice: 'Mend what is said; the next maintenance tries again.',
  },
  VACUUM_SKIPPED: {
    severity: 'warning',
    meaning: 'PostgreSQL left tables out of the vacuum, because the role may not vacuum them.',
    advice: 'Connect as the owner of the database or a superuser, or grant MAINTAIN (PostgreSQL 17 and later).',
  },
} as const satisfies Record<string, Kind>
