import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../../src/platform/clock.js'
import type { S3Credentials } from '../../../src/stores/s3-credentials.js'
import { openS3Place, type S3Place } from '../../../src/stores/s3.js'
import { findMoto, startMoto } from '../../support/moto-server.js'
import { memoryLogger } from '../../support/ports.js'
import { CREDENTIALS, type S3Server } from '../../support/s3-server.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** What Swift, on which everything else of S3 is tested, does not have: Object Lock, and policies of users. */
const moto = findMoto()
const WHAT = 'Object Lock and policies of S3'
if (moto === null)
  process.stderr.write(`\nNOT TESTED: ${WHAT}, because moto_server is not here (pip install 'moto[s3,server]')\n`)

const SET = 'daily/20261124T020000Z'
afterEach(removeTemporaryFolders)

const describeMoto = moto === null ? describe.skip : describe

describeMoto(WHAT, () => {
  let server: S3Server
  afterAll(() => server.stop())

  const open = (location: string, given: S3Credentials): S3Place =>
    openS3Place(`${location}endpoint=${server.url}`, {
      logger: memoryLogger(),
      clock: systemClock,
      environment: {},
      credentials: () => Promise.resolve(given),
    })

  describe('Object Lock', () => {
    beforeAll(async () => {
      server = await startMoto(moto ?? '')
    })

    test('a set that it keeps is not removed, and it is said until when', async () => {
      const bucket = await server.bucket({ objectLock: true })
      const folder = await temporaryFolder()
      await writeFile(path.join(folder, 'manifest.json'), '{}')
      const sha256 = createHash('sha256').update('{}').digest('hex')
      const place = open(`s3://${bucket}/backups?object-lock-days=30&`, CREDENTIALS)
      await place.upload(folder, [{ path: 'manifest.json', size: 2, sha256 }], SET)
      await place.write('.lock/1.json', '{}')
      const head = await server.client.headObject({ Bucket: bucket, Key: `backups/${SET}/manifest.json` })
      expect(head).toMatchObject({ ObjectLockMode: 'GOVERNANCE' })
      const until = head.ObjectLockRetainUntilDate!.getTime()
      expect(Math.abs(until - Date.now() - 30 * 86_400_000)).toBeLessThan(60_000)
      await expect(place.remove([`${SET}/manifest.json`])).rejects.toThrow(
        new RegExp(`manifest\\.json is locked until ${new Date(until).toISOString().slice(0, 10)} .*object-lock-days`),
      )
      expect(await place.read(`${SET}/manifest.json`)).toBe('{}')
      await place.remove(['.lock/1.json'])
      expect(await place.read('.lock/1.json')).toBeUndefined()
    })
  })

  describe('policies', () => {
    const BUCKET = 'our-backups'
    const POLICY = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:*', Resource: '*' },
        { Effect: 'Deny', Action: 's3:PutObject', Resource: `arn:aws:s3:::${BUCKET}/others/*` },
      ],
    }
    /** What this server lets anybody do, so that there is somebody with a key and a bucket; from then on it is strict. */
    const PREPARATIONS = 4
    let credentials: S3Credentials

    beforeAll(async () => {
      await server.stop()
      server = await startMoto(moto ?? '', { INITIAL_NO_AUTH_ACTION_COUNT: String(PREPARATIONS) })
      await iam('CreateUser')
      const key = await iam('CreateAccessKey')
      await iam('PutUserPolicy', { PolicyName: 'policy', PolicyDocument: JSON.stringify(POLICY) })
      await fetch(`${server.url}/${BUCKET}`, { method: 'PUT', headers: { authorization: unsigned('s3') } })
      const valueOf = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(key)?.[1] ?? ''
      credentials = { accessKeyId: valueOf('AccessKeyId'), secretAccessKey: valueOf('SecretAccessKey') }
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

    test('an unknown key and a prefix of others are refused, in words', async () => {
      const unknown = open(`s3://${BUCKET}/?`, { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'wrong' })
      await expect(unknown.write('log/x', 'x')).rejects.toThrow(/does not know this access key/)
      await expect(open(`s3://${BUCKET}/others?`, credentials).write('log/x', 'x')).rejects.toThrow(
        /may not do s3:PutObject on arn:aws:s3:::our-backups\/others\/log\/x/,
      )
    })
  })
})
