import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { UsageError, messageOf } from '../../../src/errors.js'
import { nameOfLocation, parseS3Location } from '../../../src/stores/s3-location.js'

const refusal = (location: string): string => {
  try {
    parseS3Location(location)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return messageOf(error)
  }
  throw new Error(`${location} was accepted`)
}

describe('parseS3Location', () => {
  test('reads a bucket alone, and with a prefix', () => {
    const plain = { checksums: 'sha256', mostParts: 10_000 }
    expect(parseS3Location('s3://my-bucket')).toEqual({ ...plain, bucket: 'my-bucket', prefix: '' })
    expect(parseS3Location('s3://my.bucket/')).toEqual({ ...plain, bucket: 'my.bucket', prefix: '' })
    expect(parseS3Location('s3://bucket/a/b/')).toEqual({ ...plain, bucket: 'bucket', prefix: 'a/b' })
    expect(parseS3Location('s3://bucket/a%20b/%C3%B1')).toMatchObject({ prefix: 'a b/ñ' })
  })

  test('reads everything that can be said', () => {
    const location =
      's3://bucket/db?region=eu-west-1&endpoint=https://minio.example.com:9000/&path-style=false&checksums=md5&sse=aws:kms' +
      '&kms-key-id=arn:aws:kms:eu-west-1:1:key/a&storage-class=STANDARD_IA&object-lock-days=30&object-lock-mode=COMPLIANCE'
    expect(parseS3Location(location)).toEqual({
      bucket: 'bucket',
      prefix: 'db',
      region: 'eu-west-1',
      endpoint: 'https://minio.example.com:9000',
      pathStyle: false,
      checksums: 'md5',
      encryption: { mode: 'aws:kms', keyId: 'arn:aws:kms:eu-west-1:1:key/a' },
      storageClass: 'STANDARD_IA',
      objectLock: { mode: 'COMPLIANCE', days: 30 },
      mostParts: 10_000,
    })
    expect(parseS3Location('s3://bucket?object-lock-days=1').objectLock).toEqual({ mode: 'GOVERNANCE', days: 1 })
    expect(parseS3Location('s3://bucket?endpoint=https://s3.fr-par.scw.cloud').mostParts).toBe(1000)
    expect(parseS3Location('s3://bucket?endpoint=https://s3.eu-central-003.backblazeb2.com').checksums).toBe('md5')
    expect(parseS3Location('s3://bucket?endpoint=https://s3.evil-backblazeb2.com').checksums).toBe('sha256')
  })

  test.each([
    ['s3://bucket?regoin=x', /"regoin" is not one of its settings.*Did you mean region\?/],
    ['s3://bucket?pathstyle=true', /Did you mean path-style\?/],
    ['s3://bucket?quite-another=1', /They are region, endpoint/],
    ['s3://bucket?region=a&region=b', /region is given twice/],
    ['s3://bucket?region=', /region is empty/],
    ['s3://bucket?sse=aes256', /sse is "aes256".*Did you mean AES256\?/],
    ['s3://bucket?sse=aws:kmss', /Did you mean aws:kms\?/],
    ['s3://bucket?kms-key-id=1', /without encryption by KMS.*sse=aws:kms/],
    ['s3://bucket?sse=AES256&kms-key-id=1', /without encryption by KMS/],
    ['s3://bucket?storage-class=GLACIER', /cannot be read at once.*GLACIER_IR/],
    ['s3://bucket?storage-class=standard', /Did you mean STANDARD\?/],
    ['s3://bucket?object-lock-days=0', /object-lock-days is "0".*whole number/],
    ['s3://bucket?object-lock-days=1.5', /whole number/],
    ['s3://bucket?object-lock-mode=GOVERNANCE', /without a time/],
    ['s3://bucket?path-style=yes', /path-style is "yes"/],
    ['s3://bucket?endpoint=minio.example.com', /endpoint=https:\/\//],
    ['s3://bucket?endpoint=https://host/path', /more than a host/],
    ['s3://bucket#x', /Write a "#".*%23/],
    ['s3://Bucket', /cannot be the name of a bucket/],
    ['s3://b', /cannot be the name of a bucket/],
    ['s3://localhost:9000/bucket', /cannot be the name of a bucket.*endpoint=/],
    ['s3://', /cannot be/],
    ['s3://bucket/a//b', /cannot be its prefix/],
    ['s3://bucket/%2e%2e/b', /cannot be/],
    ['s3://bucket/a/../b', /cannot be its prefix/],
    ['s3://bucket/%', /hexadecimal/],
    ['s3://bucket/a%00b', /cannot be its prefix/],
  ])('refuses %s and says what would do', (location, expected) => {
    expect(refusal(location)).toMatch(expected)
  })

  test.each(['s3://AKIAKEY:s3cr3t@bucket/db', 's3://s3cr3t@bucket', 's3://bucket?endpoint=https://key:s3cr3t@host'])(
    'refuses the credentials in %s without repeating them',
    (location) => {
      const message = refusal(location)
      expect(message).toMatch(/holds credentials.*AWS_ACCESS_KEY_ID/)
      expect(message).not.toContain('s3cr3t')
    },
  )

  test('any prefix that is written as a URL is read back, and its name says where it is', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => {
      return !/[/\p{Cc}]/u.test(text) && text !== '.' && text !== '..'
    })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const location = parseS3Location(`s3://bucket/${parts.map(encodeURIComponent).join('/')}`)
        expect(location.prefix).toBe(parts.join('/'))
        expect(nameOfLocation(location)).toBe(`s3://bucket/${parts.join('/')}`)
      }),
    )
  })
})
