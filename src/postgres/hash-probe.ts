import { CouldNotVerifyError } from '../errors.js'
import type { ColumnFacts } from './catalog/model.js'
import { rowHash, type HashMethod } from './fingerprint-query.js'
import type { Queryable } from './queryable.js'

/**
 * Which known row is hashed. The first form holds letters that many server encodings lack, so that these databases could
 * not be asked; manifests of that time are still compared by it.
 */
export type ProbeForm = 1 | 2

/** The form that new manifests have. */
export const PROBE_FORM: ProbeForm = 2

const TEXTS: Readonly<Record<ProbeForm, string>> = {
  1: 'pg-lifeboat: Núria, 牛, a row of known hash',
  2: 'pg-lifeboat: Nuria, a row of known hash in letters that every encoding has',
}

const knownRow = (text: string): readonly { hash: ColumnFacts['hash']; value: string; output?: string }[] => [
  { hash: 'int2', value: "'-7'::int2" },
  { hash: 'int4', value: "'2000000011'::int4" },
  { hash: 'int8', value: "'-9000000000000000001'::int8" },
  { hash: 'bool', value: 'true' },
  { hash: 'oid', value: "'4000000000'::oid" },
  { hash: 'uuid', value: "'5b30857f-0bfa-48b5-ac0b-5c64e28078d1'::uuid" },
  { hash: 'text', value: `'${text}'::text` },
  { hash: 'bytea', value: "'\\x00ff10a1b2c3d4e5f60718293a4b5c6d7e8f'::bytea" },
  { hash: 'output', value: "'12.340'::numeric", output: 'pg_catalog.numeric_out' },
  { hash: 'output', value: "'0.1'::float8", output: 'pg_catalog.float8out' },
  { hash: 'output', value: "'2026-11-24 02:00:00.123456+00'::timestamptz", output: 'pg_catalog.timestamptz_out' },
]

/**
 * What this server's hash functions give for a known row of every kind, as a decimal number. Two servers whose probes
 * differ (another processor's byte order, a changed hash) cannot be compared by fingerprints. Needs pinned settings.
 */
export async function hashProbe(session: Queryable, method: HashMethod, form: ProbeForm = PROBE_FORM): Promise<string> {
  const known = knownRow(TEXTS[form])
  const columns = known.map(({ hash, output }, index): ColumnFacts => {
    return { name: `c${index}`, type: hash, hash, ...(output === undefined ? {} : { output }) }
  })
  const values = known.map(({ value }, index) => `${value} AS c${index}`).join(', ')
  const [row] = await session.query<{ probe: string }>(
    `SELECT (${rowHash(columns, method)})::text AS probe FROM (SELECT ${values}) AS known`,
  )
  if (row === undefined) {
    throw new CouldNotVerifyError({
      doing: "probing the server's hash functions",
      problem: 'the server gave no row for a query that has exactly one',
      advice: 'Check what stands between pg-lifeboat and the server (a proxy, a pooler).',
    })
  }
  return row.probe
}
