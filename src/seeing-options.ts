import type { OptionDefinition } from './option-list.js'

/** The options of alerts, reports, metrics and watching; a part of the one list. */
export const SEEING_OPTIONS = {
  alerts: {
    kind: 'rules',
    describe:
      'Alert rules, one a line: `critical duration > 30min`, `warning compression < 0.5`. Given rules replace the defaults of the same level and measure; `off` in place of a limit silences one.',
    defaultText:
      'critical: duration > 30min, size > 1GB, errors > 0; warning: duration > 15min, compression < 0.5, disk_space < 1GB; info: size_change > 10%, record_change > 100',
    operations: ['backup', 'report'],
  },
  'fail-on': {
    kind: 'choice',
    choices: ['critical', 'warning', 'info', 'never'],
    describe: 'From which level on an alert makes the run fail (exit code 1), after everything else is done.',
    default: 'critical',
    operations: ['backup'],
  },
  'webhook-url': {
    kind: 'text',
    describe:
      'Where alerts and failures are sent as JSON by POST. A Slack address gets the form that Slack shows. It never holds up a backup; what could not be delivered is itself reported.',
    secret: true,
    example: 'https://hooks.example.org/backups',
  },
  'webhook-secret': {
    kind: 'text',
    describe:
      'Signs what is sent to `webhook-url`: HMAC-SHA256 over the time and the body, in the header `X-Lifeboat-Signature`.',
    secret: true,
  },
  'ping-url': {
    kind: 'text',
    describe:
      "The address of a dead-man's service that is asked at the start (`/start`), after success, and after a failure (`/fail`), as healthchecks.io has it.",
    secret: true,
    example: 'https://hc-ping.example.org/0c1e…',
  },
  'problem-issues': {
    kind: 'flag',
    describe:
      'Whether each problem has one GitHub issue, which is opened, updated and closed by itself when the problem ends. Needs `github-token` with `issues: write`.',
    default: 'false',
  },
  'metrics-file': {
    kind: 'text',
    describe:
      "A file that gets the metrics as OpenMetrics text, for a node exporter's textfile collector (a name that ends in `.prom`).",
    example: '/var/lib/node_exporter/lifeboat.prom',
  },
  'report-file': {
    kind: 'text',
    describe:
      'Where the report is written as one HTML page, with charts, that needs nothing else; an earlier one is written over.',
    defaultText: 'in a job a folder for temporary files, on the command line nowhere',
    example: '/var/www/backups/index.html',
  },
  period: {
    kind: 'choice',
    choices: ['daily', 'weekly'],
    describe: 'What a report looks back over: the last day or the last seven days; trends are longer.',
    default: 'daily',
    operations: ['report'],
  },
  'max-age': {
    kind: 'list',
    describe:
      'How old the newest backup of a type may be for `watch`: one age for all types (`26h`), or one for some (`26h, weekly=8d`). A type that is named must be there; `manual` is only watched where it is named here or in `type`.',
    defaultText: '`26h`, and `8d` for the type `weekly`',
    example: 'daily=26h, weekly=8d',
    operations: ['watch'],
  },
  'max-unproven': {
    kind: 'list',
    describe:
      'How old the newest proven backup of a type may be for `watch`, written as `max-age` is. Proven means to the tier of `verify`; where that is not given, to the one that its own backup was asked for.',
    defaultText: 'the same as `max-age`',
    operations: ['watch'],
  },
} as const satisfies Record<string, OptionDefinition>
