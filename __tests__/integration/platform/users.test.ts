import { chmod, mkdir } from 'node:fs/promises'
import path from 'node:path'

import { afterAll, expect, test } from '@jest/globals'

import { canEnter, userNamed } from '../../../src/platform/users.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

afterAll(removeTemporaryFolders)

test('users are found by their whole name', () => {
  expect(userNamed('root')).toEqual({ name: 'root', uid: 0, gid: 0 })
  expect(userNamed('roo')).toBeUndefined()
})

test('a folder can be entered when it and all above it let the user through', async () => {
  const outer = await temporaryFolder()
  const inner = path.join(outer, 'inner')
  await mkdir(inner, { mode: 0o755 })
  const stranger = { name: 'stranger', uid: 54321, gid: 54321 }
  await chmod(outer, 0o755)
  expect(canEnter(inner, stranger)).toBe(true)
  await chmod(outer, 0o750)
  expect(canEnter(inner, stranger)).toBe(false)
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  expect(canEnter(inner, { name: 'me', uid, gid })).toBe(true)
  expect(canEnter(inner, { ...stranger, gid })).toBe(true)
  expect(canEnter(path.join(outer, 'missing'), { name: 'me', uid, gid })).toBe(false)
})
