import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../../src/context.js'
import type { LogLine } from '../../../src/records/log.js'
import { systemClock } from '../../../src/platform/clock.js'
import { bufferSource, zipEntries as entriesOf } from '../../../src/platform/zip-file.js'
import { FolderListingCache } from '../../../src/stores/listing-cache.js'
import { verifyFiles } from '../../../src/verify/files.js'
import { ArtifactFixture } from '../../support/artifact-fixture.js'
import { sha256, zipEntries, type StoredArtifact } from '../../support/github-services.js'
import { clockAhead } from '../../support/ports.js'
import { sampleProof, writeSampleSet } from '../../support/sample-set.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { packed, unpacked } from '../../support/zip.js'

jest.setTimeout(60_000)

const SET = { id: '20261124T020000Z', type: 'daily' }
const LINE: LogLine = {
  timestamp: '2026-11-24 02:10:00',
  operation: 'backup',
  status: 'success',
  details: { duration: 1 },
}
const DAY = 86_400_000

let fixture: ArtifactFixture

beforeEach(async () => {
  fixture = await ArtifactFixture.make()
})
afterEach(async () => {
  await fixture.dispose()
  await removeTemporaryFolders()
})

const names = () => fixture.services.artifacts.map(({ name }) => name)
const ids = async () => (await fixture.again().list()).sets.map(({ id }) => id)
const warnings = () =>
  fixture.context.logger.said.filter(({ level }) => level === 'warning').map(({ message }) => message)

/** Does not wait. */
const hurried: Clock = { ...systemClock, sleep: () => Promise.resolve() }

/** Gives an artifact another content, with the digest that belongs to it. */
function replace(artifact: StoredArtifact, content: Buffer): void {
  fixture.services.replaceContent(artifact, content, `sha256:${sha256(content)}`)
}

describe('a set among the artifacts', () => {
  test('is two artifacts: its files without compression, and its manifest', async () => {
    await commitSample(fixture.store, SET)
    expect(names()).toEqual([
      'pg-lifeboat.masclet_imperi.daily.20261124T020000Z.set',
      'pg-lifeboat.masclet_imperi.daily.20261124T020000Z.manifest',
    ])
    const [files, manifest] = fixture.services.artifacts as [StoredArtifact, StoredArtifact]
    expect(
      zipEntries(fixture.services.contentOf(files))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['SHA256SUMS', 'dump/toc.dat', 'globals.sql', 'manifest.json'])
    const record = await unpacked(fixture.services.contentOf(manifest))
    expect(JSON.parse(record['artifact.json']!.toString())).toEqual({
      schema: 'pg-lifeboat/artifact-set/1',
      id: Number(files.id),
      name: files.name,
      bytes: fixture.services.contentOf(files).length,
      digest: files.digest,
    })
  })

  test('of a compressed dump is not compressed again', async () => {
    const incoming = await fixture.store.begin(SET.id, SET.type)
    const manifest = await writeSampleSet(incoming.folder, SET)
    expect(manifest.options.compression).toBe('none')
    await incoming.commit()
    const ofSet = () => zipEntries(fixture.services.contentOf(fixture.artifactsOf('set').at(-1)!))
    expect(ofSet().every(({ method }) => method === 8)).toBe(true)
    const other = await fixture.store.begin('20261125T020000Z', SET.type)
    await writeSampleSet(other.folder, { ...SET, id: '20261125T020000Z' })
    const file = path.join(other.folder, 'manifest.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"compression": "none"', '"compression": "zstd:1"'))
    await other.commit()
    expect(ofSet().every(({ method }) => method === 0)).toBe(true)
  })

  test('is kept for as many days as asked, and it is told when GitHub keeps it shorter', async () => {
    await commitSample(fixture.again({ settings: { artifactRetentionDays: 30 } }), SET)
    for (const { expiresAt } of fixture.services.artifacts) {
      expect(Math.round((Date.parse(expiresAt!) - Date.now()) / DAY)).toBe(30)
    }
    expect(warnings().join()).not.toContain('allows less')
    process.env.GITHUB_RETENTION_DAYS = '10'
    const id = '20261125T020000Z'
    await commitSample(fixture.again({ settings: { artifactRetentionDays: 30 } }), { ...SET, id })
    expect(warnings().join()).toContain('the repository allows less than the 30 days')
  })

  test('that another answer of GitHub does not agree with is not committed', async () => {
    const other = { name: 'x', size_in_bytes: 1, digest: null, expired: false, created_at: null, expires_at: null }
    fixture.services.misbehave({ on: 'rest:get', body: { id: 1001, ...other } })
    await expect(commitSample(fixture.store, SET)).rejects.toThrow(/GitHub lists 1 bytes of it/)
    expect(await ids()).toEqual([])
  })

  test('that GitHub lists a little late is waited for', async () => {
    fixture.services.misbehave({ on: 'rest:get', status: 404, times: 2 })
    await commitSample(fixture.again({ tools: { clock: hurried } }), SET)
    expect(await ids()).toEqual([SET.id])
  })

  test('is listed by the run that made it even when GitHub does not list it yet', async () => {
    await commitSample(fixture.store, SET)
    fixture.services.misbehave({ on: 'rest:list', body: { total_count: 0, artifacts: [] }, times: 2 })
    expect((await fixture.store.list()).sets.map(({ id }) => id)).toEqual([SET.id])
    await fixture.store.remove(SET)
    expect((await fixture.store.list()).sets).toEqual([])
  })
})

