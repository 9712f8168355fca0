import { EXIT_CODES } from '../errors.js'

/** A page of the help that is about no single operation. */
export interface Topic {
  name: string
  summary: string
  /** Paragraphs; what begins with two blanks is shown as it is. */
  paragraphs: readonly string[]
}

export const TOPICS: readonly Topic[] = [
  {
    name: 'exit-codes',
    summary: 'what the command ends with',
    paragraphs: [
      Object.entries(EXIT_CODES)
        .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
        .join('\n'),
      '0 is only said of what was checked: a backup whose proof could not run ends with 4 and not with 0. In a script, treat everything but 0 as a reason to look.',
    ],
  },
  {
    name: 'configuration',
    summary: 'options in a file, several databases, types and tasks',
    paragraphs: [
      'Every option may stand in `lifeboat.yml`, in the folder where the command is started, or in the file that `--config` names. The names are those of the flags, without the dashes. `pg-lifeboat init` writes one.',
      [
        '  store: /backups/{database}',
        '  timezone: Europe/Madrid',
        '  types:',
        '    daily: { schedule: "17 2 * * *", keep-daily: 7 }',
        '    weekly: { schedule: "43 3 * * 0", keep-weekly: 4 }',
        '  tasks:',
        '    maintain: { schedule: "41 4 * * 0" }',
        '    weekly-report: { operation: report, period: weekly, schedule: "7 7 * * 1" }',
        '  databases:',
        '    app: { database-url: "postgresql://backup:${APP_PASSWORD}@db/app" }',
        '    shop: { database-url: "postgresql://backup:${SHOP_PASSWORD}@db/shop" }',
      ].join('\n'),
      '`types` are what is backed up. `tasks` is what else is done over and over; a run with `--task weekly-report` is one of them. `pg-lifeboat schedule` runs both at their times.',
      'What is given to a run goes before the environment, that before the task, that before the type of a database, that before the database, that before the type at the top, that before the top of the file, that before the default.',
      'In values, `${NAME}` stands for a variable of the environment; a missing one is an error. `{database}` and `{type}` stand for the names.',
    ],
  },
  {
    name: 'environment',
    summary: 'variables that are read',
    paragraphs: [
      'Every option has a variable: `LIFEBOAT_STORE` is `--store`, `LIFEBOAT_DATABASE_URL` is `--database-url`. `LIFEBOAT_DATABASE_URL_FILE` names a file that holds the value, as Docker hands secrets on.',
      [
        '  PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, …',
        '                 where to connect to, as libpq reads them',
        '  PGPASSFILE     the password file; ~/.pgpass otherwise',
        '  NO_COLOR       no colours; FORCE_COLOR: colours also where no terminal is seen',
        '  CI             lines instead of a progress bar',
        '  TMPDIR         where throw-away clusters and temporary files are made',
        '  HTTPS_PROXY    the proxy for webhooks, S3 and GitHub',
      ].join('\n'),
      'Secrets belong into the environment, a file or `lifeboat.yml` by `${NAME}`, not on the command line, where every process of the machine can read them.',
    ],
  },
  {
    name: 'output',
    summary: 'what goes to stdout and to stderr, and for machines',
    paragraphs: [
      'Messages go to stderr, results to stdout. With `--json`, stdout is one JSON object whose keys are the outputs of the action, also when the operation failed; the exit code tells how it ended.',
      'On a terminal there are colours and a progress bar; elsewhere, and where `CI` is set, plain lines.',
    ],
  },
]
