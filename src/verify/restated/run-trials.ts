import { randomBytes } from 'node:crypto'
import { quoteIdentifier } from '../../postgres/identifier.js'
import { QueryError } from '../../postgres/query-error.js'
import type { Queryable } from '../../postgres/queryable.js'
import { splitOutside } from './clause.js'
import type { Room, Trial } from './trial.js'

/** What PostgreSQL makes of a text, or why it makes nothing of it. */
export type Outcome = { text: string } | { why: string }

/** A text that takes longer to parse, or that waits so long for somebody else's lock, is given up. Milliseconds. */
const LIMITS = { statement_timeout: '60000', lock_timeout: '10000' }

const INSUFFICIENT_PRIVILEGE = '42501'

/** Undefined function, table, column, object; no such schema. */
const LACKING_NAMES: ReadonlySet<string> = new Set(['42883', '42P01', '42703', '42704', '3F000'])

/**
 * Does work in a transaction that is always rolled back, with a schema for what the trials make. Event triggers do not
 * fire in it: they would run code for statements that nobody but us gives.
 *
 * Throws `QueryError` where the session may not make a schema.
 */
export async function withRoom<T>(session: Queryable, work: (room: Room) => Promise<T>): Promise<T> {
  const plainName = `lifeboat_${randomBytes(8).toString('hex')}`
  const name = quoteIdentifier(plainName)
  await session.query('BEGIN READ WRITE')
  try {
    await session.query(`SELECT set_config(name, value, true) FROM json_each_text($1::json) AS settings(name, value)`, [
      JSON.stringify({ ...LIMITS, check_function_bodies: 'off', client_min_messages: 'error' }),
    ])
    await disableEventTriggers(session)
    await session.query(`CREATE SCHEMA ${name}`)
    await session.query(`GRANT ALL ON SCHEMA ${name} TO PUBLIC`)
    return await work({ schema: name, name, plainName })
  } finally {
    await session.query('ROLLBACK')
  }
}

/** Those of another owner stay: they were there before the copy, and fired at its restore as well. */
async function disableEventTriggers(session: Queryable): Promise<void> {
  const triggers = await session.query<{ name: string }>(
    `SELECT evtname AS name FROM pg_event_trigger WHERE evtenabled <> 'D'`,
  )
  for (const { name } of triggers) {
    await undone(session, false, () => session.query(`ALTER EVENT TRIGGER ${quoteIdentifier(name)} DISABLE`, []))
  }
}

/** What trials of one text need besides. */
export interface Means {
  room: Room
  /** Whose rights they have. */
  owner: string | undefined
  copyText: string
  /** What sessions of the source look names up in. */
  searchPath: string
}

/** Tries one way after the other, and says of the last one why it failed. */
export async function firstOutcome(session: Queryable, trials: readonly Trial[], means: Means): Promise<Outcome> {
  let outcome: Outcome = { why: 'there is no way to ask the server again' }
  for (const trial of trials) {
    outcome = await outcomeOf(session, trial, means)
    if (!('text' in outcome)) continue
    return trial.ofCopy === undefined
      ? outcome
      : equated(outcome, await outcomeOf(session, trial.ofCopy, means), means.copyText)
  }
  return outcome
}

/** The copy's text where the copy's server makes the same of both. */
function equated(ofSource: { text: string }, ofCopy: Outcome, copyText: string): Outcome {
  return 'text' in ofCopy && ofCopy.text === ofSource.text ? { text: copyText } : ofSource
}

/**
 * With names looked up as a restore has them. A function that the text names may call another one without its schema, which
 * only the source's search path finds; so what lacks a name is tried once more with that.
 */
async function outcomeOf(session: Queryable, trial: Trial, means: Means): Promise<Outcome> {
  const outcome = await outcomeWith(session, trial, means, undefined)
  const lacksName = 'code' in outcome && LACKING_NAMES.has(outcome.code ?? '')
  if (!lacksName) return outcome
  const lookedUp = await outcomeWith(session, trial, means, means.searchPath)
  return 'text' in lookedUp ? lookedUp : outcome
}

