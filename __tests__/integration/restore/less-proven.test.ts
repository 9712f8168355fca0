import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { changingTheCopy, type Alteration } from '../../support/operating.js'
import { codesOf, RecoveryBench } from '../../support/recovery.js'
import { closingLines } from '../../../src/report/terminal.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

let cluster: TestCluster
let scratch: TestCluster

beforeAll(async () => {
  ;[cluster, scratch] = await Promise.all([startCluster(), startCluster()])
  await cluster.createDatabase('app')
  await cluster.psql(
    `CREATE TABLE cows (id int PRIMARY KEY, name text);
     INSERT INTO cows SELECT i, 'cow ' || i FROM generate_series(1, 100) i;
     CREATE INDEX by_name ON cows (name)`,
    'app',
  )
})
afterAll(async () => {
  await Promise.all([cluster.remove(), scratch.remove()])
  await removeTemporaryFolders()
})

/** As if the restore had lost the index, at the proof and in a recovery alike. */
const indexLost = changingTheCopy('post-data', 'DROP INDEX IF EXISTS public.by_name')
const rowLost = changingTheCopy('data', 'DELETE FROM public.cows WHERE id = 1')

async function benchWith(
  takes: readonly { verify?: string; alter?: Alteration; format?: string }[],
): Promise<{ bench: RecoveryBench; ids: string[] }> {
  const bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  const ids: string[] = []
  for (const [index, { alter, ...options }] of takes.entries()) {
    // The id of a set is a second.
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, 1000))
    const places = { 'database-url': cluster.url('app'), 'scratch-url': scratch.url() }
    const given = { ...places, rotate: 'false', verify: 'full', ...options }
    const { report } = await bench.run('backup', given, alter === undefined ? {} : { alter })
    ids.push(report.id!)
  }
  return { bench, ids }
}

async function rowsIn(database: string): Promise<unknown> {
  const [row] = await cluster.query('SELECT count(*)::int AS n FROM cows', database)
  return row?.n
}

describe('a set that failed its proof, and whose rows were equal', () => {
  let bench: RecoveryBench
  let id: string
  beforeAll(async () => {
    const made = await benchWith([{ alter: indexLost }])
    bench = made.bench
    id = made.ids[0]!
  })

  test('is taken where nothing better is there, held to its rows, and what differs is told', async () => {
    const ran = await bench.run('restore', { 'target-url': cluster.url('back') }, { alter: indexLost })
    expect([ran.exitCode, ran.report.id, ran.report.proof?.outcome, ran.report.proof?.tier]).toEqual([
      0,
      id,
      'proven',
      'data',
    ])
    expect(codesOf(ran)).toEqual(['SET_LESS_PROVEN', 'OBJECT_MISSING'])
    const [told] = ran.report.findings
    expect(told?.found).toContain(
      'it failed its proof at the tier full: OBJECT_MISSING index public.by_name, and all its rows were equal',
    )
    expect(closingLines(ran.report)[0]).toContain('⚠️ The rows of the database back were restored')
    expect(await rowsIn('back')).toBe(100)
  })

  test('that turns out to be equal in everything is restored as such', async () => {
    const ran = await bench.run('restore', { 'target-url': cluster.url('lucky'), backup: id })
    expect([ran.exitCode, ran.report.proof?.tier, codesOf(ran)]).toEqual([0, 'full', ['SET_LESS_PROVEN']])
  })

  test('is not put in place where rows are missing, and a database that is there stays', async () => {
    const target = { 'target-url': cluster.url('lucky'), 'restore-mode': 'replace', confirm: 'lucky' }
    const ran = await bench.run('restore', target, { alter: rowLost })
    expect([ran.exitCode, ran.report.restored, codesOf(ran)]).toEqual([
      3,
      undefined,
      ['SET_LESS_PROVEN', 'TABLE_ROWS_DIFFER'],
    ])
    expect(await rowsIn('lucky')).toBe(100)
  })

  test('replaces nothing without the name of the database typed', async () => {
    const ran = await bench.run('restore', { 'target-url': cluster.url('lucky'), 'restore-mode': 'replace' })
    expect([ran.exitCode, codesOf(ran)]).toEqual([5, ['SET_LESS_PROVEN', 'CONFIRM_NEEDED']])
  })

  test('that does not satisfy an assertion of the user is not put in place', async () => {
    const target = { 'target-url': cluster.url('asserted'), assertions: 'SELECT count(*) > 1000 FROM cows' }
    const ran = await bench.run('restore', target, { alter: indexLost })
    expect([ran.exitCode, ran.report.restored]).toEqual([3, undefined])
  })
})

