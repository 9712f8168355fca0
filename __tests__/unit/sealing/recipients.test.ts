import { describe, expect, test } from '@jest/globals'
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { UsageError } from '../../../src/errors.js'
import { readIdentities } from '../../../src/sealing/identities.js'
import { parseRecipients, recipientId } from '../../../src/sealing/recipients.js'

const identity = await generateX25519Identity()
const key = await identityToRecipient(identity)
const other = await identityToRecipient(await generateX25519Identity())

async function parse(...keys: string[]) {
  const hidden: string[] = []
  try {
    return { recipients: await parseRecipients(keys, (secret) => hidden.push(secret)), hidden }
  } catch (error) {
    return { error, hidden }
  }
}

describe('encrypt-to', () => {
  test('several keys, each once, each with a name that a shell can compute', async () => {
    const { recipients } = await parse(key, ` ${other} `, key)
    expect(recipients?.map((each) => each.key)).toEqual([key, other])
    expect(recipients?.[0]?.id).toBe(createHash('sha256').update(key).digest('hex').slice(0, 16))
  })

  test('any one letter changed is noticed', async () => {
    const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: key.length - 1 }),
        fc.integer({ min: 0, max: 31 }),
        async (at, letter) => {
          const changed = `${key.slice(0, at)}${letters[letter] ?? ''}${key.slice(at + 1)}`
          return changed === key || (await parse(changed)).error instanceof UsageError
        },
      ),
    )
  })

  test('a private key is refused, hidden, and not repeated', async () => {
    const { error, hidden } = await parse(identity)
    expect(hidden).toEqual([identity])
    expect(String(error)).toContain('private key was given')
    expect(String(error)).not.toContain(identity.slice(16, 30))
  })

  test('keys that not every age program takes', async () => {
    const hybrid = await identityToRecipient(await generateHybridIdentity())
    expect(String((await parse(hybrid)).error)).toContain('another kind than X25519')
    expect(String((await parse('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5')).error)).toContain('SSH key')
    expect(String((await parse(key.toUpperCase())).error)).toContain('is not an age public key')
    expect(String((await parse('github:somebody')).error)).toContain('is not an age public key')
  })
})

describe('decrypt-key', () => {
  const hidden: string[] = []
  const read = (text: string) =>
    readIdentities(text, { folder: '/', hide: (secret) => hidden.push(secret), warn: () => undefined })

  test('a file as age-keygen writes it, with several keys', async () => {
    const second = await generateX25519Identity()
    const found = await read(`# created: 2026-11-24\n# public key: ${key}\n${identity}\r\n\n${second}\n${identity}\n`)
    expect(found.map((each) => each.key)).toEqual([identity, second])
    expect(found[0]?.recipientId).toBe(recipientId(key))
    expect(hidden).toEqual(expect.arrayContaining([identity, second]))
  })

  test.each([
    ['a public key', `${identity}\n${key}`, 'a public key'],
    ['a line that is cut off', identity.slice(0, 50), 'not an age identity'],
    ['a letter changed', identity.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q')), 'not an age identity'],
    ['small letters', identity.toLowerCase(), 'not an age identity'],
    ['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'SSH or TLS'],
    [
      'one under a passphrase',
      '-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----',
      'passphrase',
    ],
    ['nothing but comments', '# AGE-SECRET-KEY-1 belongs here', 'no identity'],
    ['a path to nowhere', '/nowhere/key.txt', 'neither a key nor the path'],
  ])('%s is refused without repeating a letter of a key', async (_, text, says) => {
    const failure = await read(text).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageError)
    expect(String(failure)).toContain(says)
    expect(String(failure).toUpperCase()).not.toContain(identity.slice(16, 30))
  })
})
