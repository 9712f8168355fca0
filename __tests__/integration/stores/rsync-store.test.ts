import { afterAll, beforeAll, jest } from '@jest/globals'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { RemoteStore } from '../../../src/stores/remote.js'
import type { RsyncDaemon } from '../../support/rsync-daemon.js'
import { RsyncPlaces, keysOf } from '../../support/rsync-places.js'
import { storeContract } from '../../support/store-contract.js'

jest.setTimeout(300_000)

let places: RsyncPlaces
let daemon: RsyncDaemon

beforeAll(async () => {
  places = await RsyncPlaces.start()
  daemon = await places.daemon('daemon')
})
afterAll(async () => {
  await places.stop()
})

storeContract('a store behind a daemon of rsync', () => {
  const root = places.at('daemon', 'module', 'store')
  const open = (): RemoteStore => {
    const tools = places.tools(keysOf(daemon))
    return new RemoteStore(places.open(daemon.location('/store'), tools), tools)
  }
  return Promise.resolve({
    store: open(),
    again: open,
    plant: async (file, content) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true })
      await writeFile(path.join(root, file), content)
    },
    erase: (file) => rm(path.join(root, file)),
    withoutManifest: 'invisible' as const,
    dispose: () => rm(root, { recursive: true, force: true }),
  })
})
