import type { OptionName } from '../option-list.js'

/** The headings of the help, in the order in which somebody thinks of them, with what stands below each. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'What to back up': [
    'database-url',
    'series',
    'type',
    'tables',
    'exclude-tables',
    'format',
    'compression',
    'jobs',
    'lock-timeout',
  ],
  'Which backup': ['backup', 'scenario', 'rotate-check'],
  'Where it is restored': ['target-url', 'restore-mode', 'restore-parts', 'role-map', 'confirm'],
  'Where backups are kept': [
    'store',
    'copies',
    'ssh-key',
    'ssh-known-hosts',
    'rsync-password',
    'github-token',
    'history-cache',
  ],
  'How it is proven': ['verify', 'scratch', 'scratch-url', 'postgres-bin', 'assertions'],
  'How long backups are kept': [
    'keep-last',
    'keep-daily',
    'keep-weekly',
    'keep-monthly',
    'keep-yearly',
    'keep-within',
    'keep-tier',
    'timezone',
    'rotate',
    'dry-run',
  ],
  'Encryption and signatures': ['encrypt-to', 'hide-names', 'decrypt-key', 'signing-key', 'trusted-keys'],
  'The services around the database': ['services', 'stop-command', 'start-command', 'services-timeout'],
  'Alerts and reports': [
    'alerts',
    'fail-on',
    'webhook-url',
    'webhook-secret',
    'ping-url',
    'problem-issues',
    'metrics-file',
    'period',
    'max-age',
    'max-unproven',
    'drill-report',
    'report-file',
  ],
  'Several databases and schedules': [
    'config',
    'database',
    'all',
    'task',
    'parallel',
    'max-jobs',
    'time-limit',
    'schedule',
    'missed-runs',
  ],
  'In a job of GitHub Actions': ['upload-artifact', 'artifact-retention-days', 'allow-public-artifact'],
  Output: ['output', 'json', 'verbose', 'help'],
}

/** What no heading names yet. */
export const OTHER_GROUP = 'Further options'

/** All headings, in the order of the help. */
export const GROUP_TITLES: readonly string[] = [...Object.keys(GROUPS).slice(0, -1), OTHER_GROUP, 'Output']

/** The heading that an option of the list, or a flag of the command line's own, stands below. */
export function groupOf(name: OptionName | 'output' | 'json' | 'verbose' | 'help'): string {
  return GROUP_TITLES.find((title) => GROUPS[title]?.includes(name) === true) ?? OTHER_GROUP
}
