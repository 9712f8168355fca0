import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLineBundle } from '../support/command-line.js'
import { createSampleDatabase } from '../support/databases/index.js'
import { codeBlocks, type CodeBlock } from '../support/markdown.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(300_000)

/** What the runbook calls things, and what they are here. */
interface Here {
  folder: string
  store: string
  live: TestCluster
  fresh: TestCluster
}

let here: Here

beforeAll(async () => {
  const [live, fresh] = await Promise.all([startCluster(), startCluster()])
  const folder = await temporaryFolder()
  here = { folder, store: path.join(folder, 'store'), live, fresh }
  await createSampleDatabase(live, 'masclet_imperi', 12_000)
  await mkdir(path.join(folder, 'bin'))
  await writeFile(path.join(folder, 'bin', 'systemctl'), '#!/bin/sh\necho "$@" >>"$SERVICES_LOG"\n')
  await chmod(path.join(folder, 'bin', 'systemctl'), 0o755)
})
afterAll(async () => {
  await Promise.all([here.live.remove(), here.fresh.remove()])
  await removeTemporaryFolders()
})

/** The runbook's names for places, replaced by those of this test. Everything else is run as it stands there. */
function placed(script: string): string {
  return script
    .replace('/opt/pg-lifeboat/dist/cli/index.js', commandLineBundle())
    .replace('/backups/masclet_imperi', here.store)
    .replace('postgresql://postgres@db.example.org', `postgresql://postgres@127.0.0.1:${here.live.port}`)
    .replace('postgresql://postgres@new.example.org', `postgresql://postgres@127.0.0.1:${here.fresh.port}`)
}

const preparation: string[] = []

/** Runs a block after those that only say what is where, and returns all that it printed. */
async function run(script: string): Promise<string> {
  if (preparation.length > 0) script = `${preparation.join('\n')}\n${script}`
  const environment = {
    PATH: [path.join(here.folder, 'bin'), here.live.clientBin, process.env.PATH].join(':'),
    HOME: here.folder,
    PGHOST: '127.0.0.1',
    PGPORT: String(here.live.port),
    PGUSER: 'postgres',
    SERVICES_LOG: path.join(here.folder, 'services'),
  }
  return new Promise((resolve, reject) => {
    const args = ['-euo', 'pipefail', '-c', `exec 2>&1\n${script}`]
    execFile('bash', args, { env: environment, cwd: here.folder, timeout: 120_000 }, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`This block ended with ${String(error.code)}:\n${script}\nIt printed:\n${stdout}`))
    })
  })
}

/** Whether a line was printed; `…` stands for anything. */
function shown(line: string): unknown {
  const parts = line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return expect.stringMatching(new RegExp(`^${parts.join('.*')}`, 'm'))
}

async function blocksOf(page: string): Promise<CodeBlock[]> {
  return codeBlocks(await readFile(path.resolve(import.meta.dirname, '../../docs', page), 'utf8'))
}

/** What has happened before a step of the runbook, by a word of its first command. */
const DISASTERS: Record<string, () => Promise<unknown>> = {
  '--restore-mode add': () => here.live.psql('DROP TABLE parts CASCADE', 'masclet_imperi'),
  '--restore-mode replace': () => here.live.psql("UPDATE animals SET nom = 'perdut'", 'masclet_imperi'),
}

const rows = async (cluster: TestCluster, database: string, query: string) =>
  Number((await cluster.query(`SELECT count(*) AS n FROM ${query}`, database))[0]?.n)

test('every command of the runbook works, in its order, and prints what stands there', async () => {
  const url = here.live.url('masclet_imperi')
  const lifeboat = `node ${commandLineBundle()}`
  const common = `--store ${here.store} --database-url ${url}`
  await run(`${lifeboat} backup ${common} --type weekly && ${lifeboat} backup ${common} --type daily --tables parts`)
  let printed = ''
  let ran = 0
  for (const { language, text } of await blocksOf('recovery.md')) {
    if (language === 'text') {
      for (const line of text.trimEnd().split('\n')) expect(printed).toEqual(shown(line))
      continue
    }
    if (language !== 'sh') continue
    for (const [word, disaster] of Object.entries(DISASTERS)) if (text.includes(word)) await disaster()
    if (text.startsWith('pg-lifeboat()')) preparation.push(placed(text))
    else printed = await run(placed(text))
    const assignment = /^NEW_SERVER=.*$/m.exec(text)?.[0]
    if (assignment !== undefined) preparation.push(placed(assignment))
    if (text.includes('--restore-mode replace')) await goBackAndForth(printed)
    ran++
  }
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
  await run(command)
  expect(await rows(here.live, 'masclet_imperi', `animals WHERE nom = 'perdut'`)).toBe(12_000)
  const [before] = await here.live.query(`SELECT datname FROM pg_database WHERE datname LIKE '%\\_undone\\_%'`)
  await here.live.query(`ALTER DATABASE masclet_imperi RENAME TO wrong`)
  await here.live.query(`ALTER DATABASE "${String(before?.datname)}" RENAME TO masclet_imperi`)
}