describe('a run that was killed', () => {
  test('before the manifest was there leaves nothing that counts, and a later run removes it after a day', async () => {
    const incoming = await fixture.store.begin(SET.id, SET.type)
    await writeSampleSet(incoming.folder, SET)
    await incoming.send()
    expect(await fixture.again().list()).toEqual({ sets: [], broken: [] })
    expect(await fixture.again().series()).toBeNull()
    expect(await fixture.again({ tools: { clock: clockAhead(DAY - 60_000) } }).sweep()).toEqual([])
    await commitSample(fixture.again(), SET)
    expect(await ids()).toEqual([SET.id])
    const later = fixture.again({ tools: { clock: clockAhead(DAY + 60_000) } })
    expect(await later.sweep()).toEqual(['pg-lifeboat.masclet_imperi.daily.20261124T020000Z.set'])
    expect(await ids()).toEqual([SET.id])
    expect((await verifyFiles(await fixture.again().open(SET), SET)).map(({ code }) => code)).toEqual([])
  })

  test('while it removed a set leaves nothing that counts', async () => {
    await commitSample(fixture.store, SET)
    await fixture.store.addProof(SET, sampleProof('proven', '2026-11-30T04:00:00.000Z'))
    fixture.services.misbehave({ on: 'rest:delete', status: 422, times: 9 })
    await expect(fixture.store.remove(SET)).rejects.toMatchObject({ exitCode: 1 })
    expect(await ids()).toEqual([SET.id])
    let left = 1
    fixture.services.onRequest = (name) => {
      if (name === 'rest:delete' && left-- <= 0) fixture.services.misbehave({ on: 'rest:delete', status: 422 })
    }
    fixture.services.endFaults()
    await expect(fixture.again().remove(SET)).rejects.toMatchObject({ exitCode: 1 })
    expect(await fixture.again().list()).toEqual({ sets: [], broken: [] })
    fixture.services.onRequest = () => undefined
    fixture.services.endFaults()
    const swept = await fixture.again({ tools: { clock: clockAhead(DAY + 60_000) } }).sweep()
    expect(swept.map((name) => name.split('.')[4])).toEqual(['set', 'proof'])
    expect(names()).toEqual([])
  })

  test('cannot be cleaned up after without the permission, which is no failure', async () => {
    const incoming = await fixture.store.begin(SET.id, SET.type)
    await writeSampleSet(incoming.folder, SET)
    await incoming.send()
    fixture.services.permission = 'read'
    expect(await fixture.again({ tools: { clock: clockAhead(2 * DAY) } }).sweep()).toEqual([])
    expect(warnings().join()).toMatch(/stays in owner\/name.*"actions: write"/)
    await incoming.discard()
    expect(warnings().join()).toContain('is left to a later run')
  })
})

