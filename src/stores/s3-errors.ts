import { OperationError, messageOf, type Trouble } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'

/** What was asked of S3, for the words of an error. */
export interface S3Request {
  /** What is being done and on what: `sending daily/20261124T020000Z/globals.sql to s3://bucket`. */
  doing: string
  /** The permission that it needs: `s3:PutObject`. */
  action: string
  bucket: string
  /** The key, or the prefix with a `*`, that the permission must cover; undefined for the bucket itself. */
  key?: string
  /** Of a service other than AWS. */
  endpoint?: string | undefined
}

/** S3, or the way to it, did not do what was asked. `code` is what S3 called it. */
export class S3Error extends OperationError {
  readonly code: string
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined

  constructor(code: string, status: number | undefined, trouble: Trouble) {
    super(trouble)
    this.code = code
    this.status = status
  }
}

/** Whether this is an error of S3 of one of these codes. */
export function isS3Error(error: unknown, ...codes: string[]): error is S3Error {
  return error instanceof S3Error && codes.includes(error.code)
}

/** What says that something is not there; a HEAD has no other word for it than its status. */
export const ABSENT = ['NoSuchKey', 'NotFound']

/** An object that was there already, or came while we sent ours. */
export const TAKEN = ['PreconditionFailed', 'ConditionalRequestConflict']

/** The service does not know what was asked of it. */
export const UNKNOWN_TO_IT = ['NotImplemented', 'UnsupportedArgument', 'MethodNotAllowed']

/** Whether a service refused a request for a header that it does not know, and not for what was asked. */
export function isUnknownHeader(error: unknown, header: RegExp): boolean {
  if (isS3Error(error, ...UNKNOWN_TO_IT)) return true
  return (
    isS3Error(error, 'InvalidArgument', 'InvalidRequest', 'MissingContentMD5') && header.test(messageOf(error.cause))
  )
}

/** The credentials are over. */
export const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired']

type Words = Pick<Trouble, 'problem' | 'advice'>
type Explain = (request: S3Request, answer: Answer) => Words

/** What an error of the SDK tells. */
interface Answer {
  code: string
  status: number | undefined
  message: string
  /** The region that the bucket is in, where S3 said it. */
  region: string | undefined
}

/** What went wrong in words. What is not known keeps S3's own message. */
export function s3Error(error: unknown, request: S3Request): S3Error {
  const answer = answerOf(error)
  const { problem, advice } = (explanationOf(answer) ?? otherwise)(request, answer)
  return new S3Error(answer.code, answer.status, { doing: request.doing, problem, advice, cause: error })
}

/** @returns e.g. `AccessDenied`, and for an answer without a body what its status means */
function answerOf(error: unknown): Answer {
  const raw = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown
    Code?: unknown
    Region?: unknown
    $metadata?: { httpStatusCode?: number }
    $response?: { headers?: Record<string, string | undefined> }
  }
  const status = raw.$metadata?.httpStatusCode
  const told = [raw.Code, raw.name].find((code) => typeof code === 'string' && !NO_NAMES.has(code))
  const message = messageOf(error)
  const code = codeOf(error) ?? (told as string | undefined) ?? BY_STATUS[status ?? 0] ?? codeIn(message) ?? 'Unknown'
  const region = raw.Region ?? raw.$response?.headers?.['x-amz-bucket-region']
  return { code, status, message, region: typeof region === 'string' ? region : undefined }
}

/** The SDK wraps some errors so that only their text is left: `… Error: connect ECONNREFUSED 127.0.0.1:1`. */
function codeIn(message: string): string | undefined {
  return /\b(E[A-Z]{4,}(_[A-Z]+)?|TimeoutError)\b/.exec(message)?.[1]
}

/** What the SDK calls an error of which it knows nothing but the status. */
const NO_NAMES = new Set(['Error', 'Unknown', 'UnknownError', '301', '400', '403', '404', '500', '503'])

