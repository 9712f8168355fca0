import type { OptionDefinition } from './option-list.js'

/**
 * What a task of the configuration can be: what looks at backups or keeps house. Backups are what types are for, and a
 * restore is never begun by a clock.
 */
export const TASK_OPERATIONS = ['validate', 'rotate', 'drill', 'report', 'watch', 'maintain', 'doctor'] as const
export type TaskOperation = (typeof TASK_OPERATIONS)[number]

/** The operations that can work through every database of a configuration. */
const OF_EVERY_DATABASE = ['backup', ...TASK_OPERATIONS] as const

/** The options of a configuration that names several databases, and of their schedules; a part of the one list. */
export const FLEET_OPTIONS = {
  config: {
    kind: 'text',
    describe:
      'A YAML file with these same keys, `databases` and `types` for several of them, and `tasks`. Flags, inputs and the environment go before it.',
    defaultText: '`lifeboat.yml`, if there is one',
    where: 'run',
  },
  database: {
    kind: 'text',
    describe: 'Which of the `databases` of the configuration this run is about, by its name there.',
    defaultText: 'the only one that the configuration names',
    example: 'masclet',
    where: 'run',
  },
  all: {
    kind: 'flag',
    describe:
      'Work through every database of the configuration, each by itself: what fails in one holds up no other, and all failures are told at the end.',
    default: 'false',
    operations: OF_EVERY_DATABASE,
    where: 'run',
  },
  task: {
    kind: 'text',
    describe:
      'Which of the `tasks` of the configuration this run is, by its name there: its options go before the rest of the file.',
    defaultText: 'none',
    operations: TASK_OPERATIONS,
    example: 'weekly-report',
    where: 'run',
  },
  parallel: {
    kind: 'count',
    describe: 'How many databases are worked on at the same time with `all`, and by schedules.',
    default: '2',
    operations: OF_EVERY_DATABASE,
  },
  'time-limit': {
    kind: 'duration',
    describe:
      'How long a run may take. One that takes longer is ended, cleans up as after an interruption, and fails, naming the limit (exit code 1).',
    defaultText: 'none',
    example: '2h',
  },
  schedule: {
    kind: 'text',
    describe:
      'When a type is backed up, or a task is run, as a cron expression of five fields (minute, hour, day of the month, month, day of the week) on the clocks of `timezone`.',
    operations: ['backup', ...TASK_OPERATIONS],
    example: '17 2 * * *',
    where: 'file',
  },
  'missed-runs': {
    kind: 'choice',
    choices: ['once', 'skip'],
    describe:
      'What happens to the times of a schedule at which it was not running or still busy: made up by one run, or left out.',
    default: 'once',
    operations: ['backup', ...TASK_OPERATIONS],
    where: 'file',
  },
} as const satisfies Record<string, OptionDefinition>