test('a run that is asked to stop ends as interrupted, wherever it is', async () => {
  await commitSample(fixture.store, SET)
  for (const at of ['rest:list', 'rest:download', 'GET', 'rest:get']) {
    const stop = new AbortController()
    const store = fixture.again({ tools: { signal: stop.signal } })
    fixture.services.onRequest = (name) => {
      if (name !== at) return
      fixture.services.misbehave({ on: at, stall: at !== 'rest:get', status: 404, times: 1 })
      setTimeout(() => {
        stop.abort('SIGINT')
      }, 50)
    }
    const work = at === 'rest:get' ? commitSample(store, { ...SET, id: '20261125T020000Z' }) : store.open(SET)
    await expect(work).rejects.toMatchObject({ exitCode: 130 })
    fixture.services.onRequest = () => undefined
    fixture.services.endFaults()
  }
  expect(await ids()).toEqual([SET.id])
})

describe('an answer that was lost', () => {
  test('after the files had arrived makes no second set', async () => {
    fixture.services.misbehave({ on: 'FinalizeArtifact', status: 404, message: 'lost' })
    await commitSample(fixture.again({ tools: { clock: hurried } }), SET)
    for (const artifact of fixture.services.artifacts) artifact.finalized = true
    expect(names().map((name) => name.split('.').at(-1))).toEqual(['set', 'set-attempt1', 'manifest'])
    expect(await fixture.again().list()).toMatchObject({ sets: [SET], broken: [] })
    expect(await fixture.again({ tools: { clock: clockAhead(2 * DAY) } }).sweep()).toHaveLength(1)
    expect(await fixture.again().list()).toMatchObject({ sets: [SET], broken: [] })
  })

  test('after the manifest had arrived makes no second set, and both go with it', async () => {
    const incoming = await fixture.again({ tools: { clock: hurried } }).begin(SET.id, SET.type)
    await writeSampleSet(incoming.folder, SET)
    await incoming.send()
    fixture.services.misbehave({ on: 'FinalizeArtifact', status: 404, message: 'lost' })
    await incoming.commit()
    const [first, second] = fixture.artifactsOf('manifest') as [StoredArtifact, StoredArtifact]
    replace(first, fixture.services.contentOf(second))
    first.finalized = true
    expect(await fixture.again().list()).toMatchObject({ sets: [SET], broken: [] })
    await fixture.again().remove(SET)
    expect(names()).toEqual([])
  })
})

test('what was committed can be read where it was made, until it is let go', async () => {
  const incoming = await fixture.store.begin(SET.id, SET.type)
  await writeSampleSet(incoming.folder, SET)
  const { folder } = await incoming.commit()
  expect((await verifyFiles(folder, SET)).map(({ code }) => code)).toEqual([])
  const fetched = await fixture.store.open(SET)
  expect(fetched).not.toBe(folder)
  await fixture.store.addProof(SET, sampleProof('failed', '2026-11-30T04:00:00.000Z'))
  expect(await readdir(path.join(fetched, 'proofs'))).toEqual(['20261130T040000Z.json'])
  await fixture.store.letGo(SET)
  expect([existsSync(fetched), existsSync(folder)]).toEqual([false, true])
  await fixture.store.letGo(SET)
  expect(existsSync(folder)).toBe(false)
})

