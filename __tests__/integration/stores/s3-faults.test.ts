import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createHash, randomBytes } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { Clock } from '../../../src/context.js'
import { systemClock } from '../../../src/platform/clock.js'
import { inParallel } from '../../../src/platform/parallel.js'
import type { S3Credentials } from '../../../src/stores/s3-credentials.js'
import { createWorkspace } from '../../../src/platform/workspace.js'
import { RemoteStore } from '../../../src/stores/remote.js'
import { openS3Place, type S3Place } from '../../../src/stores/s3.js'
import type { SentFile } from '../../../src/stores/file-place.js'
import { memoryLogger, type MemoryLogger } from '../../support/ports.js'
import { writeSampleSet } from '../../support/sample-set.js'
import { S3Proxy, type SeenRequest } from '../../support/s3-proxy.js'
import { findMoto } from '../../support/moto-server.js'
import { CREDENTIALS, startS3Server, type S3Server } from '../../support/s3-server.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const SET = 'daily/20261124T020000Z'
const MIB = 1024 * 1024

/** What needs more of S3 than Swift has: checksums of its own, writes on conditions. */
const hasMoto = findMoto() !== null
const onAws = hasMoto ? test : test.skip
if (!hasMoto)
  process.stderr.write(
    "\nNOT TESTED: checksums and conditions of S3, because moto_server is not here (pip install 'moto[s3,server]')\n",
  )

let server: S3Server
let proxy: S3Proxy
let bucket: string
let logger: MemoryLogger
/** How often a request is tried. */
let attempts: string | undefined
/** How long a connection may be silent. */
let silence: number | undefined

beforeAll(async () => {
  server = await startS3Server()
  proxy = await S3Proxy.start(server.url)
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})
beforeEach(async () => {
  proxy.clear()
  logger = memoryLogger()
  attempts = undefined
  silence = undefined
  bucket = await server.bucket()
})
afterEach(async () => {
  await removeTemporaryFolders()
})

/** The machine's clock, on which nobody sleeps for long. */
const hasty: Clock = {
  ...systemClock,
  sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, 20), signal),
}

/** A place behind the proxy. */
function open(
  query = '',
  credentials: () => Promise<S3Credentials> = () => Promise.resolve(CREDENTIALS),
  signal?: AbortSignal,
): S3Place {
  const location = `s3://${bucket}/backups?endpoint=${proxy.url}${query}`
  return openS3Place(location, {
    logger,
    clock: hasty,
    environment: { AWS_MAX_ATTEMPTS: attempts },
    credentials,
    signal,
    ...(silence !== undefined && { silence }),
  })
}

async function local(name: string, content: Buffer): Promise<{ folder: string; files: SentFile[] }> {
  const folder = await temporaryFolder()
  await writeFile(path.join(folder, name), content)
  return {
    folder,
    files: [{ path: name, size: content.length, sha256: createHash('sha256').update(content).digest('hex') }],
  }
}

async function stored(file: string): Promise<Buffer | undefined> {
  const answer = await server.client.getObject({ Bucket: bucket, Key: `backups/${SET}/${file}` }).catch(() => undefined)
  return answer && Buffer.from((await answer.Body?.transformToByteArray()) ?? [])
}

async function overwrite(object: { Bucket: string; Key: string; Body: string | Buffer }): Promise<void> {
  await server.client.putObject(object)
}

async function unfinished(): Promise<number> {
  return (await server.client.listMultipartUploads({ Bucket: bucket })).Uploads?.length ?? 0
}

const isPut = ({ method }: SeenRequest): boolean => method === 'PUT'
const isGet = ({ method, url }: SeenRequest): boolean => method === 'GET' && !url.includes('list-type')
const isPart = (number: number) => (request: SeenRequest) =>
  isPut(request) && request.url.includes(`partNumber=${number}&`)
const isAnyPart = ({ method, url }: SeenRequest): boolean => method === 'PUT' && url.includes('partNumber=')
const isComplete = ({ method, url }: SeenRequest): boolean => method === 'POST' && url.includes('uploadId=')

