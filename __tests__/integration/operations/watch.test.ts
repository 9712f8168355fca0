import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { idOf, type Proof } from '../../../src/backup/manifest.js'
import { summaryOf } from '../../../src/report/summary.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { operate, type Given, type Operated } from '../../support/operating.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { startRepositoryApi, type RepositoryApi } from '../../support/repository-api.js'
import { sampleProof } from '../../support/sample-set.js'
import { commitSample } from '../../support/store-contract.js'
import { strictlyParsed } from '../../support/strict-open-metrics.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const HOUR = 3_600_000
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * HOUR)

let store: string
let copy: string
beforeEach(async () => {
  const folder = await temporaryFolder()
  store = path.join(folder, 'store')
  copy = path.join(folder, 'copy')
})
afterEach(removeTemporaryFolders)

const add = (where: string, hours: number, outcome: Proof['outcome'] = 'proven', type = 'daily'): Promise<void> =>
  commitSample(new DirectoryStore(where, { clock: clockAhead(0), logger: memoryLogger() }), {
    id: idOf(hoursAgo(hours)),
    type,
    proof: sampleProof(outcome),
  })

const watch = (given: Given = {}, env: Record<string, string> = {}): Promise<Operated> =>
  operate('watch', { store, ...given }, { env })

describe('watching the stores themselves', () => {
  test('is quiet about a fresh, proven backup, and writes nothing into the store', async () => {
    await add(store, 3)
    const before = (await readdir(store)).sort()
    const done = await watch()
    expect({ exitCode: done.exitCode, found: done.found }).toEqual({ exitCode: 0, found: [] })
    expect((await readdir(store)).sort()).toEqual(before)
    expect(done.report.series).toBe('masclet_imperi')
    expect(summaryOf(done.report)).toContain('as new as it should be')
  })

  test('fails when the newest is too old, says so in a sentence, and in the summary first', async () => {
    await add(store, 30)
    const done = await watch()
    expect(done.exitCode).toBe(1)
    expect(done.found).toEqual([`BACKUP_TOO_OLD daily in ${store}`, `BACKUP_UNPROVEN_TOO_LONG daily in ${store}`])
    expect(summaryOf(done.report).split('\n')[0]).toMatch(
      /the newest daily backup is from .* 30 h ago, and may be 26 h old/,
    )
    expect((await watch({ 'max-age': '2d' })).exitCode).toBe(0)
  })

  test('fails when the newest is not proven, and is content once it is validated', async () => {
    await add(store, 3, 'not-verified')
    expect((await watch()).found).toEqual([`BACKUP_UNPROVEN_TOO_LONG daily in ${store}`])
    const opened = new DirectoryStore(store, { clock: clockAhead(0), logger: memoryLogger() })
    const [set] = (await opened.list()).sets
    await opened.addProof(set!, sampleProof('proven', new Date().toISOString()))
    expect((await watch()).exitCode).toBe(0)
  })

  test('does not count a set of which a file was lost', async () => {
    await add(store, 3)
    const [id = ''] = await readdir(path.join(store, 'daily'))
    await rm(path.join(store, 'daily', id, 'globals.sql'))
    const done = await watch()
    expect(done.exitCode).toBe(1)
    expect(done.found).toEqual([`BACKUP_MISSING daily in ${store}`, `BACKUP_UNREADABLE daily/${id} in ${store}`])
  })

  test('fails for a store that holds nothing, and for one that is not there', async () => {
    expect((await watch()).found).toEqual([`STORE_EMPTY ${store}`])
    expect((await watch()).exitCode).toBe(1)
  })

  test('looks into each copy for what the store has', async () => {
    await add(store, 3)
    await add(store, 3, 'proven', 'weekly')
    await add(copy, 40)
    const done = await watch({ copies: copy })
    expect(done.exitCode).toBe(1)
    expect(done.found).toEqual([
      `BACKUP_TOO_OLD daily in ${copy}`,
      `BACKUP_UNPROVEN_TOO_LONG daily in ${copy}`,
      `BACKUP_MISSING weekly in ${copy}`,
    ])
  })

  test('ends with 4 when a store cannot be read and nothing else is wrong, with 1 when something is', async () => {
    await add(store, 3)
    // No file system takes such a name.
    copy = path.join(path.dirname(store), 'x'.repeat(300))
    const done = await watch({ copies: copy })
    expect(done.found).toEqual([`STORE_NOT_READ ${copy}`])
    expect(done.exitCode).toBe(4)
    expect((await watch({ copies: copy, 'max-age': '1h' })).exitCode).toBe(1)
  })

  test('tells its metrics beside those of others, in a file that others may read', async () => {
    await add(store, 3)
    const file = path.join(path.dirname(store), 'metrics', 'lifeboat.prom')
    await watch({ 'metrics-file': file, type: 'weekly' })
    await watch({ 'metrics-file': file })
    const samples = strictlyParsed(await readFile(file, 'utf8'))
    const of = (name: string) => samples.filter((one) => one.name === name).map(({ labels, value }) => [labels, value])
    expect(of('lifeboat_operation_exit_code')).toEqual([
      [{ series: 'masclet_imperi', operation: 'watch' }, 0],
      [{ series: 'masclet_imperi', type: 'weekly', operation: 'watch' }, 1],
    ])
    expect(of('lifeboat_objective_met')).toContainEqual([
      { series: 'masclet_imperi', store, type: 'daily', objective: 'age' },
      1,
    ])
    expect((await stat(file)).mode & 0o777).toBe(0o644)
    expect(await readdir(path.dirname(file))).toEqual(['lifeboat.prom'])
  })

  test('leaves a file alone that is not its own', async () => {
    await add(store, 3)
    const file = path.join(path.dirname(store), 'passwd')
    await writeFile(file, 'root:x:0:0\n')
    const done = await watch({ 'metrics-file': file })
    expect(await readFile(file, 'utf8')).toBe('root:x:0:0\n')
    expect(done.exitCode).toBe(0)
    expect(done.report.warnings.join()).toMatch(/The metrics were not written/)
  })
})