describe('what comes down', () => {
  beforeEach(() => commitSample(fixture.store, { ...SET, files: { 'dump/toc.dat': 'x'.repeat(2_000_000) } }))

  const findings = async (folder: string) => (await verifyFiles(folder, SET)).map(({ code, on }) => `${code} ${on}`)

  test('goes on where a connection broke', async () => {
    const store = fixture.again({ tools: { clock: hurried } })
    await store.list()
    fixture.services.misbehave({ on: 'GET', truncate: true, times: 2 })
    const told: number[] = []
    const folder = await store.open(SET, (done) => told.push(done))
    expect(await findings(folder)).toEqual([])
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(told.at(-1)).toBe(fixture.services.contentOf(fixture.artifactsOf('set')[0]!).length)
  })

  test('and is not what went up is fetched once more, and then given as it is', async () => {
    const [files] = fixture.artifactsOf('set')
    const whole = fixture.services.contentOf(files!)
    const rotten = Buffer.from(whole)
    const dump = (await entriesOf(bufferSource(whole))).find(({ name }) => name === 'dump/toc.dat')
    rotten[dump!.at + 100]! ^= 1
    fixture.services.replaceContent(files!, rotten)
    let served = 0
    fixture.services.onRequest = (name) => {
      if (name === 'GET' && ++served === 3) fixture.services.replaceContent(files!, whole)
    }
    expect(await findings(await fixture.again().open(SET))).toEqual([])
    fixture.services.replaceContent(files!, rotten)
    expect(await findings(await fixture.again().open(SET))).toEqual(['FILE_SIZE dump/toc.dat'])
    expect(warnings()).toEqual([expect.stringMatching(/daily\/20261124T020000Z is damaged: .*dump\/toc\.dat/)])
  })

  test('and is no zip file at all is found, and nothing else happens', async () => {
    replace(fixture.artifactsOf('set')[0]!, Buffer.from('not a zip file'))
    const { sets, broken } = await fixture.again().list()
    expect(sets).toEqual([])
    expect(broken).toMatchObject([{ reason: expect.stringContaining('has 14 bytes, and had') }])
    expect(await findings(await fixture.again().open(SET))).toContain('FILE_MISSING dump/toc.dat')
    expect(warnings().join()).toContain('not a whole zip file')
  })

  test.each(['../../evil', '/tmp/evil', 'dump/../../evil', 'dump\\..\\evil'])(
    'and wants to be at %j is written nowhere',
    async (name) => {
      const honest = await packed({
        'dump/toc.dat': Buffer.from('x'),
        ['e'.repeat(name.length)]: Buffer.from('!'),
      })
      const evil = Buffer.from(honest.toString('latin1').replaceAll('e'.repeat(name.length), name), 'latin1')
      replace(fixture.artifactsOf('set')[0]!, evil)
      const folder = await fixture.again().open(SET)
      expect(warnings().join()).toContain('is no path inside of it')
      const above = await readdir(path.dirname(path.dirname(folder)), { recursive: true })
      expect(above.filter((entry) => entry.includes('evil'))).toEqual([])
    },
  )

  test('with another manifest than the listing counts is told', async () => {
    const [files, manifest] = [fixture.artifactsOf('set')[0]!, fixture.artifactsOf('manifest')[0]!]
    const record = await unpacked(fixture.services.contentOf(manifest))
    const forged = record['manifest.json']!.toString().replace('"tier": "full"', '"tier": "data"')
    replace(manifest, await packed({ ...record, 'manifest.json': Buffer.from(forged) }))
    expect(await ids()).toEqual([SET.id])
    const folder = await fixture.again().open(SET)
    expect(warnings().join()).toContain('is not the one that the listing counts')
    expect(await findings(folder)).toContain('MANIFEST_CHANGED manifest.json')
    expect(files.finalized).toBe(true)
  })
})

