import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { ConnectionError, UsageError } from '../errors.js'
import { nearest } from '../options.js'
import { parseConnectionString, type LibpqParameters } from './connection-string.js'
import { IGNORED_PARAMETERS, PARAMETER_VARIABLES } from './libpq-parameters.js'
import { lookUpPassword } from './passfile.js'
import { POOLER_ADVICE } from './pooler-advice.js'

export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

/** Where and as whom to connect: what libpq needs, resolved once from a URI or the PG* variables. */
export interface ConnectionSettings {
  /** A host name, an address, or the folder of a Unix socket. */
  host: string
  port: number
  user: string
  password?: string
  database: string
  /** libpq's sslmode, with libpq's meaning. */
  sslMode: SslMode
  /** A file of certificates, or `system` for those that the system trusts. */
  sslRootCert?: string
  sslCert?: string
  sslKey?: string
  /** Further libpq parameters, handed on to PostgreSQL's programs: `channel_binding`, `options`, … */
  parameters: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

export interface ConnectionSource {
  /** A connection URI or libpq's keywords and values. What it leaves out comes from the variables. */
  databaseUrl?: string | undefined
  environment: Environment
  /** How messages call the string: `database-url` by default. */
  label?: string
}

/**
 * Resolves where to connect to, as libpq would: the connection string, then the PG* variables, then the password file and
 * libpq's defaults.
 *
 * Throws `UsageError` when a part cannot be used. No message holds the password or the string.
 */
export function parseConnection({
  databaseUrl = '',
  environment,
  label = 'database-url',
}: ConnectionSource): ConnectionSettings {
  const doing = databaseUrl === '' ? 'reading the PG* variables' : `reading ${label}`
  const given = { ...fromVariables(environment), ...normalised(parseConnectionString(databaseUrl, label), doing) }
  rejectUnsupported(given, doing)
  const port = portOf(given.port ?? '5432', doing)
  const user = given.user ?? systemUser(environment, doing)
  const host = given.host ?? given.hostaddr ?? defaultHost(port)
  const database = given.dbname ?? user
  const password = given.password ?? lookUpPassword(passfileOf(given, environment), { host, port, database, user })
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password }),
    database,
    ...tlsOf(given, environment, doing),
    parameters: furtherParameters(given),
  }
}

/** `user@host:5432/database`, for messages; never with a password. */
export function describeConnection({ host, port, user, database }: ConnectionSettings): string {
  const shownHost = host.includes(':') ? `[${host}]` : host
  return `${user}@${shownHost}:${port}/${database}`
}

/** Whether the host is the folder of a Unix socket. */
export function isSocket({ host }: Pick<ConnectionSettings, 'host'>): boolean {
  return host.startsWith('/')
}

const VARIABLES: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  passfile: 'PGPASSFILE',
  service: 'PGSERVICE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
}

const NAMED = new Set([...Object.keys(VARIABLES), 'sslpassword'])

function fromVariables(environment: Environment): LibpqParameters {
  const parameters: LibpqParameters = {}
  for (const [name, variable] of Object.entries({ ...VARIABLES, ...PARAMETER_VARIABLES })) {
    const value = variable === null ? undefined : environment[variable]
    if (value !== undefined && value !== '') {
      parameters[name] = value
    }
  }
  return parameters
}

/** Spellings of other drivers become libpq's; what nobody knows is refused. */
function normalised(parameters: LibpqParameters, doing: string): LibpqParameters {
  const { ssl, pgbouncer, ...rest } = parameters
  if (pgbouncer === 'true') {
    throw new ConnectionError('pooler', {
      doing,
      problem: 'pgbouncer=true says that the address is that of a transaction pooler',
      advice: POOLER_ADVICE,
    })
  }
  for (const name of Object.keys(rest)) {
    if (!NAMED.has(name) && !(name in PARAMETER_VARIABLES) && !IGNORED_PARAMETERS.has(name)) {
      throw unknownParameter(name, doing)
    }
  }
  return ssl === 'true' ? { sslmode: 'require', ...rest } : rest
}

