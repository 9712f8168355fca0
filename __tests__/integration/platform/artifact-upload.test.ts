import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'
import type { Clock } from '../../../src/context.js'
import { OperationError } from '../../../src/errors.js'
import { uploadFiles, type Upload } from '../../../src/platform/artifact-upload.js'
import type { Job } from '../../../src/platform/github.js'
import { systemClock } from '../../../src/platform/clock.js'
import { captureStdout, GitHubServices, sha256, zipEntries } from '../../support/github-services.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const job: Job = {
  repository: 'owner/name',
  runId: '77',
  runAttempt: 2,
  workspace: '/w',
  runnerTemp: '/t',
  eventName: 'schedule',
  serverUrl: 'https://github.com',
  visibility: 'private',
}

let services: GitHubServices
let before: NodeJS.ProcessEnv
let stdout: ReturnType<typeof captureStdout>
let logger: ReturnType<typeof memoryLogger>
let waited: number[]

beforeEach(async () => {
  services = await GitHubServices.start()
  before = { ...process.env }
  stdout = captureStdout()
  Object.assign(process.env, services.environment(), { GITHUB_WORKSPACE: await temporaryFolder() })
  logger = memoryLogger()
  waited = []
})

afterEach(async () => {
  stdout.release()
  process.env = before
  await services.stop()
  await removeTemporaryFolders()
})

/** A clock that notes how long it should have waited, and does not. */
const hurriedClock: Clock = {
  ...systemClock,
  sleep: (milliseconds) => {
    waited.push(milliseconds)
    return Promise.resolve()
  },
}

function ports(signal = new AbortController().signal) {
  return { logger, clock: hurriedClock, signal }
}

async function sampleUpload(overrides: Partial<Upload> = {}): Promise<Upload> {
  const root = await temporaryFolder()
  await mkdir(path.join(root, 'dump'))
  const files = [path.join(root, 'manifest.json'), path.join(root, '.hidden'), path.join(root, 'dump', 'toc.dat')]
  for (const file of files) {
    await writeFile(file, `content of ${path.basename(file)} `.repeat(1000))
  }
  return { name: 'app-daily-20261124T020000Z', root, files, bytes: 60_000, compressed: true, ...overrides }
}

