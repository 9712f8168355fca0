import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLine, processesWith, type CommandLineResult } from '../support/command-line.js'
import { createFarm } from '../support/databases/index.js'
import { defaultInstallation } from '../support/installations.js'
import { leaksOf } from '../support/runner.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(180_000)

/** With everything in it that URLs, shells, password files, SQL and JSON give a meaning to. */
const PASSWORD = `p%41:ss@w/o?r#d 'q"u\\o&t=e;$HOME ñ🐄`

let source: TestCluster
let scratch: TestCluster

beforeAll(async () => {
  ;[source, scratch] = await Promise.all([startCluster({ auth: 'scram' }), startCluster({ auth: 'scram' })])
  await createFarm(source)
  for (const cluster of [source, scratch]) {
    await cluster.query(`CREATE ROLE keeper SUPERUSER LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`)
  }
})
afterAll(async () => {
  await Promise.all([source.remove(), scratch.remove()])
})

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
  await chmod(folder, 0o755)
  await mkdir(path.join(folder, 'tmp'))
})
afterEach(removeTemporaryFolders)

/** The command lines of everything that runs with our folder for temporary files, looked at all the time. */
function watchCommandLines(): { seen: Map<string, string>; stop: () => void } {
  const seen = new Map<string, string>()
  const timer = setInterval(() => {
    for (const { argv } of processesWith(path.join(folder, 'tmp'))) {
      seen.set(`argv of ${argv[0] ?? '?'}: ${argv.slice(1).join(' ')}`, argv.join('\n'))
    }
  }, 5)
  return {
    seen,
    stop: () => {
      clearInterval(timer)
    },
  }
}

const CLIENTS = ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql', 'vacuumdb']

/**
 * A folder with PostgreSQL's client programs that note their command lines first, one argument a line: some of them are
 * over before anybody has looked.
 */
async function notingClients(notes: string): Promise<string> {
  const clients = path.join(folder, 'clients')
  await mkdir(clients)
  for (const name of CLIENTS) {
    const real = path.join(defaultInstallation().clientBin, name)
    await writeFile(
      path.join(clients, name),
      `#!/bin/sh\nprintf '%s\\n' "argv of ${name}:" "$@" >>'${notes}'\nexec '${real}' "$@"\n`,
      { mode: 0o755 },
    )
  }
  return clients
}

interface Watched {
  result: CommandLineResult
  places: Map<string, string>
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Watched> {
  const notes = path.join(folder, 'notes')
  const clients = await notingClients(notes)
  const watch = watchCommandLines()
  const result = await commandLine([...args, '--store', path.join(folder, 'store'), '--verbose', '--json'], {
    env: { TMPDIR: path.join(folder, 'tmp'), LIFEBOAT_POSTGRES_BIN: clients, ...env },
    cwd: folder,
  })
  watch.stop()
  await rm(clients, { recursive: true })
  const places = new Map([['stdout', result.stdout], ['stderr', result.stderr], ...watch.seen])
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const file = path.join(entry.parentPath, entry.name)
      places.set(path.relative(folder, file), (await readFile(file)).toString('utf8'))
    }
  }
  return { result, places }
}

/** Neither the password nor a part of it that would be long enough to guess the rest. */
function expectNoLeak(places: Map<string, string>): void {
  for (const part of [PASSWORD, `w/o?r#d 'q"u`, 'o&t=e;$HOME']) {
    expect(leaksOf(part, places)).toEqual([])
  }
}

const urlOf = (cluster: TestCluster, database: string) => cluster.url(database, { user: 'keeper', password: PASSWORD })

