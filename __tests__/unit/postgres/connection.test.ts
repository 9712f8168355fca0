import { chmod, mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { ConnectionError, UsageError } from '../../../src/errors.js'
import { describeConnection, parseConnection, type ConnectionSettings } from '../../../src/postgres/connection.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

afterAll(removeTemporaryFolders)

const nowhere = { HOME: '/nonexistent' }
const parse = (databaseUrl: string, environment: Record<string, string> = {}): ConnectionSettings =>
  parseConnection({ databaseUrl, environment: { ...nowhere, ...environment } })

function refusalOf(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('It should have been refused.')
}

describe('parseConnection', () => {
  test.each([
    [
      'postgresql://ann:s3cret@db.example.org:6000/app',
      { host: 'db.example.org', port: 6000, user: 'ann', password: 's3cret', database: 'app' },
    ],
    ['postgres://ann@db/app?sslmode=verify-full', { host: 'db', port: 5432, user: 'ann', sslMode: 'verify-full' }],
    ['postgresql://ann@db', { database: 'ann' }],
    ['postgresql://ann:@db/app', { user: 'ann', database: 'app' }],
    ['postgresql://ann@[2001:db8::1]:6000/app', { host: '2001:db8::1', port: 6000 }],
    ['postgresql://ann@%2Fvar%2Frun/app', { host: '/var/run', database: 'app' }],
    [
      'postgresql:///app?host=/tmp/socket&port=6000&user=ann',
      { host: '/tmp/socket', port: 6000, user: 'ann', database: 'app' },
    ],
    ['postgresql://ann:p%40ss%2F%25%3A@db/caf%C3%A9', { password: 'p@ss/%:', database: 'café' }],
    ['postgresql://ann:what?#ever@db/app', { password: 'what?#ever', host: 'db' }],
    ['postgresql://ann@db/app?ssl=true', { sslMode: 'require' }],
    ['postgresql://ann@db/app?sslrootcert=system', { sslMode: 'verify-full', sslRootCert: 'system' }],
    [
      'postgresql://ann@db/app?connect_timeout=5&options=-c%20role%3Dx',
      { parameters: { connect_timeout: '5', options: '-c role=x' } },
    ],
    ['postgresql://ann@db/app?schema=public&connection_limit=1&application_name=x', { parameters: {} }],
    ['  postgresql://ann@db/app\n', { database: 'app' }],
    [
      "host=db port=6000 user = ann password='it''s' dbname=app".replace("''", "\\'"),
      { host: 'db', port: 6000, password: "it's" },
    ],
    ['host=/tmp user=ann dbname=my\\ app', { host: '/tmp', database: 'my app' }],
    ["user=ann password='' dbname='two words'", { database: 'two words' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toMatchObject(expected)
  })

  test('an empty password is none', () => {
    expect(parse('postgresql://ann:@db/app')).not.toHaveProperty('password')
  })

  test('the string comes before the variables, and they before the defaults', () => {
    const environment = {
      PGHOST: 'db', PGPORT: '6000', PGUSER: 'ann', PGPASSWORD: 'pw', PGDATABASE: 'app', PGSSLMODE: 'require',
      PGSSLROOTCERT: '/ca', PGSSLCERT: '/cert', PGSSLKEY: '/key', PGOPTIONS: '-c jit=off', PGCHANNELBINDING: 'require',
    } // prettier-ignore
    expect(parse('', environment)).toEqual({
      host: 'db', port: 6000, user: 'ann', password: 'pw', database: 'app', sslMode: 'require', sslRootCert: '/ca',
      sslCert: '/cert', sslKey: '/key', parameters: { options: '-c jit=off', channel_binding: 'require' },
    }) // prettier-ignore
    expect(parse('postgresql://bob@other/shop', environment)).toMatchObject({
      host: 'other', port: 6000, user: 'bob', database: 'shop', sslMode: 'require',
    }) // prettier-ignore
    expect(parse('')).toMatchObject({
      port: 5432, user: os.userInfo().username, database: os.userInfo().username, sslMode: 'prefer',
    }) // prettier-ignore
    expect(parse('').host).toMatch(/^\/(var\/run\/postgresql|tmp)$/)
  })

  test('whatever user, password, host and database are, a URI brings them through', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((each) => !each.includes('\0'))
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    )
    fc.assert(
      fc.property(
        text,
        text,
        host,
        fc.integer({ min: 1, max: 65535 }),
        text,
        (user, password, address, port, database) => {
          const encode = encodeURIComponent
          const settings = parse(
            `postgresql://${encode(user)}:${encode(password)}@${address}:${port}/${encode(database)}`,
          )
          expect(settings).toMatchObject({ user, password, host: address.replaceAll(/[[\]]/g, ''), port, database })
        },
      ),
    )
  })

  test('keywords and values bring everything through too', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((each) => !each.includes('\0'))
    const quote = (value: string): string => `'${value.replaceAll(/['\\]/g, '\\$&')}'`
    fc.assert(
      fc.property(text, text, text, (user, password, database) => {
        const settings = parse(`user=${quote(user)} password=${quote(password)} host=db dbname = ${quote(database)}`)
        expect(settings).toMatchObject({ user, password, database })
      }),
    )
  })

  test.each([
    ['postgresql://ann:100%sure@db/app', /% that is not followed by/, /% → %25/],
    ['postgresql://ann:sur@e@db/app', /holds an @ or \/ that is not encoded/, /@ → %40/],
    ['postgresql://ann:su/re@db/app', /holds an @ or \/ that is not encoded/, /\/ → %2F/],
    ['postgresql://ann:sure@db:port/app', /port is not a number/, /%2F/],
    ['postgresql://ann:sure@db1,db2/app', /several hosts/, /one server/],
    ['postgresql://ann:sure@db:1,db2:2/app', /several hosts/, /one server/],
    ['postgresql://ann:sure@2001:db8::1/app', /port is not a number/, /./],
    ['postgresql+asyncpg://ann:sure@db/app', /another scheme/, /driver's name/],
    ['jdbc:postgresql://db/app?user=ann&password=sure', /another scheme/, /jdbc/],
    ['mysql://ann:sure@db/app', /another scheme/, /postgresql:\/\//],
    ['postgresql://ann:sure@db/app?sslmode=on', /sslmode has no such value/, /verify-full/],
    ['postgresql://ann:sure@db/app?sslmod=require', /one of its parameters is not/, /mean "sslmode"/],
    ['postgresql://ann:sure@db/app?sslmode', /name=value/, /%3D/],
    ['postgresql://ann:sure@db/app?service=x', /service file/, /PGHOST/],
    ['postgresql://ann:sure@db/app?sslpassword=sure', /sslpassword/, /0600/],
    ['sure', /neither a connection URI/, /postgresql:\/\//],
    ['host=db password=su re', /neither a connection URI/, /postgresql:\/\//],
  ])('refuses %s without showing any of it', (text, problem, advice) => {
    const error = refusalOf(() => parse(text))
    expect(error).toBeInstanceOf(UsageError)
    expect(error).toMatchObject({
      problem: expect.stringMatching(problem) as unknown,
      advice: expect.stringMatching(advice) as unknown,
    })
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
      /100%sure|sur@e|su\/re|:sure|=sure|su re/,
    )
  })

  test('no refusal ever shows the password', () => {
    const signs = fc.constantFrom('/', '?', '@', ':', '=', '&', '%', '%4', '#', ' ', "'", '\\', 'x', 'host', '5432')
    const junk = fc.array(signs, { maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(junk, junk, junk, (before, middle, after) => {
        const secret = 'zqxsecretyw'
        for (const text of [
          `postgresql://u:${before}${secret}${middle}@h/${after}`,
          `postgresql://u:${secret}@${middle}/${after}`,
          `password=${secret}${middle}`,
          `password=${before} ${secret}=${middle}`,
        ]) {
          try {
            parse(text)
          } catch (error) {
            expect(String(error).toLowerCase()).not.toContain(secret)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('pgbouncer=true is taken at its word', () => {
    const error = refusalOf(() => parse('postgresql://ann:sure@db:6543/app?pgbouncer=true'))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ kind: 'pooler' })
  })

  test('the password file is looked into, as libpq does', async () => {
    const home = await temporaryFolder()
    const file = path.join(home, '.pgpass')
    await writeFile(file, '# a comment\ndb:5432:app:ann:from\\:home\n*:*:*:bob:bobs\nlocalhost:*:*:ann:local\n', {
      mode: 0o600,
    })
    const url = 'postgresql://ann@db/app'
    expect(parse(url, { HOME: home }).password).toBe('from:home')
    expect(parse('postgresql://ann@db/other', { HOME: home }).password).toBeUndefined()
    expect(parse('postgresql://ann@%2Ftmp/app', { HOME: home }).password).toBe('local')
    expect(parse('postgresql://ann:mine@db/app', { HOME: home }).password).toBe('mine')
    expect(parse(url, { PGPASSFILE: file }).password).toBe('from:home')
    await chmod(file, 0o644)
    expect(parse(url, { HOME: home }).password).toBeUndefined()
  })

  test('the certificates of the home folder are used, as libpq does', async () => {
    const home = await temporaryFolder()
    await mkdir(path.join(home, '.postgresql'))
    await writeFile(path.join(home, '.postgresql', 'root.crt'), '')
    expect(parse('postgresql://ann@db/app', { HOME: home }).sslRootCert).toBe(
      path.join(home, '.postgresql', 'root.crt'),
    )
  })
})

describe('describeConnection', () => {
  test('names everything but the password', () => {
    expect(describeConnection(parse('postgresql://ann:s3cret@[::1]:6000/app'))).toBe('ann@[::1]:6000/app')
    expect(describeConnection(parse('postgresql://ann:s3cret@db/app'))).toBe('ann@db:5432/app')
  })
})
