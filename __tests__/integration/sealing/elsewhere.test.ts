import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { SET } from '../../../src/backup/set.js'
import { plaintextBelow } from '../../support/age.js'
import { ALL_WELL, codesOf, outcomeOf } from '../../support/recovery.js'
import { startRsyncDaemon, type RsyncDaemon } from '../../support/rsync-daemon.js'
import {
  backUpSealed,
  flipBitIn,
  folderOf,
  restoreInto,
  sealedBench,
  type SealedBench,
} from '../../support/sealed-store.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

let made: SealedBench
let daemon: RsyncDaemon
let root: string
let signing: string

beforeAll(async () => {
  made = await sealedBench()
  root = path.join(await temporaryFolder(), 'module')
  daemon = await startRsyncDaemon(await temporaryFolder(), root)
  signing = path.join(await temporaryFolder(), 'signing.pem')
  await promisify(execFile)('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', signing])
  await promisify(execFile)('openssl', ['pkey', '-in', signing, '-pubout', '-out', `${signing}.pub`])
})
afterAll(async () => {
  await daemon.stop()
  await made.cluster.remove()
  await removeTemporaryFolders()
})

test('an encrypted and signed set goes to another machine and comes back, never readable there', async () => {
  const store = { store: daemon.location('/app'), 'rsync-password': daemon.password }
  const keys = { 'decrypt-key': made.escrow.file, 'trusted-keys': `${signing}.pub` }
  const id = await backUpSealed(made, { ...store, 'signing-key': signing })
  const there = folderOf(path.join(root, 'app'), id)
  expect(await plaintextBelow(root)).toEqual([])
  expect(await readdir(there)).toEqual(expect.arrayContaining([SET.signature, 'globals.sql.age']))
  expect(outcomeOf(await made.bench.run('validate', { ...store, ...keys, verify: 'archive' }))).toEqual(ALL_WELL)
  expect(outcomeOf(await restoreInto(made, 'from_elsewhere', { ...store, ...keys }))).toEqual(ALL_WELL)
  expect(await readdir(path.join(made.bench.root, 'tmp'))).toEqual([])

  await flipBitIn(path.join(there, 'catalog.json.age'))
  const damaged = await made.bench.run('validate', { ...store, ...keys, verify: 'archive' })
  expect([damaged.exitCode, codesOf(damaged)]).toEqual([3, ['FILE_CHECKSUM']])
})