describe('uploading with the real client', () => {
  test('takes every named file, hidden ones too, without compressing again', async () => {
    const upload = await sampleUpload({ retentionDays: 5 })
    const done = await uploadFiles(upload, job, ports())
    const [stored] = services.artifacts
    expect(done).toEqual({
      name: 'app-daily-20261124T020000Z',
      id: stored?.id,
      url: `./77/artifacts/${stored?.id ?? ''}`,
      digest: `sha256:${sha256(services.contentOf(stored!))}`,
      bytes: services.contentOf(stored!).length,
    })
    expect(stored).toMatchObject({ finalized: true, digest: done.digest })
    expect(Date.parse(stored?.expiresAt ?? '') - Date.now()).toBeGreaterThan(4.9 * 86_400_000)
    // The library adds them as they are opened, so in any order.
    const entries = zipEntries(services.contentOf(stored!)).sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(entries).toEqual([
      { name: '.hidden', method: 0, bytes: 19_000 },
      { name: 'dump/toc.dat', method: 0, bytes: 19_000 },
      { name: 'manifest.json', method: 0, bytes: 25_000 },
    ])
  })

  test('the signature of the upload is masked before it could be printed', async () => {
    await uploadFiles(await sampleUpload(), job, ports())
    const [first = ''] = stdout
      .text()
      .split('\n')
      .filter((line) => line.includes('signature-that-nobody-may-see'))
    expect(first).toBe('::add-mask::signature-that-nobody-may-see')
  })

  test('what was uploaded comes down again as it was', async () => {
    const upload = await sampleUpload({ compressed: false })
    const done = await uploadFiles(upload, job, ports())
    const target = await temporaryFolder()
    const { digestMismatch } = await new DefaultArtifactClient().downloadArtifact(Number(done.id), {
      path: target,
      expectedHash: done.digest!,
    })
    expect(digestMismatch).toBe(false)
    const original = await readFile(path.join(upload.root, 'dump', 'toc.dat'), 'utf8')
    expect(await readFile(path.join(target, 'dump', 'toc.dat'), 'utf8')).toBe(original)
  })

  test('a name that is taken gets the attempt as a suffix', async () => {
    const upload = await sampleUpload()
    await uploadFiles(upload, job, ports())
    const second = await uploadFiles(upload, job, ports())
    const third = await uploadFiles(upload, job, ports())
    expect([second.name, third.name]).toEqual([
      'app-daily-20261124T020000Z-attempt2',
      'app-daily-20261124T020000Z-attempt2-2',
    ])
    expect(waited).toEqual([])
  })

  test('a service that is overloaded twice is asked again by the client', async () => {
    services.misbehave({ on: 'CreateArtifact', status: 503, times: 1 })
    services.misbehave({ on: 'CreateArtifact', status: 429, headers: { 'retry-after': '1' } })
    const done = await uploadFiles(await sampleUpload(), job, ports())
    expect(services.artifacts.map(({ id }) => id)).toEqual([done.id])
  })

  test('a broken upload is begun again as a whole, under another name', async () => {
    services.misbehave({ on: 'FinalizeArtifact', status: 404, message: 'lost' })
    const done = await uploadFiles(await sampleUpload(), job, ports())
    expect(waited).toEqual([5000])
    expect(done.name).toBe('app-daily-20261124T020000Z-attempt2')
    expect(logger.said.map(({ message }) => message).join('\n')).toContain('Trying again in 5 s (2 of 3)')
  })

  test('a stalled transfer is given up and begun again', async () => {
    process.env.ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS = '1000'
    services.misbehave({ on: 'PUT', stall: true })
    const done = await uploadFiles(await sampleUpload(), job, ports())
    expect(services.contentOf(services.artifacts.find(({ id }) => id === done.id)!).length).toBeGreaterThan(0)
    expect(logger.said.some(({ message }) => message.includes('stalled'))).toBe(true)
    await services.endStalls()
  })

  test('after three whole uploads it says where the files are', async () => {
    services.misbehave({ on: 'FinalizeArtifact', status: 404, times: 9 })
    const upload = await sampleUpload()
    const failure = await uploadFiles(upload, job, ports()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(OperationError)
    expect((failure as OperationError).message).toContain('the upload failed 3 times'.replace('the', 'The'))
    expect((failure as OperationError).advice).toContain(`is still in ${upload.root}`)
    expect(waited).toEqual([5000, 20_000])
    expect(await readFile(upload.files[0]!, 'utf8')).toContain('content of manifest.json')
  })

  test('a used-up quota is not tried again, and says what helps', async () => {
    services.misbehave({
      on: 'CreateArtifact',
      status: 403,
      message: 'insufficient usage to create artifact',
      times: 9,
    })
    const failure = await uploadFiles(await sampleUpload(), job, ports()).catch((error: unknown) => error)
    expect((failure as OperationError).problem).toBe('the storage for artifacts is used up')
    expect((failure as OperationError).advice).toContain('artifact-retention-days')
    expect(services.requests).toEqual(['CreateArtifact'])
  })

  test('an interruption ends the wait', async () => {
    services.misbehave({ on: 'PUT', stall: true, times: 9 })
    process.env.ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS = '1000'
    const stop = new AbortController()
    let goingOn: Promise<unknown> = Promise.resolve()
    const uploading = uploadFiles(await sampleUpload(), job, ports(stop.signal), () =>
      Promise.resolve({
        uploadArtifact: (...args) => {
          const upload = new DefaultArtifactClient().uploadArtifact(...args)
          goingOn = upload
          return upload
        },
      }),
    )
    setTimeout(() => {
      stop.abort('SIGINT')
    }, 300)
    await expect(uploading).rejects.toMatchObject({ exitCode: 130 })
    // The library goes on for itself; in an action the process ends before.
    await expect(goingOn).rejects.toThrow('stalled')
    await services.endStalls()
  })

  test('no files is an error, not an empty artifact', async () => {
    await expect(uploadFiles(await sampleUpload({ files: [] }), job, ports())).rejects.toThrow('There are no files')
    expect(services.requests).toEqual([])
  })
})
