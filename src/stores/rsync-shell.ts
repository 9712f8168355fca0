import type { Context } from '../context.js'
import type { ShellLocation } from './rsync-location.js'
import type { RsyncSettings } from './rsync-settings.js'
import { readableFile, tidyText, type FileTools } from './text-or-file.js'

/** Seconds until a connection must stand, and between the signs of life of one that does. */
const CONNECT_SECONDS = 20
const ALIVE_SECONDS = 15
const ALIVE_COUNT = 4

/**
 * The program ssh and its options: it never asks anything and never connects to a host whose key it does not know, whatever
 * the user's own configuration says.
 */
export async function remoteShell(
  location: ShellLocation,
  { sshKey, sshKnownHosts }: Pick<RsyncSettings, 'sshKey' | 'sshKnownHosts'>,
  tools: Pick<Context, 'workspace' | 'logger'> & FileTools,
): Promise<string[]> {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'NoHostAuthenticationForLocalhost=no',
    'UpdateHostKeys=no',
    `ConnectTimeout=${CONNECT_SECONDS}`,
    `ServerAliveInterval=${ALIVE_SECONDS}`,
    `ServerAliveCountMax=${ALIVE_COUNT}`,
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'PermitLocalCommand=no',
  ]
  if (sshKnownHosts !== undefined) {
    options.push(`UserKnownHostsFile=${optionPath(await knownHostsFile(sshKnownHosts, tools))}`)
    options.push('GlobalKnownHostsFile=/dev/null')
  }
  if (sshKey !== undefined) {
    options.push(`IdentityFile=${optionPath(await keyFile(sshKey, tools))}`, 'IdentitiesOnly=yes')
  }
  const port = location.port === undefined ? [] : ['-p', String(location.port)]
  return ['ssh', '-T', ...port, ...options.flatMap((option) => ['-o', option])]
}

/**
 * A connection of its own each time. One that the user's other ssh left open would be used without looking at our key and
 * the host's.
 */
export const UNSHARED = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none'] as const

/** Whom ssh is to connect to. */
export function destination({ user, host }: ShellLocation): string[] {
  return [...(user === undefined ? [] : ['-l', user]), '--', host.replace(/^\[(.*)\]$/, '$1')]
}

/** A remote shell as rsync reads it: rsync cuts it into words at spaces, and knows quotation marks. */
export function shellCommand(words: readonly string[]): string {
  return words.map(quoted).join(' ')
}

async function keyFile(setting: string, tools: Pick<Context, 'workspace' | 'logger'> & FileTools): Promise<string> {
  if (!setting.includes('-----BEGIN')) return readableFile('ssh-key', setting.trim(), tools)
  tools.logger.hide(setting)
  return tools.workspace.secretFile('ssh-key', tidyText(setting))
}

async function knownHostsFile(setting: string, tools: Pick<Context, 'workspace'> & FileTools): Promise<string> {
  const isText = /^\s*([#@|]|\S+\s+(ssh|ecdsa|sk)-)/.test(setting) || setting.trim().includes('\n')
  if (!isText) return readableFile('ssh-known-hosts', setting.trim(), tools)
  return tools.workspace.secretFile('known_hosts', tidyText(setting))
}

/** A path as the value of an option: ssh cuts it at spaces, unless quoted, and expands what follows a percent sign. */
function optionPath(file: string): string {
  return `"${file.replaceAll('%', '%%')}"`
}

/** A word as rsync reads it: in single quotation marks, with those inside doubled; it knows no backslashes. */
function quoted(word: string): string {
  return /^[\w./=:@,-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`
}
