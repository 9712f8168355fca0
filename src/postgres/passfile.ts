import { readFileSync, statSync } from 'node:fs'

/** What a line of a password file is looked up by. */
export interface PassfileKey {
  host: string
  port: number
  database: string
  user: string
}

/** Socket folders that PostgreSQL's builds have as their default; a password file calls them `localhost`. */
const DEFAULT_SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp']

/**
 * The content of a password file that gives this password whatever is connected to.
 *
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export function passfileContent(password: string): string {
  return `*:*:*:*:${escapeField(password)}\n`
}

/** Whether a password file can hold it: not with line ends, and before PostgreSQL 14 only up to a line of 320 bytes. */
export function fitsPassfile(password: string): boolean {
  return !/[\r\n]/.test(password) && Buffer.byteLength(passfileContent(password)) < 320
}

/** The password of the first line that fits; undefined where none does. Comments and lines of another form are skipped. */
export function passwordIn(content: string, key: PassfileKey): string | undefined {
  const hosts = DEFAULT_SOCKET_FOLDERS.includes(key.host) ? [key.host, 'localhost'] : [key.host]
  for (const line of content.split(/\r?\n/)) {
    const [host, port, database, user, password] = line.startsWith('#') ? [] : fieldsOf(line)
    const fits =
      hosts.some((each) => matches(host, each)) &&
      matches(port, String(key.port)) &&
      matches(database, key.database) &&
      matches(user, key.user)
    if (fits && password !== undefined) {
      return unescapeField(password)
    }
  }
  return undefined
}

/** Looks a password up in a file; like libpq, a file that is missing or that others may read is not used. */
export function lookUpPassword(file: string, key: PassfileKey): string | undefined {
  try {
    const { mode } = statSync(file)
    return (mode & 0o077) === 0 ? passwordIn(readFileSync(file, 'utf8'), key) : undefined
  } catch {
    return undefined // libpq goes on without a password, and the server says when it wants one
  }
}

function escapeField(text: string): string {
  return text.replaceAll(/[\\:]/g, '\\$&')
}

function unescapeField(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1')
}

function matches(field: string | undefined, value: string): boolean {
  return field === '*' || (field !== undefined && unescapeField(field) === value)
}

/** At colons that have no backslash before them. */
function fieldsOf(line: string): string[] {
  const fields: string[] = []
  let field = ''
  for (let index = 0; index < line.length; index++) {
    const sign = line.charAt(index)
    if (sign === ':') {
      fields.push(field)
      field = ''
    } else {
      field += sign === '\\' ? sign + line.charAt(++index) : sign
    }
  }
  return [...fields, field]
}
