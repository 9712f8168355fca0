import { literal } from '../config/variables.js'
import { isSocket, type ConnectionSettings } from '../postgres/connection.js'
import { counted, formatBytes } from '../units.js'
import { VERSION } from '../version.js'
import type { DatabaseSeen, Sight, TableSeen } from './init-look.js'

export interface Wishes {
  /** Where backups are kept. */
  store: string
  timezone: string
  /** `2026-11-24` */
  today: string
}

/** How many tables the comments name. */
const MOST_TABLES = 12

/** A configuration for the database that was looked at, with what was seen as comments. Pure. */
export function configurationText(sight: Sight, wishes: Wishes): string {
  const parts = [opening(sight, wishes), connection(sight), keeping(wishes), types(sight), proof(sight), more()]
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** The variable of the environment that the file takes the password from; undefined where it needs none. */
export function passwordVariable(sight: Sight): string | undefined {
  if (sight.settings === undefined) {
    return 'DATABASE_PASSWORD'
  }
  if (sight.password !== 'url') {
    return undefined
  }
  const name = sight.settings.database.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  return `${/^[A-Z]/.test(name) ? '' : 'DB_'}${name}_PASSWORD`
}

function opening({ database, trouble }: Sight, { today }: Wishes): string[] {
  const made = `Written by pg-lifeboat ${VERSION} init on ${today}. Every line may be changed; pg-lifeboat help configuration tells more.`
  const seen =
    database === undefined
      ? [`The database could not be looked at: ${trouble?.problem ?? 'it is not known'}.`, trouble?.advice ?? '']
      : factsOf(database)
  return comment([made, '', ...seen])
}

function factsOf(database: DatabaseSeen): string[] {
  const { name, serverVersion, bytes, tables, extensions } = database
  const rest = tables.length - MOST_TABLES
  return [
    `What was seen of the database "${name}":`,
    `  PostgreSQL ${serverVersion}, ${formatBytes(bytes)}, ${counted(tables.length, 'table')}`,
    `  extensions: ${extensions.length === 0 ? 'none' : extensions.map((each) => `${each.name} ${each.version}`).join(', ')}`,
    ...programsSeen(database),
    ...privilegesSeen(database),
    ...(tables.length === 0 ? [] : ['  the largest tables, with their rows as the planner estimates them:']),
    ...tables.slice(0, MOST_TABLES).map((table) => `    ${tableLine(table)}`),
    ...(rest > 0 ? [`    and ${counted(rest, 'more table')}`] : []),
  ]
}

function programsSeen({ programs, programsTrouble, scratch, major }: DatabaseSeen): string[] {
  return [
    ...(programs === undefined ? [] : [`  programs on this machine: PostgreSQL ${programs}`]),
    ...(programsTrouble === undefined ? [] : [`  the programs need attention: ${programsTrouble}`]),
    scratch === undefined
      ? `  no server programs here: to prove backups, give scratch-url below, or install postgresql-${major}`
      : `  backups are proven in a throw-away cluster of PostgreSQL ${scratch}`,
  ]
}

function privilegesSeen({ unreadable }: DatabaseSeen): string[] {
  const wrong = unreadable.filter(({ severity }) => severity === 'error')
  const [first] = wrong
  return first === undefined
    ? ['  the role may read everything']
    : [`  ${counted(wrong.length, 'thing')} that the role may not read whole, such as ${first.on}: ${first.advice}`]
}

function tableLine({ name, bytes, rows }: TableSeen): string {
  const amount = rows === undefined ? 'never analyzed' : counted(Math.round(rows), 'row')
  return `${name.padEnd(40)} ${formatBytes(bytes).padStart(9)}  ${amount}`
}

function connection(sight: Sight): string[] {
  const { settings, password } = sight
  const variable = passwordVariable(sight)
  const notes =
    variable !== undefined
      ? [
          `The password comes from the variable ${variable} of the environment. In it, signs such as % @ / : are`,
          'percent-encoded (%25 %40 %2F %3A), as in every URI.',
        ]
      : [
          password === 'environment'
            ? 'The password comes from PGPASSWORD or the password file (~/.pgpass).'
            : 'The server asked for no password.',
        ]
  const url =
    settings === undefined
      ? `postgresql://backup:\${${variable ?? ''}}@db.example.org:5432/app?sslmode=verify-full`
      : urlOf(settings, variable)
  return [...comment(notes), `database-url: ${quoted(url)}`]
}

/** What is written is what was resolved, so that the file means the same wherever it is read. */
function urlOf(settings: ConnectionSettings, variable: string | undefined): string {
  const { host, port, user, database, sslMode, sslRootCert, parameters } = settings
  const query = new Map<string, string>([
    ...(isSocket(settings)
      ? ([
          ['host', host],
          ['port', String(port)],
        ] as const)
      : []),
    ...(sslMode === 'prefer' ? [] : ([['sslmode', sslMode]] as const)),
    ...(sslRootCert === undefined || !sslMode.startsWith('verify') ? [] : ([['sslrootcert', sslRootCert]] as const)),
    ...Object.entries(parameters),
  ])
  const server = isSocket(settings) ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`
  const password = variable === undefined ? '' : `:\${${variable}}`
  const shown = [...query]
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2F', '/')}`)
    .join('&')
  return `postgresql://${encodeURIComponent(user)}${password}@${server}/${encodeURIComponent(database)}${shown === '' ? '' : `?${shown}`}`
}

