import { quoteIdentifier } from '../identifier.js'
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

const SEQUENCES = `
  SELECT n.nspname AS schema, c.relname AS name, s.seqincrement::text AS increment, s.seqcycle AS cycles
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relpersistence <> 't' AND ${isDumpedSchema('n.nspname')} AND (${isNoMember('pg_class', 'c.oid')}
    OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

/**
 * Where every dumped sequence is, in the order of their names. Sequences are outside of snapshots: what is read is what
 * is now, so read them before the dump for a low mark and after it for a high one.
 */
export async function readSequences(session: Queryable): Promise<SequenceFacts[]> {
  const rows = await session.query<SequenceRow>(SEQUENCES)
  const found: SequenceFacts[] = []
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH)
    const values = await session.query<{ last: string; called: boolean }>(valuesQuery(batch))
    batch.forEach((row, index) => {
      const value = values[index]
      if (value !== undefined) found.push({ ...row, lastValue: value.last, isCalled: value.called })
    })
  }
  return found
}

function valuesQuery(batch: readonly SequenceRow[]): string {
  const each = batch.map(({ schema, name }, index) => {
    const sequence = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    return `SELECT ${index} AS place, last_value::text AS last, is_called AS called FROM ${sequence}`
  })
  return `${each.join(' UNION ALL ')} ORDER BY place`
}
