import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Clock } from '../../../src/context.js'
import { systemClock } from '../../../src/platform/clock.js'
import { artifactsOf, type ArtifactRepository, type RepositoryAccess } from '../../../src/platform/github-artifacts.js'
import { downloadFile } from '../../../src/platform/resumed-download.js'
import { REST_TOKEN } from '../../support/github-rest.js'
import { GitHubServices, sha256 } from '../../support/github-services.js'
import { memoryLogger, type MemoryLogger } from '../../support/ports.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let services: GitHubServices
let logger: MemoryLogger
let waited: number[]
let stop: AbortController

beforeEach(async () => {
  services = await GitHubServices.start()
  logger = memoryLogger()
  waited = []
  stop = new AbortController()
})
afterEach(async () => {
  await services.stop()
  await removeTemporaryFolders()
})

/** A clock that notes how long it should have waited, and does not. */
const hurried: Clock = {
  ...systemClock,
  sleep: (milliseconds) => {
    waited.push(milliseconds)
    return Promise.resolve()
  },
}

const ports = () => ({ logger, clock: hurried, signal: stop.signal })

function repository(access: Partial<RepositoryAccess> = {}): ArtifactRepository {
  return artifactsOf({ repository: 'owner/name', token: REST_TOKEN, apiUrl: services.apiUrl, ...access }, ports())
}

const add = (name: string, content = randomBytes(100)) => services.addArtifact(name, content)

describe('the artifacts of a repository', () => {
  test('are listed over all pages', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => Number(add(`a${index}`).id))
    const listed = await repository().list()
    expect(listed.map(({ id }) => id).sort((a, b) => a - b)).toEqual(ids)
    expect(services.requests).toEqual(['rest:list', 'rest:list', 'rest:list'])
  })

  test('an exact number of pages is complete, and so is none at all', async () => {
    expect(await repository().list()).toEqual([])
    for (let index = 0; index < 100; index++) add(`a${index}`)
    expect(await repository().list()).toHaveLength(100)
  })

  test('one that is removed while they are listed hides no other', async () => {
    for (let index = 0; index < 150; index++) add(`a${index}`)
    services.onRequest = (name) => {
      // The newest goes after the first page was read, so that the first of the second page moves up into the first.
      if (name === 'rest:list' && services.requests.length === 2) services.artifacts.pop()
    }
    const names = (await repository().list()).map(({ name }) => name)
    expect(names).toContain('a49')
    expect(new Set(names).size).toBe(149)
  })

  test('what is uploaded while they are listed is not listed twice', async () => {
    for (let index = 0; index < 150; index++) add(`a${index}`)
    services.onRequest = (name) => {
      if (name === 'rest:list' && services.requests.length === 2) add('new')
    }
    const ids = (await repository().list()).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('tell bytes, digest, times and who made them', async () => {
    const content = randomBytes(5000)
    services.addArtifact('a', content, { createdAt: new Date('2026-11-01T00:00:00Z') })
    services.addArtifact('b', content, { fromFork: true, expired: true, digest: '' })
    const [b, a] = await repository().list()
    expect(a).toEqual({
      id: 1001,
      name: 'a',
      bytes: 5000,
      digest: `sha256:${sha256(content)}`,
      createdAt: new Date('2026-11-01T00:00:00Z'),
      expiresAt: new Date('2027-01-30T00:00:00Z'),
      expired: false,
      fromFork: false,
    })
    expect(b).toMatchObject({ digest: null, expired: true, fromFork: true })
    expect(await repository().find(1001)).toEqual(a)
    expect(await repository().find(7)).toBeUndefined()
  })

  test('are removed, and gone is gone', async () => {
    const { id } = add('a')
    await repository().remove({ id: Number(id), name: 'a' })
    await repository().remove({ id: Number(id), name: 'a' })
    expect(services.artifacts).toEqual([])
  })

  test.each(['public', 'private', 'internal'] as const)('a repository that is %s says so', async (visibility) => {
    services.visibility = visibility
    expect(await repository().visibility()).toBe(visibility)
  })
})