const BY_STATUS: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  307: 'TemporaryRedirect',
  400: 'BadRequest',
  401: 'AccessDenied',
  403: 'AccessDenied',
  404: 'NotFound',
  409: 'ConditionalRequestConflict',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  429: 'SlowDown',
  500: 'InternalError',
  501: 'NotImplemented',
  503: 'SlowDown',
}

function explanationOf(answer: Answer): Explain | undefined {
  const found = EXPLANATIONS.find(({ codes, saying }) => {
    return codes.includes(answer.code) && (saying === undefined || saying.test(answer.message))
  })
  return found?.explain
}

/** How to get credentials that work, in one sentence. */
const WAYS_IN =
  'Give them by the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), by a profile (AWS_PROFILE) or by a role; ' +
  'in GitHub Actions by aws-actions/configure-aws-credentials with "id-token: write".'

const resourceOf = ({ bucket, key }: S3Request): string =>
  key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`

const whereOf = ({ endpoint }: S3Request): string => endpoint ?? 'S3'

const wrongRegion: Explain = ({ bucket }, { region, message }) => {
  const right = region ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1]
  return right === undefined
    ? {
        problem: `the bucket "${bucket}" is in another region, or must be reached at another endpoint`,
        advice: 'Look up the region of the bucket and put it into the location: region=eu-west-1.',
      }
    : { problem: `the bucket "${bucket}" is in the region ${right}`, advice: `Put region=${right} into the location.` }
}

const busy: Explain = (request, { message }) => ({
  problem: `${whereOf(request)} kept answering that it is too busy: ${withoutStop(message)}`,
  advice:
    'It was asked again several times with growing pauses. Start it again later; what has arrived is not sent again.',
})

const unreachable: Explain = (request, { code, message }) => ({
  problem: `${whereOf(request)} cannot be reached (${code}): ${withoutStop(message)}`,
  advice: 'Check the endpoint, the region and the network, then start it again; what has arrived is not sent again.',
})

const damagedOnTheWay: Explain = (_request, { message }) => ({
  problem: `what arrived is not what was sent: ${withoutStop(message)}`,
  advice: 'Nothing was kept of it. Start it again; if it comes back, the network or a proxy changes what passes.',
})

const denied: Explain = (request, { message }) => ({
  problem: `these credentials may not do ${request.action} on ${resourceOf(request)}: ${withoutStop(message)}`,
  advice: `Allow ${request.action} on ${resourceOf(request)} in their policy, and see that no policy of the bucket or its key denies it.`,
})

const cannot: Explain = (request, { message }) => ({
  problem: `${whereOf(request)} cannot do this: ${withoutStop(message)}`,
  advice:
    'Where it is about checksums, put checksums=md5 into the location; docs/stores.md lists the quirks of services.',
})

const EXPLANATIONS: readonly { codes: readonly string[]; saying?: RegExp; explain: Explain }[] = [
  {
    codes: ['NoSuchBucket'],
    explain: (request) => ({
      problem: `there is no bucket "${request.bucket}" at ${whereOf(request)}`,
      advice: 'Create it, or check its name, region and endpoint; pg-lifeboat never creates a bucket.',
    }),
  },
  {
    codes: ['AccessDenied'],
    saying: /kms:/i,
    explain: (_request, { message }) => ({
      problem: `the key of the encryption may not be used: ${withoutStop(message)}`,
      advice: 'Allow kms:GenerateDataKey and kms:Decrypt on the key, in its own policy too.',
    }),
  },
  { codes: ['AccessDenied', 'AllAccessDisabled', 'AccountProblem'], explain: denied },
  {
    codes: [
      'PermanentRedirect',
      'TemporaryRedirect',
      'AuthorizationHeaderMalformed',
      'IllegalLocationConstraintException',
    ],
    explain: wrongRegion,
  },
  {
    codes: ['InvalidAccessKeyId', 'InvalidClientTokenId'],
    explain: (request) => ({
      problem: `${whereOf(request)} does not know this access key`,
      advice: `Check that the key is of this service and still active. ${WAYS_IN}`,
    }),
  },
  {
    codes: ['SignatureDoesNotMatch'],
    explain: (request) => ({
      problem: `${whereOf(request)} did not accept the signature: the secret key is not the one of the access key`,
      advice:
        'Copy the secret key again (a space or line end at its end is enough to break it). With another service than ' +
        'AWS, the region and path-style must fit too.',
    }),
  },
  {
    codes: ['RequestTimeTooSkewed', 'RequestInTheFuture'],
    explain: () => ({
      problem: `the clock of this machine is wrong: it says ${new Date().toISOString()}, which is not the time of the server`,
      advice: 'Set the clock (timedatectl set-ntp true), then start it again.',
    }),
  },
  {
    codes: [...EXPIRED],
    explain: () => ({
      problem: 'the credentials have expired',
      advice:
        'What has arrived is not sent again. Start it again with fresh ones, or let the role last longer ' +
        '(role-duration-seconds of aws-actions/configure-aws-credentials, up to the maximum of the role).',
    }),
  },
  {
    codes: ['InvalidToken'],
    explain: () => ({
      problem: 'the session token of the credentials is not valid',
      advice: 'Give AWS_SESSION_TOKEN together with the keys it came with, or unset it.',
    }),
  },
  {
    codes: ['CredentialsProviderError', 'TokenProviderError'],
    explain: (_request, { message }) => ({
      problem: `there are no credentials: ${withoutStop(message)}`,
      advice: WAYS_IN,
    }),
  },
  {
    codes: ['Unknown'],
    saying: /region is missing/i,
    explain: () => ({
      problem: 'the region of the bucket is not known',
      advice: 'Put region=eu-west-1, or what it is, into the location, or set AWS_REGION.',
    }),
  },
  {
    codes: ['InvalidRequest', 'InvalidArgument'],
    saying: /object ?lock/i,
    explain: ({ bucket }) => ({
      problem: `the bucket "${bucket}" has no Object Lock, which object-lock-days asks for`,
      advice: 'Enable Object Lock on the bucket (it can be done for existing ones), or leave object-lock-days out.',
    }),
  },
  {
    codes: ['InvalidArgument', 'InvalidRequest', 'ExcessHeaderValues'],
    saying: /checksum|content-md5/i,
    explain: cannot,
  },
  {
    codes: ['InvalidObjectState'],
    explain: () => ({
      problem: 'the object is in an archive class and cannot be read before it is restored from there',
      advice: 'Restore it in the console of the service (aws s3api restore-object), then start it again.',
    }),
  },
  {
    codes: ['KMS.NotFoundException', 'KMS.DisabledException', 'KMS.KMSInvalidStateException'],
    explain: (_request, { message }) => ({
      problem: `the key of the encryption cannot be used: ${withoutStop(message)}`,
      advice: 'Check kms-key-id in the location, and that the key is enabled and in the region of the bucket.',
    }),
  },
  { codes: UNKNOWN_TO_IT, explain: cannot },
  {
    codes: ['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'],
    explain: damagedOnTheWay,
  },
  {
    codes: ['SlowDown', 'ServiceUnavailable', 'InternalError', 'ThrottlingException', 'RequestLimitExceeded'],
    explain: busy,
  },
  {
    codes: [
      'ENOTFOUND',
      'EAI_AGAIN',
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'TimeoutError',
      'RequestTimeout',
    ],
    explain: unreachable,
  },
]

const otherwise: Explain = (request, { code, status, message }) => ({
  problem: `${whereOf(request)} refused it (${[code, status].filter((each) => each !== undefined).join(', ')}): ${withoutStop(message)}`,
  advice: 'Check the location of the store; docs/stores.md tells what each service needs.',
})

function withoutStop(message: string): string {
  return message.trim().replace(/\.$/, '') || 'no reason was given'
}
