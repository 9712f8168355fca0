import { describe, expect, test } from '@jest/globals'
import { Readable } from 'node:stream'
import { forAnyServer, withHead } from '../../../src/restore/portable-script.js'

const HEAD = '--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\nSET lock_timeout = 0;\n'

describe('a script for any server', () => {
  test('asks for the time-out only where it is known', () => {
    expect(forAnyServer(`${HEAD}SET transaction_timeout = 0;\nSET x = 1;`)).toMatch(
      /SET lock_timeout = 0;\nSELECT .*set_config\('transaction_timeout'.*\nSET x = 1;$/,
    )
  })

  test('keeps the same line in a body further down', () => {
    const script = `${HEAD}${'-- x\n'.repeat(200)}SET transaction_timeout = 0;\n`
    expect(forAnyServer(script)).toBe(script)
  })

  test('keeps every byte behind the head, and in it', async () => {
    const bytes = Buffer.concat([Buffer.from(HEAD), Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 256))])
    const chunks = [bytes.subarray(0, 10), bytes.subarray(10, 70_000), bytes.subarray(70_000)]
    const read: Buffer[] = []
    for await (const chunk of withHead(Readable.from(chunks), (head) => head)) read.push(chunk)
    expect(Buffer.concat(read).equals(bytes)).toBe(true)
  })
})
