import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { appendFile, cp, open, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import type { KitFacts } from '../../../src/backup/kit/facts.js'
import { recoveryKit } from '../../../src/backup/kit.js'
import type { Format } from '../../../src/backup/manifest.js'
import { describeFiles, readManifest, writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { barePath, runBare, SHELL, type Ended } from '../../support/bare.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createEverything, createSampleDatabase } from '../../support/databases/index.js'
import { describeDatabase, differencesIn, oneLine, type Described } from '../../support/described.js'
import { takeSet } from '../../support/take-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

const FORMATS = ['directory', 'custom', 'plain'] as const

let source: TestCluster
let target: TestCluster
let work: string
let coreutils: string
const originals: Record<string, Described> = {}
const sets: Record<string, string> = {}

beforeAll(async () => {
  ;[source, target, work] = await Promise.all([startCluster(), startCluster(), temporaryFolder()])
  coreutils = await barePath(path.join(work, 'path'))
  await Promise.all([createEverything(source), createSampleDatabase(source, 'masclet_imperi', 500)])
  for (const database of ['everything', 'masclet_imperi']) {
    originals[database] = await describeDatabase(source, database)
    for (const format of FORMATS) {
      const store = path.join(work, `${database}-${format}`)
      const taken = await takeSet(source, database, store, { format, verify: 'none', jobs: 2 })
      sets[`${database} ${format}`] = taken.folder
    }
  }
  const { folder } = await takeSet(source, 'masclet_imperi', path.join(work, 'part'), {
    tables: 'parts',
    verify: 'none',
  })
  sets.part = folder
})
afterAll(async () => {
  await Promise.all([source.remove(), target.remove()])
  await removeTemporaryFolders()
})

function restore(folder: string, ...args: string[]): Promise<Ended> {
  return runBare([path.join(folder, 'restore.sh'), ...args], { cluster: target, coreutils })
}

async function databases(): Promise<unknown[]> {
  return (await target.query('SELECT datname FROM pg_database ORDER BY 1')).map(({ datname }) => datname)
}

/** A copy of a set that a test may damage. */
async function copyOf(name: string): Promise<string> {
  const copy = path.join(await temporaryFolder(), 'set')
  await cp(sets[name]!, copy, { recursive: true })
  return copy
}

/** The same set, with another kit and everything that lists it. */
async function withKit(folder: string, change: (facts: KitFacts) => KitFacts): Promise<string> {
  const manifest = await readManifest(folder)
  const kit = recoveryKit(change({ manifest, tables: [], hasPublicSchema: true }))
  for (const [name, text] of Object.entries(kit)) await writeFile(path.join(folder, name), text)
  const files = await describeFiles(folder)
  await writeManifest(folder, { ...manifest, files })
  await writeChecksums(folder, files)
  return folder
}

const inSource = (values: Partial<KitFacts['manifest']['source']>) => (facts: KitFacts) => ({
  ...facts,
  manifest: { ...facts.manifest, source: { ...facts.manifest.source, ...values } },
})

describe.each(FORMATS)('restore.sh of a set in format %s', (format: Format) => {
  test.each(['everything', 'masclet_imperi'])('restores %s, equal to its source', async (database) => {
    const name = `${database}_${format}`
    const ended = await restore(sets[`${database} ${format}`]!, '--jobs', '2', name)
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('as many in each as the source had') })
    const found = await differencesIn(target, name, originals[database]!)
    // Stale on purpose; and what belongs to the database as a whole is not in a dump.
    const expected = database === 'everything' ? ['MATERIALIZED_VIEW_DIFFERS matviews.stale'] : []
    expect(found.map(({ code, on }) => `${code} ${on}`)).toEqual(expected)
  })

  test('is a script that dash takes, and RESTORE.md is beside it; both are listed and summed', async () => {
    const folder = sets[`everything ${format}`]!
    await promisify(execFile)(SHELL, ['-n', path.join(folder, 'restore.sh')])
    const { files } = await readManifest(folder)
    expect(files.map((file) => file.path)).toEqual(expect.arrayContaining(['RESTORE.md', 'restore.sh']))
    await promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder })
  })

  test('the steps by hand, typed as RESTORE.md gives them, restore it too', async () => {
    const folder = await copyOf(`masclet_imperi ${format}`)
    const guide = await readFile(path.join(folder, 'RESTORE.md'), 'utf8')
    const steps = /## By hand[^]*?```sh\n([^]*?)```/.exec(guide)?.[1] ?? ''
    await target.query('DROP DATABASE IF EXISTS masclet_imperi')
    const { PATH = '' } = process.env
    const ended = await runBare(['-eu', '-c', `cd '${folder}'\n${steps}`], {
      cluster: target,
      coreutils,
      env: { PATH: `${target.clientBin}:${PATH}` },
    })
    expect(ended).toMatchObject({ code: 0 })
    const found = await differencesIn(target, 'masclet_imperi', originals.masclet_imperi!)
    expect(found.map(oneLine)).toEqual([])
  })
})

