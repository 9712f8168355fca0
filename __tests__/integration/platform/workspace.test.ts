import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { once } from 'node:events'

import { afterAll, afterEach, beforeEach, expect, jest, test } from '@jest/globals'

import { createWorkspace, sweepWorkspaces } from '../../../src/platform/workspace.js'
import { compiledSource, removeCompiledSources, runCompiled } from '../../support/compiled.js'

jest.setTimeout(60_000)

let parent: string
let environment: Record<string, string>
beforeEach(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-test-workspace-'))
  environment = { RUNNER_TEMP: parent, TMPDIR: '/nowhere' }
})
afterAll(removeCompiledSources)
afterEach(async () => {
  await rm(parent, { recursive: true, force: true })
})

const permissions = async (file: string): Promise<string> => ((await stat(file)).mode & 0o777).toString(8)

test('folders are 0700, secret files 0600, names are safe, and all of it goes', async () => {
  const workspace = await createWorkspace({ environment })
  const [name] = await readdir(parent)
  expect(name).toMatch(new RegExp(`^pg-lifeboat-${process.pid}-\\w+$`))
  const folder = await workspace.folder('../dump of "x"')
  const secret = await workspace.secretFile('.pgpass', 'hunter2')
  expect(path.dirname(folder)).toBe(path.join(parent, name ?? ''))
  expect(await permissions(path.dirname(folder))).toBe('700')
  expect(await permissions(folder)).toBe('700')
  expect(await permissions(secret)).toBe('600')
  expect(await readFile(secret, 'utf8')).toBe('hunter2')
  expect(await workspace.folder('same')).not.toBe(await workspace.folder('same'))
  expect(workspace.peakMemory()).toBeGreaterThan(10e6)
  await workspace.clean()
  await workspace.clean()
  expect(await readdir(parent)).toEqual([])
})

test('an error names the folder that cannot be used', async () => {
  const missing = createWorkspace({ environment: { RUNNER_TEMP: path.join(parent, 'missing') } })
  await expect(missing).rejects.toThrow(`${parent}/missing`)
})

test('the next run removes what killed runs left, and nothing else', async () => {
  const source = await compiledSource()
  const script = `
    import { createWorkspace } from './platform/workspace.js'
    const workspace = await createWorkspace({ environment: process.env })
    console.log(await workspace.secretFile('password', 'hunter2'))
    setInterval(() => 0, 1000)
  `
  const killed = await runCompiled(source, script, { ...process.env, ...environment })
  const [line] = (await once(killed.stdout, 'data')) as [Buffer]
  const left = line.toString().trim()

  const mine = await createWorkspace({ environment })
  const foreign = path.join(parent, 'pg-lifeboat-of-somebody')
  await mkdir(foreign)
  await writeFile(path.join(foreign, 'owner.json'), '{"not": "a note"}')

  await sweepWorkspaces({ environment })
  expect(existsSync(left)).toBe(true)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  expect((await sweepWorkspaces({ environment })).removed).toContain(path.dirname(path.dirname(left)))
  expect(existsSync(left)).toBe(false)
  expect(await readdir(parent)).toHaveLength(2)
  await mine.clean()
})

test('a folder without a readable note is removed when it has our kind of name and is a day old', async () => {
  const twoDaysAgo = new Date(Date.now() - 48 * 3600 * 1000)
  const folders = { 'pg-lifeboat-1-aBcDeF': true, 'pg-lifeboat-2-aBcDeF': false, 'pg-lifeboat-notes': false }
  for (const name of Object.keys(folders)) {
    await mkdir(path.join(parent, name))
    await writeFile(path.join(parent, name, 'owner.json'), '')
    if (name !== 'pg-lifeboat-2-aBcDeF') await utimes(path.join(parent, name), twoDaysAgo, twoDaysAgo)
  }
  await sweepWorkspaces({ environment })
  expect(await readdir(parent)).toEqual(['pg-lifeboat-2-aBcDeF', 'pg-lifeboat-notes'])
})

test('a folder for temporary files that is not there is no reason to fail', async () => {
  const missing = path.join(parent, 'missing')
  expect((await sweepWorkspaces({ environment: { RUNNER_TEMP: missing } })).removed).not.toContain(missing)
})

test('what a killed run of another container left goes at once on the same kernel, elsewhere after a day of silence', async () => {
  const living = await createWorkspace({ environment })
  const [name = ''] = await readdir(parent)
  const noteOf = (folder: string): string => path.join(parent, folder, 'owner.json')
  const owner = JSON.parse(await readFile(noteOf(name), 'utf8')) as Record<string, unknown>
  const place = async (folder: string, note: object, age = 0): Promise<void> => {
    await mkdir(path.join(parent, folder))
    await writeFile(noteOf(folder), JSON.stringify({ ...owner, host: 'replaced', ...note }))
    const then = new Date(Date.now() - age)
    await utimes(noteOf(folder), then, then)
  }
  // As another container sees a living run of this one.
  await writeFile(noteOf(name), JSON.stringify({ ...owner, host: 'replaced', pidNamespace: 'pid:[1]' }))
  await place('pg-lifeboat-11-aaaaaa', {})
  spawnSync(process.execPath, ['-e', LISTEN_AND_DIE, path.join(parent, 'pg-lifeboat-11-aaaaaa', 'alive')])
  await place('pg-lifeboat-12-aaaaaa', {})
  await place('pg-lifeboat-13-aaaaaa', { boot: 'of another machine' })
  await place('pg-lifeboat-14-aaaaaa', { boot: 'of another machine' }, 25 * 3600 * 1000)
  const { removed } = await sweepWorkspaces({ environment })
  expect(
    removed
      .filter((folder) => folder.startsWith(parent))
      .map((folder) => path.basename(folder))
      .sort(),
  ).toEqual(['pg-lifeboat-11-aaaaaa', 'pg-lifeboat-14-aaaaaa'])
  await living.clean()
})

/** Leaves a socket behind on which no process listens any more. */
const LISTEN_AND_DIE = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
