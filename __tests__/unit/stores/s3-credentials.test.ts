import { beforeEach, expect, test } from '@jest/globals'

import { systemClock } from '../../../src/platform/clock.js'
import { CredentialWatch, type CredentialSource } from '../../../src/stores/s3-credentials.js'
import { memoryLogger, type MemoryLogger } from '../../support/ports.js'

const NOW = new Date('2026-11-24T02:00:00Z')
const MINUTE = 60_000
const MB = 1e6

let logger: MemoryLogger
let asked: number
let hidden: string[]

beforeEach(() => {
  logger = memoryLogger()
  logger.hide = (secret) => hidden.push(secret)
  hidden = []
  asked = 0
})

/** Credentials of which each next renewal ends after so many minutes. */
function watch(...minutes: (number | undefined)[]): CredentialWatch {
  let renewals = 0
  const source: CredentialSource = (options) => {
    if (options?.forceRefresh === true) {
      asked += 1
      renewals = Math.min(renewals + 1, minutes.length - 1)
    }
    const left = minutes[renewals]
    const expiration = left === undefined ? {} : { expiration: new Date(NOW.getTime() + left * MINUTE) }
    return Promise.resolve({
      accessKeyId: `key-${renewals}`,
      secretAccessKey: 'secret',
      sessionToken: 'token',
      ...expiration,
    })
  }
  return new CredentialWatch(source, { logger, clock: { ...systemClock, now: () => NOW } })
}

const warnings = (): string[] => logger.said.map(({ message }) => message)

test.each([
  ['never end', [undefined], 1e15, 1],
  ['last longer than the work', [60], 50 * 60 * MB, MB],
  ['last, and nothing is known of the pace', [60], 1e15, undefined],
])('credentials that %s are left alone', async (_what, minutes, bytes, bytesPerSecond) => {
  await watch(...minutes).lookAhead({ bytes, bytesPerSecond }, 'testing')
  expect([asked, warnings()]).toEqual([0, []])
  expect(hidden).toEqual(['secret', 'token'])
})

test('credentials that end before the work does are renewed', async () => {
  await watch(30, 120).lookAhead({ bytes: 60 * 60 * MB, bytesPerSecond: MB }, 'testing')
  expect([asked, warnings()]).toEqual([1, []])
})

test('credentials that end within minutes are renewed, however little is left', async () => {
  await watch(4, 60).lookAhead({ bytes: 1, bytesPerSecond: MB }, 'testing')
  expect([asked, warnings()]).toEqual([1, []])
})

test('what cannot be renewed for long enough is warned of once, with both times', async () => {
  const watched = watch(30)
  for (let round = 0; round < 3; round++) await watched.lookAhead({ bytes: 3600 * MB, bytesPerSecond: MB }, 'testing')
  expect(warnings()).toEqual([
    expect.stringMatching(
      /end at 2026-11-24 02:30:00 UTC and cannot be renewed, while 3\.6 GB are left to move, about 1 h at/,
    ),
  ])
})

test('enough for what is left is enough, although it is not much', async () => {
  await watch(3).lookAhead({ bytes: 60 * MB, bytesPerSecond: MB }, 'testing')
  expect(warnings()).toEqual([])
})

test('credentials that have ended are an error before anything is asked', async () => {
  await expect(watch(-1).lookAhead({ bytes: 1, bytesPerSecond: undefined }, 'testing')).rejects.toThrow(
    /credentials ended at 2026-11-24 01:59:00 UTC/,
  )
  await watch(-1, 60).lookAhead({ bytes: 1, bytesPerSecond: undefined }, 'testing')
})

test('tells whether a renewal gave others', async () => {
  expect(await watch(1, 60).renew()).toBe(true)
  expect(await watch(1).renew()).toBe(false)
})
