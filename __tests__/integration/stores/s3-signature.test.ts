import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../../src/platform/clock.js'
import type { S3Credentials } from '../../../src/stores/s3-credentials.js'
import { openS3Place, type S3Place } from '../../../src/stores/s3.js'
import { memoryLogger } from '../../support/ports.js'
import { CREDENTIALS, startSwift, type S3Server } from '../../support/s3-server.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

let server: S3Server
let bucket: string

beforeAll(async () => {
  server = await startSwift()
  bucket = await server.bucket()
})
afterAll(async () => {
  await server.stop()
  await removeTemporaryFolders()
})

function open(given: S3Credentials): S3Place {
  return openS3Place(`s3://${bucket}/backups?endpoint=${server.url}`, {
    logger: memoryLogger(),
    clock: systemClock,
    environment: {},
    credentials: () => Promise.resolve(given),
  })
}

test('a server that compares signatures takes ours, which carry the digests that we have computed', async () => {
  const place = open(CREDENTIALS)
  await place.write('small', 'a text')
  expect(await place.read('small')).toBe('a text')
  const folder = await temporaryFolder()
  const content = randomBytes(17 * 1024 * 1024)
  await writeFile(path.join(folder, 'large'), content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  await place.upload(folder, [{ path: 'large', size: content.length, sha256 }], '')
  await place.download('', await place.list(''), path.join(folder, 'back'))
  expect((await readFile(path.join(folder, 'back/large'))).equals(content)).toBe(true)
  await place.remove(['small', 'large'])
  expect(await place.list('')).toEqual([])
})

test('a wrong secret and an unknown key are refused, in words', async () => {
  const wrong = open({ ...CREDENTIALS, secretAccessKey: 'wrong' })
  await expect(wrong.write('log/x', 'x')).rejects.toThrow(/did not accept the signature/)
  // Swift tells no unknown key from a wrong secret.
  const unknown = open({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'wrong' })
  await expect(unknown.write('log/x', 'x')).rejects.toThrow(
    /did not accept the signature|does not know this access key/,
  )
})
