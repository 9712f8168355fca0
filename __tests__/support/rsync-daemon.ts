import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startServer, type Background } from './background.js'
import { freePort } from './cluster.js'

/** A real rsync daemon on loopback, with a module `backups` that takes a password, and what a test adds. */
export interface RsyncDaemon extends Background {
  readonly port: number
  readonly user: string
  readonly password: string
  /** The location of a folder of the module. */
  location(below?: string): string
}

/**
 * @param home an empty folder for its configuration and secrets
 * @param root what the module shows
 * @param more further lines for the module, or further modules
 */
export async function startRsyncDaemon(home: string, root: string, more = ''): Promise<RsyncDaemon> {
  const user = 'lifeboat'
  const password = 'pass word/!$"'
  const port = await freePort()
  const secrets = path.join(home, 'secrets')
  const configuration = path.join(home, 'rsyncd.conf')
  await mkdir(root, { recursive: true })
  await writeFile(secrets, `${user}:${password}\n`, { mode: 0o600 })
  const identity = process.getuid?.() === 0 ? 'uid = root\ngid = root\n' : ''
  await writeFile(
    configuration,
    `use chroot = no\nlog file = /dev/null\nsocket options = TCP_NODELAY\n${identity}
[backups]
path = ${root}
read only = no
auth users = ${user}
secrets file = ${secrets}
${more}\n`,
  )
  const args = ['--daemon', '--no-detach', `--config=${configuration}`, '--address=127.0.0.1', `--port=${port}`]
  const background = await startServer('rsync', args, port)
  return {
    ...background,
    port,
    user,
    password,
    location: (below = '') => `rsync://${user}@127.0.0.1:${port}/backups${below}`,
  }
}
