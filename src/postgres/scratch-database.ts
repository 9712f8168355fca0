import { randomBytes } from 'node:crypto'

import { quoteIdentifier } from './identifier.js'
import { QueryError } from './query-error.js'
import type { Session } from './session.js'

/** Encoding and locale of a database, as `pg_database` has them. */
export interface DatabaseLocale {
  /** `UTF8` */
  encoding: string
  /** `libc`, `icu` or `builtin`, or the letter that `pg_database` has for it. */
  localeProvider: string
  collate: string | null
  ctype: string | null
  /** Locale of ICU, or of the builtin provider. */
  icuLocale: string | null
}

/** What every database that we create on a scratch server is called. */
export const SCRATCH_PREFIX = 'lifeboat_scratch_'

/** A name that no other run has. */
export function scratchName(): string {
  return SCRATCH_PREFIX + randomBytes(6).toString('hex')
}

/** What a server says when it does not know a locale, a provider, or an encoding for the locale. */
const NO_SUCH_LOCALE = new Set(['42704', '22023', '42809', '0A000', '42601', '42602'])

/**
 * Creates an empty database with the encoding and, where the server has it, the locale of the source. Returns null, or what
 * was taken instead: then text may sort and compare otherwise than at the source.
 *
 * Throws `QueryError` when the server refuses.
 */
export async function createLike(session: Session, name: string, locale: DatabaseLocale): Promise<string | null> {
  const [wanted, ...substitutes] = candidates(locale, session.major)
  try {
    await create(session, name, wanted)
    return null
  } catch (error) {
    if (!isAboutLocale(error)) {
      throw error
    }
  }
  for (const [index, substitute] of substitutes.entries()) {
    try {
      await create(session, name, substitute)
      return `the server does not have the locale ${wanted.label}; ${substitute.label} was taken instead`
    } catch (error) {
      if (!isAboutLocale(error) || index === substitutes.length - 1) {
        throw error
      }
    }
  }
  return null
}

interface Candidate {
  label: string
  clauses: string
}

function candidates(locale: DatabaseLocale, major: number): [Candidate, ...Candidate[]] {
  const encoding = `ENCODING ${literal(locale.encoding)}`
  const libc = (name: string): Candidate => ({
    label: name,
    clauses: `${encoding} ${major >= 15 ? 'LOCALE_PROVIDER libc ' : ''}LC_COLLATE ${literal(name)} LC_CTYPE ${literal(name)}`,
  })
  const own = { label: labelOf(locale), clauses: `${encoding} ${localeClauses(locale, major)}` }
  return [own, ...(locale.encoding === 'UTF8' ? [libc('C.UTF-8')] : []), libc('C')]
}

function labelOf({ localeProvider, collate, icuLocale }: DatabaseLocale): string {
  const provider = providerOf(localeProvider)
  return provider === 'libc' ? (collate ?? 'C') : `${icuLocale ?? '?'} (${provider})`
}

/** https://www.postgresql.org/docs/current/sql-createdatabase.html */
function localeClauses({ localeProvider, collate, ctype, icuLocale }: DatabaseLocale, major: number): string {
  const provider = providerOf(localeProvider)
  return [
    // A server before 15 has only libc, and refuses the word by a syntax error: a locale that it does not have.
    ...(major >= 15 || provider !== 'libc' ? [`LOCALE_PROVIDER ${provider}`] : []),
    ...(provider === 'icu' && icuLocale !== null ? [`ICU_LOCALE ${literal(icuLocale)}`] : []),
    ...(provider === 'builtin' && icuLocale !== null ? [`BUILTIN_LOCALE ${literal(icuLocale)}`] : []),
    ...(collate === null ? [] : [`LC_COLLATE ${literal(collate)}`]),
    ...(ctype === null ? [] : [`LC_CTYPE ${literal(ctype)}`]),
  ].join(' ')
}

function providerOf(text: string): 'libc' | 'icu' | 'builtin' {
  switch (text) {
    case 'i':
    case 'icu':
      return 'icu'
    case 'b':
    case 'builtin':
      return 'builtin'
    default:
      return 'libc'
  }
}

async function create(session: Session, name: string, { clauses }: Candidate): Promise<void> {
  await session.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ${clauses}`)
}

function isAboutLocale(error: unknown): boolean {
  return error instanceof QueryError && NO_SUCH_LOCALE.has(error.code)
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
