import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { codesOf } from '../../support/recovery.js'
import { backUpSealed, sealedBench, type SealedBench } from '../../support/sealed-store.js'
import { removeTemporaryFolders } from '../../support/temporary.js'

jest.setTimeout(300_000)

let made: SealedBench

beforeAll(async () => {
  made = await sealedBench()
  await backUpSealed(made)
  await backUpSealed(made)
})
afterAll(async () => {
  await made.cluster.remove()
  await removeTemporaryFolders()
})

describe('a drill with encrypted sets', () => {
  test.each(['latest', 'fallback', 'table', 'clean-room'])(
    '%s restores, and tells what decrypting took',
    async (scenario) => {
      const ran = await made.bench.run('drill', { scenario, scratch: 'cluster', 'decrypt-key': made.escrow.file })
      const [result] = ran.report.drill?.scenarios ?? []
      expect({
        cases: result?.cases.map(({ said, outcome }) => `${outcome}: ${said}`),
        exitCode: ran.exitCode,
      }).toEqual({
        cases: [expect.stringMatching(/^passed/)],
        exitCode: 0,
      })
      expect(result?.recoveries[0]?.times.decrypt).toBeGreaterThan(0)
      const left = await readdir(path.join(made.bench.root, 'tmp'))
      expect(left.filter((name) => !name.startsWith('lifeboat-drill-'))).toEqual([])
    },
  )

  test('faults: every kind of damage to the encrypted files is found', async () => {
    const ran = await made.bench.run('drill', { scenario: 'faults', 'decrypt-key': made.daily.file })
    const [result] = ran.report.drill?.scenarios ?? []
    expect(result?.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
    expect(result?.cases.map(({ name }) => name).join()).toContain('toc.dat.age')
  })

  test('does not pass without a key, or with a wrong one', async () => {
    const without = await made.bench.run('drill', { scenario: 'latest', scratch: 'cluster' })
    expect([without.exitCode, without.report.drill?.scenarios[0]?.cases[0]?.said]).toEqual([
      4,
      expect.stringContaining('there is no key'),
    ])
    const wrong = await made.bench.run('drill', { scenario: 'latest', 'decrypt-key': made.stranger.file })
    expect([wrong.exitCode, wrong.report.drill?.scenarios[0]?.cases[0]?.said]).toEqual([
      3,
      expect.stringContaining('DECRYPT_KEY_WRONG'),
    ])
    expect(codesOf(wrong)).toEqual([])
  })
})
