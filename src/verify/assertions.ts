import { problemOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { Queryable } from '../postgres/queryable.js'
import { whileConfined } from '../restore/confinement.js'

/** How long one assertion may take. */
const LIMIT = '10min'

/**
 * Asks each assertion in a read-only transaction: it must give one row with one column that is true. What it calls of
 * ordinary roles runs with their rights, whoever asks.
 */
export async function failedAssertions(session: Queryable, assertions: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const assertion of assertions) {
    const wrong = await whatIsWrong(session, assertion)
    if (wrong !== null) {
      findings.push(finding('ASSERTION_FAILED', assertion, wrong))
    }
  }
  return findings
}

async function whatIsWrong(session: Queryable, assertion: string): Promise<string | null> {
  try {
    const rows = await whileConfined(session, 'ROLLBACK', async () => {
      await session.query(`SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '${LIMIT}'`)
      return session.query<Record<string, unknown>>(assertion)
    })
    const values = rows.flatMap((row) => Object.values(row))
    if (values.length !== 1) {
      return `it gave ${rows.length} rows and ${values.length} values, it must give one`
    }
    return values[0] === true ? null : `it is ${String(values[0])} in the restored copy, it must be true`
  } catch (error) {
    return problemOf(error)
  }
}