describe('a set of some tables', () => {
  test('brings their rows, and the foreign keys that lead out of it unchecked', async () => {
    const ended = await restore(sets.part!, 'part')
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('unchecked')
    const keys = await target.query(
      `SELECT convalidated FROM pg_constraint WHERE contype = 'f' AND conrelid = 'parts'::regclass`,
      'part',
    )
    expect(keys).toEqual([{ convalidated: false }])
    expect(await target.query('SELECT count(*)::int FROM animals', 'part')).toEqual([{ count: 0 }])
  })

  test('says in RESTORE.md which rows it has not, and its steps by hand work', async () => {
    const guide = await readFile(path.join(sets.part!, 'RESTORE.md'), 'utf8')
    expect(guide).toContain('`public.animals`')
    expect(guide).toContain('`parts_animal_id_fkey` of `public.parts`')
    const steps = /## By hand[^]*?```sh\n([^]*?)```/.exec(guide)?.[1] ?? ''
    await target.query('DROP DATABASE IF EXISTS masclet_imperi')
    const { PATH = '' } = process.env
    const ended = await runBare(['-eu', '-c', `cd '${sets.part!}'\n${steps}`], {
      cluster: target,
      coreutils,
      env: { PATH: `${target.clientBin}:${PATH}` },
    })
    expect(ended).toMatchObject({ code: 0 })
    expect(await target.query('SELECT count(*)::int > 100 AS there FROM parts', 'masclet_imperi')).toEqual([
      { there: true },
    ])
  })
})