describe('sending', () => {
  test('goes on through throttling, and sends a body that was cut anew', async () => {
    const content = randomBytes(300_000)
    const { folder, files } = await local('1.dat', content)
    proxy.misbehave({ kind: 'answer', status: 503, code: 'SlowDown' }, isPut, 3)
    proxy.misbehave({ kind: 'cut-request', after: 100_000 }, isPut)
    proxy.misbehave({ kind: 'lose-answer' }, isPut)
    await open().upload(folder, files, SET)
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
    expect(proxy.seen(isPut)).toHaveLength(6)
  })

  test('does not wait for ever for a server that has fallen silent', async () => {
    silence = 700
    const { folder, files } = await local('1.dat', randomBytes(1000))
    proxy.misbehave({ kind: 'silence' }, isPut)
    await open().upload(folder, files, SET)
    expect(proxy.seen(isPut)).toHaveLength(2)
    expect(await stored('1.dat')).toHaveLength(1000)
  })

  test('gives up on endless throttling, saying so', async () => {
    attempts = '4'
    const { folder, files } = await local('1.dat', randomBytes(10))
    proxy.misbehave(
      { kind: 'answer', status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
      isPut,
      99,
    )
    await expect(open().upload(folder, files, SET)).rejects.toThrow(
      /too busy: Please reduce your request rate \(while sending/,
    )
    expect(proxy.seen(isPut)).toHaveLength(4)
    expect(await stored('1.dat')).toBeUndefined()
  })

  test('sends what is there already only where it differs', async () => {
    const { folder, files } = await local('1.dat', randomBytes(1000))
    const told: [number, number][] = []
    await open().upload(folder, files, SET)
    await open().upload(folder, files, SET, (done, total) => told.push([done, total]))
    expect(proxy.seen(isPut)).toHaveLength(1)
    expect(told).toEqual([[1000, 1000]])
  })

  test('sends the digest of every body as checksum and signature, and that of the file as metadata', async () => {
    const content = randomBytes(17 * MIB)
    const { folder, files } = await local('1.dat', content)
    await open().upload(folder, files, SET)
    const first = proxy.seen(isPart(1))[0]
    const digest = createHash('sha256').update(content.subarray(0, 8 * MIB))
    expect(first?.headers['x-amz-checksum-sha256']).toBe(digest.copy().digest('base64'))
    expect(first?.headers['x-amz-content-sha256']).toBe(digest.digest('hex'))
    expect(
      proxy
        .seen(isAnyPart)
        .map(({ bytes }) => bytes)
        .sort(),
    ).toEqual([8 * MIB, 8 * MIB, MIB].sort())
    const head = await server.client.headObject({ Bucket: bucket, Key: `backups/${SET}/1.dat` })
    expect(head.Metadata).toEqual({ sha256: files[0]!.sha256 })
  })

  onAws.each([
    ['a whole file', 'sha256', 1000, isPut],
    ['a whole file', 'md5', 1000, isPut],
    ['a part', 'sha256', 17 * MIB, isPart(2)],
    ['a part', 'md5', 17 * MIB, isPart(2)],
  ])('notices that %s arrived otherwise by its %s, and keeps no part of it', async (_what, checksums, size, when) => {
    const { folder, files } = await local('1.dat', randomBytes(size))
    proxy.misbehave({ kind: 'flip-request' }, when)
    const sending = open(`&checksums=${checksums}`).upload(folder, files, SET)
    await expect(sending).rejects.toThrow(/What arrived is not what was sent: (SHA-256|MD5) /)
    expect(await unfinished()).toBe(0)
    expect(await stored('1.dat')).toBeUndefined()
    await open(`&checksums=${checksums}`).upload(folder, files, SET)
    expect((await stored('1.dat'))?.equals(await readFile(path.join(folder, '1.dat')))).toBe(true)
  })

  test('believes no checksum of the server that is another', async () => {
    const { folder, files } = await local('1.dat', randomBytes(1000))
    proxy.misbehave({ kind: 'headers', headers: { 'x-amz-checksum-sha256': `${'A'.repeat(43)}=` } }, isPut)
    await expect(open().upload(folder, files, SET)).rejects.toThrow(/not what was sent: SHA-256 AAAA/)
  })

  test('sends nothing of a file that is not what it was described as', async () => {
    for (const size of [1000, 17 * MIB]) {
      const { folder, files } = await local('1.dat', randomBytes(size))
      const content = await readFile(path.join(folder, '1.dat'))
      content.writeUInt8(content.readUInt8(size - 1) ^ 1, size - 1)
      await writeFile(path.join(folder, '1.dat'), content)
      await expect(open().upload(folder, files, SET)).rejects.toThrow(/not what it was when it was described/)
      await writeFile(path.join(folder, '1.dat'), content.subarray(1))
      await expect(open().upload(folder, files, SET)).rejects.toThrow(/it is shorter now/)
      expect(await stored('1.dat')).toBeUndefined()
      expect(await unfinished()).toBe(0)
    }
  })

  test('goes on with what an interrupted run has sent, and sends only the rest', async () => {
    const content = randomBytes(40 * MIB)
    const { folder, files } = await local('1.dat', content)
    proxy.misbehave({ kind: 'answer', status: 403, code: 'AccessDenied' }, isPart(4), 99)
    await expect(open().upload(folder, files, SET)).rejects.toThrow(/may not do s3:PutObject on arn:aws:s3:::lifeboat-/)
    expect(await unfinished()).toBe(1)
    const before = proxy.seen(isAnyPart).length
    expect(before).toBeGreaterThanOrEqual(4)
    proxy.clear()
    await open().upload(folder, files, SET)
    expect(proxy.seen(isAnyPart).length).toBeLessThanOrEqual(2)
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
    expect(await unfinished()).toBe(0)
  })

  test('begins anew where an interrupted run was sending something else', async () => {
    const { files: other } = await local('1.dat', randomBytes(24 * MIB))
    const key = { Bucket: bucket, Key: `backups/${SET}/1.dat` }
    const { UploadId } = await server.client.createMultipartUpload({ ...key, ChecksumAlgorithm: 'SHA256' })
    await server.client.uploadPart({ ...key, UploadId, PartNumber: 1, Body: randomBytes(8 * MIB) })
    const content = randomBytes(other[0]!.size)
    const { folder, files } = await local('1.dat', content)
    await open().upload(folder, files, SET)
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
    expect(await unfinished()).toBe(0)
  })

  test('sends a part again that is damaged in the upload of an interrupted run', async () => {
    const content = randomBytes(24 * MIB)
    const { folder, files } = await local('1.dat', content)
    proxy.misbehave({ kind: 'answer', status: 403, code: 'AccessDenied' }, isComplete, 99)
    await expect(open().upload(folder, files, SET)).rejects.toThrow(/may not do/)
    const [upload] = (await server.client.listMultipartUploads({ Bucket: bucket })).Uploads ?? []
    await server.client.uploadPart({
      Bucket: bucket,
      Key: upload?.Key,
      UploadId: upload?.UploadId,
      PartNumber: 2,
      Body: randomBytes(8 * MIB),
    })
    proxy.clear()
    await open().upload(folder, files, SET)
    expect(proxy.seen(isAnyPart).map(({ url }) => new URL(url, proxy.url).searchParams.get('partNumber'))).toEqual([
      '2',
    ])
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
  })

  test('believes the checksum of a part that arrived before, where the server tells it', async () => {
    const content = randomBytes(24 * MIB)
    const { folder, files } = await local('1.dat', content)
    proxy.misbehave({ kind: 'answer', status: 403, code: 'AccessDenied' }, isComplete, 99)
    await expect(open().upload(folder, files, SET)).rejects.toThrow(/may not do/)
    proxy.clear()
    const digestOf = (number: number): string =>
      createHash('sha256')
        .update(content.subarray((number - 1) * 8 * MIB, number * 8 * MIB))
        .digest('base64')
    const tell = (text: string): string =>
      text.replaceAll(/<PartNumber>(\d)<\/PartNumber>/g, (part, number) => {
        const told = number === '2' ? digestOf(3) : digestOf(Number(number))
        return `${part}<ChecksumSHA256>${told}</ChecksumSHA256>`
      })
    const isListing = ({ method, url }: SeenRequest): boolean => method === 'GET' && url.includes('uploadId=')
    proxy.misbehave({ kind: 'rewrite', rewrite: tell }, isListing)
    await open().upload(folder, files, SET)
    expect(proxy.seen(isListing)).toHaveLength(1)
    expect(proxy.seen(isAnyPart).map(({ url }) => new URL(url, proxy.url).searchParams.get('partNumber'))).toEqual([
      '2',
    ])
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
  })

  onAws('keeps no file whose parts the server put together otherwise', async () => {
    const { folder, files } = await local('1.dat', randomBytes(17 * MIB))
    const wrong = `<ChecksumSHA256>${'A'.repeat(43)}=-3</ChecksumSHA256>`
    proxy.misbehave({ kind: 'rewrite', rewrite: (text) => text.replace(/<ETag>/, `${wrong}<ETag>`) }, isComplete)
    await expect(open().upload(folder, files, SET)).rejects.toThrow(/SHA-256 of its parts is AAAA/)
    expect(await stored('1.dat')).toBeUndefined()
  })

  test('takes it well that an upload was completed and only the answer got lost', async () => {
    const content = randomBytes(17 * MIB)
    const { folder, files } = await local('1.dat', content)
    proxy.misbehave({ kind: 'lose-answer' }, isComplete)
    proxy.misbehave({ kind: 'answer', status: 404, code: 'NoSuchUpload' }, isComplete)
    await open().upload(folder, files, SET)
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
  })

  test('is interrupted at once, and what was sent stays for the next run', async () => {
    const content = randomBytes(40 * MIB)
    const { folder, files } = await local('1.dat', content)
    const controller = new AbortController()
    const place = open('', undefined, controller.signal)
    proxy.misbehave(
      { kind: 'meanwhile', happens: () => new Promise((resolve) => setTimeout(resolve, 1500)) },
      isPart(3),
      99,
    )
    const begun = Date.now()
    const sending = place.upload(folder, files, SET)
    const outcome = expect(sending).rejects.toMatchObject({ exitCode: 130 })
    while (proxy.seen(isPart(3)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort()
    const aborted = Date.now()
    await outcome
    expect(Date.now() - aborted).toBeLessThan(3000)
    expect(begun).toBeLessThan(aborted)
    expect(await stored('1.dat')).toBeUndefined()
    proxy.clear()
    await open().upload(folder, files, SET)
    expect((await stored('1.dat'))?.equals(content)).toBe(true)
  })
})

describe('a manifest', () => {
  const MANIFEST = 'manifest.json'

  test('never goes over another one, and is equal to itself', async () => {
    const first = await local(MANIFEST, Buffer.from('{"first":1}'))
    const second = await local(MANIFEST, Buffer.from('{"second":2}'))
    await open().upload(first.folder, first.files, SET)
    await open().upload(first.folder, first.files, SET)
    await expect(open().upload(second.folder, second.files, SET)).rejects.toThrow(/another manifest in its place/)
    expect((await stored(MANIFEST))?.toString()).toBe('{"first":1}')
  })

  onAws('that comes from another run at the very same moment is noticed by the server', async () => {
    const ours = await local(MANIFEST, Buffer.from('{"ours":1}'))
    const theirs = { Bucket: bucket, Key: `backups/${SET}/${MANIFEST}`, Body: '{"theirs":2}' }
    proxy.misbehave({ kind: 'meanwhile', happens: () => overwrite(theirs) }, isPut)
    await expect(open().upload(ours.folder, ours.files, SET)).rejects.toThrow(/another manifest in its place/)
    expect((await stored(MANIFEST))?.toString()).toBe('{"theirs":2}')
    expect(proxy.seen(isPut)[0]?.headers['if-none-match']).toBe('*')
  })

  onAws('of another run is never removed by a run that finds it in its place', async () => {
    const workspace = await createWorkspace({ environment: process.env })
    const id = '20261124T020000Z'
    const store = new RemoteStore(open(), { clock: systemClock, logger, workspace })
    const incoming = await store.begin(id, 'daily')
    await writeSampleSet(incoming.folder, { id })
    await incoming.send()
    const theirs = { Bucket: bucket, Key: `backups/${SET}/${MANIFEST}`, Body: '{"theirs":2}' }
    const isManifest = (request: SeenRequest): boolean => isPut(request) && request.url.includes(MANIFEST)
    proxy.misbehave({ kind: 'meanwhile', happens: () => overwrite(theirs) }, isManifest)
    await expect(incoming.commit()).rejects.toThrow(/another manifest in its place/)
    await incoming.discard()
    expect((await stored(MANIFEST))?.toString()).toBe('{"theirs":2}')
    await store.close()
    await workspace.clean()
  })

  test.each([
    [501, 'NotImplemented', 'A header you provided implies functionality that is not implemented'],
    [400, 'InvalidArgument', "Unsupported header 'If-None-Match' received for this API call."],
  ])('is put without the condition where the service knows none (%i %s)', async (status, code, message) => {
    const { folder, files } = await local(MANIFEST, Buffer.from('{}'))
    const conditional = (request: SeenRequest): boolean => request.headers['if-none-match'] !== undefined
    proxy.misbehave({ kind: 'answer', status, code, message }, conditional, 99)
    await open().upload(folder, files, SET)
    expect((await stored(MANIFEST))?.toString()).toBe('{}')
    const another = await local(MANIFEST, Buffer.from('[]'))
    await expect(open().upload(another.folder, another.files, SET)).rejects.toThrow(/another manifest in its place/)
    expect((await stored(MANIFEST))?.toString()).toBe('{}')
  })

  test('whose answer got lost is not taken for the one of another run', async () => {
    const { folder, files } = await local(MANIFEST, Buffer.from('{}'))
    proxy.misbehave({ kind: 'lose-answer' }, isPut)
    await open().upload(folder, files, SET)
    expect((await stored(MANIFEST))?.toString()).toBe('{}')
  })
})

describe('fetching', () => {
  const content = randomBytes(3 * MIB)

  const fetched = async (place = open()): Promise<{ files: Record<string, Buffer>; folder: string }> => {
    const folder = await temporaryFolder()
    await place.download(SET, await place.list(SET), folder)
    const names = await readdir(folder)
    const read = await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))] as const))
    return { files: Object.fromEntries(read), folder }
  }

  beforeEach(async () => {
    const { folder, files } = await local('1.dat', content)
    await open().upload(folder, files, SET)
    proxy.clear()
  })

  test('goes on where a transfer was cut, with the same object only', async () => {
    proxy.misbehave({ kind: 'cut-answer', after: MIB }, isGet)
    proxy.misbehave({ kind: 'cut-answer', after: MIB }, isGet)
    const { files } = await fetched()
    expect(files['1.dat']?.equals(content)).toBe(true)
    const [first, second, third] = proxy.seen(isGet)
    expect(first?.headers.range).toBeUndefined()
    expect(second?.headers.range).toMatch(/^bytes=\d+-$/)
    expect(Number(/\d+/.exec(String(second?.headers.range))?.[0])).toBeGreaterThan(100_000)
    expect(third?.headers['if-match']).toMatch(/^"[0-9a-f]{32}"$/)
    expect(logger.said.filter(({ level }) => level === 'warning')).toEqual([])
  })

  test('never leaves a short file: an answer that was made shorter on the way is completed', async () => {
    proxy.misbehave({ kind: 'truncate-answer', to: 1_000_000 }, isGet)
    const { files } = await fetched()
    expect(files['1.dat']?.equals(content)).toBe(true)
  })

  test('does not wait for ever for an answer that has fallen silent', async () => {
    silence = 700
    proxy.misbehave({ kind: 'stall-answer', after: MIB }, isGet)
    const { files } = await fetched()
    expect(files['1.dat']?.equals(content)).toBe(true)
    expect(proxy.seen(isGet)[1]?.headers.range).toMatch(/^bytes=\d+-$/)
  })

  test('gives up when nothing comes through, and leaves nothing', async () => {
    proxy.misbehave({ kind: 'cut-answer', after: 0 }, isGet, 99)
    const folder = await temporaryFolder()
    const place = open()
    const listed = await place.list(SET)
    await expect(place.download(SET, listed, folder)).rejects.toThrow(/cut 5 times in a row, after 0 of 3145728 bytes/)
    proxy.clear()
    proxy.misbehave({ kind: 'truncate-answer', to: 0 }, isGet, 99)
    await expect(place.download(SET, listed, folder)).rejects.toThrow(/cut 5 times in a row/)
    expect(await readdir(folder)).toEqual([])
  })

  test('says that the disk is full, and leaves nothing', async () => {
    const folder = await temporaryFolder()
    const disk = await mountSmallDisk(folder, 2)
    try {
      const place = open()
      await expect(place.download(SET, await place.list(SET), folder)).rejects.toThrow(/no space left on the disk/)
      expect(await readdir(folder)).toEqual([])
    } finally {
      await disk.remove()
    }
  })

  test('notices that the object became another between two pieces', async () => {
    const key = { Bucket: bucket, Key: `backups/${SET}/1.dat` }
    proxy.misbehave({ kind: 'cut-answer', after: MIB }, isGet)
    proxy.misbehave(
      {
        kind: 'meanwhile',
        happens: () => overwrite({ ...key, Body: randomBytes(3 * MIB) }),
      },
      isGet,
    )
    await expect(fetched()).rejects.toThrow(/not the one that was listed/)
  })

  test('reads a small file again that was cut or made shorter on the way, and gives a damaged one as it is', async () => {
    const place = open()
    await place.write('log/a', 'the whole text')
    proxy.misbehave({ kind: 'cut-answer', after: 3 }, isGet)
    proxy.misbehave({ kind: 'truncate-answer', to: 3 }, isGet)
    expect(await place.read('log/a')).toBe('the whole text')
    proxy.clear()
    proxy.misbehave({ kind: 'truncate-answer', to: 3 }, isGet, 99)
    expect(await place.read('log/a')).toBe('the')
    proxy.clear()
    proxy.misbehave({ kind: 'cut-answer', after: 3 }, isGet, 99)
    await expect(place.read('log/a')).rejects.toThrow(/cannot be reached/)
  })

  test('fetches what is damaged as it is, and says so', async () => {
    proxy.misbehave({ kind: 'flip-answer' }, isGet)
    const { files } = await fetched()
    expect(files['1.dat']).toHaveLength(content.length)
    expect(files['1.dat']?.equals(content)).toBe(false)
    expect(logger.said).toContainEqual({
      level: 'warning',
      message: expect.stringMatching(/1\.dat .* is not what was put there/),
    })
  })
})

