import { FLEET_OPTIONS } from './fleet-options.js'
import { SEEING_OPTIONS } from './seeing-options.js'

/**
 * Action inputs, command line flags and configuration keys are one set of names, and this is it. `action.yml`, the
 * command line's help, the reference in the docs and the typed `Options` are all made from this list.
 */

/** How an option is written; the parser of each kind takes text (inputs, flags, environment) or YAML values. */
type Kind = 'text' | 'list' | 'lines' | 'flag' | 'count' | 'choice' | 'duration' | 'rules'

export interface OptionDefinition {
  kind: Kind
  /** One sentence or two, for the action's inputs, the help and the reference. */
  describe: string
  /** As one would write it; undefined where there is none, with `defaultText` telling what happens then. */
  default?: string
  defaultText?: string
  choices?: readonly string[]
  /** The operations that look at it; all where not given. */
  operations?: readonly Operation[]
  /** Its value must never be shown. */
  secret?: boolean
  example?: string
  /** The only place where it can be given: to a run (flag, input, environment), or in `lifeboat.yml`. Both by default. */
  where?: 'run' | 'file'
}

export const OPERATIONS = [
  'backup',
  'validate',
  'restore',
  'rotate',
  'drill',
  'report',
  'watch',
  'maintain',
  'plan',
  'doctor',
] as const
export type Operation = (typeof OPERATIONS)[number]

export const OPERATION_SUMMARIES: Readonly<Record<Operation, string>> = {
  backup: 'take a backup, prove that it restores, keep the right ones',
  validate: 'verify a stored set, or a dump that another tool made',
  restore: 'restore a set into a database, compare it with its source, and swap it in',
  rotate: 'apply the retention policy to a store',
  drill: 'rehearse recovery: restore for real into scratch, destroy copies, measure RTO and RPO',
  report: 'tell how the backups of a day or a week did, from the log of the store and the sets in it',
  watch: 'fail when a store lacks a backup, or a proven one, that is new enough',
  maintain: 'remove old logs and what killed runs left behind, and vacuum the database',
  doctor: 'look at everything that could go wrong with a backup and its proof, and say how to mend it',
  plan: 'print the job matrix for the databases of the configuration: what runs in which job of a workflow',
}

const SCRATCH_KINDS = ['auto', 'service', 'cluster'] as const