describe('a password with odd characters', () => {
  test('in the environment as URLs: is used, and is nowhere to be read', async () => {
    const { result, places } = await run(['backup'], {
      LIFEBOAT_DATABASE_URL: urlOf(source, 'farm'),
      LIFEBOAT_SCRATCH_URL: urlOf(scratch, 'postgres'),
    })
    expect({ ...result.outputs, log: result.exitCode === 0 ? '' : result.stderr }).toMatchObject({
      proof: 'proven',
      log: '',
    })
    for (const program of ['pg_dump', 'pg_dumpall', 'pg_restore']) {
      expect(places.get('notes')).toMatch(new RegExp(`^argv of ${program}:\n--`, 'm'))
    }
    expectNoLeak(places)
  })

  test('in PGPASSWORD', async () => {
    const { result, places } = await run(['backup', '--scratch', 'cluster'], {
      PGHOST: '127.0.0.1',
      PGPORT: String(source.port),
      PGUSER: 'keeper',
      PGDATABASE: 'farm',
      PGPASSWORD: PASSWORD,
    })
    expect({ ...result.outputs, log: result.exitCode === 0 ? '' : result.stderr }).toMatchObject({
      proof: 'proven',
      log: '',
    })
    expectNoLeak(places)
  })

  test('wrong, or in a URL that cannot be read: the message does not say it', async () => {
    const wrong = urlOf(source, 'farm').replace('keeper', 'postgres')
    const rejected = await run(['backup'], { LIFEBOAT_DATABASE_URL: wrong })
    expect([rejected.result.exitCode, rejected.result.stderr]).toEqual([1, expect.stringMatching(/password/i)])
    expectNoLeak(rejected.places)

    for (const url of [
      `postgresql://keeper:${PASSWORD}@127.0.0.1/farm`,
      `keeper:${encodeURIComponent(PASSWORD)}@h/farm`,
    ]) {
      const unreadable = await run(['backup'], { LIFEBOAT_DATABASE_URL: url })
      expect(unreadable.result.exitCode).toBeGreaterThan(0)
      expectNoLeak(unreadable.places)
    }

    const scratchless = await run(['backup', '--scratch', 'service'], {
      LIFEBOAT_DATABASE_URL: urlOf(source, 'farm'),
      LIFEBOAT_SCRATCH_URL: urlOf(scratch, 'postgres').replace('keeper', 'postgres'),
    })
    expect(scratchless.result).toMatchObject({ exitCode: 4, outputs: { proof: 'not-verified' } })
    expectNoLeak(scratchless.places)
  })

  test('the passwords of roles are not in the set', async () => {
    const hash = String(
      (await source.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'keeper'"))[0]?.rolpassword,
    )
    expect(hash).toMatch(/^SCRAM-SHA-256\$/)
    const { result, places } = await run(['backup', '--verify', 'archive'], {
      LIFEBOAT_DATABASE_URL: urlOf(source, 'farm'),
    })
    expect(result.exitCode).toBe(0)
    expect([...places.keys()].some((place) => place.endsWith('globals.sql'))).toBe(true)
    expect(leaksOf(hash, places)).toEqual([])
    expect(leaksOf('SCRAM-SHA-256', places)).toEqual([])
  })
})

describe('the command line itself', () => {
  test.each([
    [['bakcup'], 2, /bakcup|backup/],
    [['backup', '--formt', 'plain'], 2, /--format/],
    [['backup', '--format', 'tar'], 2, /directory, custom, plain/],
    [['backup', '--jobs', '0'], 2, /at least 1/],
    [['backup', '--alerts', 'critical duration > soon', '--database-url', 'postgresql://u@127.0.0.1:9/x'], 2, /soon/],
    [['backup', '--keep-last', '0', '--database-url', 'postgresql://u@127.0.0.1:9/x'], 2, /keep-/],
    [['validate', '--verify', 'none'], 2, /none/],
    [['rotate', '--keep-daily', 'many'], 2, /--keep-daily/],
    [['--help'], 0, /^$/],
    [['--version'], 0, /^$/],
  ])('%j ends with %d and says why', async (args, exitCode, says) => {
    const result = await commandLine(args, { cwd: folder })
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({
      exitCode,
      stderr: expect.stringMatching(says),
    })
    expect(result.stderr).not.toMatch(/\bat .*index\.js/)
    // Nothing is made of a command that could not be understood.
    expect(await readdir(folder)).toEqual(['tmp'])
  })

  test('options may stand in the environment and in a file; a wrong key there is named with its place', async () => {
    await writeFile(path.join(folder, 'lifeboat.yml'), 'formta: plain\n')
    const result = await commandLine(['rotate'], { cwd: folder })
    expect([result.exitCode, result.stderr]).toEqual([2, expect.stringMatching(/lifeboat\.yml:1:1.*formta.*format/s)])
    const variable = await commandLine(['rotate'], { cwd: path.join(folder, 'tmp'), env: { LIFEBOAT_STROE: 'x' } })
    expect([variable.exitCode, variable.stderr]).toEqual([2, expect.stringMatching(/LIFEBOAT_STROE.*store/is)])
  })
})
