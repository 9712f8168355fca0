import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import path from 'node:path'
import type { Finding } from '../../../src/findings.js'
import { parseConnection } from '../../../src/postgres/connection.js'
import { libpqEnvironment } from '../../../src/postgres/libpq-environment.js'
import { findPrograms } from '../../../src/postgres/programs.js'
import { roundsOf } from '../../../src/restore/rounds.js'
import { restoreSection } from '../../../src/restore/section.js'
import { listEntries } from '../../../src/restore/use-list.js'
import { barePath, runBare } from '../../support/bare.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createEverything } from '../../support/databases/index.js'
import { describeDatabase, differences, oneLine, withPinned } from '../../support/described.js'
import { availableMajors } from '../../support/installations.js'
import { operate } from '../../support/operating.js'
import { withRealContext } from '../../support/take-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

const SECTIONS = ['pre-data', 'data', 'post-data'] as const

let cluster: TestCluster
let folder: string

afterAll(removeTemporaryFolders)

async function restored(archive: string, name: string, jobs: number): Promise<Finding[]> {
  await cluster.createDatabase(name)
  return withRealContext(async (context) => {
    const settings = parseConnection({ databaseUrl: cluster.url(name), environment: {} })
    const programs = await findPrograms({
      serverMajor: cluster.major,
      preferredFolders: [cluster.clientBin],
      environment: context.environment,
      processes: context.processes,
    })
    const target = { programs, environment: await libpqEnvironment(settings, context), database: name }
    const findings: Finding[] = []
    for (const section of SECTIONS) {
      findings.push(...(await restoreSection(target, { section, archive, jobs }, context)))
    }
    return findings
  })
}

/** Numbers of entries in lists of pg_restore, which is asked in so many ways. */
async function numbers(...args: string[]): Promise<number[]> {
  const listed = await cluster.run('pg_restore', ['--list', ...args])
  return [...listed.matchAll(/^(\d+); /gm)].map(([, number]) => Number(number)).sort((a, b) => a - b)
}

/** How many comments there are of each kind of object. */
async function comments(database: string): Promise<unknown> {
  return cluster.query(
    `SELECT classoid::regclass::text AS kind, count(*)::int FROM pg_description WHERE objoid >= 16384 GROUP BY 1 ORDER BY 1`,
    database,
  )
}

describe('every entry of an archive', () => {
  let archive: string

  beforeAll(async () => {
    cluster = await startCluster()
    folder = await temporaryFolder()
    archive = path.join(folder, 'everything.dump')
    await createEverything(cluster)
    await cluster.run('pg_dump', ['-Fc', '-d', 'everything', '-f', archive])
  })
  afterAll(() => cluster.remove())

  test('is in exactly one section and in exactly one of its rounds', async () => {
    const whole = await numbers(archive)
    const bySection = await Promise.all(SECTIONS.map((section) => numbers(`--section=${section}`, archive)))
    expect(bySection.flat().sort((a, b) => a - b)).toEqual(whole)
    await withRealContext(async (context) => {
      const programs = {
        command: (program: string, args: readonly string[]) => ({
          program: path.join(cluster.clientBin, program),
          args,
        }),
      }
      const entries = await listEntries(programs as never, archive, ['--section=post-data'], 'UTF8', context)
      const { early, eventTriggers } = roundsOf(entries, 4)
      const inRounds = [...early, ...eventTriggers].flatMap((round) => round.entries.map(({ dumpId }) => dumpId))
      expect(early).toHaveLength(3)
      expect(inRounds.sort((a, b) => a - b)).toEqual(bySection[2])
    })
  })

  test.each([1, 4])('is restored, with %d jobs: the copy is equal', async (jobs) => {
    const name = `copy_${jobs}`
    expect((await restored(archive, name, jobs)).map(oneLine)).toEqual([])
    const [source, copy] = [await describeDatabase(cluster, 'everything'), await describeDatabase(cluster, name)]
    const found = await withPinned(cluster, name, (session) => differences(source, copy, session))
    expect(found.map(({ code, on }) => `${code} ${on}`)).toEqual(['MATERIALIZED_VIEW_DIFFERS matviews.stale'])
    expect(await comments(name)).toEqual(await comments('everything'))
  })

  test('comments of indexes and keys come beside an index of partitions', async () => {
    await cluster.createDatabase('parted')
    await cluster.psql(
      `CREATE TABLE p (id int, v int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
       CREATE INDEX p_v ON p (v); COMMENT ON INDEX p_v IS 'parted';
       CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX i1 ON t (a); COMMENT ON INDEX i1 IS 'one';
       COMMENT ON CONSTRAINT t_pkey ON t IS 'pk'; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES t;
       COMMENT ON CONSTRAINT f ON t IS 'fk'; CREATE STATISTICS s ON id, a FROM t; COMMENT ON STATISTICS s IS 'st';`,
      'parted',
    )
    const file = path.join(folder, 'parted.dump')
    await cluster.run('pg_dump', ['-Fc', '-d', 'parted', '-f', file])
    for (const jobs of [1, 2, 4]) {
      expect(await restored(file, `parted_${jobs}`, jobs)).toEqual([])
      expect(await comments(`parted_${jobs}`)).toEqual(await comments('parted'))
    }
  })
})

