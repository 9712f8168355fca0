import { quoteIdentifier } from '../identifier.js'
import { QueryError, reasonOf } from '../query-error.js'
import type { Queryable } from '../queryable.js'
import type { SequenceFacts } from './model.js'
import { isDumpedSchema, isNoMember } from './sql.js'

/** How many sequences are read by one statement. */
const BATCH = 500

interface SequenceRow {
  schema: string
  name: string
  increment: string
  cycles: boolean
}

interface Position {
  last: string
  called: boolean
}

const SEQUENCES = `
  SELECT n.nspname AS schema, c.relname AS name, s.seqincrement::text AS increment, s.seqcycle AS cycles
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relpersistence <> 't' AND ${isDumpedSchema('n.nspname')} AND (${isNoMember('pg_class', 'c.oid')}
    OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

/**
 * Where every dumped sequence is, in the order of their names. Sequences are outside of snapshots: what is read is what
 * is now, so read them before the dump for a low mark and after it for a high one. One that cannot be read (for want of a
 * privilege, or because it was dropped in between) is told with the reason.
 *
 * Inside a transaction, which the server's refusal ends, it throws `QueryError` instead.
 */
export async function readSequences(session: Queryable): Promise<SequenceFacts[]> {
  const rows = await session.query<SequenceRow>(SEQUENCES)
  const found: SequenceFacts[] = []
  for (let start = 0; start < rows.length; start += BATCH) {
    found.push(...(await readBatch(session, rows.slice(start, start + BATCH))))
  }
  return found
}

/** SQLSTATE `in_failed_sql_transaction`. */
const TRANSACTION_IS_OVER = '25P02'

/** One refusal is one of the whole statement; then each is asked by itself. */
async function readBatch(session: Queryable, batch: readonly SequenceRow[]): Promise<SequenceFacts[]> {
  try {
    return await positionsOf(session, batch)
  } catch (refusal) {
    if (!(refusal instanceof QueryError)) throw refusal
    const found: SequenceFacts[] = []
    for (const row of batch) found.push(...(await readAlone(session, row, refusal)))
    return found
  }
}

async function readAlone(session: Queryable, row: SequenceRow, refusal: QueryError): Promise<SequenceFacts[]> {
  try {
    return await positionsOf(session, [row])
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    if (error.code === TRANSACTION_IS_OVER) throw refusal
    return [{ ...row, unread: reasonOf(error) }]
  }
}

async function positionsOf(session: Queryable, batch: readonly SequenceRow[]): Promise<SequenceFacts[]> {
  const each = batch.map(({ schema, name }, index) => {
    const sequence = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    return `SELECT ${index} AS place, last_value::text AS last, is_called AS called FROM ${sequence}`
  })
  const positions = await session.query<Position>(`${each.join(' UNION ALL ')} ORDER BY place`)
  return batch.flatMap((row, index) => {
    const position = positions[index]
    return position === undefined ? [] : [{ ...row, lastValue: position.last, isCalled: position.called }]
  })
}
