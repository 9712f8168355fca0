import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { compiledSource, removeCompiledSources, runCompiled } from '../../support/compiled.js'
import { CREDENTIALS, startS3Server, type S3Server } from '../../support/s3-server.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(300_000)

const MIB = 1024 * 1024

let server: S3Server

beforeAll(async () => {
  server = await startS3Server()
})
afterAll(async () => {
  await server.stop()
  await removeCompiledSources()
  await removeTemporaryFolders()
})

/** A file of so many pseudo-random bytes, written piece by piece. */
async function largeFile(file: string, mebibytes: number): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  const handle = await open(file, 'wx')
  const piece = randomBytes(MIB)
  for (let number = 0; number < mebibytes; number++) {
    piece.writeUInt32BE(number)
    hash.update(piece)
    await handle.write(piece)
  }
  await handle.close()
  return { size: mebibytes * MIB, sha256: hash.digest('hex') }
}

/** What a process uses at most that sends a file of so many MiB and fetches it, in MiB. */
async function peakOf(mebibytes: number): Promise<number> {
  const [folder, bucket, compiled] = [await temporaryFolder(), await server.bucket(), await compiledSource()]
  const file = { path: 'large.dat', ...(await largeFile(path.join(folder, 'large.dat'), mebibytes)) }
  const script = `
    import { openS3Place } from './stores/s3.js'
    import { systemClock } from './platform/clock.js'
    const silent = () => undefined
    const logger = { debug: silent, info: silent, warning: silent, error: silent, hide: silent }
    const place = openS3Place('s3://${bucket}/db?endpoint=${server.url}', { logger, clock: systemClock, environment: process.env })
    await place.upload(${JSON.stringify(folder)}, [${JSON.stringify(file)}], 'set')
    await place.download('set', await place.list('set'), ${JSON.stringify(path.join(folder, 'back'))})
    await place.close()
    console.log(Math.round(process.resourceUsage().maxRSS / 1024))
  `
  const child = await runCompiled(compiled, script, {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  })
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  // Neither a failure nor a warning, as of the version of Node.
  expect([child.exitCode, complained]).toEqual([0, ''])
  const head = await server.client.headObject({ Bucket: bucket, Key: 'db/set/large.dat' })
  expect(head.ContentLength).toBe(file.size)
  return Number(said)
}

test('memory does not grow with what is sent and fetched', async () => {
  const small = await peakOf(1)
  const large = await peakOf(320)
  expect(small).toBeGreaterThan(30)
  // 64 MiB in flight, their copies on the way out, and what the collector has not come to yet.
  expect(large - small).toBeLessThan(160)
})