function keeping({ store, timezone }: Wishes): string[] {
  return [
    ...comment(['Where backups are kept. A place on another machine as well: see copies below.']),
    `store: ${quoted(literal(store))}`,
    '',
    ...comment(['Days, weeks and schedules are counted on these clocks.']),
    `timezone: ${quoted(timezone)}`,
  ]
}

function types({ database, settings }: Sight): string[] {
  const minute = oddMinute(database?.name ?? settings?.database ?? 'app')
  const names = (database?.tables ?? []).slice(0, 2).map(({ name }) => quoted(name))
  const chosen = names.length === 0 ? 'animals, parts' : names.join(', ')
  return [
    ...comment([
      'What is backed up when, and how long it is kept. The minutes are odd ones, because at the full hour everybody',
      "else's jobs begin too.",
    ]),
    'types:',
    '  daily:',
    `    schedule: "${minute} 2 * * *" # every night at 02:${padded(minute)}`,
    '    keep-daily: 7 # the newest of each of the last 7 days; never fewer than the 3 newest proven ones',
    `    # tables: [${chosen}] # only their rows; without it, every table`,
    '  weekly:',
    `    schedule: "${(minute + 26) % 60} 3 * * 0" # Sundays at 03:${padded((minute + 26) % 60)}`,
    '    keep-weekly: 4',
  ]
}

function proof({ database }: Sight): string[] {
  const needsServer = database !== undefined && database.scratch === undefined
  return [
    ...comment([
      'Every backup is restored and compared with its source, table by table. It is restored into a throw-away cluster',
      'of this machine, or into a disposable server:',
    ]),
    'verify: full',
    `${needsServer ? '' : '# '}scratch-url: ${needsServer ? '"${SCRATCH_URL}"' : 'postgresql://postgres:postgres@localhost:5433/postgres'}`,
  ]
}

function more(): string[] {
  return comment([
    'A second place, off this machine: what destroys one does not destroy the other.',
    'copies:',
    '  - to: s3://bucket/app?region=eu-west-1',
    '    keep-monthly: 12',
    '',
    'Encrypted, so that whoever reads a store reads nothing (age-keygen makes the key; keep the private one elsewhere):',
    'encrypt-to: [age1…]',
    '',
    "Who hears of failures, and a dead-man's service that notices when no backup comes at all:",
    'webhook-url: ${WEBHOOK_URL}',
    'ping-url: ${PING_URL}',
    '',
    'What else is done over and over by `pg-lifeboat schedule`, besides backups:',
    'tasks:',
    '  maintain: { schedule: "41 4 * * 0" }',
    '  drill: { schedule: "29 5 1 1,4,7,10 *", scenario: [latest, fallback, table, clean-room, faults] }',
    '  report: { schedule: "7 7 * * 1", period: weekly, report-file: /var/www/backups.html }',
    '',
    'Several databases in one file: each has a store of its own, and takes what stands above unless it says otherwise.',
    'store: /backups/{database}',
    'databases:',
    '  app: { database-url: "postgresql://backup:${APP_PASSWORD}@db/app" }',
    '  shop: { database-url: "postgresql://backup:${SHOP_PASSWORD}@db/shop" }',
  ])
}

/** One that is not the full hour and the same each time, but not the same for every database of a machine. */
function oddMinute(name: string): number {
  const sum = Array.from(name).reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7)
  return (sum % 28) * 2 + 3
}

function padded(minute: number): string {
  return String(minute).padStart(2, '0')
}

/** Names of tables may hold anything, and a comment ends with its line. */
function comment(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`.trimEnd())
}

/** YAML reads JSON's quotes and escapes as its own; JSON leaves some controls as they are. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007F-\u009F\u2028\u2029]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
