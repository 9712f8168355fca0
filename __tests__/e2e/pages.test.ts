import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLineBundle } from '../support/command-line.js'
import { createSampleDatabase } from '../support/databases/index.js'
import { PageShell, stepsOf, type Places, type Step } from '../support/runnable-page.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(180_000)

const root = path.resolve(import.meta.dirname, '../..')

/** The pages with commands to run; the runbook has a test of its own, with disasters in between. */
async function runnablePages(): Promise<[string, Step[]][]> {
  const docs = (await readdir(path.join(root, 'docs'))).filter((name) => name.endsWith('.md') && name !== 'recovery.md')
  const names = ['README.md', ...docs.map((name) => `docs/${name}`)]
  const pages = await Promise.all(
    names.map(async (name): Promise<[string, Step[]]> => [
      name,
      stepsOf(await readFile(path.join(root, name), 'utf8')),
    ]),
  )
  return pages.filter(([, steps]) => steps.some(({ kind }) => kind === 'run'))
}

const pages = await runnablePages()
let cluster: TestCluster
/** So that not each command starts a cluster of its own. */
let scratch: TestCluster
let shell: PageShell
let folder: string

beforeAll(async () => {
  ;[cluster, scratch] = await Promise.all([startCluster(), startCluster()])
  await createSampleDatabase(cluster, 'sample', 200)
})
afterAll(async () => {
  await Promise.all([cluster.remove(), scratch.remove()])
  await removeTemporaryFolders()
})

/** Each page begins as its reader does: with the database, and nothing of pg-lifeboat's but the program. */
beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(path.join(folder, 'bin'))
  const program = path.join(folder, 'bin', 'pg-lifeboat')
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${commandLineBundle()}' "$@"\n`)
  await chmod(program, 0o755)
  await cluster.psql('CREATE DATABASE masclet_imperi TEMPLATE sample')
  const PATH = [path.dirname(program), cluster.clientBin, process.env.PATH].join(':')
  shell = new PageShell(folder, { PATH, HOME: folder, LIFEBOAT_SCRATCH_URL: scratch.url() })
})
afterEach(async () => {
  shell.end()
  const made = await cluster.query(
    `SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'sample')`,
  )
  for (const { datname } of made) await cluster.psql(`DROP DATABASE "${String(datname)}" WITH (FORCE)`)
  await cluster.psql('DROP ROLE IF EXISTS backup')
})

/** The pages' names for places, replaced by those of this test. Everything else is run as it stands there. */
const places = (): Places => [
  ['/backups/', `${folder}/backups/`],
  ['@db.example.org', `@127.0.0.1:${cluster.port}`],
  ['PGHOST=db.example.org', `PGHOST=127.0.0.1 PGPORT=${cluster.port}`],
]

test('there are such pages', () => {
  expect(pages.map(([name]) => name)).toEqual(expect.arrayContaining(['README.md', 'docs/getting-started.md']))
})

test.each(pages)('what %s has to be run works, in its order, and prints what stands there', async (_, steps) => {
  // The role that the README makes, for pages that begin where it ends.
  const makesIt = steps.some(({ kind, text }) => kind === 'run' && text.includes('CREATE ROLE backup'))
  if (!makesIt) await cluster.psql('CREATE ROLE backup LOGIN BYPASSRLS; GRANT pg_read_all_data TO backup')
  await expect(shell.follow(steps, places())).resolves.toBeGreaterThan(0)
})
