import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { ifThere } from '../../src/platform/file-errors.js'
import type { RsyncTools } from '../../src/stores/rsync-command.js'
import type { RsyncSettings } from '../../src/stores/rsync-settings.js'
import type { FilePlace } from '../../src/stores/file-place.js'
import { openRsyncPlace } from '../../src/stores/rsync.js'
import type { PlaceFixture } from './place-contract.js'
import { realContext, type RealContext } from './real-context.js'
import { startRsyncDaemon, type RsyncDaemon } from './rsync-daemon.js'
import { startSshd, type Sshd } from './sshd.js'

/** A daemon, and servers of ssh as a test needs them, with all that they keep in one folder. */
export class RsyncPlaces {
  private readonly servers: { stop(): Promise<void> }[] = []
  private readonly opened: FilePlace[] = []

  private constructor(
    readonly home: string,
    readonly context: RealContext,
  ) {}

  static async start(): Promise<RsyncPlaces> {
    return new RsyncPlaces(await mkdtemp(path.join(os.tmpdir(), 'lifeboat-rsync-')), await realContext())
  }

  /** A folder of the servers, which outlives the tests' own folders. */
  at(...parts: string[]): string {
    return path.join(this.home, ...parts)
  }

  async daemon(name: string, more?: string): Promise<RsyncDaemon> {
    await mkdir(this.at(name))
    return this.keep(await startRsyncDaemon(this.at(name), this.at(name, 'module'), more))
  }

  async sshd(name: string, restriction?: string): Promise<Sshd> {
    await mkdir(this.at(name))
    return this.keep(await startSshd(this.at(name), restriction))
  }

  /** Has a server, or something that stands before one, stopped in the end. */
  keep<T extends { stop(): Promise<void> }>(server: T): T {
    this.servers.push(server)
    return server
  }

  tools(settings: RsyncSettings, more: Partial<RsyncTools> = {}): RsyncTools {
    return { ...this.context, settings, pauses: [10, 10], ...more }
  }

  /** Opens a place, which is closed in the end if the test does not. */
  open(location: string, tools: RsyncTools): FilePlace {
    const place = openRsyncPlace(location, tools)
    this.opened.push(place)
    return place
  }

  /** A fixture over a folder that is reached by rsync, and looked at directly. */
  fixture(location: string, root: string, tools: RsyncTools): PlaceFixture {
    return {
      place: this.open(location, tools),
      again: () => this.open(location, tools),
      plant: async (file, content) => {
        await mkdir(path.dirname(path.join(root, file)), { recursive: true })
        await writeFile(path.join(root, file), content)
      },
      peek: (file) => ifThere(readFile(path.join(root, file))),
      dispose: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
    }
  }

  async stop(): Promise<void> {
    for (const place of this.opened.splice(0)) await place.close?.()
    await Promise.all(this.servers.splice(0).map((server) => server.stop()))
    await this.context.workspace.clean()
    await rm(this.home, { recursive: true, force: true })
  }
}

/** What opens a server. */
export function keysOf(server: RsyncDaemon | Sshd): RsyncSettings {
  return 'password' in server
    ? { rsyncPassword: server.password }
    : { sshKey: server.key, sshKnownHosts: server.knownHosts }
}