/** As the owner; one who may not make it could still own it. Then with the session's own rights, where nothing is called. */
async function outcomeWith(
  session: Queryable,
  trial: Trial,
  { owner, room }: Means,
  searchPath: string | undefined,
): Promise<Outcome & { code?: string }> {
  if (trial.mayCall) {
    return owner === undefined
      ? { why: 'its owner is not known' }
      : attempt(session, trial, () => runConfined(session, trial.statements, { owner, room, searchPath }))
  }
  const as = (role: string | undefined) =>
    attempt(session, trial, () => runAs(session, trial.statements, role, searchPath))
  const asOwner = await as(owner)
  return 'code' in asOwner && asOwner.code === INSUFFICIENT_PRIVILEGE ? as(undefined) : asOwner
}

async function attempt(
  session: Queryable,
  { before, result, asInCatalog }: Trial,
  run: () => Promise<void>,
): Promise<Outcome & { code?: string }> {
  return undone(session, true, async () => {
    for (const statement of before) await session.query(statement, [])
    await run()
    const [row] = await session.query<{ text: string | null }>(result.sql, result.params)
    return typeof row?.text === 'string' ? { text: asInCatalog(row.text) } : { why: 'the server keeps no such text' }
  })
}

/** What PostgreSQL made of a text is read with the session's own search path, by which it prints names. */
async function runAs(
  session: Queryable,
  statements: readonly string[],
  owner: string | undefined,
  searchPath: string | undefined,
): Promise<void> {
  const [own] = await session.query<{ path: string }>(`SELECT current_setting('search_path') AS path`)
  if (owner !== undefined) await session.query(`SET LOCAL ROLE ${quoteIdentifier(owner)}`)
  if (searchPath !== undefined) await setSearchPath(session, searchPath)
  for (const statement of statements) await session.query(statement, [])
  if (owner !== undefined) await session.query('SET LOCAL ROLE NONE')
  if (searchPath !== undefined) await setSearchPath(session, own?.path ?? '')
}

async function setSearchPath(session: Queryable, searchPath: string): Promise<void> {
  await session.query(`SELECT pg_catalog.set_config('search_path', $1, true)`, [searchPath])
}

/**
 * As the owner inside a function of the owner's: what is called there cannot take the session's own rights back, as it
 * could after SET ROLE.
 */
async function runConfined(
  session: Queryable,
  statements: readonly string[],
  { owner, room: { schema }, searchPath = '' }: { owner: string; room: Room; searchPath?: string | undefined },
): Promise<void> {
  await session.query(`CREATE FUNCTION ${schema}.lifeboat_run(statement text, search_path text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
    AS 'BEGIN PERFORM pg_catalog.set_config(''search_path'', $2, true); EXECUTE $1; END'`)
  await session.query(`ALTER FUNCTION ${schema}.lifeboat_run(text, text) OWNER TO ${quoteIdentifier(owner)}`)
  for (const statement of statements) {
    if (splitOutside(statement, ';')?.length !== 1) throw new NotOneStatement()
    await session.query(`SELECT ${schema}.lifeboat_run($1, $2)`, [statement, searchPath])
  }
}

/** A text that is made to be more than a definition. */
class NotOneStatement extends Error {}

/** Does work behind a savepoint; what it did is undone afterwards, or only where the server refuses it. */
async function undone<T>(
  session: Queryable,
  always: boolean,
  work: () => Promise<T>,
): Promise<T | { why: string; code: string }> {
  await session.query('SAVEPOINT trial')
  try {
    const done = await work()
    await session.query(`${always ? 'ROLLBACK TO' : 'RELEASE'} SAVEPOINT trial`)
    return done
  } catch (error) {
    const isRefusal = error instanceof QueryError || error instanceof NotOneStatement
    if (!isRefusal) throw error
    await session.query('ROLLBACK TO SAVEPOINT trial')
    return error instanceof QueryError
      ? { why: error.problem, code: error.code }
      : { why: 'it is not one definition', code: '' }
  }
}
