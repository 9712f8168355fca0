import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { UsageError } from '../../../src/errors.js'
import { closeStores, openStores, type StoreInUse } from '../../../src/operations/stores-in-use.js'
import type { Operation } from '../../../src/option-list.js'
import { buildOptions } from '../../../src/options.js'
import { policyFor } from '../../../src/retention/policy-for.js'
import { realContext, type RealContext } from '../../support/real-context.js'

describe('the stores of an operation', () => {
  let context: RealContext

  beforeEach(async () => {
    context = { ...(await realContext({ PATH: process.env.PATH })), workingDirectory: '/work-folder' }
  })
  afterEach(() => context.workspace.clean())

  const open = (values: Record<string, unknown>, operation: Operation = 'backup'): Promise<StoreInUse[]> =>
    openStores(operation, buildOptions([{ label: (name) => name, values }]), context)

  test('the primary comes first, then the copies in their order; only the primary is known to be reached', async () => {
    const stores = await open({ store: '/backups/a', copies: '/mnt/b keep-last=3\n./c' })
    expect(stores.map(({ store, role, reached }) => [store.name, role, reached])).toEqual([
      ['/backups/a', 'primary', true],
      ['/mnt/b', 'copy', false],
      ['./c', 'copy', false],
    ])
  })

  test.each([
    ['backup', {}, 2],
    ['rotate', {}, 2],
    ['validate', { 'rotate-check': 'true' }, 2],
    ['validate', {}, 1],
    ['restore', {}, 1],
    ['drill', {}, 1],
  ] as const)('%s with %j works on %d', async (operation, more, count) => {
    expect(await open({ store: '/backups/a', copies: '/mnt/b', ...more }, operation)).toHaveLength(count)
  })

  test('rules of a copy replace the others for it, and only for it', async () => {
    const [primary, plain, own, tier] = await open({
      store: '/backups/a',
      copies: '/mnt/b\n/mnt/c keep-monthly=12\n/mnt/d keep-tier=data',
      'keep-daily': '14',
    })
    const rules = (each: StoreInUse | undefined) => {
      const { keepDaily, keepMonthly, tier: asked } = policyFor('daily', each!.options)
      return { keepDaily, keepMonthly, asked }
    }
    expect(rules(primary)).toEqual({ keepDaily: 14, keepMonthly: 0, asked: 'full' })
    expect(rules(plain)).toEqual(rules(primary))
    expect(rules(own)).toEqual({ keepDaily: 0, keepMonthly: 12, asked: 'full' })
    expect(rules(tier)).toEqual({ keepDaily: 14, keepMonthly: 0, asked: 'data' })
  })

  test.each([
    ['/backups/a', '/backups/a', 'the store itself'],
    ['/backups/a', '/backups/x/../a/', 'the store itself'],
    ['./a', '/work-folder/a', 'the store itself'],
    ['s3://bucket/app', 's3://bucket/app/?region=eu-west-1', 'the store itself'],
    ['/backups/a', 'host:/b\nhost:/b/', 'given twice'],
  ])('the store %s with the copies %j is refused', async (store, copies, why) => {
    const opening = open({ store, copies })
    await expect(opening).rejects.toThrow(UsageError)
    await expect(opening).rejects.toThrow(why)
  })

  test('the same bucket on another server is another place', async () => {
    const copies = 's3://bucket/app?endpoint=http://127.0.0.1:9&region=us-east-1'
    expect(await open({ store: 's3://bucket/app?region=us-east-1', copies })).toHaveLength(2)
  })

  test('all are closed, also when one cannot be', async () => {
    const closed: string[] = []
    const stores = await open({ store: '/backups/a', copies: '/mnt/b\n/mnt/c' })
    for (const { store } of stores) {
      store.close = () => {
        closed.push(store.name)
        return store.name === '/mnt/b' ? Promise.reject(new Error('hung up')) : Promise.resolve()
      }
    }
    await closeStores(stores, context)
    expect(closed).toEqual(['/backups/a', '/mnt/b', '/mnt/c'])
    expect(context.logger.said.at(-1)).toEqual({ level: 'debug', message: 'Closing the store /mnt/b: hung up' })
  })
})
