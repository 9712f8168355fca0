import type { Workspace } from '../context.js'
import type { ConnectionSettings } from './connection.js'
import { PARAMETER_VARIABLES } from './libpq-parameters.js'
import { fitsPassfile, passfileContent } from './passfile.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The name by which the server's views and logs call our programs. */
export const APPLICATION_NAME = 'pg-lifeboat'

const CONNECT_TIMEOUT = '30'

/** Variables of the caller that PostgreSQL's programs may need; everything else stays away from them. */
const HANDED_DOWN = [
  'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH',
  'KRB5CCNAME', 'KRB5_CONFIG', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'OPENSSL_CONF',
  // For programs that run in a container
  'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'XDG_RUNTIME_DIR',
] // prettier-ignore

/** The environment that any of PostgreSQL's programs gets: little, and messages in English so that they can be told apart. */
export function programEnvironment(environment: Environment): Record<string, string> {
  const kept: Record<string, string> = {
    PATH: environment.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    LC_MESSAGES: 'C',
  }
  for (const name of HANDED_DOWN) {
    const value = environment[name]
    if (value !== undefined) {
      kept[name] = value
    }
  }
  return kept
}

export interface LibpqEnvironmentOptions {
  workspace: Workspace
  environment: Environment
}

/**
 * The environment with which PostgreSQL's programs connect as the settings say. The password is in a file of mode 0600 of
 * the workspace; only one that such a file cannot hold is in `PGPASSWORD`.
 */
export async function libpqEnvironment(
  settings: ConnectionSettings,
  { workspace, environment }: LibpqEnvironmentOptions,
): Promise<Record<string, string>> {
  return {
    ...programEnvironment(environment),
    PGHOST: settings.host,
    PGPORT: String(settings.port),
    PGUSER: settings.user,
    PGDATABASE: settings.database,
    PGSSLMODE: settings.sslMode,
    PGAPPNAME: APPLICATION_NAME,
    PGCONNECT_TIMEOUT: CONNECT_TIMEOUT,
    ...ifGiven('PGSSLROOTCERT', settings.sslRootCert),
    ...ifGiven('PGSSLCERT', settings.sslCert),
    ...ifGiven('PGSSLKEY', settings.sslKey),
    ...furtherVariables(settings),
    ...(await passwordVariables(settings, workspace)),
    ...(await serviceVariables(settings, workspace)),
  }
}

async function passwordVariables(
  { password }: ConnectionSettings,
  workspace: Workspace,
): Promise<Record<string, string>> {
  if (password !== undefined && !fitsPassfile(password)) {
    return { PGPASSWORD: password }
  }
  // Without a password, too: libpq would otherwise look into the user's own file, where we looked already.
  const content = password === undefined ? '' : passfileContent(password)
  return { PGPASSFILE: await workspace.secretFile('pgpass', content) }
}

/** What libpq reads from no variable, it reads from a service file. */
async function serviceVariables(
  { parameters }: ConnectionSettings,
  workspace: Workspace,
): Promise<Record<string, string>> {
  const lines = Object.entries(parameters)
    .filter(([name]) => PARAMETER_VARIABLES[name] === null)
    .map(([name, value]) => `${name}=${value}\n`)
  if (lines.length === 0) {
    return {}
  }
  const content = `[${APPLICATION_NAME}]\n${lines.join('')}`
  return {
    PGSERVICE: APPLICATION_NAME,
    PGSERVICEFILE: await workspace.secretFile('pg_service.conf', content),
  }
}

function furtherVariables({ parameters }: ConnectionSettings): Record<string, string> {
  const entries = Object.entries(parameters).map(([name, value]) => [PARAMETER_VARIABLES[name], value] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[0] === 'string'))
}

function ifGiven(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}
