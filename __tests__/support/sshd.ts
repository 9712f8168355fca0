import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { startServer, type Background } from './background.js'
import { freePort } from './cluster.js'

const run = promisify(execFile)

/** A real sshd on loopback that lets this user in by a key of its own, under a host key of its own. */
export interface Sshd extends Background {
  readonly port: number
  readonly user: string
  /** The text of the private key that it takes. */
  readonly key: string
  /** The lines of `known_hosts` for it. */
  readonly knownHosts: string
  /** The location of a folder of this machine. */
  location(folder: string): string
}

/**
 * @param home an empty folder for its keys and configuration
 * @param restriction options in front of the key in `authorized_keys`: `command="/usr/bin/rrsync /backups"`
 */
export async function startSshd(home: string, restriction = ''): Promise<Sshd> {
  const port = await freePort()
  const user = os.userInfo().username
  const file = (name: string): string => path.join(home, name)
  for (const name of ['host', 'user']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lifeboat-test', '-f', file(name)])
  }
  const [key, publicKey, hostKey] = await Promise.all(
    ['user', 'user.pub', 'host.pub'].map((name) => readFile(file(name), 'utf8')),
  )
  await writeFile(file('authorized_keys'), `${restriction} ${publicKey}`.trimStart(), { mode: 0o600 })
  await writeFile(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PidFile none',
      'LogLevel ERROR',
      '',
    ].join('\n'),
  )
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true })
  const background = await startServer('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd_config')], port)
  return {
    ...background,
    port,
    user,
    key: key ?? '',
    knownHosts: `[127.0.0.1]:${port} ${(hostKey ?? '').trim()}\n`,
    location: (folder) => `ssh://${user}@127.0.0.1:${port}${folder}`,
  }
}
