import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { transformFile } from '@swc/core'

import { startCluster, type ClusterOptions, type TestCluster } from '../support/cluster.js'
import { createBenchDatabase, createEverything, createSampleDatabase } from '../support/databases/index.js'
import { describeMajors } from '../support/describe-majors.js'

/** What there is of every kind, by which a source and its restored copy are compared. */
const CENSUS = `
  SELECT 'relation ' || relkind::text || ' ' || nspname AS kind, count(*)::integer AS n
  FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' GROUP BY 1
  UNION ALL SELECT 'type', count(*) FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT 'function', count(*) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT 'constraint ' || contype::text || convalidated, count(*) FROM pg_constraint WHERE contype <> 'n' GROUP BY 1
  UNION ALL SELECT 'trigger ' || tgenabled::text, count(*) FROM pg_trigger GROUP BY 1
  UNION ALL SELECT 'rule', count(*) FROM pg_rewrite WHERE oid >= 16384
  UNION ALL SELECT 'policy', count(*) FROM pg_policy
  UNION ALL SELECT 'statistics', count(*) FROM pg_statistic_ext
  UNION ALL SELECT 'extension', count(*) FROM pg_extension
  UNION ALL SELECT 'publication', count(*) FROM pg_publication
  UNION ALL SELECT 'subscription', count(*) FROM pg_subscription
  UNION ALL SELECT 'event trigger', count(*) FROM pg_event_trigger
  UNION ALL SELECT 'user mapping', count(*) FROM pg_user_mapping
  UNION ALL SELECT 'default privileges', count(*) FROM pg_default_acl
  UNION ALL SELECT 'large object', count(*) FROM pg_largeobject_metadata
  UNION ALL SELECT 'comment', count(*) FROM pg_description WHERE objoid >= 16384
  ORDER BY 1`

const ROWS = `
  SELECT c.oid::regclass::text AS name,
    (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ONLY ' || c.oid::regclass, false, true, '')))[1]::text AS n
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`

/** The command lines that name a folder, of every process on this machine; a zombie has none. */
function processesIn(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(commandLine).filter((command) => command.includes(folder))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // it has ended
  }
}

describeMajors('a cluster of a test', ({ major, bin, clientBin }) => {
  let clusters: TestCluster[]
  let folder: string

  async function start(options: ClusterOptions): Promise<TestCluster> {
    const cluster = await startCluster(options)
    clusters.push(cluster)
    return cluster
  }

  beforeEach(async () => {
    clusters = []
    folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-support-'))
  })

  afterEach(async () => {
    await Promise.all(clusters.map((cluster) => cluster.remove()))
    await rm(folder, { recursive: true, force: true })
  })

  test('carries everything.sql through a dump and a restore without an error', async () => {
    const source = await start({ major })
    await createEverything(source)
    const dump = path.join(folder, 'dump')
    await source.run('pg_dump', ['--format=directory', '--jobs=2', '--file', dump, 'everything'])
    const globals = await source.run('pg_dumpall', ['--roles-only'])

    // A newer client writes settings that an older server does not know, so its archive goes to its own major.
    const target = await start(clientBin === bin ? { major } : { bin: clientBin })
    await target.psql(globals.replace('CREATE ROLE postgres;', ''))
    await target.createDatabase('copy')
    // By one job: parallel ones may grant on a table before they grant the USAGE of its schema that this needs.
    await target.run('pg_restore', ['--exit-on-error', '--dbname=copy', dump])

    expect(await target.query(ROWS, 'copy')).toEqual(await source.query(ROWS, 'everything'))
    if (target.major === source.major) {
      expect(await target.query(CENSUS, 'copy')).toEqual(await source.query(CENSUS, 'everything'))
    }
  }, 120_000)

  test('leaves no process and no file behind, killed or not', async () => {
    const cluster = await start({ major, auth: 'scram' })
    expect(await cluster.psql('SELECT current_user')).toBe('postgres')
    await cluster.kill()
    expect(processesIn(cluster.host)).toEqual([])
    await cluster.start()
    expect(await cluster.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(processesIn(cluster.host)).not.toEqual([])
    await cluster.remove()
    await cluster.remove()

    expect(existsSync(cluster.host)).toBe(false)
    expect(processesIn(cluster.host)).toEqual([])
  }, 60_000)
})

/** A program that starts a cluster, says where, and waits: the modules of this folder, which Node 20 cannot read as they are. */
async function writeProgram(folder: string): Promise<string> {
  for (const name of ['cluster', 'installations']) {
    const source = fileURLToPath(new URL(`../support/${name}.ts`, import.meta.url))
    const { code } = await transformFile(source, {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    })
    await writeFile(path.join(folder, `${name}.js`), code)
  }
  const program = path.join(folder, 'program.js')
  const lines = [
    `import { startCluster } from './cluster.js'`,
    `process.stdout.write((await startCluster()).host)`,
    `setInterval(() => undefined, 1000)`,
  ]
  await writeFile(program, lines.join('\n'))
  return program
}

test('a cluster goes away by itself when the process that started it is killed', async () => {
  const cache = fileURLToPath(new URL('../../.cache', import.meta.url)) // inside the repository, to find node_modules
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(path.join(cache, 'support-'))
  try {
    const child = spawn(process.execPath, [await writeProgram(folder)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const host = said.toString()
    expect(processesIn(host)).not.toEqual([])
    child.kill('SIGKILL')
    await once(child, 'exit')
    for (let waited = 0; existsSync(host) && waited < 20_000; waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(existsSync(host)).toBe(false)
    expect(processesIn(host)).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)

test('the sample and the bench database are the same every time', async () => {
  const cluster = await startCluster()
  try {
    for (const name of ['first', 'second']) {
      await createSampleDatabase(cluster, `sample ${name}`, 500)
      await createBenchDatabase(cluster, `bench ${name}`, 0.001)
    }
    const dump = (database: string): Promise<string> =>
      cluster.run('pg_dump', [`--dbname=${cluster.url(database)}`]).then(withoutRestrictKey)
    expect(await dump('sample second')).toBe(await dump('sample first'))
    expect(await dump('bench second')).toBe(await dump('bench first'))
  } finally {
    await cluster.remove()
  }
}, 60_000)

/** Plain dumps hold a key that is new every time. */
function withoutRestrictKey(sql: string): string {
  return sql.replaceAll(/^\\(un)?restrict .*$/gm, '')
}
