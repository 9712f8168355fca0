import { afterAll, beforeAll, jest } from '@jest/globals'
import { mkdir } from 'node:fs/promises'

import { placeContract } from '../../support/place-contract.js'
import type { RsyncDaemon } from '../../support/rsync-daemon.js'
import { RsyncPlaces, keysOf } from '../../support/rsync-places.js'
import type { Sshd } from '../../support/sshd.js'

jest.setTimeout(300_000)

let places: RsyncPlaces
let daemon: RsyncDaemon
let sshd: Sshd
let restricted: Sshd

beforeAll(async () => {
  places = await RsyncPlaces.start()
  daemon = await places.daemon('daemon')
  sshd = await places.sshd('sshd')
  await mkdir(places.at('rr'))
  restricted = await places.sshd('restricted', `command="/usr/bin/rrsync -no-lock ${places.at('rr')}"`)
})
afterAll(async () => {
  await places.stop()
})

placeContract(
  'rsync and its daemon',
  () => {
    const root = places.at('daemon', 'module', 'a b', 'store')
    return Promise.resolve(places.fixture(daemon.location('/a b/store'), root, places.tools(keysOf(daemon))))
  },
  { many: 2_500 },
)

placeContract(
  'rsync over ssh',
  () => {
    const root = places.at("odd $HOME 'path'", 'store')
    return Promise.resolve(places.fixture(sshd.location(root), root, places.tools(keysOf(sshd))))
  },
  { extent: 'core' },
)

placeContract(
  'rsync over ssh with a key restricted to a folder',
  () => {
    const tools = places.tools(keysOf(restricted))
    return Promise.resolve(places.fixture(restricted.location('/store'), places.at('rr', 'store'), tools))
  },
  { extent: 'core' },
)
