import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { transformFile } from '@swc/core'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { Workspace } from '../../../src/context.js'
import { entriesBelow } from '../../../src/platform/files.js'
import { systemClock } from '../../../src/platform/clock.js'
import { createWorkspace } from '../../../src/platform/workspace.js'
import { RemoteStore } from '../../../src/stores/remote.js'
import { withLock } from '../../../src/stores/store.js'
import { compiledSource, runCompiled, type CompiledSource } from '../../support/compiled.js'
import { FolderPlace } from '../../support/folder-place.js'
import { memoryLogger } from '../../support/ports.js'
import { writeSampleSet } from '../../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const KEPT = { id: '20261101T020000Z', type: 'daily' }

let source: CompiledSource
let workspace: Workspace

beforeAll(async () => {
  source = await compiledSource()
  const double = path.resolve(import.meta.dirname, '../../support/folder-place.ts')
  const { code } = await transformFile(double, {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  })
  await writeFile(path.join(source.folder, 'folder-place.js'), code.replaceAll('../../src/', './'))
  workspace = await createWorkspace({ environment: process.env })
})
afterAll(async () => {
  await workspace.clean()
  await source.remove()
  await removeTemporaryFolders()
})

/** Sends, copies and removes sets as fast as it can, and says before each what comes. */
const writer = (root: string, set: string, scratch: string): string => `
  import { cp, mkdir, readFile, rm } from 'node:fs/promises'
  import { FolderPlace } from './folder-place.js'
  import { RemoteStore } from './stores/remote.js'
  import { withLock } from './stores/store.js'
  import { writeManifest, writeChecksums } from './backup/set.js'
  import { systemClock } from './platform/clock.js'
  const logger = { info() {}, warning() {}, debug() {}, error() {} }
  let folders = 0
  const workspace = { folder: async () => { const f = ${JSON.stringify(scratch)} + '/' + process.pid + '-' + ++folders; await mkdir(f); return f } }
  const store = new RemoteStore(new FolderPlace(${JSON.stringify(root)}), { clock: systemClock, logger, workspace })
  const sample = JSON.parse(await readFile(${JSON.stringify(set)} + '/manifest.json', 'utf8'))
  const fill = async (folder, id) => {
    await cp(${JSON.stringify(set)}, folder, { recursive: true })
    await writeManifest(folder, { ...sample, id })
    await writeChecksums(folder, sample.files)
  }
  for (let second = 0; ; second = (second + 1) % 60) {
    const id = '20261124T0200' + String(second).padStart(2, '0') + 'Z'
    const copied = id.replace('T02', 'T03')
    const incoming = await store.begin(id, 'daily')
    await fill(incoming.folder, id)
    process.stdout.write('.')
    await incoming.send()
    await withLock(store, 'committing', () => incoming.commit())
    await store.appendLog({ timestamp: '2026-11-24 02:00:00', operation: 'backup', status: 'success', details: { duration: 1 } })
    const folder = await workspace.folder()
    await fill(folder, copied)
    await store.put(folder, { id: copied, type: 'daily' })
    await withLock(store, 'rotating', async () => {
      await store.remove({ id, type: 'daily' })
      await store.remove({ id: copied, type: 'daily' })
    })
  }`

test('a place whose writer is killed shows no half set, and the next run takes over at once and cleans up', async () => {
  const root = path.join(await temporaryFolder(), 'elsewhere')
  const set = path.join(await temporaryFolder(), 'set')
  await mkdir(set)
  const alphabet = 'abcdefghijklmnopqrstuvwxyz'.repeat(4_000)
  await writeSampleSet(set, {
    ...KEPT,
    files: { 'dump/1.dat': alphabet, 'dump/2.dat': `${alphabet}.`, 'globals.sql': '' },
  })
  const next = (): RemoteStore =>
    new RemoteStore(new FolderPlace(root), { clock: systemClock, logger: memoryLogger(), workspace, patience: 5_000 })
  await next().put(set, KEPT)
  const seen = new Set<number>()
  for (let round = 0; round < 20; round++) {
    const child = await runCompiled(source, writer(root, set, await temporaryFolder()))
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
    child.kill('SIGKILL')
    await once(child, 'close')

    const store = next()
    const { sets, broken } = await store.list()
    expect(broken).toEqual([])
    expect(sets.at(-1)).toMatchObject(KEPT)
    seen.add(sets.length)
    for (const one of sets) {
      execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: await store.open(one) })
      await store.letGo(one)
    }
    await withLock(store, 'cleaning up', async () => {
      await store.sweep()
      for (const one of sets.slice(0, -1)) await store.remove(one)
    })
    expect((await store.readLog(new Date(0))).unreadable).toBe(0)
    // What a copy had sent when it was killed waits for the next run.
    const unfinished = (await readdir(path.join(root, '.incoming')).catch(() => [])).map((name) => name.slice(6))
    const left = (await entriesBelow(root)).filter(
      ({ kind, path: file }) => kind === 'file' && !/^(log|\.part-)/.test(file),
    )
    const strange = left.filter(
      ({ path: file }) => !file.includes(KEPT.id) && !unfinished.some((id) => file.includes(id)),
    )
    expect(strange).toEqual([])
  }
  expect(seen.size).toBeGreaterThan(1)
})
