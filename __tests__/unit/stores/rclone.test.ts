import { describe, expect, test } from '@jest/globals'

import { UsageError } from '../../../src/errors.js'
import { explainRclone } from '../../../src/stores/rclone-errors.js'
import { parseRcloneLocation, rcloneArgument } from '../../../src/stores/rclone-location.js'

describe('a location of rclone', () => {
  test.each([
    ['rclone:remote:path/to/', 'remote:path/to', 'remote:path/to/daily'],
    ['rclone:remote:', 'remote:', 'remote:daily'],
    ['rclone:my remote:/abs', 'my remote:/abs', 'my remote:/abs/daily'],
    ['rclone:remote:/', 'remote:/', 'remote:/daily'],
    ['rclone::s3:bucket', ':s3:bucket', ':s3:bucket/daily'],
  ])('%s', (location, root, daily) => {
    expect(rcloneArgument(parseRcloneLocation(location))).toBe(root)
    expect(rcloneArgument(parseRcloneLocation(location), 'daily')).toBe(daily)
  })

  test.each(['rclone:', 'rclone:remote', 'rclone:-x:path', 'rclone:r:a/../b', 'rclone:r:a\nb', 'other:r:p'])(
    '%j cannot be one',
    (location) => {
      expect(() => parseRcloneLocation(location)).toThrow(UsageError)
    },
  )

  test('settings in it are refused, and not shown', () => {
    const location = 'rclone::s3,access_key_id=A,secret_access_key=s3cret:bucket'
    expect(() => parseRcloneLocation(location)).toThrow(UsageError)
    expect(() => parseRcloneLocation(location)).not.toThrow(/s3cret/)
  })
})

test.each([
  ['Failed to create file system for "x:": didn\'t find section in config file', /no remote of that name/],
  ['AccessDenied: Access Denied status code: 403', /refused the credentials/],
  ['googleapi: Error 403: The user has exceeded their storage quota, storageQuotaExceeded', /no room left/],
  ['dial tcp: lookup offsite: no such host', /connection to the remote/],
  ['something new', /the program rclone failed: something new/],
])('rclone says %j', (message, problem) => {
  const explained = explainRclone(['NOTICE: something before', message])
  expect(explained.problem).toMatch(problem)
  expect(explained.advice).not.toBe('')
})