describe('who may do what', () => {
  beforeEach(() => commitSample(fixture.store, SET))

  test('without "actions: read" nothing is seen, and the permission is named', async () => {
    fixture.services.permission = 'none'
    await expect(fixture.again().list()).rejects.toThrow(/"actions: read"/)
    await expect(fixture.again().checkWritable()).rejects.toThrow(/"actions: read"/)
  })

  test('without "actions: write" nothing is removed, and the permission is named', async () => {
    fixture.services.permission = 'read'
    await expect(fixture.again().remove(SET)).rejects.toThrow(/"actions: write"/)
    expect(await ids()).toEqual([SET.id])
    await commitSample(fixture.again(), { ...SET, id: '20261125T020000Z' })
    expect(await ids()).toEqual(['20261125T020000Z', SET.id])
  })

  test('without a token it is not opened', () => {
    expect(() => fixture.again({ settings: { githubToken: undefined } })).toThrow(/no token to read artifacts with/)
  })

  test('a job can hand its token in the environment', async () => {
    const token = { GITHUB_TOKEN: 'ghs_a-token-that-nobody-may-see' }
    const store = fixture.again({ settings: { githubToken: undefined }, environment: token })
    expect((await store.list()).sets).toHaveLength(1)
  })

  test('outside of a job sets are listed, fetched and removed, and nothing is put there', async () => {
    const outside = { GITHUB_ACTIONS: undefined, GITHUB_REPOSITORY: undefined, ACTIONS_RUNTIME_TOKEN: undefined }
    const store = fixture.again({ location: 'artifact:owner/name', environment: outside })
    expect((await store.list()).sets).toHaveLength(1)
    expect((await verifyFiles(await store.open(SET), SET)).map(({ code }) => code)).toEqual([])
    const other = { ...SET, id: '20261125T020000Z' }
    const folder = await temporaryFolder()
    await writeSampleSet(folder, other)
    for (const attempt of [
      () => store.checkWritable(),
      () => store.begin(other.id, other.type),
      () => store.put(folder, other),
    ]) {
      const problem: unknown = expect.stringContaining('can only be read')
      await expect(attempt()).rejects.toMatchObject({ exitCode: 2, problem })
    }
    await store.appendLog(LINE)
    await store.addProof(SET, sampleProof('failed'))
    const why = 'in artifact:owner/name: artifacts can only be uploaded by a job of GitHub Actions.'
    expect(warnings()).toEqual([
      `The log was not written ${why}`,
      `That daily/20261124T020000Z is failed was not recorded ${why}`,
    ])
    await store.remove(SET)
    expect(await ids()).toEqual([])
    expect(() => fixture.again({ environment: outside })).toThrow(/does not name a repository/)
  })

  test('a job of another repository can only read', async () => {
    const store = fixture.again({ location: 'artifact:owner/name', environment: { GITHUB_REPOSITORY: 'owner/other' } })
    expect((await store.list()).sets).toHaveLength(1)
    await expect(store.begin('20261125T020000Z', 'daily')).rejects.toThrow(/can only upload artifacts to owner\/other/)
  })

  test('a runner without an artifact service is told so', async () => {
    const store = fixture.again({ environment: { ACTIONS_RESULTS_URL: '' } })
    await expect(store.checkWritable()).rejects.toThrow(/ACTIONS_RESULTS_URL is not set/)
  })

  test.each(['artifact:owner', 'artifact:owner/a/b', 'artifact:#', 'artifact:owner/name/', 'artifact: x'])(
    '%s is no store',
    (location) => {
      expect(() => fixture.again({ location })).toThrow(/This is no store of artifacts/)
    },
  )
})

