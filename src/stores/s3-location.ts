import { UsageError } from '../errors.js'
import { given } from '../given.js'
import { nearest } from '../options.js'
import { hasControls } from '../control-characters.js'

/** Where a store in S3 is and how things are kept there, as its location says. */
export interface S3Location {
  bucket: string
  /** What every key begins with, without slashes at its ends; empty for the whole bucket. */
  prefix: string
  region?: string
  /** Of a service other than AWS: `https://minio.example.com`. */
  endpoint?: string
  /** Whether the bucket is named in the path instead of the host; undefined leaves it to what the endpoint needs. */
  pathStyle?: boolean
  /** What a server compares with what arrived. `md5` is for those that refuse the newer checksums. */
  checksums: 'sha256' | 'md5'
  encryption?: { mode: 'AES256' | 'aws:kms' | 'aws:kms:dsse'; keyId?: string }
  storageClass?: StorageClass
  objectLock?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number }
  /** How many parts an upload may have. */
  mostParts: number
}

/** The keys of the query. */
const KEYS = [
  'region',
  'endpoint',
  'path-style',
  'checksums',
  'sse',
  'kms-key-id',
  'storage-class',
  'object-lock-days',
  'object-lock-mode',
] as const

type Key = (typeof KEYS)[number]

/** Storage classes from which an object can be read at once. A set that must be thawed first cannot be verified. */
const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'REDUCED_REDUNDANCY',
] as const

export type StorageClass = (typeof STORAGE_CLASSES)[number]

const FROZEN = ['GLACIER', 'DEEP_ARCHIVE']
const ENCRYPTIONS = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const
const LOCK_MODES = ['GOVERNANCE', 'COMPLIANCE'] as const
const CHECKSUMS = ['sha256', 'md5'] as const
const MOST_LOCK_DAYS = 36_500
const EXAMPLE = 's3://bucket/prefix?region=eu-west-1'

/**
 * Reads `s3://bucket/prefix?region=&endpoint=&…`.
 *
 * Throws `UsageError` for what cannot be used; an unknown key of the query is answered with the nearest known one.
 */
export function parseS3Location(location: string): S3Location {
  const url = parsedUrl(location)
  refuseCredentials(url)
  const query = queryOf(url)
  const read = { region: query.get('region'), endpoint: endpointOf(query), pathStyle: pathStyleOf(query) }
  return {
    bucket: bucketOf(url),
    prefix: prefixOf(location),
    checksums: choice(query, 'checksums', CHECKSUMS) ?? usualChecksums(read.endpoint),
    mostParts: mostPartsOf(read.endpoint),
    ...given(read),
    ...given({
      encryption: encryptionOf(query),
      storageClass: storageClassOf(query),
      objectLock: objectLockOf(query),
    }),
  }
}