/** The name itself is not shown: in a string that was written wrongly, it may be the end of a password. */
function unknownParameter(name: string, doing: string): UsageError {
  const near = nearest(name, [...NAMED, ...Object.keys(PARAMETER_VARIABLES)])
  return new UsageError({
    doing,
    problem: 'one of its parameters is not a connection parameter of PostgreSQL',
    advice:
      (near === undefined ? 'Correct or remove it.' : `Did you mean "${near}"?`) +
      ' The parameters are those of libpq: sslmode, sslrootcert, options, connect_timeout, …',
  })
}

function rejectUnsupported(given: LibpqParameters, doing: string): void {
  const reject = (problem: string, advice: string): never => {
    throw new UsageError({ doing, problem, advice })
  }
  if (
    given.host?.includes(',') === true ||
    given.port?.includes(',') === true ||
    given.hostaddr?.includes(',') === true
  ) {
    reject(
      'several hosts are given',
      'Name the one server to back up; a standby and its primary are different sources.',
    )
  }
  if (given.service !== undefined) {
    reject(
      'a service file is not supported',
      'Give its values in database-url or in PGHOST, PGPORT, PGUSER and PGDATABASE.',
    )
  }
  if (given.sslpassword !== undefined) {
    reject(
      'sslpassword is not supported',
      'Use a key without a passphrase, in a file that only you can read (mode 0600).',
    )
  }
}

function portOf(text: string, doing: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    // The text is not shown: with a wrongly written URI it may be a part of the password.
    throw new UsageError({
      doing,
      problem: 'the port is not a number between 1 and 65535',
      advice: 'Correct it. If the password holds a /, write it as %2F in the URI.',
    })
  }
  return port
}

function systemUser(environment: Environment, doing: string): string {
  try {
    return os.userInfo().username
  } catch (cause) {
    const name = environment.USER
    if (name !== undefined && name !== '') {
      return name
    }
    throw new UsageError({
      doing,
      problem: 'no user is given and the operating system does not name one',
      advice: 'Give the user in the URI or in PGUSER.',
      cause,
    })
  }
}

/** The folder with a socket of that port, else the one that PostgreSQL's packages use. */
function defaultHost(port: number): string {
  const folders = ['/var/run/postgresql', '/tmp']
  const listening = folders.find((folder) => existsSync(path.join(folder, `.s.PGSQL.${port}`)))
  return listening ?? (existsSync('/var/run/postgresql') ? '/var/run/postgresql' : '/tmp')
}

function homeOf(environment: Environment): string {
  const home = environment.HOME
  return home === undefined || home === '' ? os.homedir() : home
}

function passfileOf(given: LibpqParameters, environment: Environment): string {
  return given.passfile ?? path.join(homeOf(environment), '.pgpass')
}

/** Certificates that are not named are those that libpq finds in the home folder. */
function tlsOf(
  given: LibpqParameters,
  environment: Environment,
  doing: string,
): Pick<ConnectionSettings, 'sslMode' | 'sslRootCert' | 'sslCert' | 'sslKey'> {
  const mode = given.sslmode ?? (given.sslrootcert === 'system' ? 'verify-full' : 'prefer')
  const sslMode = SSL_MODES.find((known) => known === mode)
  if (sslMode === undefined) {
    throw new UsageError({ doing, problem: 'sslmode has no such value', advice: `Use one of ${SSL_MODES.join(', ')}.` })
  }
  const inHome = (name: string): string | undefined => {
    const file = path.join(homeOf(environment), '.postgresql', name)
    return existsSync(file) ? file : undefined
  }
  const sslRootCert = given.sslrootcert ?? inHome('root.crt')
  const sslCert = given.sslcert ?? inHome('postgresql.crt')
  const sslKey = given.sslkey ?? inHome('postgresql.key')
  return {
    sslMode,
    ...(sslRootCert === undefined ? {} : { sslRootCert }),
    ...(sslCert === undefined ? {} : { sslCert }),
    ...(sslKey === undefined ? {} : { sslKey }),
  }
}

function furtherParameters(given: LibpqParameters): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in PARAMETER_VARIABLES))
}