export const OPTIONS = {
  'database-url': {
    kind: 'text',
    describe:
      'The database to back up, as a PostgreSQL connection URI. Without it, the PG* variables of libpq are used (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, …).',
    defaultText: 'the PG* variables',
    operations: ['backup', 'maintain'],
    secret: true,
    example: 'postgresql://backup@db.example.org:5432/masclet_imperi?sslmode=verify-full',
  },
  'target-url': {
    kind: 'text',
    describe:
      'The database to restore into, as a PostgreSQL connection URI that names it. What else it leaves out comes from the PG* variables.',
    operations: ['restore'],
    secret: true,
    example: 'postgresql://postgres@db.example.org:5432/masclet_imperi',
  },
  'restore-mode': {
    kind: 'choice',
    choices: ['new', 'replace', 'add'],
    describe:
      '`new` restores into a database that does not exist or is empty. `replace` restores beside the live one, compares, swaps the two by renaming and keeps the old one. `add` brings the chosen `tables` back into a living database, in one transaction, and touches nothing else; they must not be there or be empty.',
    default: 'new',
    operations: ['restore'],
  },
  'restore-parts': {
    kind: 'choice',
    choices: ['all', 'schema', 'data'],
    describe:
      'What of the set is restored: everything, the definitions without rows (`new`), or the rows alone, into empty tables that are there (`add`).',
    default: 'all',
    operations: ['restore'],
  },
  'role-map': {
    kind: 'list',
    describe:
      "Roles of the source that are not to be made on the target, each with the target's own role that takes its place, as `from=to`: for the roles of managed servers.",
    defaultText: 'missing roles are made from the set',
    operations: ['restore'],
    example: 'rds_superuser=postgres, legacy_owner=app',
  },
  series: {
    kind: 'text',
    describe: 'The name that backups of this database go by in the store. One store root holds one series.',
    defaultText: "the database's name",
  },
  type: {
    kind: 'text',
    describe:
      'The type of the backup: `daily`, `weekly`, `manual`, or any word of small letters, digits and hyphens. Each type is kept by its own retention rules.',
    default: 'manual',
    defaultText: '`manual`; for `validate`, `restore`, `rotate` and `drill`, every type',
    example: 'daily',
  },
  tables: {
    kind: 'list',
    describe:
      'Tables whose data is backed up, as psql patterns (`animals`, `public.parts`, `audit_*`), separated by commas or new lines; partitions and children come with them. The definitions of everything are always included, so that the set restores by itself. `restore` brings back the rows of these tables only; with `restore-mode: add`, nothing but these tables.',
    defaultText: 'every table',
    operations: ['backup', 'restore'],
    example: 'animals, parts',
  },
  'exclude-tables': {
    kind: 'list',
    describe:
      'Tables whose data is left out, as psql patterns. Their definitions stay. For `restore-mode: replace`: tables that may be empty afterwards, because the set does not hold their rows.',
    defaultText: 'none',
    operations: ['backup', 'restore'],
    example: 'sessions, audit_*',
  },
  format: {
    kind: 'choice',
    choices: ['directory', 'custom', 'plain'],
    describe:
      'The form of the dump: `directory` (parallel), `custom` (one file), or `plain` (`<type>_<date>.sql.gz`, readable by psql alone).',
    default: 'directory',
    operations: ['backup'],
  },
  compression: {
    kind: 'text',
    describe:
      'How the dump is compressed, as pg_dump writes it: `none`, `gzip:6`, `lz4`, `zstd:1`. `auto` takes the best that the client has.',
    default: 'auto',
    operations: ['backup'],
  },
  jobs: {
    kind: 'count',
    describe: 'How many tables are dumped or restored at once.',
    defaultText: 'the number of processors, at most 8',
    operations: ['backup', 'validate', 'restore', 'drill'],
  },
  'lock-timeout': {
    kind: 'duration',
    describe: 'How long the dump waits for a lock that a migration holds before it gives up.',
    default: '5min',
    operations: ['backup'],
  },
  verify: {
    kind: 'choice',
    choices: ['none', 'archive', 'data', 'full'],
    describe:
      'How far the backup is verified: `archive` (read from end to end, rows counted), `data` (restored, every table equal to the source), `full` (also indexes, constraints, triggers, owners, grants), or `none`. For `watch`, how far a backup must be proven to count as proven.',
    default: 'full',
    defaultText: '`full`; with `rotate-check`, `archive`; for `watch`, what the backup of each set was asked for',
    operations: ['backup', 'validate', 'watch'],
  },
  scratch: {
    kind: 'choice',
    choices: SCRATCH_KINDS,
    describe:
      'Where the backup is restored to prove it: `service` (the server of scratch-url), `cluster` (a throw-away cluster started from the PostgreSQL programs here), or `auto` (the first that is there).',
    default: 'auto',
    operations: ['backup', 'validate', 'drill'],
  },
  'scratch-url': {
    kind: 'text',
    describe:
      'A disposable PostgreSQL server to prove restores in, such as a service container. Only databases that pg-lifeboat creates in it are used, and they are dropped afterwards.',
    operations: ['backup', 'validate', 'drill', 'maintain'],
    secret: true,
    example: 'postgresql://postgres:postgres@localhost:5432/postgres',
  },
  'postgres-bin': {
    kind: 'list',
    describe: 'Folders with PostgreSQL programs (`pg_dump`, `initdb`, …) to look at first.',
    defaultText: 'those on PATH and the usual places of installed majors',
    operations: ['backup', 'validate', 'restore', 'drill', 'maintain'],
  },
  assertions: {
    kind: 'list',
    describe:
      'SQL queries that must each return one true value in the restored copy (tier `full`), one a line. They run read-only.',
    operations: ['backup', 'validate', 'restore', 'drill'],
    example: 'SELECT count(*) > 0 FROM animals',
  },
  services: {
    kind: 'text',
    describe:
      'A shell command that must succeed before a backup starts: it checks that the services are in the right state.',
    operations: ['backup'],
    example: 'curl --fail --silent http://localhost:8000/health',
  },
  'stop-command': {
    kind: 'text',
    describe:
      'A shell command that stops the services that use the database, before anything is dumped or restored. Needs `start-command`.',
    operations: ['backup', 'restore'],
    example: 'systemctl stop masclet-api',
  },
  'start-command': {
    kind: 'text',
    describe:
      'A shell command that starts the services again: when the dump is taken, or the restore is done, and whatever goes wrong. After a run that was killed, the next run of pg-lifeboat runs it, or the post step of the action; so it must do no harm when it runs twice.',
    operations: ['backup', 'restore'],
    example: 'systemctl start masclet-api',
  },
  'services-timeout': {
    kind: 'duration',
    describe: 'How long `stop-command` and `start-command` may each take.',
    default: '5min',
    operations: ['backup', 'restore'],
  },
  store: {
    kind: 'text',
    describe:
      'Where backup sets are kept: a folder, `rsync://user@host/module/path`, `user@host:path` (rsync over ssh), `s3://bucket/prefix?region=…`, `artifact:` (artifacts of this GitHub repository; `artifact:#series` where it keeps several), or `rclone:remote:path`.',
    default: './backups',
    example: '/backups/db',
  },
  copies: {
    kind: 'lines',
    describe:
      'Further stores that every set is copied to, one a line, each as `store` is written. What is kept there can differ: `s3://bucket/app?region=eu-west-1 keep-daily=30 keep-monthly=12`. Rules that are given for a copy replace all others there. A location with blanks stands in double quotes; `lifeboat.yml` also takes `{to: /mnt/disk, keep-daily: 30}`.',
    defaultText: 'none',
    operations: ['backup', 'rotate', 'validate', 'watch', 'maintain'],
    example: 'backup@offsite.example.org:/backups/app',
  },
  'ssh-key': {
    kind: 'text',
    describe: 'The private key for rsync over ssh: the key itself, or the path of its file.',
    defaultText: 'what ssh finds by itself',
    secret: true,
  },
  'ssh-known-hosts': {
    kind: 'text',
    describe:
      "The host keys for rsync over ssh: lines as in `known_hosts`, or the path of such a file. A host that is not in it is refused; `ssh-keyscan` prints its line, to be compared with the host's own.",
    defaultText: "the user's `known_hosts`",
  },
  'rsync-password': {
    kind: 'text',
    describe: 'The password for an `rsync://` store, or the path of a file that holds it.',
    secret: true,
  },
  'github-token': {
    kind: 'text',
    describe:
      'The token for an `artifact:` store: in a job its own (`github.token`), with the permission `actions: read` to list and fetch sets, and `actions: write` to remove old ones. `watch` also reads with it whether GitHub is about to disable the schedules of this repository.',
    defaultText: 'the variable `GITHUB_TOKEN`',
    secret: true,
  },
  'encrypt-to': {
    kind: 'list',
    describe:
      'age public keys (`age1…`). Every file of a set is encrypted to all of them after the proof, so that the machine that backs up cannot read older backups. Several keys are for rotation and escrow.',
    defaultText: 'not encrypted',
    operations: ['backup'],
    example: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  },
  'hide-names': {
    kind: 'flag',
    describe:
      'Whether what stays readable of an encrypted set (its manifest, its later outcomes, its line in the log) leaves out the names of tables, roles and extensions. Reports and job summaries name them all the same.',
    default: 'false',
    operations: ['backup'],
  },
  'decrypt-key': {
    kind: 'text',
    describe:
      'The age identity (`AGE-SECRET-KEY-1…`) that reads encrypted sets: the key itself, several lines of them, or the path of a file.',
    operations: ['validate', 'restore', 'drill'],
    secret: true,
  },
  'signing-key': {
    kind: 'text',
    describe:
      'An Ed25519 private key (PEM, or the path of a file) that signs the manifest of every set, so that a forged set is found.',
    operations: ['backup'],
    secret: true,
  },
  'trusted-keys': {
    kind: 'text',
    describe:
      'Ed25519 public keys (PEM, or the path of a file), one of which must have signed a set that is validated, restored or drilled.',
    operations: ['validate', 'restore', 'drill'],
  },
  'rotate-check': {
    kind: 'flag',
    describe:
      'Validate the oldest set that is kept instead of the newest, in the store and in each of the `copies`, every byte of it: so that rot in old months is found.',
    default: 'false',
    operations: ['validate'],
  },
  backup: {
    kind: 'text',
    describe:
      'The set to validate, restore or drill: `latest` or an id such as `20261124T020000Z`. `validate` also takes the path of a dump that another tool made (`.sql`, `.sql.gz`, a custom or tar archive, a directory archive). `restore` also takes `latest-proven`, and passes over sets that are damaged, with a warning; one that is named by its id is never replaced by another.',
    defaultText: '`latest`; for `restore`, `latest-proven`',
    operations: ['validate', 'restore', 'drill'],
  },
  scenario: {
    kind: 'list',
    describe:
      'What is rehearsed: `latest` (the newest set of each type), `fallback` (the newest is destroyed), `table` (one lost table), `clean-room` (nothing but `restore.sh`), `upgrade` (into the next major), `faults` (every kind of damage must be found), or `all`.',
    default: 'all',
    operations: ['drill'],
    example: 'latest, clean-room',
  },
  'drill-report': {
    kind: 'text',
    describe:
      'A file that the report of the drill is also written to, to be committed. Results as JSON are put beside it, and the trend reads those of earlier drills there.',
    operations: ['drill'],
    example: 'docs/drills/2026-Q4.md',
  },
  'keep-last': { kind: 'count', describe: 'Keep the newest n sets.', operations: ['backup', 'rotate', 'validate'] },
  'keep-daily': {
    kind: 'count',
    describe: 'Keep the newest set of each of the last n days that have one.',
    operations: ['backup', 'rotate', 'validate'],
    defaultText: '7 for the type `daily`',
  },
  'keep-weekly': {
    kind: 'count',
    describe: 'Keep the newest set of each of the last n weeks (Monday to Sunday) that have one.',
    operations: ['backup', 'rotate', 'validate'],
    defaultText: '4 for the type `weekly`',
  },
  'keep-monthly': {
    kind: 'count',
    describe: 'Keep the newest set of each of the last n months that have one.',
    operations: ['backup', 'rotate', 'validate'],
  },
  'keep-yearly': {
    kind: 'count',
    describe: 'Keep the newest set of each of the last n years that have one.',
    operations: ['backup', 'rotate', 'validate'],
  },
  'keep-within': {
    kind: 'text',
    describe: 'Keep every set that is younger than this, measured from the newest set, such as `14d`, `3m` or `1y6m`.',
    operations: ['backup', 'rotate', 'validate'],
  },
  'keep-tier': {
    kind: 'choice',
    choices: ['archive', 'data', 'full'],
    describe: 'A set fills a retention slot only when it is proven to this tier.',
    defaultText: 'the tier of `verify`',
    operations: ['backup', 'rotate', 'validate'],
  },
  timezone: {
    kind: 'text',
    describe: 'The IANA time zone whose days, weeks and months retention and reports count.',
    default: 'UTC',
    operations: ['backup', 'rotate', 'validate', 'report'],
    example: 'Europe/Madrid',
  },
  rotate: {
    kind: 'flag',
    describe: 'Whether a successful backup is followed by rotation of its type.',
    default: 'true',
    operations: ['backup'],
  },
  'dry-run': {
    kind: 'flag',
    describe: 'Print what would be removed, and remove nothing.',
    default: 'false',
    operations: ['backup', 'rotate', 'maintain'],
  },
  confirm: {
    kind: 'text',
    describe:
      'A name, typed to let a guard pass that refused and said so in its message: of the series for rotation, of the target database for a restore that touches existing data.',
    operations: ['backup', 'restore', 'rotate'],
    where: 'run',
  },
  ...SEEING_OPTIONS,
  'upload-artifact': {
    kind: 'choice',
    choices: ['all', 'report', 'none'],
    describe:
      'What a job uploads as artifacts: the set and the report, only the report, or nothing. The command line uploads nothing. Of `report`, only one over several databases is uploaded.',
    default: 'all',
    operations: ['backup', 'drill', 'report'],
  },
  'artifact-retention-days': {
    kind: 'count',
    describe: 'How long GitHub keeps the artifacts.',
    defaultText: "the repository's setting",
    operations: ['backup', 'drill', 'report'],
  },
  'allow-public-artifact': {
    kind: 'flag',
    describe:
      'Upload an unencrypted dump as an artifact even if the repository is public, where everybody can download it.',
    default: 'false',
    operations: ['backup'],
  },
  'history-cache': {
    kind: 'flag',
    describe:
      "Keep in the job's cache what may vanish at any time: the log of earlier runs when the store lies in the workspace, which ends with the job, and what was read of stores elsewhere, so that listing them is faster.",
    default: 'true',
    operations: ['backup', 'validate', 'restore', 'rotate', 'drill'],
  },
  'max-jobs': {
    kind: 'count',
    describe:
      'How many jobs `plan` may make; 256 is the most that GitHub takes in a matrix. Where there are more databases and types than that, several share a job, so that all jobs take about as long.',
    default: '256',
    operations: ['plan'],
  },
  ...FLEET_OPTIONS,
} as const satisfies Record<string, OptionDefinition>

export type OptionName = keyof typeof OPTIONS

/** The definitions as a plain list, for whoever prints them. */
export function optionDefinitions(): (OptionDefinition & { name: OptionName })[] {
  return Object.entries<OptionDefinition>(OPTIONS).map(([name, definition]) => ({
    ...definition,
    name: name as OptionName,
  }))
}

/** The options that a run can be given: as flags, as inputs, in the environment. */
export function runOptionDefinitions(): (OptionDefinition & { name: OptionName })[] {
  return optionDefinitions().filter(({ where }) => where !== 'file')
}

/** What is known of an option; undefined for a name that is none. */
export function definitionOf(name: string): OptionDefinition | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName] : undefined
}

/** What `doctor` looks at is what these need, so that it can be asked in the very words in which they are. */
const EXAMINED: readonly Operation[] = ['backup', 'validate', 'watch']

/** The options that an operation looks at. */
export function optionsOf(operation: Operation): (OptionDefinition & { name: OptionName })[] {
  const looking = operation === 'doctor' ? EXAMINED : [operation]
  return optionDefinitions().filter(({ operations }) => operations?.some((name) => looking.includes(name)) ?? true)
}
