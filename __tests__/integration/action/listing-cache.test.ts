import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { listingsOf, withListingCache } from '../../../src/action/listing-cache.js'
import type { Context } from '../../../src/context.js'
import type { Job } from '../../../src/platform/github.js'
import { captureStdout, GitHubServices, type Fault } from '../../support/github-services.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const OPTIONS = { historyCache: true, store: './backups', copies: [{ location: 's3://bucket/app', keep: {} }] }

let services: GitHubServices
let before: NodeJS.ProcessEnv
let stdout: ReturnType<typeof captureStdout>
let context: RealContext
let job: Job

beforeEach(async () => {
  services = await GitHubServices.start()
  before = { ...process.env }
  stdout = captureStdout()
  const runnerTemp = await temporaryFolder()
  job = {
    repository: 'owner/name',
    runId: '77',
    runAttempt: 1,
    workspace: '/w',
    runnerTemp,
    eventName: 'schedule',
    serverUrl: 'https://github.com',
    visibility: 'private',
  }
  Object.assign(process.env, services.environment(), {
    GITHUB_WORKSPACE: runnerTemp,
    RUNNER_TEMP: runnerTemp,
    GITHUB_REF: 'refs/heads/main',
  })
  context = await realContext(process.env)
})
afterEach(async () => {
  await context.workspace.clean()
  stdout.release()
  process.env = before
  await services.stop()
  await removeTemporaryFolders()
})

const listings = () => listingsOf(job, OPTIONS)!
const warnings = () => context.logger.said.filter(({ level }) => level === 'warning').map(({ message }) => message)

/** A run that looks for a manifest, reads it from the store where it is not remembered, and tells which it was. */
async function run(): Promise<string> {
  return withListingCache(listings(), job, context, async ({ listingCache }: Context) => {
    const known = await listingCache!.get('s3://bucket/app/daily/manifest.json@etag')
    if (known === undefined) await listingCache!.put('s3://bucket/app/daily/manifest.json@etag', 'the manifest')
    return known === undefined ? 'read' : `remembered ${known}`
  })
}

/** A new job has nothing but the cache. */
const nextJob = () => rm(listings().folder, { recursive: true, force: true })

describe('what was read of stores goes from job to job through the real cache client', () => {
  test('and is kept once', async () => {
    expect(await run()).toBe('read')
    await nextJob()
    expect(await run()).toBe('remembered the manifest')
    await nextJob()
    expect(await run()).toBe('remembered the manifest')
    expect(services.caches).toHaveLength(1)
    expect(warnings()).toEqual([])
  })

  test('and may vanish', async () => {
    await run()
    services.caches.length = 0
    await nextJob()
    expect(await run()).toBe('read')
    expect(warnings()).toEqual([])
  })

  test.each<[string, Fault]>([
    ['cannot be written', { on: 'CreateCacheEntry', body: { ok: false, message: 'read-only token' } }],
    ['is not finished', { on: 'FinalizeCacheEntryUpload', body: { ok: false, message: 'gone' } }],
  ])('and is a warning where it %s', async (_what, fault) => {
    services.misbehave(fault)
    expect(await run()).toBe('read')
    expect(warnings()).toEqual([expect.stringContaining('Nothing depends on it but the time')])
  })

  test('and changes nothing when it breaks on its way', async () => {
    await run()
    await nextJob()
    services.misbehave({ on: 'GET', truncate: true, times: 20 })
    expect(await run()).toBe('read')
  })

  test('and does not hide a failure of the work', async () => {
    const work = withListingCache(listings(), job, context, () => Promise.reject(new Error('the work failed')))
    await expect(work).rejects.toThrow('the work failed')
    expect(services.caches).toEqual([])
  })

  test('and what rots on the runner is as good as none', async () => {
    await run()
    await nextJob()
    const known = await withListingCache(listings(), job, context, async ({ listingCache }) => {
      for (const name of await readdir(listings().folder)) await writeFile(path.join(listings().folder, name), 'rot')
      return listingCache!.get('s3://bucket/app/daily/manifest.json@etag')
    })
    expect(known).toBeUndefined()
  })
})

test('there is one only for stores elsewhere, in a job that wants one', () => {
  const of = (options: Partial<typeof OPTIONS>) => listingsOf(job, { ...OPTIONS, ...options })
  expect(of({ copies: [] })).toBeNull()
  expect(of({ store: 'nonsense://x', copies: [] })).toBeNull()
  expect(of({ historyCache: false })).toBeNull()
  expect(listingsOf(null, OPTIONS)).toBeNull()
  expect(listingsOf({ ...job, runnerTemp: '' }, OPTIONS)).toBeNull()
  expect(listingsOf({ ...job, visibility: 'public' }, OPTIONS)).toBeNull()
  expect(listingsOf({ ...job, visibility: 'unknown' }, OPTIONS)).toBeNull()
  for (const store of ['artifact:', 's3://b/p', 'host:/backups', 'rclone:r:p']) {
    expect(of({ store, copies: [] })).not.toBeNull()
  }
  const prefixes = ['artifact:#a', 'artifact:#b'].map((store) => of({ store })?.prefix)
  expect(new Set(prefixes).size).toBe(2)
})

test('without one the work is done all the same', async () => {
  expect(
    await withListingCache(null, job, context, ({ listingCache }) => Promise.resolve(listingCache)),
  ).toBeUndefined()
})
