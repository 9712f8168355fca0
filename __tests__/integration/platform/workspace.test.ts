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
