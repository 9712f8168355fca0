import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../../src/platform/clock.js'
import type { S3Credentials } from '../../../src/stores/s3-credentials.js'
import { openS3Place, type S3Place } from '../../../src/stores/s3.js'
import { memoryLogger } from '../../support/ports.js'
import { startS3Server, type S3Server } from '../../support/s3-server.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const BUCKET = 'our-backups'
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    { Effect: 'Deny', Action: 's3:PutObject', Resource: `arn:aws:s3:::${BUCKET}/others/*` },
  ],
}

let server: S3Server
let credentials: S3Credentials

/** What this server lets anybody do, so that there is somebody with a key and a bucket; from then on it is strict. */
const PREPARATIONS = 4

beforeAll(async () => {
  server = await startS3Server({ INITIAL_NO_AUTH_ACTION_COUNT: String(PREPARATIONS) })
  await iam('CreateUser')
  const key = await iam('CreateAccessKey')
  await iam('PutUserPolicy', { PolicyName: 'policy', PolicyDocument: JSON.stringify(POLICY) })
  await fetch(`${server.url}/${BUCKET}`, { method: 'PUT', headers: { authorization: unsigned('s3') } })
  const valueOf = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(key)?.[1] ?? ''
  credentials = { accessKeyId: valueOf('AccessKeyId'), secretAccessKey: valueOf('SecretAccessKey') }
})
afterAll(async () => {
  await server.stop()
  await removeTemporaryFolders()
})

async function iam(Action: string, more: Record<string, string> = {}): Promise<string> {
  const body = new URLSearchParams({ Action, Version: '2010-05-08', UserName: 'backup', ...more })
  const answer = await fetch(server.url, { method: 'POST', body, headers: { authorization: unsigned('iam') } })
  expect(answer.status).toBe(200)
  return answer.text()
}

function unsigned(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=x/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`
}

/** Of the whole bucket: of a prefix with a slash in a query, this server computes another signature than S3 does. */
function open(given: S3Credentials, prefix = ''): S3Place {
  return openS3Place(`s3://${BUCKET}/${prefix}?endpoint=${server.url}`, {
    logger: memoryLogger(),
    clock: systemClock,
    environment: {},
    credentials: () => Promise.resolve(given),
  })
}

test('a server that compares signatures takes ours, which carry the digests that we have computed', async () => {
  const place = open(credentials)
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

test('a wrong secret, an unknown key and a prefix of others are refused, in words', async () => {
  const wrong = open({ ...credentials, secretAccessKey: 'wrong' })
  await expect(wrong.write('log/x', 'x')).rejects.toThrow(/did not accept the signature/)
  const unknown = open({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'wrong' })
  await expect(unknown.write('log/x', 'x')).rejects.toThrow(/does not know this access key/)
  await expect(open(credentials, 'others').write('log/x', 'x')).rejects.toThrow(
    /may not do s3:PutObject on arn:aws:s3:::our-backups\/others\/log\/x/,
  )
})