describe('a public repository', () => {
  const inRepository = async (repository: object | null) => {
    const file = path.join(await temporaryFolder(), 'event.json')
    await writeFile(file, JSON.stringify(repository === null ? {} : { repository }))
    return { GITHUB_EVENT_PATH: file }
  }

  test('gets no unencrypted set', async () => {
    const environment = await inRepository({ visibility: 'public' })
    await expect(commitSample(fixture.again({ environment }), SET)).rejects.toMatchObject({
      exitCode: 5,
      problem: expect.stringContaining('the repository is public'),
      advice: expect.stringMatching(/encrypt-to.*allow-public-artifact/),
    })
    const folder = await temporaryFolder()
    await writeSampleSet(folder, SET)
    await expect(fixture.again({ environment }).put(folder, SET)).rejects.toMatchObject({ exitCode: 5 })
    expect(fixture.services.requests).not.toContain('CreateArtifact')
  })

  test('says so before a backup begins, where nothing is to be encrypted', async () => {
    const environment = await inRepository({ private: false })
    const check = (encryptTo: string[]) => fixture.again({ environment, settings: { encryptTo } }).checkWritable()
    await expect(check([])).rejects.toMatchObject({ exitCode: 5 })
    await check(['age1…'])
  })

  test('gets an encrypted one, and one that was said to be public', async () => {
    const environment = await inRepository({ visibility: 'public' })
    await commitSample(fixture.again({ environment, settings: { allowPublicArtifact: true } }), SET)
    const incoming = await fixture.again({ environment }).begin('20261125T020000Z', 'daily')
    await writeSampleSet(incoming.folder, { ...SET, id: '20261125T020000Z' })
    const file = path.join(incoming.folder, 'manifest.json')
    const manifest = JSON.parse(await readFile(file, 'utf8')) as object
    const encryption = { format: 'age', recipients: ['0123456789abcdef'], namesHidden: false }
    await writeFile(file, JSON.stringify({ ...manifest, encryption }))
    await incoming.commit()
    expect(await ids()).toEqual(['20261125T020000Z', SET.id])
  })

  test('that the event does not tell of is asked for', async () => {
    const environment = await inRepository(null)
    fixture.services.visibility = 'public'
    await expect(commitSample(fixture.again({ environment }), SET)).rejects.toMatchObject({ exitCode: 5 })
    fixture.services.visibility = 'internal'
    await commitSample(fixture.again({ environment }), SET)
    expect(await ids()).toEqual([SET.id])
  })

  test('is not taken in by what a pull request of a fork uploads', async () => {
    await commitSample(fixture.store, SET)
    const forged = '20991231T000000Z'
    for (const { name, ...artifact } of [...fixture.services.artifacts]) {
      const content = fixture.services.contentOf({ blob: artifact.blob })
      fixture.services.addArtifact(name.replace(SET.id, forged), content, { fromFork: true })
    }
    expect(await fixture.again().list()).toMatchObject({ sets: [{ id: SET.id }], broken: [] })
    expect(warnings()).toEqual([expect.stringContaining('were made by runs for forks')])
    await expect(fixture.again().open({ ...SET, id: forged })).rejects.toThrow(/no such set/)
  })
})

describe('another run', () => {
  test('that has committed the same second first keeps its set, also when both had been sent', async () => {
    const incoming = await Promise.all([
      fixture.again().begin(SET.id, SET.type),
      fixture.again().begin(SET.id, SET.type),
    ])
    for (const [index, { folder }] of incoming.entries()) {
      await writeSampleSet(folder, { ...SET, files: { 'globals.sql': `of run ${index}` } })
    }
    for (const one of incoming) await one.send()
    await incoming[1].commit()
    await expect(incoming[0].commit()).rejects.toThrow(/already a set/)
    await incoming[0].discard()
    expect(fixture.artifactsOf('set')).toHaveLength(1)
    expect(await readFile(path.join(await fixture.again().open(SET), 'globals.sql'), 'utf8')).toBe('of run 1')
  })

  test('that removes a set while it is listed takes only that one away', async () => {
    await commitSample(fixture.store, SET)
    await commitSample(fixture.store, { ...SET, id: '20261125T020000Z' })
    let removed = false
    fixture.services.onRequest = (name) => {
      const [manifest] = fixture.artifactsOf('manifest')
      if (name !== 'rest:download' || removed || manifest === undefined) return
      removed = true
      for (const artifact of [manifest, fixture.artifactsOf('set')[0]!]) {
        fixture.services.artifacts.splice(fixture.services.artifacts.indexOf(artifact), 1)
      }
    }
    expect(await fixture.again().list()).toMatchObject({ sets: [{ id: '20261125T020000Z' }], broken: [] })
    expect(removed).toBe(true)
  })
})