test('an older set that is proven is taken before it, and that is told', async () => {
  const { bench, ids } = await benchWith([{}, { alter: indexLost }])
  const ran = await bench.run('restore', { 'target-url': cluster.url('older') })
  expect([ran.exitCode, ran.report.id, codesOf(ran)]).toEqual([0, ids[0], []])
  expect(ran.report.warnings.join()).toContain(
    `manual/${ids[1]!} was passed over: it failed its proof: OBJECT_MISSING index public.by_name`,
  )
})

test('a set that is proven to data is restored to data', async () => {
  const { bench } = await benchWith([{ verify: 'data' }])
  const ran = await bench.run('restore', { 'target-url': cluster.url('to_data') }, { alter: indexLost })
  expect([ran.exitCode, ran.report.proof?.tier, codesOf(ran)]).toEqual([0, 'data', ['OBJECT_MISSING']])
  const whole = await bench.run('restore', { 'target-url': cluster.url('to_full') })
  expect([whole.exitCode, whole.report.proof?.tier, codesOf(whole)]).toEqual([0, 'full', []])
})

test('a set that is proven to full is held to full', async () => {
  const { bench } = await benchWith([{}])
  const ran = await bench.run('restore', { 'target-url': cluster.url('to_full_only') }, { alter: indexLost })
  expect([ran.exitCode, ran.report.restored, codesOf(ran)]).toEqual([3, undefined, ['OBJECT_MISSING']])
  expect(closingLines(ran.report)[0]).toContain('All rows are equal, though.')
})

test('a set that could not be verified is taken where nothing better is there, and compared', async () => {
  const bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  await scratch.psql('CREATE ROLE may_create_nothing LOGIN')
  const { report, exitCode } = await bench.run('backup', {
    'database-url': cluster.url('app'),
    'scratch-url': scratch.url('postgres', { user: 'may_create_nothing' }),
    verify: 'full',
  })
  expect([exitCode, report.proof?.outcome]).toEqual([4, 'not-verified'])
  const ran = await bench.run('restore', { 'target-url': cluster.url('unverified') })
  expect([ran.exitCode, ran.report.proof?.tier, codesOf(ran)]).toEqual([0, 'full', ['SET_LESS_PROVEN']])
})

test('a set of which nothing is known to hold is refused, with what restores it all the same; named, it is held to its rows', async () => {
  const { bench, ids } = await benchWith([{ alter: rowLost }])
  const refused = await bench.run('restore', { 'target-url': cluster.url('named') })
  expect([refused.exitCode, refused.report.failure?.message]).toEqual([
    5,
    expect.stringContaining(`name it: backup ${ids[0]!}, type manual`),
  ])
  const ran = await bench.run('restore', { 'target-url': cluster.url('named'), backup: ids[0]! })
  expect([ran.exitCode, codesOf(ran)]).toEqual([0, ['SET_LESS_PROVEN']])
})

test('a script that PostgreSQL complains of behind its rows still holds them', async () => {
  await cluster.psql(
    `CREATE FUNCTION odd(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
       $$BEGIN IF current_database() <> 'app' THEN RAISE 'not here'; END IF; RETURN $1; END$$;
     CREATE INDEX here_only ON cows (odd(id))`,
    'app',
  )
  for (const format of ['plain', 'directory']) {
    const { bench, ids } = await benchWith([{ format }])
    const ran = await bench.run('restore', { 'target-url': cluster.url(`script_${format}`) })
    expect([format, ran.exitCode, ran.report.id, ran.report.proof?.tier]).toEqual([format, 0, ids[0], 'data'])
    expect(new Set(codesOf(ran))).toEqual(new Set(['SET_LESS_PROVEN', 'RESTORE_ERROR', 'OBJECT_MISSING']))
    expect(await rowsIn(`script_${format}`)).toBe(100)
  }
})
