import { afterAll, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { lstat, readFile, readdir, stat, symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { writeWhole } from '../../../src/platform/files.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

const run = promisify(execFile)

afterAll(removeTemporaryFolders)

test('a file is replaced, and nothing else is left beside it', async () => {
  const folder = await temporaryFolder()
  const file = path.join(folder, 'report.html')
  await writeWhole(file, 'old')
  await writeWhole(file, 'new', 0o644)
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['new', 0o644])
  expect(await readdir(folder)).toEqual(['report.html'])
})

test.each(['itself', 'behind a link'])('a pipe, %s, is written into and stays a pipe', async (how) => {
  const folder = await temporaryFolder()
  const pipe = path.join(folder, 'pipe')
  const named = how === 'itself' ? pipe : path.join(folder, 'link')
  await run('mkfifo', [pipe])
  if (named !== pipe) await symlink(pipe, named)
  const reader = run('cat', [pipe], { timeout: 10_000 })
  await writeWhole(named, 'content')
  expect((await reader).stdout).toBe('content')
  expect((await lstat(pipe)).isFIFO()).toBe(true)
})