describe('a set of some tables', () => {
  beforeAll(async () => {
    cluster = await startCluster()
    folder = await temporaryFolder()
  })
  afterAll(() => cluster.remove())

  test('brings the comments on foreign keys that lead out of it, and not those on keys that are left out', async () => {
    await cluster.createDatabase('part')
    await cluster.psql(
      `CREATE TABLE animals (id int PRIMARY KEY); INSERT INTO animals VALUES (1);
       CREATE TABLE parts (id int, a int CONSTRAINT "To animals" REFERENCES animals); INSERT INTO parts VALUES (1, 1);
       COMMENT ON CONSTRAINT "To animals" ON parts IS 'leads out';
       CREATE TABLE "P x" (id int, a int CONSTRAINT "P fk" REFERENCES animals) PARTITION BY LIST (id);
       CREATE TABLE p1 PARTITION OF "P x" FOR VALUES IN (1); INSERT INTO "P x" VALUES (1, 1);
       COMMENT ON CONSTRAINT "P fk" ON "P x" IS 'is left out';`,
      'part',
    )
    const given = { store: path.join(folder, 'store'), 'postgres-bin': cluster.clientBin, type: 'daily' }
    const taken = await operate('backup', {
      ...given,
      'database-url': cluster.url('part'),
      tables: 'parts, "P x"',
      jobs: '2',
    })
    expect(taken.found.filter((found) => !/^(REFERENCED_TABLE_LEFT_OUT|TABLE_NOT_COVERED) /.test(found))).toEqual([
      'FOREIGN_KEY_LEFT_OUT public."P x".P fk',
    ])
    const coreutils = await barePath(path.join(folder, 'path'))
    for (const jobs of ['1', '2']) {
      const script = path.join(taken.report.set!.path, 'restore.sh')
      const ended = await runBare([script, '--jobs', jobs, `part_${jobs}`], { cluster, coreutils })
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      expect(await comments(`part_${jobs}`)).toEqual([{ kind: 'pg_constraint', count: 1 }])
    }
  })
})

const newest = availableMajors().find(({ major }) => major >= 18)

;(newest === undefined ? describe.skip : describe)('an archive of PostgreSQL 18', () => {
  beforeAll(async () => {
    cluster = await startCluster({ major: newest!.major })
    folder = await temporaryFolder()
  })
  afterAll(() => cluster.remove())

  test.each([1, 4])('brings statistics of tables, indexes and views, with %d jobs', async (jobs) => {
    const source = `stats_${jobs}`
    await cluster.createDatabase(source)
    await cluster.psql(
      `CREATE TABLE p (id int, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 2);
       CREATE INDEX p_v ON p (lower(v)); INSERT INTO p SELECT 1 + n % 2, n FROM generate_series(1, 500) n;
       CREATE TABLE n (a int NOT NULL, CONSTRAINT positive CHECK (a > 0) NOT VALID); COMMENT ON CONSTRAINT n_a_not_null ON n IS 'nn';
       CREATE MATERIALIZED VIEW m AS SELECT v, count(*) FROM p GROUP BY 1; CREATE INDEX m_v ON m (lower(v)); ANALYZE;`,
      source,
    )
    const file = path.join(folder, `${source}.dump`)
    await cluster.run('pg_dump', ['-Fc', '--statistics', '-d', source, '-f', file])
    expect(await restored(file, `copy_${jobs}`, jobs)).toEqual([])
    const known = 'SELECT tablename, attname, n_distinct FROM pg_stats WHERE schemaname = $1 ORDER BY 1, 2'
    const statistics = await cluster.query(known, source, ['public'])
    expect(statistics.length).toBeGreaterThan(4)
    expect(await cluster.query(known, `copy_${jobs}`, ['public'])).toEqual(statistics)
    expect(await comments(`copy_${jobs}`)).toEqual(await comments(source))
  })
})