describe('removing', () => {
  test('names the files that stayed, and removes the others', async () => {
    const { folder, files } = await local('1.dat', randomBytes(10))
    await open().upload(folder, files, SET)
    proxy.misbehave(
      { kind: 'answer', status: 403, code: 'AccessDenied', message: 'Access Denied' },
      ({ method }) => method === 'POST',
    )
    await expect(open().remove([`${SET}/1.dat`])).rejects.toThrow(
      /may not do s3:DeleteObject on arn:aws:s3:::.*\/backups\/\*/,
    )
    expect(await stored('1.dat')).toBeDefined()
  })

  test('goes one by one where the service cannot remove many at once', async () => {
    const { folder, files } = await local('1.dat', randomBytes(10))
    await open().upload(folder, files, SET)
    const message = 'Missing required header for this request: Content-Md5.'
    proxy.misbehave({ kind: 'answer', status: 400, code: 'InvalidRequest', message }, ({ method }) => method === 'POST')
    await open().remove([`${SET}/1.dat`, `${SET}/absent`])
    expect(await stored('1.dat')).toBeUndefined()
  })

  test('asks in batches of a thousand', async () => {
    await open().remove(Array.from({ length: 2100 }, (_, index) => `${SET}/${index}`))
    expect(proxy.seen(({ method }) => method === 'POST')).toHaveLength(3)
  })
})

