import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import type { TestCluster } from '../cluster.js'

const EVERYTHING = fileURLToPath(new URL('everything.sql', import.meta.url))
const CHANGES = fileURLToPath(new URL('changes.sql', import.meta.url))
const FARM = fileURLToPath(new URL('farm.sql', import.meta.url))
const BENCH = fileURLToPath(new URL('bench.sql', import.meta.url))
const SAMPLE_DATABASE = fileURLToPath(new URL('../../../scripts/lib/sample-database', import.meta.url))

/** Makes a database with every kind of object and value; see the head of `everything.sql`. About a second. */
export async function createEverything(cluster: TestCluster, database = 'everything'): Promise<void> {
  await cluster.createDatabase(database)
  await cluster.psql({ file: EVERYTHING }, database)
}

/** Makes the database whose copies are changed; see the head of `changes.sql`. Its roles are the cluster's. */
export async function createChanges(cluster: TestCluster, database = 'changes'): Promise<void> {
  await cluster.createDatabase(database)
  await cluster.psql({ file: CHANGES }, database)
}

/** Makes a small database with one of everything that a proof compares; see the head of `farm.sql`. */
export async function createFarm(cluster: TestCluster, database = 'farm'): Promise<void> {
  await cluster.createDatabase(database)
  await cluster.psql({ file: FARM }, database)
}

/**
 * Makes the sample database of the demo: `animals`, `parts`, `explotacions`, `users`, `imports` and the partitioned
 * `animal_history`, with the roles `masclet` (owner), `masclet_app` and `masclet_readonly`.
 * @param animals number of animals, at least 200; the default 12,000 gives 100,000 rows in two seconds, 500 gives 4,000
 */
export async function createSampleDatabase(
  cluster: TestCluster,
  database = 'masclet_imperi',
  animals = 12_000,
): Promise<void> {
  const print = promisify(execFile)
  const { stdout } = await print(SAMPLE_DATABASE, ['--animals', String(animals)], { maxBuffer: 4 * 1024 * 1024 })
  await cluster.createDatabase(database)
  await cluster.psql(stdout, database)
}

/** Makes a database of about `scale` gigabytes; see the head of `bench.sql`. */
export async function createBenchDatabase(cluster: TestCluster, database = 'bench', scale = 1): Promise<void> {
  await cluster.createDatabase(database)
  await cluster.psql({ file: BENCH }, database, { scale: String(scale) })
}
