import { afterAll, beforeAll, jest } from '@jest/globals'

import { systemClock } from '../../../src/platform/clock.js'
import type { FilePlace } from '../../../src/stores/file-place.js'
import { openS3Place } from '../../../src/stores/s3.js'
import { createWorkspace } from '../../../src/platform/workspace.js'
import { RemoteStore } from '../../../src/stores/remote.js'
import { placeContract } from '../../support/place-contract.js'
import { memoryLogger } from '../../support/ports.js'
import { storeContract } from '../../support/store-contract.js'
import { removeTemporaryFolders } from '../../support/temporary.js'
import { CREDENTIALS, startS3Server, startSwift, type S3Server } from '../../support/s3-server.js'

jest.setTimeout(120_000)

/** The API of S3 as OpenStack Swift has it: no checksums of parts, no conditions. */
const SWIFT = 'S3 of Swift'

let server: S3Server
let swift: S3Server

beforeAll(async () => {
  ;[server, swift] = await Promise.all([startS3Server(), startSwift()])
})
afterAll(async () => {
  await Promise.all([server.stop(), swift.stop()])
})

const open = (location: string): FilePlace =>
  openS3Place(location, {
    logger: memoryLogger(),
    clock: systemClock,
    environment: {},
    credentials: () => Promise.resolve(CREDENTIALS),
  })

for (const [kind, prefix, query, options] of [
  ['S3', '/backups/db', '', { many: 1_100 }],
  ['S3 of a whole bucket, with MD5', '', '&checksums=md5', { extent: 'core' }],
  [SWIFT, '/backups/db', '', { extent: 'core' }],
] as const) {
  placeContract(
    kind,
    async () => {
      const { client, url } = kind === SWIFT ? swift : server
      const bucket = await (kind === SWIFT ? swift : server).bucket()
      const location = `s3://${bucket}${prefix}?endpoint=${url}${query}`
      const keyOf = (file: string): string => `${prefix}/${file}`.slice(1)
      return {
        place: open(location),
        again: () => open(location),
        plant: async (file, content) => {
          await client.putObject({ Bucket: bucket, Key: keyOf(file), Body: content })
        },
        peek: async (file) => {
          try {
            const { Body } = await client.getObject({ Bucket: bucket, Key: keyOf(file) })
            return Buffer.from((await Body?.transformToByteArray()) ?? [])
          } catch {
            return undefined
          }
        },
        dispose: () => Promise.resolve(),
      }
    },
    options,
  )
}

storeContract('a store in S3', async () => {
  const bucket = await server.bucket()
  const workspace = await createWorkspace({ environment: process.env })
  const again = (): RemoteStore => {
    const place = open(`s3://${bucket}/backups/db?endpoint=${server.url}`)
    return new RemoteStore(place, { clock: systemClock, logger: memoryLogger(), workspace })
  }
  return {
    store: again(),
    again,
    withoutManifest: 'invisible',
    plant: async (file, content) => {
      await server.client.putObject({ Bucket: bucket, Key: `backups/db/${file}`, Body: content })
    },
    erase: async (file) => {
      await server.client.deleteObject({ Bucket: bucket, Key: `backups/db/${file}` })
    },
    dispose: async () => {
      await workspace.clean()
      await removeTemporaryFolders()
    },
  }
})
