import { QueryError } from './query-error.js'
import type { Queryable } from './queryable.js'

/** What work gave, or the server's refusal of a statement of it. */
export type Attempt<T> = { done: T } | { refused: QueryError }

/** Does work in a subtransaction, so that a refusal leaves the transaction of the session as it was before the work. */
export async function inSubtransaction<T>(session: Queryable, work: () => Promise<T>): Promise<Attempt<T>> {
  await session.query('SAVEPOINT lifeboat')
  try {
    const done = await work()
    await session.query('RELEASE SAVEPOINT lifeboat')
    return { done }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    await session.query('ROLLBACK TO SAVEPOINT lifeboat; RELEASE SAVEPOINT lifeboat')
    return { refused: error }
  }
}

/** Reads in a transaction of its own, which is always rolled back. */
export async function inTransaction<T>(session: Queryable, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN READ ONLY')
  try {
    return await work()
  } finally {
    await session.query('ROLLBACK')
  }
}
