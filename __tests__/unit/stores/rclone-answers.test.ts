import { expect, test } from '@jest/globals'
import type { Command } from '../../../src/context.js'
import { DamagedError } from '../../../src/errors.js'
import { openRclonePlace } from '../../../src/stores/rclone.js'
import type { RcloneTools } from '../../../src/stores/rclone-command.js'

const DEEP = `${'['.repeat(1_000)}${']'.repeat(1_000)}`

/** A place behind an rclone that answers each command with these lines. */
function answering(answers: Readonly<Record<string, string>>) {
  const run = ({ args, stdout }: Command) => {
    const answer = Object.entries(answers).find(([word]) => args.includes(word))?.[1] ?? ''
    if (typeof stdout === 'function')
      answer.split('\n').forEach((line) => {
        stdout(line)
      })
    return Promise.resolve({ code: 0 })
  }
  const tools = { environment: {}, processes: { run } } as unknown as RcloneTools
  return openRclonePlace('rclone:remote:path', tools)
}

const KNOWN = { version: 'rclone v1.70.0', features: '{"Hashes":["md5"],"Features":{"About":true}}' }

test.each([
  ['nested without bounds', `{"Path":${DEEP},"Size":1,"ModTime":"2026-01-01T00:00:00Z"}`],
  ['cut off', '{"Path":"a'],
])('a listing that is %s is told as what it is', async (_, line) => {
  const listing = answering({ ...KNOWN, lsjson: `[\n${line}\n]` }).list('')
  await expect(listing).rejects.toThrow(DamagedError)
  await expect(listing).rejects.toThrow(/clone listed something that cannot be read: \{"Path"/)
})

test('answers about the remote and its room are bounded too', async () => {
  const nested = { ...KNOWN, features: `{"Hashes":[],"Features":{},"More":${DEEP}}` }
  await expect(answering(nested).freeBytes()).rejects.toThrow(/clone answered something that cannot be read/)
  await expect(answering({ ...KNOWN, about: `{"free":1,"more":${DEEP}}` }).freeBytes()).rejects.toThrow(
    /clone answered something that cannot be read/,
  )
  expect(await answering({ ...KNOWN, about: '{"free":1}' }).freeBytes()).toBe(1)
})
