import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { clusterSettings, databaseSettings } from '../../../src/postgres/scratch-tuning.js'

const GB = 1024 ** 3
const megabytes = (text: string | undefined): number => Number(/^(\d+)MB$/.exec(text ?? '')?.[1])

describe('the settings of a throw-away cluster', () => {
  test('listen to nothing but the socket', () => {
    expect(clusterSettings('/x/socket', GB)).toMatchObject({
      listen_addresses: '',
      unix_socket_directories: '/x/socket',
    })
  })

  test('leave most of the memory to others, on any machine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), (gigabytes) => {
        const { shared_buffers, maintenance_work_mem } = clusterSettings('/x', gigabytes * GB)
        // Two index builds at once, each with two workers of its own, share maintenance_work_mem.
        const used = megabytes(shared_buffers) + 2 * megabytes(maintenance_work_mem)
        expect(used).toBeLessThanOrEqual(gigabytes * 1024 * 0.26)
        expect(megabytes(shared_buffers)).toBeGreaterThanOrEqual(64)
        expect(megabytes(databaseSettings(gigabytes * GB).maintenance_work_mem)).toBeLessThanOrEqual(256)
      }),
    )
  })
})
