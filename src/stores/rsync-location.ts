import { UsageError } from '../errors.js'
import { hasControls } from '../control-characters.js'

/** A folder that rsync reaches: a module of a daemon, or a folder of a machine with ssh. */
export type RsyncLocation = DaemonLocation | ShellLocation

interface Common {
  /** As a person would write it, for messages. */
  name: string
  user: string | undefined
  host: string
  port: number | undefined
}

export interface DaemonLocation extends Common {
  kind: 'daemon'
  module: string
  /** Below the module, with a slash in front, none at the end; empty for the module itself. */
  path: string
}

export interface ShellLocation extends Common {
  kind: 'ssh'
  /** Without a slash at the end; one without a slash in front starts at the home folder of the user. `/` is empty. */
  path: string
}

const FORMS = 'rsync://user@host/module/path, ssh://user@host:22/path, or user@host:path'

/**
 * Takes apart `rsync://[user@]host[:port]/module/path`, `ssh://[user@]host[:port]/path` and `[user@]host:path`.
 *
 * Throws `UsageError` for anything else, and for what could not be handed to rsync safely.
 */
export function parseRsyncLocation(location: string): RsyncLocation {
  refuseUnsafe(location)
  const url = /^(rsync|ssh):\/\/(?:([^/@]*)@)?(\[[^\]/]+\]|[^/:]+)(?::(\d*))?(\/.*)?$/i.exec(location)
  if (url !== null) {
    const [, scheme = '', user, host = '', port, path = ''] = url
    const where = { ...addressOf(location, user, host), port: portOf(location, port) }
    return scheme.toLowerCase() === 'rsync' ? daemon(location, where, path) : shell(where, path, 'ssh')
  }
  if (/^(rsync|ssh):/i.test(location)) throw unusable(location, 'its host cannot be read')
  const short = /^(?:([^/@:]*)@)?(\[[^\]/]+\]|[^/:[\]@]+):(:?)(.*)$/.exec(location)
  if (short === null) throw unusable(location, 'it is none of the forms that are known')
  const [, user, host = '', isDaemon, path = ''] = short
  if (user === undefined && /^[^/]*@[^/]*:/.test(path)) throw passwordInside(location)
  const where = { ...addressOf(location, user, host), port: undefined }
  return isDaemon === ':' ? daemon(location, where, `/${path}`) : shell(where, path, 'short')
}

/** What rsync is to write to: the folder of the store, or one below it, with a slash at the end. */
export function rsyncArgument(location: RsyncLocation, folder = ''): string {
  const user = location.user === undefined ? '' : `${location.user}@`
  const below = folder === '' ? '/' : `/${folder}/`
  if (location.kind === 'daemon') {
    const port = location.port === undefined ? '' : `:${location.port}`
    return `rsync://${user}${location.host}${port}/${location.module}${location.path}${below}`
  }
  return `${user}${location.host}:${location.path}${below}`
}

/**
 * What rsync is to read from, and what stands before each path of `--files-from` that is meant from a folder on.
 *
 * A daemon reads from its module: without "use chroot", one that is given a folder below it lists the files of that folder
 * and then looks for them elsewhere.
 */
export function rsyncSource(location: RsyncLocation, folder = ''): { from: string; prefix: string } {
  const isDaemon = location.kind === 'daemon'
  const above = [isDaemon ? location.path.slice(1) : '', folder].filter((part) => part !== '')
  const from = rsyncArgument(isDaemon ? { ...location, path: '' } : location)
  return { from, prefix: above.length === 0 ? '' : `${above.join('/')}/./` }
}

/**
 * How a folder of the store is named to the other end when it is to link to what is in it. A daemon reads it from its
 * module on, and so does a restricted key, which refuses `..`; only a relative path over ssh cannot do without.
 *
 * @param from the folder that is written to
 */
export function linkArgument(location: RsyncLocation, folder: string, from: string): string {
  if (location.kind === 'ssh' && !location.path.startsWith('/') && location.path !== '') {
    return `${'../'.repeat(from.split('/').length)}${folder}`
  }
  return `${location.path}/${folder}`
}

function daemon(location: string, where: Address, path: string): DaemonLocation {
  const [module = '', ...rest] = path.replace(/^\/+/, '').split('/')
  if (module === '') throw unusable(location, 'it names no module of the daemon')
  const below = trimmed(rest.join('/'))
  const inside = below === '' ? '' : `/${below}`
  return { kind: 'daemon', ...where, module, path: inside, name: `rsync://${written(where)}/${module}${inside}` }
}

function shell(where: Address, path: string, form: 'ssh' | 'short'): ShellLocation {
  const isAbsolute = path.startsWith('/')
  // Where ssh arrives is the home folder, without being told.
  const below = trimmed(path.replace(/^~(\/|$)/, ''))
  const inside = !isAbsolute && below.startsWith('-') ? `./${below}` : below
  // The home folder itself is "." to rsync; an empty path stands for the root of the file system here.
  const whole = isAbsolute ? (inside === '' ? '' : `/${inside}`) : inside === '' ? '.' : inside
  const name = form === 'ssh' ? `ssh://${written(where)}${whole}` : `${written(where)}:${path}`
  return { kind: 'ssh', ...where, path: form === 'ssh' && !isAbsolute ? '' : whole, name }
}

type Address = Pick<RsyncLocation, 'user' | 'host' | 'port'>

function addressOf(location: string, user: string | undefined, host: string): Omit<Address, 'port'> {
  if (user?.includes(':') === true) throw passwordInside(location)
  if (user === '' || user?.startsWith('-') === true || host.startsWith('-')) {
    throw unusable(location, 'its user or host is not a name')
  }
  return { user, host }
}

function portOf(location: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (text === '' || port < 1 || port > 65535) throw unusable(location, `"${text}" is no port`)
  return port
}

function refuseUnsafe(location: string): void {
  if (hasControls(location)) throw unusable(location, 'it holds a control character')
  if (/[*?\\]|\[(?![0-9a-f:.%]+\])/i.test(location)) {
    throw unusable(location, 'it holds *, ?, [ or \\, which the other end would read as a pattern')
  }
  if (/(^|[/:])\.\.(\/|$)/.test(location)) throw unusable(location, 'it holds ".."')
}

function written({ user, host, port }: Address): string {
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`
}

function trimmed(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

function passwordInside(location: string): UsageError {
  return unusable(location, 'it holds a password, which would be seen by all; give it as rsync-password')
}

function unusable(location: string, why: string): UsageError {
  return new UsageError({
    doing: `opening the store "${location.replace(/^((?:[a-z]+:\/\/)?[^/@:]*):[^/@]*@/i, '$1:***@')}"`,
    problem: `it cannot be used as a store of rsync: ${why}`,
    advice: `Write it as ${FORMS}.`,
  })
}