describe('an answer of GitHub that is none', () => {
  test('is asked for again, longer and longer', async () => {
    services.misbehave({ on: 'rest:list', status: 502, times: 2 })
    services.misbehave({ on: 'rest:list', status: 500 })
    expect(await repository().list()).toEqual([])
    expect(waited).toEqual([1000, 4000, 16_000])
  })

  test('is an error in the end', async () => {
    services.misbehave({ on: 'rest:list', status: 503, times: 9 })
    await expect(repository().list()).rejects.toMatchObject({
      exitCode: 1,
      doing: 'listing the artifacts of owner/name',
    })
    expect(services.requests).toHaveLength(4)
  })

  test.each([
    [429, { 'retry-after': '7' }],
    [403, { 'retry-after': '7' }],
  ])('because of too many requests (%s) waits as long as it is told', async (status, headers) => {
    services.misbehave({ on: 'rest:list', status, headers })
    expect(await repository().list()).toEqual([])
    expect(waited).toEqual([7000])
  })

  test('because the requests of an hour are used up says until when', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 1800
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) }
    services.misbehave({ on: 'rest:list', status: 403, headers, times: 9 })
    await expect(repository().list()).rejects.toThrow(new Date(reset * 1000).toISOString())
    expect(waited).toEqual([])
  })

  test('names the permission that is missing', async () => {
    services.permission = 'none'
    await expect(repository().list()).rejects.toThrow(/needs the permission "actions: read"/)
    services.permission = 'read'
    const { id } = add('a')
    await expect(repository().remove({ id: Number(id), name: 'a' })).rejects.toThrow(
      /needs the permission "actions: write"/,
    )
    expect(services.artifacts).toHaveLength(1)
    expect(waited).toEqual([])
  })

  test('tells a wrong token and a wrong repository apart, and shows no token', async () => {
    const wrong = await repository({ token: 'wrong-token' })
      .list()
      .catch((error: unknown) => error)
    expect(wrong).toMatchObject({ problem: 'the token was not accepted' })
    expect(String(wrong)).not.toContain('wrong-token')
    await expect(repository({ repository: 'owner/other' }).list()).rejects.toThrow(/no such repository/)
  })

  test('because nobody is there says that GitHub could not be reached', async () => {
    await expect(repository({ apiUrl: 'http://127.0.0.1:9' }).list()).rejects.toMatchObject({ exitCode: 1 })
    expect(waited).toHaveLength(3)
  })

  test('does not come when we are asked to stop', async () => {
    services.misbehave({ on: 'rest:list', stall: true })
    setTimeout(() => {
      stop.abort('SIGINT')
    }, 100)
    await expect(repository().list()).rejects.toMatchObject({ exitCode: 130 })
  })
})

describe('the content of an artifact', () => {
  const content = randomBytes(3_000_000)
  const fetched = async (): Promise<{ digest: string; bytes: Buffer }> => {
    const file = path.join(await temporaryFolder(), 'a.zip')
    const [artifact] = await repository().list()
    const digest = await repository().download(artifact!, file)
    return { digest, bytes: await readFile(file) }
  }

  test('comes whole, and tells its digest', async () => {
    add('a', content)
    const { digest, bytes } = await fetched()
    expect(bytes.equals(content)).toBe(true)
    expect(digest).toBe(`sha256:${sha256(content)}`)
  })

  test('goes on where it broke off, as often as it breaks', async () => {
    add('a', content)
    services.misbehave({ on: 'GET', truncate: true, times: 3 })
    const { digest, bytes } = await fetched()
    expect(bytes.equals(content)).toBe(true)
    expect(digest).toBe(`sha256:${sha256(content)}`)
    expect(services.requests.filter((name) => name === 'rest:download')).toHaveLength(4)
    expect(logger.said.filter(({ message }) => message.includes('broke off at'))).toHaveLength(3)
  })

  test('that never comes further is an error, and no short file that looks whole', async () => {
    add('a', content)
    services.misbehave({ on: 'GET', status: 503, times: 9 })
    await expect(fetched()).rejects.toThrow(/broke off again and again, last at 0 of 3000000 bytes/)
  })

  test('that has expired is told at once', async () => {
    services.addArtifact('a', content, { expired: true })
    await expect(fetched()).rejects.toMatchObject({ problem: 'the artifact has expired' })
    expect(services.requests.filter((name) => name === 'rest:download')).toHaveLength(1)
  })

  test('of no bytes is an empty file', async () => {
    add('a', Buffer.alloc(0))
    expect((await fetched()).bytes).toHaveLength(0)
  })

  test('the signature of its address is hidden, for whoever has it can read', async () => {
    const hidden: string[] = []
    add('a', content)
    logger.hide = (secret) => hidden.push(secret)
    await fetched()
    expect(hidden).toContain('signature-that-nobody-may-see')
  })
})