describe('sweeping', () => {
  test('removes uploads that nobody goes on with, and no others', async () => {
    const upload = async (Key: string): Promise<void> => {
      const { UploadId } = await server.client.createMultipartUpload({ Bucket: bucket, Key })
      await server.client.uploadPart({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: 'x' })
    }
    await upload(`backups/${SET}/1.dat`)
    await server.client.createMultipartUpload({ Bucket: bucket, Key: `backups/${SET}/begun.dat` })
    await upload('backups/photos/1.jpg')
    await upload(`other/${SET}/1.dat`)
    // This server tells of every upload that it began in 2010.
    const begun = `<Initiated>${new Date().toISOString()}</Initiated>`
    const rewrite = (text: string): string => text.replaceAll(/<Initiated>[^<]*<\/Initiated>/g, begun)
    proxy.misbehave({ kind: 'rewrite', rewrite }, ({ method, url }) => method === 'GET' && url.includes('uploads'), 99)
    expect(await open().sweep()).toEqual([])
    expect(await unfinished()).toBe(4)
    const clock = { ...systemClock, now: () => new Date(Date.now() + 37 * 3_600_000) }
    const place = openS3Place(`s3://${bucket}/backups?endpoint=${proxy.url}`, {
      logger,
      clock,
      environment: {},
      credentials: () => Promise.resolve(CREDENTIALS),
    })
    const workspace = await createWorkspace({ environment: process.env })
    const store = new RemoteStore(place, { clock, logger, workspace })
    expect(await store.sweep()).toEqual([`${SET}/1.dat`, `${SET}/begun.dat`])
    expect(await unfinished()).toBe(2)
    await workspace.clean()
  })
})

