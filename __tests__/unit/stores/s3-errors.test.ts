import { describe, expect, test } from '@jest/globals'

import { isS3Error, s3Error, type S3Request } from '../../../src/stores/s3-errors.js'

const REQUEST: S3Request = { doing: 'sending a.dat', action: 's3:PutObject', bucket: 'box', key: 'db/a.dat' }

const sdkError = (name: string, message = '', more: object = {}): Error =>
  Object.assign(new Error(message), { name }, more)

describe('s3Error', () => {
  test.each<[Error, RegExp]>([
    [sdkError('NoSuchBucket'), /There is no bucket "box" at S3 .*never creates a bucket/],
    [
      sdkError('AccessDenied', 'Access Denied.'),
      /may not do s3:PutObject on arn:aws:s3:::box\/db\/a\.dat: Access Denied \(while/,
    ],
    [
      sdkError('AccessDenied', 'not authorized to perform: kms:GenerateDataKey'),
      /key of the encryption.*kms:GenerateDataKey and kms:Decrypt/,
    ],
    [sdkError('403', '', { $metadata: { httpStatusCode: 403 } }), /may not do s3:PutObject/],
    [sdkError('UnknownError', '', { $metadata: { httpStatusCode: 503 } }), /too busy: no reason was given/],
    [
      sdkError('PermanentRedirect', '', { $response: { headers: { 'x-amz-bucket-region': 'eu-south-2' } } }),
      /is in the region eu-south-2 .*Put region=eu-south-2/,
    ],
    [
      sdkError('AuthorizationHeaderMalformed', "the region 'us-east-1' is wrong; expecting 'eu-north-1'"),
      /region=eu-north-1/,
    ],
    [sdkError('PermanentRedirect'), /in another region.*Look up the region/],
    [sdkError('InvalidAccessKeyId'), /does not know this access key.*configure-aws-credentials/],
    [sdkError('SignatureDoesNotMatch'), /did not accept the signature.*Copy the secret key again/],
    [sdkError('RequestTimeTooSkewed'), /clock of this machine is wrong.*Set the clock/],
    [sdkError('ExpiredToken'), /credentials have expired.*role-duration-seconds/],
    [
      sdkError('SlowDown', 'Please reduce your request rate.'),
      /too busy: Please reduce your request rate \(while.*not sent again/,
    ],
    [
      sdkError('CredentialsProviderError', 'Could not load credentials from any providers'),
      /there are no credentials.*AWS_PROFILE/i,
    ],
    [new Error('Region is missing'), /region of the bucket is not known.*AWS_REGION/],
    [sdkError('InvalidRequest', 'Bucket is missing Object Lock Configuration'), /has no Object Lock.*object-lock-days/],
    [sdkError('NotImplemented', 'A header you provided'), /cannot do this.*checksums=md5/],
    [sdkError('InvalidArgument', "Unsupported header 'x-amz-checksum-sha256' received"), /checksums=md5/],
    [sdkError('BadDigest', 'did not match'), /what arrived is not what was sent/i],
    [Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' }), /S3 cannot be reached \(ENOTFOUND\)/],
    [sdkError('TimeoutError', 'silent'), /cannot be reached \(TimeoutError\)/],
    [
      sdkError('SomethingNew', 'Strange things.', { $metadata: { httpStatusCode: 418 } }),
      /refused it \(SomethingNew, 418\): Strange things \(/,
    ],
  ])('says what %s means and what to do', (error, expected) => {
    const told = s3Error(error, REQUEST)
    expect(told.message).toMatch(expected)
    expect(told.cause).toBe(error)
    expect(told.advice).toMatch(/\.$/)
  })

  test('names another service by its endpoint', () => {
    const told = s3Error(sdkError('NoSuchBucket'), { ...REQUEST, endpoint: 'https://minio.example.com' })
    expect(told.message).toContain('at https://minio.example.com')
  })

  test('tells what kind it is', () => {
    const told = s3Error(sdkError('NotFound', '', { $metadata: { httpStatusCode: 404 } }), REQUEST)
    expect([told.code, told.status]).toEqual(['NotFound', 404])
    expect(isS3Error(told, 'NoSuchKey', 'NotFound')).toBe(true)
    expect(isS3Error(told, 'AccessDenied')).toBe(false)
  })
})