/** As a person would write it: what tells this store from others. */
export function nameOfLocation({ bucket, prefix, endpoint }: S3Location): string {
  const place = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`
  return endpoint === undefined ? place : `${place}?endpoint=${endpoint}`
}

function parsedUrl(location: string): URL {
  try {
    return new URL(location)
  } catch (error) {
    throw unusable('it is not a URL', `Write it like ${EXAMPLE}.`, error)
  }
}

/** What is wrong is told without the location itself, because it may hold a secret. */
function refuseCredentials(url: URL): void {
  if (url.username === '' && url.password === '') return
  throw unusable(
    'it holds credentials, and a location is shown in logs and reports',
    'Take them out of the location. Give them by the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), by a ' +
      "profile (AWS_PROFILE), or by a role: in GitHub Actions with aws-actions/configure-aws-credentials and the job's OIDC token.",
  )
}

function queryOf(url: URL): Map<Key, string> {
  if (url.hash !== '') throw unusable('it holds a "#"', 'Write a "#" that belongs to the prefix as %23.')
  const query = new Map<Key, string>()
  for (const [name, value] of url.searchParams) {
    const key = KEYS.find((known) => known === name)
    if (key === undefined) throw unknownKey(name)
    if (query.has(key)) throw unusable(`${key} is given twice`, 'Give it once.')
    if (value === '') throw unusable(`${key} is empty`, 'Give it a value, or leave it out.')
    query.set(key, value)
  }
  return query
}

function unknownKey(name: string): UsageError {
  const near = nearest(name, KEYS)
  return unusable(
    `"${name}" is not one of its settings`,
    near === undefined ? `They are ${KEYS.join(', ')}.` : `Did you mean ${near}?`,
  )
}

function bucketOf(url: URL): string {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname) && url.port === '') return url.hostname
  throw unusable(
    `"${url.host}" cannot be the name of a bucket`,
    `A bucket has 3 to 63 small letters, digits, hyphens and dots: ${EXAMPLE}. ` +
      'Another service than AWS is named by endpoint=https://host.',
  )
}

/** From the text itself: a URL resolves "..", and would be another place than the one that was written. */
function prefixOf(location: string): string {
  const written = location.replace(/^[^/]*\/\/[^/?#]*/, '').replace(/[?#].*$/s, '')
  const prefix = decoded(written).replace(/^\/+|\/+$/g, '')
  const odd = prefix !== '' && prefix.split('/').some((part) => ['', '.', '..'].includes(part))
  if (!odd && !hasControls(prefix) && Buffer.byteLength(prefix) <= 700) return prefix
  throw unusable(
    `"${prefix}" cannot be its prefix`,
    'A prefix is made of names with single slashes between them, 700 bytes at most.',
  )
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch (error) {
    throw unusable('a "%" in it is not followed by two hexadecimal digits', 'Write a "%" itself as %25.', error)
  }
}

function endpointOf(query: Map<Key, string>): string | undefined {
  const text = query.get('endpoint')
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw unusable('its endpoint is not an http or https URL', 'Write it like endpoint=https://minio.example.com.')
  }
  refuseCredentials(url)
  if (url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    throw unusable('its endpoint holds more than a host and a port', 'Write it like endpoint=https://host:9000.')
  }
  return url.origin
}

function pathStyleOf(query: Map<Key, string>): boolean | undefined {
  const text = choice(query, 'path-style', ['true', 'false'])
  return text === undefined ? undefined : text === 'true'
}

function encryptionOf(query: Map<Key, string>): S3Location['encryption'] {
  const mode = choice(query, 'sse', ENCRYPTIONS)
  const keyId = query.get('kms-key-id')
  if (keyId !== undefined && (mode === undefined || mode === 'AES256')) {
    throw unusable('kms-key-id is given without encryption by KMS', 'Add sse=aws:kms.')
  }
  return mode === undefined ? undefined : { mode, ...given({ keyId }) }
}

function storageClassOf(query: Map<Key, string>): StorageClass | undefined {
  if (FROZEN.includes(query.get('storage-class') ?? '')) {
    throw unusable(
      `objects of the class ${query.get('storage-class') ?? ''} cannot be read at once, so a set could not be verified`,
      'Use GLACIER_IR, or let a lifecycle rule of the bucket move old sets to a colder class.',
    )
  }
  return choice(query, 'storage-class', STORAGE_CLASSES)
}

function objectLockOf(query: Map<Key, string>): S3Location['objectLock'] {
  const days = query.get('object-lock-days')
  const mode = choice(query, 'object-lock-mode', LOCK_MODES)
  if (days === undefined) {
    if (mode === undefined) return undefined
    throw unusable('object-lock-mode is given without a time', 'Add object-lock-days=30, or as long as sets are kept.')
  }
  if (!/^[1-9]\d*$/.test(days) || Number(days) > MOST_LOCK_DAYS) {
    throw unusable(`object-lock-days is "${days}"`, `Give a whole number of days, from 1 to ${MOST_LOCK_DAYS}.`)
  }
  return { mode: mode ?? 'GOVERNANCE', days: Number(days) }
}

/** Backblaze and Google refuse requests that carry the newer checksums. */
function usualChecksums(endpoint: string | undefined): S3Location['checksums'] {
  const host = endpoint === undefined ? '' : new URL(endpoint).hostname
  return host.endsWith('.backblazeb2.com') || host === 'storage.googleapis.com' ? 'md5' : 'sha256'
}

/** Scaleway takes a tenth of the parts that others take. */
function mostPartsOf(endpoint: string | undefined): number {
  return endpoint !== undefined && new URL(endpoint).hostname.endsWith('.scw.cloud') ? 1000 : 10_000
}

function choice<T extends string>(query: Map<Key, string>, key: Key, known: readonly T[]): T | undefined {
  const value = query.get(key)
  if (value === undefined) return undefined
  const found = known.find((each) => each === value)
  if (found !== undefined) return found
  const near = nearest(
    value.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  )
  const meant = known.find((each) => each.toLowerCase() === near)
  throw unusable(
    `${key} is "${value}"`,
    `${meant === undefined ? '' : `Did you mean ${meant}? `}It can be ${known.join(', ')}.`,
  )
}

function unusable(problem: string, advice: string, cause?: unknown): UsageError {
  return new UsageError({
    doing: 'reading the location of a store in S3',
    problem: `it cannot be used as a store: ${problem}`,
    advice,
    cause,
  })
}
