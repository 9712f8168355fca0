import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ArtifactClient } from '../../../src/platform/artifact-upload.js'
import { writeManifest } from '../../../src/backup/set.js'
import { publishPage, publishSet, type Publication } from '../../../src/action/publish.js'
import type { Job } from '../../../src/platform/github.js'
import { systemClock } from '../../../src/platform/clock.js'
import { exitCodeFor, type Report } from '../../../src/report/report.js'
import { memoryLogger, type MemoryLogger } from '../../support/ports.js'
import { provenProof, sampleReport } from '../../support/report.js'
import { writeSampleSet } from '../../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

const job: Job = {
  repository: 'owner/name',
  runId: '77',
  runAttempt: 1,
  workspace: '/w',
  runnerTemp: '/t',
  eventName: 'push',
  serverUrl: 'https://github.com',
  visibility: 'private',
}

let temp: string
let logger: MemoryLogger
let uploaded: { name: string; files: string[] }[]
let refuse: RegExp

beforeEach(async () => {
  temp = await temporaryFolder()
  logger = memoryLogger()
  uploaded = []
  refuse = /^$/
})
afterEach(removeTemporaryFolders)

/** Takes everything but what is to be refused. */
const client: ArtifactClient = {
  uploadArtifact: (name, files) => {
    if (refuse.test(name)) {
      return Promise.reject(Object.assign(new Error('quota'), { name: 'UsageError' }))
    }
    uploaded.push({ name, files })
    return Promise.resolve({ id: uploaded.length, digest: 'd' })
  },
}

async function reportOfSet(overrides: Partial<Report> = {}): Promise<Report> {
  const folder = path.join(temp, 'set')
  await mkdir(path.join(folder, 'dump'), { recursive: true })
  await writeFile(path.join(folder, 'manifest.json'), '{}')
  await writeFile(path.join(folder, 'dump', 'toc.dat'), 'x')
  return sampleReport({ set: { path: folder, bytes: 3, compression: 'zstd:1' }, ...overrides })
}

/** The set, then the page, as a run has it. */
async function publishing(
  report: Report,
  changes: {
    uploadArtifact?: 'all' | 'report' | 'none'
    store?: string
    job?: Job | null
    signal?: AbortSignal
    reportFile?: string
  } = {},
) {
  const { uploadArtifact = 'all', store = './backups', signal = new AbortController().signal, reportFile } = changes
  const publication: Publication = {
    options: { uploadArtifact, artifactRetentionDays: undefined, allowPublicArtifact: false, store, reportFile },
    job: changes.job === undefined ? job : changes.job,
    context: {
      ...{ logger, clock: systemClock, signal, workingDirectory: temp },
      environment: { RUNNER_TEMP: temp },
    },
    loadClient: () => Promise.resolve(client),
  }
  const { report: published, artifactId } = await publishSet(report, publication)
  return { artifactId, ...(await publishPage(published, publication)) }
}

