import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLine, commandLineBundle } from '../support/command-line.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(120_000)

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')

let cluster: TestCluster
/** An empty folder into which the packed file was installed. */
let home: string
let packed: string[]

/** npm without the network, and without anything of its user's. */
async function npm(args: readonly string[], cwd: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: home, npm_config_cache: path.join(home, 'cache') }
  const { stdout } = await run('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd, env })
  return stdout
}

/** What a checkout has, with the bundle that is tried out in the place of `dist`. */
async function checkout(): Promise<string> {
  const folder = await temporaryFolder()
  const { files } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { files: string[] }
  for (const name of ['package.json', ...files.filter((file) => file !== 'dist')]) {
    await cp(path.join(root, name), path.join(folder, name), { recursive: true })
  }
  await cp(path.dirname(path.dirname(commandLineBundle())), path.join(folder, 'dist'), { recursive: true })
  return folder
}

beforeAll(async () => {
  home = await temporaryFolder()
  const [started, source] = await Promise.all([startCluster(), checkout()])
  cluster = started
  const [told] = JSON.parse(await npm(['pack', '--json', '--pack-destination', home], source)) as [
    { filename: string; files: { path: string }[] },
  ]
  packed = told.files.map((file) => file.path)
  await mkdir(path.join(home, 'app'))
  await writeFile(path.join(home, 'app', 'package.json'), '{"private":true}')
  await npm(['install', path.join(home, told.filename)], path.join(home, 'app'))
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

/** What npm put on the PATH of scripts. */
const program = (): string => path.join(home, 'app', 'node_modules', '.bin', 'pg-lifeboat')

describe('the packed command line', () => {
  test('brings no other package along', async () => {
    expect((await readdir(path.join(home, 'app', 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'pg-lifeboat',
    ])
  })

  test('holds the program, its licences and action.yml, and nothing of the workshop', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['dist/cli/index.js', 'dist/cli/licenses.txt', 'README.md', 'LICENSE', 'action.yml']),
    )
    expect(packed.filter((name) => /^(src|__tests__|scripts|node_modules|\.)/.test(name))).toEqual([])
  })

  test('tells its version as a program of its own', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string }
    const { stdout } = await run(program(), ['--version'], { env: { PATH: process.env.PATH } })
    expect(stdout).toBe(`${version}\n`)
  })

  test('takes a backup and proves it', async () => {
    await cluster.createDatabase('farm')
    await cluster.psql('CREATE TABLE animals AS SELECT g AS id FROM generate_series(1, 1000) g', 'farm')
    const store = path.join(home, 'backups')
    const done = await commandLine(
      ['backup', '--database-url', cluster.url('farm', { via: 'socket' }), '--store', store, '--json'],
      { program: program(), cwd: home },
    )
    expect({ exitCode: done.exitCode, proof: done.outputs.proof, tier: done.outputs['proof-tier'] }).toEqual({
      exitCode: 0,
      proof: 'proven',
      tier: 'full',
    })
    expect(await readdir(path.join(store, 'manual'))).toEqual([done.outputs['backup-id']])
  })
})
