import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import pg from 'pg'

import { InterruptedError } from '../../../src/errors.js'
import { readTables } from '../../../src/postgres/catalog/read-tables.js'
import { fingerprintTables, type TableFingerprint } from '../../../src/postgres/fingerprint.js'
import type { HashMethod } from '../../../src/postgres/fingerprint-query.js'
import { hashProbe } from '../../../src/postgres/hash-probe.js'
import { pinSettings } from '../../../src/postgres/pinned.js'
import type { RowSource } from '../../../src/postgres/queryable.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { queryable } from '../../support/described.js'
import { availableMajors } from '../../support/installations.js'

jest.setTimeout(120_000)

const METHODS: readonly HashMethod[] = ['record', 'text']

/** A column's type and values of it, as PostgreSQL reads them; equal texts are equal values, different ones are not. */
const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  smallint: fc.integer({ min: -32768, max: 32767 }).map(String),
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  bigint: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    fc.constantFrom('1', '4294967296', '-1', '-4294967296', '0'),
  ),
  'double precision': fc
    .double({ noDefaultInfinity: false })
    .map((value) => (Object.is(value, -0) ? '-0' : String(value))),
  numeric: fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 3 }))
    .map(([whole, zeros]) => `${whole}${zeros > 0 ? '.' : ''}${'0'.repeat(zeros)}`),
  boolean: fc.constantFrom('t', 'f'),
  text: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  bytea: fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  uuid: fc.uuid(),
  timestamptz: fc
    .bigInt({ min: -(10n ** 15n), max: 10n ** 15n })
    .map(
      (micros) =>
        `${new Date(Number(micros / 1000n)).toISOString().slice(0, -1)}${String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0')}Z`,
    ),
  jsonb: fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value).replaceAll('\\u0000', '')),
  'integer[]': fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }).map((items) => `{${items.join(',')}}`),
  int4range: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max: 19 })).map(([a, b]) => `[${a},${b})`),
}

interface Example {
  types: string[]
  rows: (string | null)[][]
  /** One more row, to take values from. */
  spare: (string | null)[]
}

const example: fc.Arbitrary<Example> = fc
  .array(fc.constantFrom(...Object.keys(TYPES)), { minLength: 1, maxLength: 5 })
  .chain((types) => {
    const row = fc.tuple(...types.map((type) => fc.option(TYPES[type]!, { freq: 4 })))
    return fc.record({ types: fc.constant(types), rows: fc.array(row, { minLength: 1, maxLength: 6 }), spare: row })
  })

