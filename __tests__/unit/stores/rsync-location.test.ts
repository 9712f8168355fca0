import { describe, expect, test } from '@jest/globals'

import { UsageError } from '../../../src/errors.js'
import { linkArgument, parseRsyncLocation, rsyncArgument, rsyncSource } from '../../../src/stores/rsync-location.js'

describe('a location of rsync', () => {
  test.each([
    ['rsync://h/backups', 'rsync://h/backups', 'rsync://h/backups/'],
    ['rsync://me@h:8873/backups/a b//c/', 'rsync://me@h:8873/backups/a b/c', 'rsync://me@h:8873/backups/a b/c/'],
    ['RSYNC://[::1]:873/m/x', 'rsync://[::1]:873/m/x', 'rsync://[::1]:873/m/x/'],
    ['me@h::m/x', 'rsync://me@h/m/x', 'rsync://me@h/m/x/'],
    ['ssh://me@h:2222/backups/db/', 'ssh://me@h:2222/backups/db', 'me@h:/backups/db/'],
    ['ssh://h/', 'ssh://h', 'h:/'],
    ['me@h:/backups/db', 'me@h:/backups/db', 'me@h:/backups/db/'],
    ['me@h:backups', 'me@h:backups', 'me@h:backups/'],
    ['me@h:~/backups', 'me@h:~/backups', 'me@h:backups/'],
    ['h:', 'h:', 'h:./'],
    ['h:-x', 'h:-x', 'h:./-x/'],
    ['me@[fe80::1]:/b', 'me@[fe80::1]:/b', 'me@[fe80::1]:/b/'],
  ])('%s', (location, name, argument) => {
    const parsed = parseRsyncLocation(location)
    expect(parsed.name).toBe(name)
    expect(rsyncArgument(parsed)).toBe(argument)
  })

  test.each([
    'rsync://h',
    'rsync://h/',
    'rsync:///m/x',
    'rsync://h:0/m',
    'rsync://h:x/m',
    'rsync://@h/m',
    'rsync://-oProxyCommand=x/m',
    '-oProxyCommand=x:/m',
    'ssh://-x@h/m',
    'rsync://h/m/*',
    'h:/back[u]ps',
    'h:/a\nb',
    'h:/a/../b',
    '/local/folder',
    'rsync:h/m',
  ])('%j cannot be one', (location) => {
    expect(() => parseRsyncLocation(location)).toThrow(UsageError)
  })

  test.each(['rsync://me:s3cret@h/m', 'ssh://me:s3cret@h/m', 'me:s3cret@h:/m'])(
    'a password in it is refused and not shown: %s',
    (location) => {
      expect(() => parseRsyncLocation(location)).toThrow(UsageError)
      expect(() => parseRsyncLocation(location)).not.toThrow(/s3cret/)
    },
  )

  test('is read from the module of a daemon on, and from its own folder over ssh', () => {
    expect(rsyncSource(parseRsyncLocation('rsync://h/m/a/b'), 'daily')).toEqual({
      from: 'rsync://h/m/',
      prefix: 'a/b/daily/./',
    })
    expect(rsyncSource(parseRsyncLocation('rsync://h/m'))).toEqual({ from: 'rsync://h/m/', prefix: '' })
    expect(rsyncSource(parseRsyncLocation('h:/a/b'), 'daily')).toEqual({ from: 'h:/a/b/', prefix: 'daily/./' })
  })

  test('is linked to without "..", which restricted keys refuse, where it can be', () => {
    const link = (location: string): string => linkArgument(parseRsyncLocation(location), 'daily/1', 'daily/2')
    expect(link('rsync://h/m')).toBe('/daily/1')
    expect(link('rsync://h/m/a')).toBe('/a/daily/1')
    expect(link('h:/')).toBe('/daily/1')
    expect(link('h:/a')).toBe('/a/daily/1')
    expect(link('h:a')).toBe('../../daily/1')
  })
})