describe('credentials', () => {
  const ending = (minutes: number, sessionToken = 'token'): S3Credentials => ({
    ...CREDENTIALS,
    sessionToken,
    expiration: new Date(Date.now() + minutes * 60_000),
  })

  test('that have ended are noticed before anything is sent', async () => {
    const { folder, files } = await local('1.dat', randomBytes(10))
    await expect(open('', () => Promise.resolve(ending(-1))).upload(folder, files, SET)).rejects.toThrow(
      /credentials ended at/,
    )
    expect(proxy.seen(isPut)).toEqual([])
  })

  test('that will end soon and cannot be renewed are warned of, once', async () => {
    const { folder, files } = await local('1.dat', randomBytes(10))
    const same = ending(3)
    const place = open('', () => Promise.resolve(same))
    await place.upload(folder, files, SET)
    await place.upload(folder, files, SET.replace('24T', '25T'))
    const warnings = logger.said.filter(({ level }) => level === 'warning')
    expect(warnings).toEqual([
      { level: 'warning', message: expect.stringMatching(/credentials end at .* cannot be renewed/) },
    ])
  })

  test('that the server calls expired are renewed, and the request is made again', async () => {
    const { folder, files } = await local('1.dat', randomBytes(10))
    let fetchedTimes = 0
    const place = open('', () => Promise.resolve(ending(60, `token-${++fetchedTimes}`)))
    proxy.misbehave({ kind: 'answer', status: 400, code: 'ExpiredToken' }, isPut)
    await place.upload(folder, files, SET)
    expect(proxy.seen(isPut).map(({ headers }) => headers['x-amz-security-token'])).toEqual(['token-1', 'token-2'])
  })

  test.each([
    [403, 'RequestTimeTooSkewed', '', /clock of this machine is wrong/],
    [400, 'ExpiredToken', '', /credentials have expired/],
    [403, 'InvalidAccessKeyId', '', /does not know this access key/],
    [403, 'SignatureDoesNotMatch', '', /did not accept the signature/],
    [404, 'NoSuchBucket', '', /there is no bucket "lifeboat-/i],
    [301, 'PermanentRedirect', '<Endpoint>x</Endpoint>', /is in the region eu-west-3.*Put region=eu-west-3/],
    [400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>', /is in the region eu-west-3/],
    [403, 'AccessDenied', '', /may not do s3:PutObject on arn:aws:s3:::lifeboat-.*\/backups\/probe/],
  ])('and all else that the server says (%i %s) is told in words', async (status, code, extra, expected) => {
    const headers = { 'x-amz-bucket-region': 'eu-west-3' }
    proxy.misbehave({ kind: 'answer', status, code, extra, headers: status === 301 ? headers : {} }, isPut, 99)
    await expect(open().write('probe', 'x')).rejects.toThrow(expected)
  })
})

test('a listing of many pages is whole', async () => {
  const { folder } = await local('x', Buffer.from('x'))
  const sha256 = createHash('sha256').update('x').digest('hex')
  const place = open()
  await place.upload(folder, [{ path: 'x', size: 1, sha256 }], SET)
  const keys = Array.from({ length: 2050 }, (_, index) => `backups/many/${index}`)
  await inParallel(keys, 16, (Key) =>
    server.client.copyObject({ Bucket: bucket, Key, CopySource: `${bucket}/backups/${SET}/x` }),
  )
  expect(await place.list('many')).toHaveLength(2050)
})

test('a way that anybody can listen on is told as a limit', () => {
  const limitsOf = (endpoint: string): readonly string[] => {
    const tools = { logger, clock: systemClock, environment: {} }
    return openS3Place(`s3://bucket?endpoint=${endpoint}`, tools).limits
  }
  expect(limitsOf('http://minio.example.com:9000')).toEqual([expect.stringMatching(/not encrypted on its way/)])
  expect(limitsOf('https://minio.example.com')).toEqual([])
  expect(limitsOf('http://127.0.0.1:9000')).toEqual([])
})

test('a server that is not there is told with its endpoint', async () => {
  const place = openS3Place(`s3://${bucket}?endpoint=http://127.0.0.1:1`, {
    logger,
    clock: systemClock,
    environment: {},
    credentials: () => Promise.resolve(CREDENTIALS),
  })
  await expect(place.list('')).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/)
})