describe('time', () => {
  test('that is up takes a set off the list, without a word', async () => {
    await commitSample(fixture.store, SET)
    await commitSample(fixture.store, { ...SET, id: '20261125T020000Z' })
    fixture.artifactsOf('set')[0]!.expired = true
    expect(await fixture.again().list()).toMatchObject({ sets: [{ id: '20261125T020000Z' }], broken: [] })
    fixture.artifactsOf('manifest')[0]!.expired = true
    expect(await fixture.again().list()).toMatchObject({ sets: [{ id: '20261125T020000Z' }], broken: [] })
    await expect(fixture.again().open(SET)).rejects.toThrow(/no such set/)
    expect(warnings()).toEqual([])
  })

  test('that is almost up is told once in a run', async () => {
    await commitSample(fixture.again({ settings: { artifactRetentionDays: 10 } }), SET)
    await fixture.again({ tools: { clock: clockAhead(2 * DAY) } }).list()
    expect(warnings()).toEqual([])
    const store = fixture.again({ tools: { clock: clockAhead(4 * DAY) } })
    await store.list()
    await store.list()
    expect(warnings()).toEqual([expect.stringMatching(/deletes 1 of the sets .* daily\/20261124T020000Z\. Raise/)])
  })
})

describe('several series in one repository', () => {
  test('are kept apart by their names', async () => {
    await commitSample(fixture.again({ location: 'artifact:#masclet_imperi' }), SET)
    await commitSample(fixture.again({ location: 'artifact:#größe.db' }), { ...SET, series: 'größe.db' })
    const [first, second] = [
      fixture.again({ location: 'artifact:owner/name#masclet_imperi' }),
      fixture.again({ location: 'artifact:#größe.db' }),
    ]
    for (const [store, series] of [
      [first, 'masclet_imperi'],
      [second, 'größe.db'],
    ] as const) {
      expect(await store.series()).toBe(series)
      const { sets } = await store.list()
      expect(sets.map(({ manifest }) => manifest.series)).toEqual([series])
      const manifest = await readFile(path.join(await store.open(SET), 'manifest.json'), 'utf8')
      expect(JSON.parse(manifest)).toMatchObject({ series })
    }
    await second.remove(SET)
    expect((await fixture.again({ location: 'artifact:#masclet_imperi' }).list()).sets).toHaveLength(1)
    expect(first.name).toBe('artifact:owner/name#masclet_imperi')
  })

  test('are refused where the store names another', async () => {
    const store = fixture.again({ location: 'artifact:#app' })
    await expect(commitSample(store, SET)).rejects.toMatchObject({ exitCode: 5 })
    expect(names()).toEqual([])
  })

  test('have each its own log', async () => {
    await fixture.again({ location: 'artifact:#app' }).appendLog(LINE)
    await fixture.again({ location: 'artifact:#other' }).appendLog({ ...LINE, operation: 'rotate' })
    const { lines } = await fixture.again({ location: 'artifact:#app' }).readLog(new Date(0))
    expect(lines.map(({ operation }) => operation)).toEqual(['backup'])
  })
})

