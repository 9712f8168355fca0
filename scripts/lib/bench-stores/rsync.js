/** Stores of rsync beside `rsync -a`: a daemon, and ssh. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startSlowLink } from '../slow-link.js'

export async function kinds(compiled) {
  const { openRsyncPlace } = await compiled('src/stores/rsync.js')
  const { realContext } = await compiled('__tests__/support/real-context.js')
  const { startRsyncDaemon } = await compiled('__tests__/support/rsync-daemon.js')
  const { startSshd } = await compiled('__tests__/support/sshd.js')

  const started = async (place, context, server, env, target) => ({
    place,
    plain: {
      send: (from, name) => ({ program: 'rsync', args: ['-a', `${from}/`, `${target}/${name}/`], env }),
      fetch: (name, to) => ({ program: 'rsync', args: ['-a', `${target}/${name}/`, `${to}/`], env }),
    },
    stop: async () => {
      await place.close()
      await server.stop()
      await context.workspace.clean()
    },
  })

  const daemon = async (folder, link) => {
    const context = await realContext()
    await mkdir(path.join(folder, 'home'))
    const server = await startRsyncDaemon(path.join(folder, 'home'), path.join(folder, 'module'))
    const slow = link === undefined ? undefined : await startSlowLink(server.port, link)
    const location = server.location().replace(`:${server.port}/`, `:${slow?.port ?? server.port}/`)
    const place = openRsyncPlace(location, { ...context, settings: { rsyncPassword: server.password } })
    const both = { stop: () => Promise.all([slow?.stop(), server.stop()]) }
    return started(place, context, both, { RSYNC_PASSWORD: server.password }, location)
  }

  return [
    { name: 'daemon of rsync, a link of 1 Gbit/s', start: (folder) => daemon(folder, 125e6) },
    { name: 'daemon of rsync, on loopback', start: (folder) => daemon(folder) },
    {
      name: 'rsync over ssh',
      start: async (folder) => {
        const context = await realContext()
        const home = path.join(folder, 'home')
        const root = path.join(folder, 'root')
        await Promise.all([mkdir(home), mkdir(root)])
        const server = await startSshd(home)
        const settings = { sshKey: server.key, sshKnownHosts: server.knownHosts }
        const place = openRsyncPlace(server.location(root), { ...context, settings })
        const hosts = path.join(home, 'known_hosts')
        await writeFile(hosts, server.knownHosts)
        const shell = `ssh -p ${server.port} -i ${path.join(home, 'user')} -o UserKnownHostsFile=${hosts} -o IdentitiesOnly=yes`
        return started(place, context, server, { RSYNC_RSH: shell }, `${server.user}@127.0.0.1:${root}`)
      },
    },
  ]
}