describe('a download', () => {
  const content = randomBytes(500_000)
  let server: http.Server

  /** Answers as told, request by request; with everything at the end. */
  async function serve(...answers: http.RequestListener[]): Promise<string> {
    let next = 0
    server = http.createServer((request, response) => {
      const answer = answers[next++] ?? ((_request, whole) => whole.writeHead(200).end(content))
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const half: http.RequestListener = (_request, response) => {
    response.writeHead(200)
    response.write(content.subarray(0, 250_000), () => response.destroy())
  }

  async function download(address: string, options: { stalledAfter?: number } = {}): Promise<Buffer> {
    const file = path.join(await temporaryFolder(), 'a')
    const asked = { doing: 'fetching', address: () => Promise.resolve(address), file, bytes: content.length }
    expect(await downloadFile(asked, ports(), options)).toBe(sha256(await readFile(file)))
    return readFile(file)
  }

  test('begins anew where the server does not go on', async () => {
    expect((await download(await serve(half, half))).equals(content)).toBe(true)
  })

  test('that stands still is given up and taken up again', async () => {
    const standing: http.RequestListener = (_request, response) => {
      response.writeHead(200)
      response.write(content.subarray(0, 1000))
    }
    expect((await download(await serve(standing), { stalledAfter: 200 })).equals(content)).toBe(true)
    expect(logger.said.at(-1)?.message).toContain('nothing came for 200 ms')
  })

  test('that never begins is given up and taken up again', async () => {
    expect((await download(await serve(() => undefined), { stalledAfter: 200 })).equals(content)).toBe(true)
    expect(logger.said.at(-1)?.message).toContain('nothing came for 200 ms')
  })

  test('that never begins ends when we are asked to stop', async () => {
    const silent: http.RequestListener = () => {
      setTimeout(() => {
        stop.abort('SIGINT')
      }, 50)
    }
    await expect(download(await serve(silent))).rejects.toMatchObject({ exitCode: 130 })
  })

  test('that ends early without an error is not taken for whole', async () => {
    const short: http.RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).end(content.subarray(0, 100))
    }
    expect((await download(await serve(short))).equals(content)).toBe(true)
  })

  test('that brings more than it should is not taken either', async () => {
    const more: http.RequestListener = (_request, response) => {
      response.writeHead(200).end(Buffer.concat([content, Buffer.from('more')]))
    }
    expect((await download(await serve(more))).equals(content)).toBe(true)
  })

  test('ends when we are asked to stop', async () => {
    const standing: http.RequestListener = (_request, response) => {
      response.writeHead(200)
      response.write(content.subarray(0, 1000), () => {
        setTimeout(() => {
          stop.abort('SIGINT')
        }, 50)
      })
    }
    await expect(download(await serve(standing))).rejects.toMatchObject({ exitCode: 130 })
  })

  test('onto a full disk says so at once, and asks for nothing again', async () => {
    const disk = await mountSmallDisk(await temporaryFolder(), 2)
    try {
      await disk.fill()
      const address = await serve()
      let asked = 0
      const download = downloadFile(
        {
          doing: 'fetching the artifact "a"',
          address: () => {
            asked++
            return Promise.resolve(address)
          },
          file: path.join(disk.folder, 'a'),
          bytes: content.length,
        },
        ports(),
      )
      await expect(download).rejects.toMatchObject({ problem: 'there is no space left on the disk' })
      expect(asked).toBe(1)
    } finally {
      await disk.remove()
    }
  })
})
