import { expect, test } from '@jest/globals'
import path from 'node:path'

import { systemClock } from '../../../src/platform/clock.js'
import { openStore } from '../../../src/stores/factory.js'
import type { Store } from '../../../src/stores/store.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

const open = (location: string, cwd = '/work'): Store =>
  openStore(location, { cwd, clock: systemClock, logger: memoryLogger() })

test.each(['/backups/db', './backups', 'backups', 'file:///backups/db', './host:folder', '/a:b', './~'])(
  '%s is a folder',
  (location) => {
    expect(open(location).name).toBe(location)
  },
)

test('a relative folder starts where we run', async () => {
  const cwd = await temporaryFolder()
  await open('backups', cwd).checkWritable()
  await expect(open(path.join(cwd, 'backups', '.incoming', 'x')).freeBytes()).resolves.toBeGreaterThan(0)
  expect(await open(`file://${cwd}/backups`).list()).toEqual({ sets: [], broken: [] })
  await removeTemporaryFolders()
})

test.each([
  ['', /empty/],
  ['  ', /empty/],
  ['s3://bucket/path', /"s3:" is not a known kind of store.*A store is a folder/],
  ['backup@host:/backups', /another machine/],
  ['~/backups', /only in a shell/],
  ['file://elsewhere/backups', /not a file: URL of this machine/],
])('%j cannot be a store, and the error says why', (location, why) => {
  expect(() => open(location)).toThrow(why)
})

test('shows no password of a URL', () => {
  expect(() => open('ftp://user:secret@host/x')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  )
})
