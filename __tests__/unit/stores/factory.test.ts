import { afterAll, beforeAll, expect, test } from '@jest/globals'
import path from 'node:path'

import { openStore } from '../../../src/stores/factory.js'
import type { Store } from '../../../src/stores/store.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

let context: RealContext

beforeAll(async () => {
  context = await realContext()
})
afterAll(async () => {
  await context.workspace.clean()
  await removeTemporaryFolders()
})

const open = (location: string, workingDirectory = '/anywhere'): Promise<Store> =>
  openStore(location, { ...context, workingDirectory, settings: {} })

test.each(['/backups/db', './backups', 'backups', './host:folder', '/a:b', './~'])(
  '%s is a folder',
  async (location) => {
    expect((await open(location)).name).toBe(location)
  },
)

test('a relative folder starts where we run', async () => {
  const cwd = await temporaryFolder()
  await (await open('backups', cwd)).checkWritable()
  await expect((await open(path.join(cwd, 'backups', '.incoming', 'x'))).freeBytes()).resolves.toBeGreaterThan(0)
  expect(await (await open(`${cwd}/backups`)).list()).toEqual({ sets: [], broken: [] })
})

test('a location that cannot be one is refused before anything is opened', async () => {
  await expect(open('')).rejects.toMatchObject({ exitCode: 2 })
})

test.each([
  ['rsync://backup@host.example.org/module/app', 'rsync://backup@host.example.org/module/app'],
  ['backup@host.example.org:/backups/app', 'backup@host.example.org:/backups/app'],
  ['ssh://backup@host.example.org:2222/backups/app', 'ssh://backup@host.example.org:2222/backups/app'],
  ['s3://bucket/app?region=eu-west-1', 's3://bucket/app'],
  ['rclone:remote:app', 'rclone:remote:app'],
])('%s is opened without a connection, and goes by the name %s', async (location, name) => {
  const store = await open(location)
  expect(store.name).toBe(name)
  await store.close()
})

test('the artifacts of a repository are a store', async () => {
  const environment = { GITHUB_REPOSITORY: 'owner/app', GITHUB_TOKEN: 'x' }
  const store = await openStore('artifact:', { ...context, environment, settings: {} })
  expect(store.name).toContain('artifact:')
})

test.each([
  'rsync://user:hunter2@host/module',
  'user:hunter2@host:/backups',
  'ssh://user:hunter2@host/backups',
  's3://key:hunter2@bucket/app',
  's3://bucket/app?secret=hunter2',
  'rclone:re*mote,pass=hunter2:app',
])('no error about %s shows its secret', async (location) => {
  const error: unknown = await open(location).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ exitCode: 2, message: expect.not.stringContaining('hunter2') })
})