describe.each([...METHODS, 'copy' as const])('a fingerprint by method %s', (how) => {
  const options = how === 'copy' ? { method: 'record' as const, byCopy: () => true } : { method: how }
  let cluster: TestCluster
  let client: pg.Client
  let session: RowSource

  beforeAll(async () => {
    cluster = await startCluster()
    client = await cluster.connect()
    session = queryable(client)
    await pinSettings(session)
  })
  afterAll(async () => {
    await client.end()
    await cluster.remove()
  })

  async function fingerprintOf(name: string): Promise<TableFingerprint & { fingerprint: string }> {
    const tables = (await readTables(session)).filter((table) => table.name === name)
    expect(tables).toHaveLength(1)
    const { found, unread } = await fingerprintTables([session], tables, options)
    expect([...unread.values()]).toEqual([])
    const { fingerprint = '', ...more } = found.get(tables[0]!.oid)!
    expect(fingerprint).not.toBe('')
    return { ...more, fingerprint }
  }

  /** The table's columns in the given order, c0, c1, …, with its rows in the given order. */
  async function create(name: string, { types, rows }: Example, order = types.map((_, index) => index)): Promise<void> {
    const columns = order.map((index) => `c${index} ${types[index]!}`)
    await client.query(`DROP TABLE IF EXISTS public.${name}; CREATE TABLE public.${name} (${columns.join(', ')})`)
    for (const row of rows) {
      const values = order.map((index) => (row[index] === null ? 'NULL' : pg.escapeLiteral(row[index]!)))
      await client.query(`INSERT INTO public.${name} VALUES (${values.join(', ')})`)
    }
  }

  /** Whether two tables hold the same rows, counted, as their text says; what the fingerprint must agree with. */
  async function sameRows(a: string, b: string, columns: number): Promise<boolean> {
    const record = `ROW(${Array.from({ length: columns }, (_, index) => `c${index}`).join(', ')})::text`
    const difference = (one: string, other: string): string =>
      `SELECT ${record} FROM public.${one} EXCEPT ALL SELECT ${record} FROM public.${other}`
    const [found] = await session.query<{ same: boolean }>(
      `SELECT NOT EXISTS (${difference(a, b)}) AND NOT EXISTS (${difference(b, a)}) AS same`,
    )
    return found!.same
  }

  test('does not depend on the order of rows and columns', async () => {
    await fc.assert(
      fc.asyncProperty(example, fc.infiniteStream(fc.nat()), async (table, numbers) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => [numbers.next().value as number, item] as const)
            .sort(([a], [b]) => a - b)
            .map(([, item]) => item)
        await create('one', table)
        await create('other', { ...table, rows: shuffled(table.rows) }, shuffled(table.types.map((_, index) => index)))
        expect(await fingerprintOf('other')).toEqual(await fingerprintOf('one'))
      }),
      { numRuns: 40 },
    )
  })

  test('differs exactly when the rows differ', async () => {
    await fc.assert(
      fc.asyncProperty(example, fc.nat(), fc.nat(), async (table, from, to) => {
        const changed = mutate(table, from, to)
        await create('one', table)
        await create('other', changed)
        const same = await sameRows('one', 'other', table.types.length)
        const [one, other] = [await fingerprintOf('one'), await fingerprintOf('other')]
        expect({ same: one.rows === other.rows && one.fingerprint === other.fingerprint }).toEqual({ same })
      }),
      { numRuns: 60 },
    )
  })

  test('notices a value that moved from one row to another, in every bit', async () => {
    // The sum of record hashes misses two of three such swaps, that of unmixed hashes never changes its last bit.
    const lastBits = new Set<bigint>()
    for (let attempt = 0; attempt < 30; attempt++) {
      const rows = [`(${attempt}, 'a${attempt}')`, `(${attempt + 1}, 'b${attempt}')`]
      const swapped = [`(${attempt}, 'b${attempt}')`, `(${attempt + 1}, 'a${attempt}')`]
      await client.query(
        `DROP TABLE IF EXISTS public.one, public.other;
         CREATE TABLE public.one (a int, b text); INSERT INTO public.one VALUES ${rows.join(', ')};
         CREATE TABLE public.other (a int, b text); INSERT INTO public.other VALUES ${swapped.join(', ')}`,
      )
      const [one, other] = [await fingerprintOf('one'), await fingerprintOf('other')]
      expect(other.fingerprint).not.toBe(one.fingerprint)
      lastBits.add((BigInt(one.fingerprint) ^ BigInt(other.fingerprint)) & 1n)
    }
    expect([...lastBits].sort()).toEqual([0n, 1n])
  })

  test.each([
    ['bigint', '1', '4294967296'],
    ['numeric', '1.0', '1.00'],
    ['numeric', '-5', '5'],
    ['float8', '0', '-0'],
    ['float4', '0', '-0'],
    ['float8', '0.1', '0.10000000000000002'],
    ['interval', '1 mon', '30 days'],
    ['interval', '1 day', '24:00'],
    ['timestamp', '2000-01-01 00:00:00', '2000-01-01 01:11:34.967297'],
    ['timestamptz', '2000-01-01 00:00:00Z', '2000-01-01 01:11:34.967297Z'],
    ['time', '00:00:00', '01:11:34.967297'],
    ['timetz', '12:00+00', '13:00+01'],
    ['bpchar', 'a', 'a '],
    ['jsonb', '{"a": 1.0}', '{"a": 1.00}'],
    ['json', '{"a":1}', '{"a": 1}'],
    ['integer[]', '{1,2}', '{{1,2}}'],
    ['integer[]', '{1,2}', '[0:1]={1,2}'],
    ['text[]', '{NULL}', '{"NULL"}'],
    ['text collate "und-x-icu"', '\u00e9', 'e\u0301'],
    ['int8range', '[1,2)', 'empty'],
    ['numrange', '[1.0,2]', '[1.00,2]'],
    ['bit varying', '0', '00'],
    ['inet', '10.0.0.1', '10.0.0.1/31'],
    ['bytea', '', '\\x00'],
    ['text', '', ' '],
    ['xml', '<a/>', '<a></a>'],
    ['tsvector', "'a':1", "'a':1A"],
    ['"char"', 'a', 'b'],
    ['oid', '0', '1'],
  ])('tells apart two values of %s that a hash or an equality may take for one: %s and %s', async (type, a, b) => {
    const values = [pg.escapeLiteral(a), pg.escapeLiteral(b), 'NULL']
    const found = new Set<string>()
    for (const value of values) {
      await client.query(`DROP TABLE IF EXISTS public.one; CREATE TABLE public.one (v ${type});
        INSERT INTO public.one VALUES (${value})`)
      found.add((await fingerprintOf('one')).fingerprint)
    }
    expect(found.size).toBe(3)
  })

  test('is the same after columns were dropped and added again', async () => {
    await client.query(`DROP TABLE IF EXISTS public.one; CREATE TABLE public.one (a int, b text, c date);
      INSERT INTO public.one VALUES (1, 'x', '2024-01-01'), (2, NULL, NULL)`)
    const before = await fingerprintOf('one')
    await client.query(`ALTER TABLE public.one ADD d text; UPDATE public.one SET d = b; ALTER TABLE public.one DROP b;
      ALTER TABLE public.one RENAME d TO b`)
    expect(await fingerprintOf('one')).toEqual(before)
  })

  test('hashes stored generated columns apart', async () => {
    await client.query(`DROP TABLE IF EXISTS public.one;
      CREATE TABLE public.one (a int, twice int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO public.one VALUES (1), (2)`)
    const before = await fingerprintOf('one')
    await client.query(`ALTER TABLE public.one DROP twice, ADD twice int GENERATED ALWAYS AS (a * 3) STORED`)
    const after = await fingerprintOf('one')
    expect(after.fingerprint).toBe(before.fingerprint)
    if (how === 'copy') expect(after.generatedFingerprint).toBeUndefined()
    else expect(after.generatedFingerprint).not.toBe(before.generatedFingerprint)
  })

  test('takes a table of 1,600 columns and one without any', async () => {
    const columns = Array.from({ length: 1600 }, (_, index) => `c${index} int`)
    await client.query(`DROP TABLE IF EXISTS public.one, public.other; CREATE TABLE public.one (${columns.join(', ')});
      INSERT INTO public.one (c7) VALUES (1); CREATE TABLE public.other (); INSERT INTO public.other DEFAULT VALUES`)
    const before = await fingerprintOf('one')
    await client.query('UPDATE public.one SET c7 = NULL, c8 = 1')
    expect((await fingerprintOf('one')).fingerprint).not.toBe(before.fingerprint)
    expect((await fingerprintOf('other')).rows).toBe(1)
  })

  test('hashes of an extension only its configuration, as far as its condition says', async () => {
    // What CREATE EXTENSION does with a script that calls pg_extension_config_dump.
    await client.query(`DROP TABLE IF EXISTS public.one, public.other; CREATE TABLE public.one (id int);
      CREATE TABLE public.other (id int); INSERT INTO public.one SELECT generate_series(1, 10);
      ALTER EXTENSION plpgsql ADD TABLE public.one; ALTER EXTENSION plpgsql ADD TABLE public.other;
      UPDATE pg_extension SET extconfig = ARRAY['public.one'::regclass::oid], extcondition = ARRAY['WHERE id > 7']`)
    try {
      const tables = (await readTables(session)).filter(({ schema }) => schema === 'public')
      expect(tables).toMatchObject([{ name: 'one', extension: { name: 'plpgsql', condition: 'WHERE id > 7' } }])
      if (how === 'copy') {
        const { unread } = await fingerprintTables([session], tables, options)
        expect([...unread.values()]).toEqual([expect.stringContaining('dumps only some of its rows')])
      } else {
        expect((await fingerprintOf('one')).rows).toBe(3)
      }
      expect((await cluster.run('pg_dump', ['-d', cluster.url()])).match(/^(8|9|10)$/gm)).toEqual(['8', '9', '10'])
    } finally {
      await client.query(`UPDATE pg_extension SET extconfig = NULL, extcondition = NULL;
        ALTER EXTENSION plpgsql DROP TABLE public.one; ALTER EXTENSION plpgsql DROP TABLE public.other;
        DROP TABLE public.one, public.other`)
    }
  })

  test('refuses rows that a policy would hide', async () => {
    await client.query(`DROP TABLE IF EXISTS public.one; CREATE TABLE public.one (id int);
      INSERT INTO public.one VALUES (1); ALTER TABLE public.one ENABLE ROW LEVEL SECURITY;
      DROP ROLE IF EXISTS limited; CREATE ROLE limited; GRANT SELECT ON public.one TO limited`)
    await client.query('SET ROLE limited')
    try {
      const tables = (await readTables(session)).filter(({ name }) => name === 'one')
      const { found, unread } = await fingerprintTables([session], tables, options)
      expect([...found]).toEqual([])
      expect(unread.get(tables[0]!.oid)).toContain('row-level security')
    } finally {
      await client.query('RESET ROLE; DROP TABLE public.one; DROP ROLE limited')
    }
  })

  test('spreads tables over sessions, the largest first, and stops when told', async () => {
    await client.query(`DROP TABLE IF EXISTS public.one, public.other; CREATE TABLE public.one (id int);
      CREATE TABLE public.other (id int); INSERT INTO public.other SELECT generate_series(1, 10000)`)
    const tables = (await readTables(session)).filter(({ schema }) => schema === 'public')
    const order: string[] = []
    await fingerprintTables([session], tables, { ...options, onProgress: ({ current }) => order.push(current) })
    expect(order.slice(0, 1)).toEqual(['public.other'])
    const second = await cluster.connect()
    try {
      await pinSettings(queryable(second))
      const alone = await fingerprintTables([session], tables, options)
      expect(await fingerprintTables([session, queryable(second)], tables, options)).toEqual(alone)
    } finally {
      await second.end()
    }
    const stopped = fingerprintTables([session], tables, { ...options, signal: AbortSignal.abort() })
    await expect(stopped).rejects.toThrow(InterruptedError)
  })
})