describe('the log', () => {
  const at = (day: number, operation = 'backup'): LogLine => ({
    ...LINE,
    operation,
    timestamp: `2026-11-${String(day).padStart(2, '0')} 02:10:00`,
  })
  const downloads = () => fixture.services.requests.filter((name) => name === 'rest:download').length
  const read = async () =>
    (await fixture.again().readLog(new Date(0))).lines.map(({ timestamp }) => timestamp.slice(8, 10))

  test('is in its newest artifact as a whole, so that nobody fetches all of them', async () => {
    for (let day = 1; day <= 12; day++) await fixture.again().appendLog(at(day))
    const before = downloads()
    expect(await read()).toEqual(['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'])
    expect(downloads() - before).toBe(1)
  })

  test('brings the lines of two runs that wrote at once together', async () => {
    await fixture.store.appendLog(at(1))
    const [one, other] = [fixture.again(), fixture.again()]
    await Promise.all([one.readLog(new Date(0)), other.readLog(new Date(0))])
    await Promise.all([one.appendLog(at(2)), other.appendLog(at(3))])
    expect(await read()).toEqual(['01', '02', '03'])
    await fixture.again().appendLog(at(4))
    const before = downloads()
    expect(await read()).toEqual(['01', '02', '03', '04'])
    expect(downloads() - before).toBe(1)
  })

  test('lets go of old lines, but of no drill, and sweeps artifacts that nobody needs', async () => {
    await fixture.store.appendLog(at(1))
    await fixture.store.appendLog(at(2, 'drill'))
    const later = Date.parse('2027-03-01T00:00:00Z') - Date.now()
    const line = { ...LINE, timestamp: '2027-03-01 00:00:00' }
    await fixture.again({ tools: { clock: clockAhead(later) } }).appendLog(line)
    expect(await read()).toEqual(['02', '01'])
    expect(await fixture.again().sweep()).toEqual([])
    expect(fixture.artifactsOf('log')).toHaveLength(3)
    expect(await fixture.again({ tools: { clock: clockAhead(DAY + 60_000) } }).sweep()).toEqual([])
    expect(fixture.artifactsOf('log')).toHaveLength(1)
    expect(await read()).toEqual(['02', '01'])
  })

  test('is written even where the earlier lines cannot be read, and loses none of them', async () => {
    await fixture.store.appendLog(at(1))
    const run = fixture.again({ tools: { clock: hurried } })
    fixture.services.misbehave({ on: 'rest:download', status: 500, times: 9 })
    await run.appendLog(at(2))
    fixture.services.endFaults()
    expect(await read()).toEqual(['01', '02'])
    await fixture.again().appendLog(at(3))
    expect(await read()).toEqual(['01', '02', '03'])
  })

  test('counts what cannot be read', async () => {
    await fixture.store.appendLog(at(1))
    fixture.services.addArtifact('pg-lifeboat..log.20261102T021000Z.0a', Buffer.from('no zip'))
    fixture.services.addArtifact(
      'pg-lifeboat..log.20261103T021000Z.0b',
      await packed({ 'merged.json': Buffer.from('[') }),
    )
    expect(await fixture.again().readLog(new Date(0))).toMatchObject({ lines: [at(1)], unreadable: 2 })
    await fixture.again().appendLog(at(4))
    expect(await fixture.again().readLog(new Date(0))).toMatchObject({ lines: [at(1), at(4)], unreadable: 2 })
  })
})

describe('the cache of listings', () => {
  let folder: string
  const cached = () =>
    fixture.again({ tools: { listingCache: new FolderListingCache(folder, fixture.context.logger) } })
  const downloads = () => fixture.services.requests.filter((name) => name === 'rest:download').length

  beforeEach(async () => {
    folder = path.join(await temporaryFolder(), 'listing')
    await commitSample(fixture.store, SET)
    await commitSample(fixture.store, { ...SET, id: '20261123T020000Z' })
    await fixture.store.addProof(SET, sampleProof('failed', '2026-11-30T04:00:00.000Z'))
  })

  test('spares what was read before', async () => {
    const before = downloads()
    const first = await cached().list()
    expect(downloads() - before).toBe(3)
    expect(await cached().list()).toEqual(first)
    expect(downloads() - before).toBe(3)
    expect(await fixture.again().list()).toEqual(first)
  })

  test.each<[string, (file: string, others: string[]) => Promise<void>]>([
    ['cut off', async (file) => writeFile(file, (await readFile(file)).subarray(0, 200))],
    ['changed', async (file) => writeFile(file, (await readFile(file, 'utf8')).replace(/[A-Z](?=[^A-Z]*$)/, '0'))],
    [
      'forged, with a checksum that fits',
      async (file) => {
        const [head = ''] = (await readFile(file, 'utf8')).split('\n')
        const text = (await packed({ 'manifest.json': Buffer.from('{}') })).toString('base64')
        await writeFile(file, `${sha256(Buffer.from(text))}${head.slice(64)}\n${text}`)
      },
    ],
    ['of another artifact', async (file, others) => writeFile(file, await readFile(others[0]!))],
  ])('changes no result when a part of it is %s', async (_what, damage) => {
    const first = await cached().list()
    const before = downloads()
    for (const name of await readdir(folder)) {
      const others = (await readdir(folder)).filter((other) => other !== name)
      await damage(
        path.join(folder, name),
        others.map((other) => path.join(folder, other)),
      )
      expect(await cached().list()).toEqual(first)
    }
    expect(downloads() - before).toBe(3)
  })
})
