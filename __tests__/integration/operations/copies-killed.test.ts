import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { cp, readFile, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

import { idOf, type Manifest } from '../../../src/backup/manifest.js'
import { writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { systemClock } from '../../../src/platform/clock.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { verifyFiles } from '../../../src/verify/files.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { compiledSource, type CompiledSource } from '../../support/compiled.js'
import { createFarm } from '../../support/databases/index.js'
import { plainEnvironment } from '../../support/operating.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(300_000)

/** Enough that copying takes a while. */
const EARLIER = 12

describe('a run that is killed while it copies', () => {
  let source: TestCluster
  let compiled: CompiledSource
  let filled: string
  let root: string

  beforeAll(async () => {
    ;[source, compiled] = await Promise.all([startCluster(), compiledSource()])
    await createFarm(source)
    filled = await temporaryFolder()
    await run(filled, {}, null)
    const [id] = await readdir(path.join(filled, 'store', 'daily'))
    for (let day = 1; day <= EARLIER; day += 1) await earlier(path.join(filled, 'store', 'daily'), id!, day)
  })
  afterAll(async () => {
    await source.remove()
    await compiled.remove()
    await removeTemporaryFolders()
  })
  beforeEach(async () => {
    root = await temporaryFolder()
    await cp(filled, root, { recursive: true })
    // The next one is taken in another second.
    await new Promise((resolve) => setTimeout(resolve, 1000))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  /** A set as a backup so many days ago would have left it. */
  async function earlier(folder: string, like: string, daysAgo: number): Promise<void> {
    const time = new Date(Date.now() - daysAgo * 24 * 3600 * 1000)
    await cp(path.join(folder, like), path.join(folder, idOf(time)), { recursive: true })
    const text = await readFile(path.join(folder, like, 'manifest.json'), 'utf8')
    const manifest = { ...(JSON.parse(text) as Manifest), id: idOf(time) }
    manifest.snapshot = { ...manifest.snapshot, time: time.toISOString() }
    await writeManifest(path.join(folder, idOf(time)), manifest)
    await writeChecksums(path.join(folder, idOf(time)), manifest.files)
  }

  /** Runs the command line; with `kill`, kills it when so many sets were copied, and so many milliseconds later. */
  async function run(folder: string, more: Record<string, string>, kill: { copied: number; after: number } | null) {
    const flags = {
      'database-url': source.url('farm'),
      store: 'store',
      type: 'daily',
      verify: 'archive',
      'keep-last': '100',
      ...more,
    }
    const child = spawn(
      process.execPath,
      [
        path.join(compiled.folder, 'cli.js'),
        'backup',
        ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      ],
      { cwd: folder, env: plainEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let log = ''
    let isDoomed = false
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
      const copied = log.includes('==> Copying') ? (log.match(/^Copied /gm) ?? []).length : -1
      if (kill !== null && !isDoomed && copied >= kill.copied) {
        isDoomed = true
        setTimeout(() => child.kill('SIGKILL'), kill.after)
      }
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, log }
  }

  /** Every set that a store lists is whole; anything else must not look like one. */
  async function wholeSetsIn(name: string): Promise<string[]> {
    const folder = path.join(root, name)
    const store = new DirectoryStore(folder, { clock: systemClock, logger: memoryLogger() })
    const { sets, broken } = await store.list()
    expect(broken).toEqual([])
    for (const { id, type } of sets) {
      expect(await verifyFiles(path.join(folder, type, id), { id, type })).toEqual([])
    }
    return sets.map(({ id }) => id)
  }

  async function bytesBelow(folder: string): Promise<number> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  test.each([
    [0, 0],
    [0, 40],
    [1, 10],
    [3, 0],
    [6, 5],
  ])(
    'after %d sets and %d ms: no half set is listed, and the next run brings both copies up to date',
    async (copied, after) => {
      const copies = { copies: 'near\nfar' }
      const killed = await run(root, copies, { copied, after })
      if (killed.code === 0) throw new Error(`it was not killed, but done before:\n${killed.log}`)
      const inStore = await wholeSetsIn('store')
      expect(inStore).toHaveLength(EARLIER + 2)
      for (const name of ['near', 'far']) {
        const there = await wholeSetsIn(name)
        // The newest first: what is there is what matters most.
        expect(there).toEqual(inStore.slice(0, there.length))
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
      const next = await run(root, copies, null)
      expect([next.code, next.code === 0 ? '' : next.log]).toEqual([0, ''])
      const all = await wholeSetsIn('store')
      expect(all).toHaveLength(EARLIER + 3)
      for (const name of ['near', 'far']) {
        expect(await wholeSetsIn(name)).toEqual(all)
        // A folder whose owner was killed while noting itself is left for a minute: it may be a living one's.
        expect(await bytesBelow(path.join(root, name, '.incoming'))).toBe(0)
      }
    },
  )
})
