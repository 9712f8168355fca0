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

test.each(['/backups/db', './backups', 'backups', 'file:///backups/db', './host:folder', '/a:b', './~'])(
  '%s is a folder',
  async (location) => {
    expect((await open(location)).name).toBe(location)
  },
)

test('a relative folder starts where we run', async () => {
  const cwd = await temporaryFolder()
  await (await open('backups', cwd)).checkWritable()
  await expect((await open(path.join(cwd, 'backups', '.incoming', 'x'))).freeBytes()).resolves.toBeGreaterThan(0)
  expect(await (await open(`file://${cwd}/backups`)).list()).toEqual({ sets: [], broken: [] })
})

test('a location that cannot be one is refused before anything is opened', async () => {
  await expect(open('')).rejects.toMatchObject({ exitCode: 2 })
})