describe('publish', () => {
  test('the set and the page', async () => {
    const { report, artifactId, reportPath } = await publishing(await reportOfSet())
    expect(uploaded.map(({ name }) => name)).toEqual([
      'masclet_imperi-daily-20261124T020003Z',
      'masclet_imperi-daily-20261124T020003Z-report',
    ])
    expect(uploaded[0]?.files.map((file) => path.relative(temp, file))).toEqual([
      'set/dump/toc.dat',
      'set/manifest.json',
    ])
    expect(artifactId).toBe('1')
    expect(report.artifacts?.map(({ url }) => url)).toEqual(['./77/artifacts/1', './77/artifacts/2'])
    expect(await readFile(reportPath!, 'utf8')).toContain('<!doctype html>')
  })

  test('no set that the store has made an artifact of already', async () => {
    const { artifactId } = await publishing(await reportOfSet(), { store: 'artifact:' })
    expect(uploaded.map(({ name }) => name)).toEqual(['masclet_imperi-daily-20261124T020003Z-report'])
    expect(artifactId).toBeUndefined()
  })

  test('only what was asked for, and nothing outside a job or after an interruption', async () => {
    await publishing(await reportOfSet(), { uploadArtifact: 'report' })
    expect(uploaded.map(({ name }) => name)).toEqual(['masclet_imperi-daily-20261124T020003Z-report'])
    uploaded = []
    const stopped = AbortSignal.abort('SIGINT')
    const quiet = [{ uploadArtifact: 'none' as const }, { job: null }, { signal: stopped }]
    for (const changes of quiet) {
      expect(await publishing(await reportOfSet(), changes)).toHaveProperty('reportPath')
    }
    await publishing(await reportOfSet({ operation: 'validate' }))
    expect(uploaded).toEqual([])
  })

  test('a set that failed its proof says so in its name', async () => {
    await publishing(await reportOfSet({ proof: { ...provenProof(), outcome: 'failed' } }))
    expect(uploaded[0]?.name).toBe('masclet_imperi-daily-20261124T020003Z-proof-failed')
  })

  test('a set that cannot be uploaded is a failure that the page tells, and the page is uploaded', async () => {
    refuse = /Z$/
    const { report, reportPath, artifactId } = await publishing(await reportOfSet())
    expect(artifactId).toBeUndefined()
    expect(exitCodeFor(report)).toBe(1)
    expect(report.failure?.message).toContain('The storage for artifacts is used up')
    expect(await readFile(reportPath!, 'utf8')).toContain('The storage for artifacts is used up')
    expect(uploaded.map(({ name }) => name)).toEqual(['masclet_imperi-daily-20261124T020003Z-report'])
  })

  test('it does not hide a proof that failed', async () => {
    refuse = /./
    const { report } = await publishing(await reportOfSet({ proof: { ...provenProof(), outcome: 'failed' } }))
    expect(exitCodeFor(report)).toBe(3)
    expect(report.warnings.join()).toContain('The storage for artifacts is used up')
  })

  test('a page that cannot be uploaded is a warning', async () => {
    refuse = /report$/
    const { report } = await publishing(await reportOfSet())
    expect(exitCodeFor(report)).toBe(0)
    expect(logger.said.filter(({ level }) => level === 'warning')).toHaveLength(1)
  })

  test('the page is also written where report-file says, and that is what is told', async () => {
    const { report, reportPath } = await publishing(await reportOfSet(), { reportFile: 'pages/of/today.html' })
    expect(reportPath).toBe(path.join(temp, 'pages/of/today.html'))
    expect(await readFile(reportPath!, 'utf8')).toContain('<!doctype html>')
    expect(uploaded.map(({ name }) => name)).toContain('masclet_imperi-daily-20261124T020003Z-report')
    expect(report.warnings).toEqual([])
  })

  test('a report-file that cannot be written is a warning, and the page is where it always is', async () => {
    await writeFile(path.join(temp, 'file'), '')
    const { report, reportPath } = await publishing(await reportOfSet(), { reportFile: 'file/page.html' })
    expect(exitCodeFor(report)).toBe(0)
    expect(report.warnings).toEqual([expect.stringContaining('file/page.html')])
    expect(await readFile(reportPath!, 'utf8')).toContain('<!doctype html>')
  })

  test('no secret reaches the page, however it is escaped there', async () => {
    logger.redact = (text) => text.replaceAll('p&ss<word', '***')
    const { reportPath } = await publishing(await reportOfSet({ warnings: ['with p&ss<word in it'] }))
    const page = await readFile(reportPath!, 'utf8')
    expect(page).toContain('with *** in it')
    expect(page).not.toContain('p&amp;ss')
  })
})

describe('a public repository', () => {
  const inPublic = { job: { ...job, visibility: 'public' as const } }

  test('gets no set that is not encrypted, whatever was intended', async () => {
    const report = await reportOfSet()
    await writeSampleSet(report.set!.path, { id: '20261124T020003Z' })
    const published = await publishing(report, inPublic)
    expect(uploaded.map(({ name }) => name)).toEqual(['masclet_imperi-daily-20261124T020003Z-report'])
    expect(exitCodeFor(published.report)).toBe(5)
  })

  test('gets a set whose own manifest says that it is', async () => {
    const report = await reportOfSet()
    const manifest = await writeSampleSet(report.set!.path, { id: '20261124T020003Z' })
    const encryption = { format: 'age' as const, recipients: ['0123456789abcdef'], namesHidden: false }
    await writeManifest(report.set!.path, { ...manifest, encryption })
    const published = await publishing(report, inPublic)
    expect(uploaded).toHaveLength(2)
    expect(exitCodeFor(published.report)).toBe(0)
  })
})
