import { afterAll, beforeAll, jest } from '@jest/globals'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { RemoteStore } from '../../../src/stores/remote.js'
import type { RsyncSettings } from '../../../src/stores/rsync-settings.js'
import type { RsyncDaemon } from '../../support/rsync-daemon.js'
import { RsyncPlaces, keysOf } from '../../support/rsync-places.js'
import type { Sshd } from '../../support/sshd.js'
import { storeContract, storeInShort, type StoreFixture } from '../../support/store-contract.js'

jest.setTimeout(300_000)

let places: RsyncPlaces
let daemon: RsyncDaemon
let sshd: Sshd

beforeAll(async () => {
  places = await RsyncPlaces.start()
  daemon = await places.daemon('daemon')
  sshd = await places.sshd('sshd')
})
afterAll(async () => {
  await places.stop()
})

/** A store at a location that leads to a folder of this machine. */
function storeAt(location: string, root: string, settings: RsyncSettings): StoreFixture {
  const open = (): RemoteStore => {
    const tools = places.tools(settings)
    return new RemoteStore(places.open(location, tools), tools)
  }
  return {
    store: open(),
    again: open,
    plant: async (file, content) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true })
      await writeFile(path.join(root, file), content)
    },
    erase: (file) => rm(path.join(root, file)),
    withoutManifest: 'invisible',
    dispose: () => rm(root, { recursive: true, force: true }),
  }
}

storeContract(
  'a store behind a daemon of rsync',
  () => Promise.resolve(storeAt(daemon.location('/store'), places.at('daemon', 'module', 'store'), keysOf(daemon))),
  'core',
)

storeInShort('a store of rsync behind ssh', () =>
  Promise.resolve(storeAt(sshd.location(places.at('store')), places.at('store'), keysOf(sshd))),
)
