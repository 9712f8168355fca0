import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { LifeboatError, UsageError } from '../../../src/errors.js'
import { kindOfLocation, shownLocation } from '../../../src/stores/location.js'

describe('a location', () => {
  test.each([
    ['/backups/db', 'folder'],
    ['backups', 'folder'],
    ['./host:folder', 'folder'],
    ['a/b:c', 'folder'],
    ['/a:b', 'folder'],
    ['rsync://backup@host/module/path', 'rsync'],
    ['rsync://host:8873/module', 'rsync'],
    ['RSYNC://host/module', 'rsync'],
    ['ssh://backup@host:2222/backups', 'rsync'],
    ['backup@host:/backups', 'rsync'],
    ['backup@host.example.org:backups', 'rsync'],
    ['host:/backups', 'rsync'],
    ['host::module/path', 'rsync'],
    ['[::1]:/backups', 'rsync'],
    ['backup@[2001:db8::1]:/backups', 'rsync'],
    ['s3://bucket/prefix?region=eu-west-1', 's3'],
    ['artifact:', 'artifact'],
    ['artifact:owner/repository', 'artifact'],
    ['rclone:remote:path', 'rclone'],
    ['rclone:remote:', 'rclone'],
  ])('%s is of the kind %s', (location, kind) => {
    expect(kindOfLocation(location).kind).toBe(kind)
  })

  test.each([
    ['', /empty/],
    ['  ', /empty/],
    ['/backups\n', /control character/],
    ['~/backups', /only in a shell/],
    ['file:///backups', /given by its path alone/],
    ['FILE:///etc', /given by its path alone/],
    ['user:hunter2@host:/backups', /holds a password.*"user:\*\*\*@host:\/backups"/],
    ['s3:bucket/prefix', /written s3:\/\/bucket\/prefix/],
    ['s3:/bucket/prefix', /written s3:\/\/bucket\/prefix/],
    ['rsync:host/module', /written rsync:\/\/user@host\/module\/path/],
    ['ssh:host', /written ssh:\/\//],
    ['artifact://owner/repository', /written artifact:/],
    ['rclone://remote/path', /written rclone:remote:path/],
    ['rclone:remote', /written rclone:remote:path/],
    ['rsnyc://host/module', /"rsnyc:" is not a known kind of store; did you mean rsync:\?/],
    ['ftp://host/x', /"ftp:" is not a known kind of store.*A store is a folder.*s3:\/\//],
    ['backup@host.example.org', /names a machine and no folder of it: write backup@host\.example\.org:\/path/],
  ])('%j is refused, and the error says what would do', (location, why) => {
    expect(() => kindOfLocation(location)).toThrow(why)
    expect(() => kindOfLocation(location)).toThrow(UsageError)
  })

  test('whatever it is, it is of a kind or refused in words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (location) => {
        try {
          kindOfLocation(location)
        } catch (error) {
          expect(error).toBeInstanceOf(LifeboatError)
        }
      }),
    )
  })
})

test('no secret of a location is shown', () => {
  for (const location of [
    'ftp://user:hunter2@host/x',
    'rsnyc://user:hunter2@host/x',
    'user:hunter2@host.example.org',
    's33://bucket/x?secret-access-key=hunter2&region=x',
  ]) {
    expect(shownLocation(location)).not.toContain('hunter2')
    try {
      kindOfLocation(location)
    } catch (error) {
      expect((error as Error).message).not.toContain('hunter2')
    }
  }
  expect(shownLocation('backup@host:/backups')).toBe('backup@host:/backups')
  expect(shownLocation('s3://bucket/x?region=eu-west-1')).toBe('s3://bucket/x?region=eu-west-1')
})