function mutate({ types, rows, spare }: Example, from: number, to: number): Example {
  const changed = rows.map((row) => [...row])
  const [a, b] = [from % rows.length, to % rows.length]
  const column = to % types.length
  switch ((from + to) % 5) {
    case 0: // two cells of a column trade places
      ;[changed[a]![column], changed[b]![column]] = [changed[b]![column]!, changed[a]![column]!]
      break
    case 1: // a cell becomes NULL
      changed[a]![column] = null
      break
    case 2: // a row is doubled in place of another
      changed[a] = [...changed[b]!]
      break
    case 3: // a cell has another value
      changed[a]![column] = spare[column]!
      break
    default: // a row vanishes
      changed.splice(a, 1)
  }
  return { types, rows: changed, spare }
}

test('gives the same for a known row on every server at hand, method by method', async () => {
  const probes: Record<HashMethod, Set<string>> = { record: new Set(), text: new Set() }
  for (const { major } of availableMajors()) {
    const cluster = await startCluster({ major })
    const client = await cluster.connect()
    try {
      await pinSettings(queryable(client))
      for (const method of METHODS) probes[method].add(await hashProbe(queryable(client), method))
    } finally {
      await client.end()
      await cluster.remove()
    }
  }
  expect([...probes.record]).toHaveLength(1)
  expect([...probes.text]).toHaveLength(1)
  expect(probes.record).not.toEqual(probes.text)
})
