import type { Content } from '../backup/describe-content.js'
import { displayName, type Manifest, type TableEntry } from '../backup/manifest.js'
import { finding, type Finding } from '../findings.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import type { Queryable } from '../postgres/queryable.js'
import type { Contents } from './difference.js'

/** Whether the fingerprints of a set can be compared with those of a copy, and why not. */
export async function comparability(
  session: Queryable,
  { hash, source }: Pick<Manifest, 'hash' | 'source'>,
  copy: Content['hash'],
): Promise<{ contents: Contents; findings: Finding[] }> {
  const findings = [...hashFindings(hash, copy), ...(await encodingFindings(session, source.encoding))]
  return { contents: findings.length === 0 ? 'compared' : 'not-comparable', findings }
}

/** The same question to both servers' hash functions; where they answer otherwise, fingerprints say nothing. */
function hashFindings(source: Manifest['hash'], copy: Content['hash']): Finding[] {
  if (source === null) {
    const found = 'the rows were only counted at the source: it was not asked for more, or its hash could not be probed'
    return [finding('FINGERPRINT_MISSING', 'all tables', found)]
  }
  return source.probe === copy?.probe
    ? []
    : [
        finding(
          'HASH_DIFFERS',
          'hash functions',
          `the probe gives ${copy?.probe ?? 'nothing'} here, ${source.probe} there`,
        ),
      ]
}

/** Text is hashed as the bytes that it has in the server's encoding. */
async function encodingFindings(session: Queryable, source: string): Promise<Finding[]> {
  const [row] = await session.query<{ encoding: string }>(
    `SELECT pg_catalog.current_setting('server_encoding') AS encoding`,
  )
  return row === undefined || row.encoding === source
    ? []
    : [finding('ENCODING_DIFFERS', 'the database', `it has the encoding ${row.encoding}, the source had ${source}`)]
}

/** Tables that were copied out have stored generated columns that no COPY gives. */
export function generatedNotCompared(facts: readonly TableFacts[], tables: readonly TableEntry[]): Finding[] {
  const copied = new Set(tables.filter(({ hashedBy }) => hashedBy === 'copy').map(displayName))
  return facts
    .filter((table) => copied.has(displayName(table)))
    .flatMap((table) => {
      const stored = table.columns.filter(({ generated }) => generated === 'stored').map(({ name }) => name)
      return stored.length === 0
        ? []
        : [finding('GENERATED_COLUMN_NOT_COMPARED', displayName(table), `not compared: ${stored.join(', ')}`)]
    })
}