describe('names are data', () => {
  test.each([
    '-weird --clean',
    'a=b',
    'host=192.0.2.1 user=x',
    `it's "x" $(touch /tmp/pwned) \`id\` \\ %s`,
    'two\nlines',
    ' 🐄 ',
  ])('restores into the database %j', async (name) => {
    expect(await restore(sets['everything custom']!, '--', name)).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('ERROR'),
    })
    expect(await databases()).toContain(name)
  })

  test('a hostile series, database, owner, role and table do nothing but stand there', async () => {
    const evil = `x'; \\! touch /tmp/lifeboat-pwned\n$(touch /tmp/lifeboat-pwned)\nEND\n\`touch /tmp/lifeboat-pwned\``
    const folder = await withKit(await copyOf('masclet_imperi custom'), (facts) => ({
      ...inSource({ database: evil, owner: evil, tablespaces: [evil], collate: evil })(facts),
    }))
    const manifest = await readManifest(folder)
    const [first] = manifest.tables.filter(({ kind }) => kind === 'table')
    await withKit(folder, (facts) => ({
      ...facts,
      manifest: {
        ...facts.manifest,
        series: evil,
        source: { ...facts.manifest.source, database: evil, owner: evil, collate: evil, tablespaces: [evil] },
        looseForeignKeys: [
          { oid: 1, table: evil, name: evil, statement: `SELECT 1 AS "${evil.replaceAll('"', '""')}"` },
        ],
        tables: [...facts.manifest.tables, { ...first!, schema: evil, name: evil, rows: 1 }],
      },
    }))
    const ended = await restore(folder, 'evil')
    // The table is not there, so one count fails; everything else is restored, with another locale and owner.
    expect(ended).toMatchObject({ code: 3 })
    expect(ended.stderr).toContain('NOT EQUAL: 11 of 12 tables')
    expect(ended.stderr).toContain('C.UTF-8 was taken instead')
    expect(ended.stderr).toContain('could not be given to its owner')
    await expect(readFile('/tmp/lifeboat-pwned')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(readFile('/tmp/pwned')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('refused before anything is written', () => {
  let before: unknown[]
  beforeAll(async () => {
    before = await databases()
  })

  async function expectRefusal(folder: string, code: number, message: RegExp | string): Promise<void> {
    const ended = await restore(folder, 'refused')
    expect(ended.stderr).toMatch(message)
    expect(ended.code).toBe(code)
    expect(await databases()).toEqual(before)
  }

  async function flip(file: string): Promise<void> {
    const handle = await open(file, 'r+')
    const byte = Buffer.alloc(1)
    const { size } = await handle.stat()
    await handle.read(byte, 0, 1, Math.floor(size / 2))
    byte[0] = byte[0]! ^ 1
    await handle.write(byte, 0, 1, Math.floor(size / 2))
    await handle.close()
  }

  test.each(['globals.sql', 'manifest.json', 'restore.sh', 'RESTORE.md', 'dump/toc.dat', 'catalog.json'])(
    'a flipped bit in %s',
    async (file) => {
      const folder = await copyOf('everything directory')
      // In the script itself, where it changes nothing but a comment.
      if (file === 'restore.sh') await appendFile(path.join(folder, file), '# one more line\n')
      else await flip(path.join(folder, file))
      await expectRefusal(folder, 3, new RegExp(`${file}: FAILED[^]*the set is damaged`))
    },
  )

  test('a missing file', async () => {
    const folder = await copyOf('everything directory')
    await unlink(path.join(folder, 'globals.sql'))
    await expectRefusal(folder, 3, /globals\.sql: FAILED open or read/)
  })

  test('no SHA256SUMS at all, or one that lost a line', async () => {
    const folder = await copyOf('everything custom')
    const sums = await readFile(path.join(folder, 'SHA256SUMS'), 'utf8')
    await writeFile(path.join(folder, 'SHA256SUMS'), sums.replace(/^.*globals\.sql\n/m, ''))
    await expectRefusal(folder, 3, /globals\.sql is not in SHA256SUMS/)
    await rm(path.join(folder, 'SHA256SUMS'))
    await expectRefusal(folder, 3, 'SHA256SUMS is missing')
  })

  test('an extra file; but what proofs/ holds is none', async () => {
    const folder = await copyOf('everything directory')
    await cp(path.join(folder, 'RESTORE.md'), path.join(folder, 'proofs/20261124T020000Z.json'))
    expect(await restore(folder, '--check', 'refused')).toMatchObject({ code: 0 })
    await writeFile(path.join(folder, 'dump/.hidden'), '')
    await writeFile(path.join(folder, 'dump/999999.dat.gz'), '')
    await expectRefusal(folder, 3, /dump\/999999\.dat\.gz is not in SHA256SUMS/)
  })

  test('a database that is not empty, whatever is in it', async () => {
    await target.createDatabase('not_empty')
    await target.query('CREATE TYPE mood AS ENUM ()', 'not_empty')
    const ended = await restore(sets['everything custom']!, 'not_empty')
    expect(ended).toMatchObject({ code: 5, stderr: expect.stringContaining('is not empty') })
    expect(await target.query('SELECT count(*)::int FROM pg_namespace WHERE oid >= 16384', 'not_empty')).toEqual([
      { count: 0 },
    ])
    await target.query('DROP DATABASE not_empty')
  })

  test('an extension that the server does not have', async () => {
    const extensions = [{ name: 'no_such_extension', version: '1.0', schema: 'public' }]
    const folder = await withKit(await copyOf('masclet_imperi custom'), inSource({ extensions }))
    await expectRefusal(folder, 5, /no_such_extension 1\.0\n.*not installed on the server/)
  })

  test('a server that is older than the source, and a pg_restore that is older than the dump', async () => {
    const folder = await withKit(await copyOf('masclet_imperi custom'), inSource({ major: 99 }))
    await expectRefusal(folder, 5, 'the server is older than the backup')
    await withKit(folder, ({ manifest, ...facts }) => ({
      ...facts,
      manifest: { ...manifest, tool: { ...manifest.tool, pgDumpMajor: 99 } },
    }))
    await expectRefusal(folder, 5, /pg_restore is of major \d+, the dump was written by 99/)
  })

  test('missing roles, for somebody who may not create them', async () => {
    await target.query('CREATE ROLE nobody_special LOGIN CREATEDB')
    const folder = await withKit(await copyOf('masclet_imperi custom'), inSource({ roles: ['not_there'] }))
    const ended = await runBare([path.join(folder, 'restore.sh'), 'refused'], {
      cluster: target,
      coreutils,
      env: { PGUSER: 'nobody_special' },
    })
    expect(ended).toMatchObject({ code: 5, stderr: expect.stringMatching(/not_there\n[^]*may not create roles/) })
    expect(await databases()).toEqual(before)
    await target.query('DROP ROLE nobody_special')
  })

  test('a wrong call, with the way to the help', async () => {
    const folder = sets['everything custom']!
    for (const args of [[], ['a', 'b'], [''], ['--force', 'x'], ['--jobs', '0', 'x'], ['--jobs']]) {
      expect(await restore(folder, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--help') })
    }
    expect(await restore(folder, '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage:') })
    expect(await databases()).toEqual(before)
  })

  test('a server that is not there', async () => {
    const ended = await runBare([path.join(sets['everything custom']!, 'restore.sh'), 'x'], {
      cluster: target,
      coreutils,
      env: { PGPORT: '1' },
    })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('the server cannot be reached') })
  })

  test('nothing, when it should only check', async () => {
    const ended = await restore(sets['everything custom']!, '--check', 'refused')
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was written') })
    expect(await databases()).toEqual(before)
  })
})

test('rows that are not there are told by table, with exit code 3', async () => {
  const folder = await withKit(await copyOf('masclet_imperi custom'), ({ manifest, ...facts }) => ({
    ...facts,
    manifest: {
      ...manifest,
      tables: manifest.tables.map((table) => (table.name === 'animals' ? { ...table, rows: 501 } : table)),
    },
  }))
  const ended = await restore(folder, 'fewer')
  expect(ended).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('public.animals has 500 rows, the source had 501'),
  })
})

test('roles that are there already keep their attributes, their passwords and their right to log in', async () => {
  const fresh = await startCluster()
  try {
    await fresh.query(`CREATE ROLE masclet_app NOLOGIN CONNECTION LIMIT 3 PASSWORD 'mine'`)
    const before = await fresh.query(`SELECT * FROM pg_authid WHERE rolname = 'masclet_app'`)
    const folder = sets['masclet_imperi directory']!
    const ended = await runBare([path.join(folder, 'restore.sh'), 'app'], { cluster: fresh, coreutils })
    expect(ended).toMatchObject({ code: 0 })
    expect(await fresh.query(`SELECT * FROM pg_authid WHERE rolname = 'masclet_app'`)).toEqual(before)
    expect(await fresh.query(`SELECT rolcanlogin FROM pg_roles WHERE rolname = 'masclet'`)).toEqual([
      { rolcanlogin: true },
    ])
  } finally {
    await fresh.remove()
  }
})

test('a restore that is cut off says that the database is not whole', async () => {
  const folder = await copyOf('masclet_imperi custom')
  const fake = path.join(await temporaryFolder(), 'bin')
  await barePath(fake, ['kill'])
  const bin = path.join(fake, 'pg_restore')
  const real = path.join(target.clientBin, 'pg_restore')
  await writeFile(
    bin,
    `#!${SHELL}\ncase "$*" in *--section=data*) kill -TERM $PPID; exit 1 ;; esac\nexec ${real} "$@"\n`,
    { mode: 0o755 },
  )
  const ended = await runBare([path.join(folder, 'restore.sh'), 'cut_off'], {
    cluster: target,
    coreutils,
    env: { PATH: `${fake}:${coreutils}:${target.clientBin}` },
  })
  expect(ended).toMatchObject({ code: 143, stderr: expect.stringContaining('"cut_off" is not whole') })
})
