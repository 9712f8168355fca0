import { afterEach, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, lstat, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { inFolder, openFile, readSmallFile, removeTree } from '../../../src/platform/no-follow.js'
import { ownerHere } from '../../../src/platform/owner.js'
import { sweepWorkspaces } from '../../../src/platform/workspace.js'
import type { LogLine } from '../../../src/records/log.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

afterEach(removeTemporaryFolders)

const LONG_AGO = new Date('2026-01-01T00:00:00Z')
const ID = '20261124T020000Z'
const LINE: LogLine = {
  timestamp: '2026-11-24 02:10:00',
  operation: 'backup',
  status: 'success',
  details: { duration: 1 },
}

function storeIn(root: string): DirectoryStore {
  return new DirectoryStore(root, { clock: clockAhead(0), logger: memoryLogger(), patience: 300 })
}

function fifo(file: string): void {
  execFileSync('mkfifo', [file])
}

/** A folder with files in it that must all be there afterwards. */
async function victim(): Promise<{ folder: string; isWhole: () => Promise<boolean> }> {
  const folder = await temporaryFolder()
  await mkdir(path.join(folder, 'etc'))
  for (const file of ['etc/passwd', 'owner.json', '2020-01-01.jsonl']) {
    await writeFile(path.join(folder, file), `{}\n`)
    await utimes(path.join(folder, file), LONG_AGO, LONG_AGO)
  }
  await utimes(folder, LONG_AGO, LONG_AGO)
  const isWhole = async () =>
    JSON.stringify((await readdir(folder, { recursive: true })).sort()) ===
    JSON.stringify(['2020-01-01.jsonl', 'etc', 'etc/passwd', 'owner.json'])
  return { folder, isWhole }
}

/** The note of a process that was killed. */
function deadNote(): string {
  return JSON.stringify({ ...ownerHere('x', LONG_AGO), pid: 999_999_9, started: '1' })
}

describe('a store that others can write to', () => {
  test('nothing is deleted or written through .incoming as a link', async () => {
    const root = await temporaryFolder()
    const { folder, isWhole } = await victim()
    await symlink(folder, path.join(root, '.incoming'))
    const store = storeIn(root)
    await expect(store.sweep()).rejects.toThrow(/symbolic link/)
    await expect(store.leftovers()).rejects.toThrow(/symbolic link/)
    await expect(store.begin(ID, 'daily')).rejects.toThrow(/symbolic link/)
    await expect(store.checkWritable()).rejects.toThrow(/symbolic link/)
    await expect(store.lock('testing')).rejects.toThrow(/symbolic link/)
    expect(await isWhole()).toBe(true)
  })

  test('a link with the name of a left-over goes, what it leads to stays', async () => {
    const root = await temporaryFolder()
    const { folder, isWhole } = await victim()
    await mkdir(path.join(root, '.incoming'))
    const link = path.join(root, '.incoming', `daily-${ID}-0123abcd`)
    await symlink(folder, link)
    execFileSync('touch', ['-h', '-d', '2026-01-01', link])
    expect(await storeIn(root).sweep()).toEqual([path.basename(link)])
    expect([await readdir(path.join(root, '.incoming')), await isWhole()]).toEqual([[], true])
  })

  test('links inside of a left-over go, what they lead to stays', async () => {
    const root = await temporaryFolder()
    const { folder, isWhole } = await victim()
    const entry = path.join(root, '.incoming', `daily-${ID}-0123abcd`)
    await mkdir(path.join(entry, 'set', 'dump'), { recursive: true })
    await writeFile(path.join(entry, 'owner.json'), deadNote())
    await symlink(folder, path.join(entry, 'set', 'dump', 'more'))
    expect(await storeIn(root).sweep()).toEqual([path.basename(entry)])
    expect(await isWhole()).toBe(true)
  })

  test('names that are not ours stay, however old they are', async () => {
    const root = await temporaryFolder()
    const own = path.join(root, '.incoming', 'my-notes')
    await mkdir(own, { recursive: true })
    await writeFile(path.join(own, 'owner.json'), deadNote())
    await utimes(own, LONG_AGO, LONG_AGO)
    expect(await storeIn(root).sweep()).toEqual([])
    expect(existsSync(own)).toBe(true)
  })

  test('a pipe in the place of a note is no note, and is not waited for', async () => {
    const root = await temporaryFolder()
    const entry = path.join(root, '.incoming', `daily-${ID}-0123abcd`)
    await mkdir(entry, { recursive: true })
    fifo(path.join(entry, 'owner.json'))
    expect(await storeIn(root).sweep()).toEqual([])
    await utimes(path.join(entry, 'owner.json'), LONG_AGO, LONG_AGO)
    await utimes(entry, LONG_AGO, LONG_AGO)
    expect(await storeIn(root).sweep()).toEqual([path.basename(entry)])
  })

  test('a lock whose note is a pipe is taken over, not waited for', async () => {
    const root = await temporaryFolder()
    await mkdir(path.join(root, '.lock'))
    fifo(path.join(root, '.lock', 'owner.json'))
    const unlock = await storeIn(root).lock('testing')
    await unlock()
    expect(existsSync(path.join(root, '.lock'))).toBe(false)
  })

  test('the log is not written into a pipe or through a link', async () => {
    const root = await temporaryFolder()
    const { folder, isWhole } = await victim()
    await mkdir(path.join(root, 'log'))
    fifo(path.join(root, 'log', '2026-11-24.jsonl'))
    await expect(storeIn(root).appendLog(LINE)).rejects.toThrow(/not a file|no such device/i)
    expect(await storeIn(root).readLog(LONG_AGO)).toEqual({ lines: [], unreadable: 1 })
    expect(await storeIn(root).removeLogsBefore('2026-12-01')).toEqual([])
    await rm(path.join(root, 'log'), { recursive: true })
    await symlink(folder, path.join(root, 'log'))
    await expect(storeIn(root).appendLog(LINE)).rejects.toThrow(/symbolic link/)
    await expect(storeIn(root).removeLogsBefore('2026-12-01')).rejects.toThrow(/symbolic link/)
    expect(await isWhole()).toBe(true)
  })

  test('sets behind a link are not listed, opened or removed, and this is told', async () => {
    const [root, other] = [await temporaryFolder(), await temporaryFolder()]
    await commitSample(storeIn(other), { id: ID })
    await symlink(path.join(other, 'daily'), path.join(root, 'daily'))
    const logger = memoryLogger()
    const store = new DirectoryStore(root, { clock: clockAhead(0), logger, patience: 300 })
    expect(await store.list()).toEqual({ sets: [], broken: [] })
    expect(logger.said.map(({ message }) => message).join('\n')).toContain('is a symbolic link')
    await expect(store.open({ id: ID, type: 'daily' })).rejects.toThrow()
    await expect(store.remove({ id: ID, type: 'daily' })).rejects.toThrow()
    expect((await storeIn(other).list()).sets).toHaveLength(1)
  })
})

describe('a folder for temporary files that others can write to', () => {
  test('what another user left with our name and a dead note stays, and stops no run', async () => {
    const parent = await temporaryFolder()
    const { folder, isWhole } = await victim()
    const foreign = path.join(parent, 'pg-lifeboat-999999-aaaaaa')
    await mkdir(foreign)
    await writeFile(path.join(foreign, 'owner.json'), deadNote())
    await symlink(folder, path.join(foreign, 'sub'))
    await chown(foreign, 65534, 65534)
    await symlink(folder, path.join(parent, 'pg-lifeboat-999998-aaaaaa'))
    const sweep = await sweepWorkspaces({ environment: { RUNNER_TEMP: parent, TMPDIR: parent } })
    expect(sweep.removed.filter((each) => each.startsWith(parent))).toEqual([])
    expect([await isWhole(), (await readdir(parent)).length]).toEqual([true, 2])
  })

  test('a pipe in the place of the note is not waited for', async () => {
    const parent = await temporaryFolder()
    const own = path.join(parent, 'pg-lifeboat-999999-aaaaaa')
    await mkdir(own)
    fifo(path.join(own, 'owner.json'))
    const sweep = await sweepWorkspaces({ environment: { RUNNER_TEMP: parent, TMPDIR: parent } })
    expect(sweep.removed.filter((each) => each.startsWith(parent))).toEqual([])
  })
})

describe('removing and opening', () => {
  test('a folder that is exchanged for a link while it is emptied is emptied, not what the link leads to', async () => {
    const parent = await temporaryFolder()
    const { folder, isWhole } = await victim()
    const emptied = path.join(parent, 'emptied')
    await mkdir(emptied)
    await writeFile(path.join(emptied, 'file'), '')
    const seen = await inFolder(emptied, async (here) => {
      await rename(emptied, path.join(parent, 'away'))
      await symlink(folder, emptied)
      return readdir(here)
    })
    expect(seen).toEqual(['file'])
    await removeTree(emptied)
    expect([existsSync(emptied), await isWhole()]).toEqual([false, true])
  })

  test('links, pipes, folders and devices are no files', async () => {
    const folder = await temporaryFolder()
    await writeFile(path.join(folder, 'real'), 'x'.repeat(10))
    await symlink(path.join(folder, 'real'), path.join(folder, 'link'))
    fifo(path.join(folder, 'pipe'))
    for (const file of ['link', 'pipe', '.']) await expect(openFile(path.join(folder, file))).rejects.toThrow()
    await expect(openFile('/dev/null')).rejects.toThrow(/not a file/)
    expect(await readSmallFile(path.join(folder, 'real'), 10)).toBe('xxxxxxxxxx')
    await expect(readSmallFile(path.join(folder, 'real'), 9)).rejects.toThrow(/10 bytes/)
    expect((await lstat(path.join(folder, 'link'))).isSymbolicLink()).toBe(true)
  })
})