describe('watching the schedules of the repository', () => {
  let api: RepositoryApi
  beforeEach(async () => {
    await add(store, 3)
    api = await startRepositoryApi()
  })
  afterEach(() => api.stop())

  const inJob = (): Promise<Operated> => watch({ 'github-token': 'ghs_a-token' }, { ...api.environment })

  test('is quiet while the repository lives', async () => {
    const done = await inJob()
    expect({ exitCode: done.exitCode, found: done.found }).toEqual({ exitCode: 0, found: [] })
    expect([...api.authorizations]).toEqual(['token ghs_a-token'])
  })

  test.each([
    [44, []],
    [46, ['SCHEDULE_ENDING owner/name']],
    [61, ['SCHEDULE_ENDING owner/name']],
  ])('%i days after the last commit: %p', async (days, found) => {
    api.committed(hoursAgo(days * 24))
    const done = await inJob()
    expect({ exitCode: done.exitCode, found: done.found }).toEqual({ exitCode: 0, found })
  })

  test('never warns in a private repository, where schedules stay', async () => {
    api.committed(hoursAgo(300 * 24))
    api.answers['/repos/owner/name'] = { body: { private: true } }
    expect((await inJob()).found).toEqual([])
  })

  test('fails when a schedule is disabled already, and names the command', async () => {
    api.workflows({ 'backup.yml': 'disabled_inactivity', 'old.yml': 'disabled_manually' })
    const done = await inJob()
    expect(done.exitCode).toBe(1)
    expect(done.found).toEqual(['SCHEDULE_DISABLED .github/workflows/backup.yml'])
    expect(done.findings[0]?.advice).toContain('gh workflow enable backup.yml')
  })

  test('says which permission is missing, and judges the backups all the same', async () => {
    api.answers['/repos/owner/name/actions/workflows'] = { status: 403, body: { message: 'Resource not accessible' } }
    const done = await inJob()
    expect(done.exitCode).toBe(0)
    expect(done.findings).toMatchObject([
      { code: 'SCHEDULE_NOT_CHECKED', found: expect.stringContaining('actions: read') },
    ])
  })
})
