import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLineBundle } from '../support/command-line.js'
import { createSampleDatabase } from '../support/databases/index.js'
import { PageShell, stepsOf, type Places } from '../support/runnable-page.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(300_000)

/** What the runbook calls things, and what they are here. */
interface Here {
  folder: string
  store: string
  live: TestCluster
  fresh: TestCluster
  shell: PageShell
}

let here: Here

beforeAll(async () => {
  const [live, fresh] = await Promise.all([startCluster(), startCluster()])
  const folder = await temporaryFolder()
  const shell = new PageShell(folder, {
    PATH: [path.join(folder, 'bin'), live.clientBin, process.env.PATH].join(':'),
    HOME: folder,
    PGHOST: '127.0.0.1',
    PGPORT: String(live.port),
    PGUSER: 'postgres',
    SERVICES_LOG: path.join(folder, 'services'),
  })
  here = { folder, store: path.join(folder, 'store'), live, fresh, shell }
  await createSampleDatabase(live, 'masclet_imperi', 12_000)
  await mkdir(path.join(folder, 'bin'))
  await writeFile(path.join(folder, 'bin', 'systemctl'), '#!/bin/sh\necho "$@" >>"$SERVICES_LOG"\n')
  await chmod(path.join(folder, 'bin', 'systemctl'), 0o755)
})
afterAll(async () => {
  here.shell.end()
  await Promise.all([here.live.remove(), here.fresh.remove()])
  await removeTemporaryFolders()
})

/** The runbook's names for places, replaced by those of this test. Everything else is run as it stands there. */
const places = (): Places => [
  ['/opt/pg-lifeboat/dist/cli/index.js', commandLineBundle()],
  ['/backups/masclet_imperi', here.store],
  ['postgresql://postgres@db.example.org', `postgresql://postgres@127.0.0.1:${here.live.port}`],
  ['postgresql://postgres@new.example.org', `postgresql://postgres@127.0.0.1:${here.fresh.port}`],
]

/** What has happened before a step of the runbook, by a word of its first command. */
const DISASTERS: Record<string, () => Promise<unknown>> = {
  '--restore-mode add': () => here.live.psql('DROP TABLE parts CASCADE', 'masclet_imperi'),
  '--restore-mode replace': () => here.live.psql("UPDATE animals SET nom = 'perdut'", 'masclet_imperi'),
}

const rows = async (cluster: TestCluster, database: string, query: string) =>
  Number((await cluster.query(`SELECT count(*) AS n FROM ${query}`, database))[0]?.n)

test('every command of the runbook works, in its order, and prints what stands there', async () => {
  const page = await readFile(path.resolve(import.meta.dirname, '../../docs/recovery.md'), 'utf8')
  const url = here.live.url('masclet_imperi')
  const lifeboat = `node ${commandLineBundle()}`
  const common = `--store ${here.store} --database-url ${url}`
  await here.shell.run(
    `${lifeboat} backup ${common} --type weekly && ${lifeboat} backup ${common} --type daily --tables parts`,
  )
  const ran = await here.shell.follow(stepsOf(page), places(), {
    before: async (script) => {
      for (const [word, disaster] of Object.entries(DISASTERS)) if (script.includes(word)) await disaster()
    },
    after: async (script, printed) => {
      if (script.includes('--restore-mode replace')) await goBackAndForth(printed)
    },
  })
  expect(ran).toBeGreaterThan(10)
  expect(await rows(here.live, 'masclet_imperi', 'parts')).toBe(40_000)
  expect(await rows(here.live, 'masclet_imperi', 'vaques_alletant')).toBeGreaterThan(0)
  expect(await rows(here.live, 'masclet_imperi_by_hand', 'animals')).toBe(12_000)
  expect(await rows(here.fresh, 'masclet_imperi', 'animals')).toBe(12_000)
  expect(await readdir(path.join(here.folder, 'drills'))).toContain('2026-Q4.md')
})

/** The command that the replacement printed does go back; and back again, for the steps that follow. */
async function goBackAndForth(printed: string): Promise<void> {
  expect((await readFile(path.join(here.folder, 'services'), 'utf8')).split('\n')).toEqual([
    'stop masclet-api',
    'start masclet-api',
    '',
  ])
  expect(await rows(here.live, 'masclet_imperi', `animals WHERE nom = 'perdut'`)).toBe(0)
  const command = /To put it back: (psql .*)$/m.exec(printed)?.[1] ?? ''
  await here.shell.run(command)
  expect(await rows(here.live, 'masclet_imperi', `animals WHERE nom = 'perdut'`)).toBe(12_000)
  const [before] = await here.live.query(`SELECT datname FROM pg_database WHERE datname LIKE '%\\_undone\\_%'`)
  await here.live.query(`ALTER DATABASE masclet_imperi RENAME TO wrong`)
  await here.live.query(`ALTER DATABASE "${String(before?.datname)}" RENAME TO masclet_imperi`)
}
