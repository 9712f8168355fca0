import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { appendFile, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createSampleDatabase } from '../../support/databases/index.js'
import { hasty } from '../../support/operating.js'
import { ALL_WELL, codesOf, outcomeOf, RecoveryBench, type Ran } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

const SOURCE = 'masclet_imperi'
let cluster: TestCluster
let bench: RecoveryBench
let id: string

/** One source, and one good set of it, for all; each test restores into databases of its own. */
beforeAll(async () => {
  cluster = await startCluster()
  bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  await createSampleDatabase(cluster, SOURCE, 300)
  await cluster.query(`ALTER DATABASE ${SOURCE} OWNER TO masclet`)
  await cluster.query(`ALTER DATABASE ${SOURCE} SET search_path TO "$user", public, ''`)
  await cluster.query(`ALTER ROLE masclet_app IN DATABASE ${SOURCE} SET statement_timeout TO '5min'`)
  await cluster.query(`REVOKE TEMPORARY ON DATABASE ${SOURCE} FROM PUBLIC`)
  await cluster.query(`COMMENT ON DATABASE ${SOURCE} IS 'the breeder''s books'`)
  id = await bench.backUp(cluster.url(SOURCE), { type: 'weekly' })
})
afterEach(async () => {
  for (const name of await databases()) {
    if (name !== SOURCE) await cluster.query(`DROP DATABASE "${name.replaceAll('"', '""')}" WITH (FORCE)`)
  }
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

async function databases(): Promise<string[]> {
  const rows = await cluster.query(
    `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1`,
  )
  return rows.map(({ datname }) => String(datname))
}

const restore = (database: string, options: Record<string, unknown> = {}) =>
  bench.run('restore', { 'target-url': cluster.url(database), type: 'weekly', ...options })

/** What belongs to a database as a whole, but its name. */
async function wholeOf(database: string): Promise<unknown> {
  const [row] = await cluster.query(
    `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit, shobj_description(oid, 'pg_database') AS comment,
       ARRAY(SELECT x.grantee::regrole || x.privilege_type FROM aclexplode(datacl) x ORDER BY 1) AS grants,
       ARRAY(SELECT setrole::regrole || setconfig::text FROM pg_db_role_setting s WHERE setdatabase = d.oid ORDER BY 1) AS settings
     FROM pg_database d WHERE datname = $1`,
    undefined,
    [database],
  )
  return row
}

const rowsIn = async (database: string, table = 'animals') =>
  Number((await cluster.query(`SELECT count(*) AS n FROM ${table}`, database))[0]?.n)

/** A database that lives: the source's tables with other rows in them. */
async function makeLive(name: string): Promise<void> {
  await cluster.query(`CREATE DATABASE ${name} TEMPLATE ${SOURCE}`)
  await cluster.query(`ALTER DATABASE ${name} OWNER TO masclet_app`)
  await cluster.query(`ALTER DATABASE ${name} CONNECTION LIMIT 7`)
  await cluster.query(`ALTER DATABASE ${name} SET work_mem TO '8MB'`)
  await cluster.query(`GRANT CONNECT ON DATABASE ${name} TO masclet_readonly WITH GRANT OPTION`)
  await cluster.query(`COMMENT ON DATABASE ${name} IS 'it lives'`)
  await cluster.query('DELETE FROM parts', name)
}

describe('restore-mode new', () => {
  test('makes the database, equal to the source, with what belonged to it as a whole', async () => {
    const ran = await restore('fresh')
    expect({ code: ran.exitCode, log: ran.exitCode === 0 ? '' : ran.log }).toEqual({ code: 0, log: '' })
    expect(await databases()).toEqual(['fresh', SOURCE])
    expect(await wholeOf('fresh')).toEqual(await wholeOf(SOURCE))
    expect(await rowsIn('fresh')).toBe(await rowsIn(SOURCE))
    expect(ran.report).toMatchObject({
      id,
      type: 'weekly',
      proof: { outcome: 'proven', tier: 'full' },
      restored: { database: 'fresh', mode: 'new' },
    })
    expect(ran.report.tables.every(({ outcome }) => outcome === 'equal')).toBe(true)
    const [statistics] = await cluster.query(
      `SELECT count(*)::int AS n FROM pg_stats WHERE tablename = 'animals'`,
      'fresh',
    )
    expect(statistics?.n).toBeGreaterThan(3)
  })

  test('fills an empty database, which keeps its own owner and settings', async () => {
    await cluster.createDatabase('empty')
    await cluster.query(`ALTER DATABASE empty SET work_mem TO '9MB'`)
    const before = await wholeOf('empty')
    const ran = await restore('empty')
    expect(ran.exitCode).toBe(0)
    expect(await databases()).toEqual(['empty', SOURCE])
    expect(await wholeOf('empty')).toMatchObject({ ...(before as object), grants: expect.anything() })
    expect(await rowsIn('empty')).toBe(await rowsIn(SOURCE))
  })

  test.each(['CREATE TABLE t ()', 'CREATE SCHEMA s', 'SELECT lo_create(0)', 'CREATE TYPE mood AS ENUM ()'])(
    'refuses a database with something in it: %s',
    async (statement) => {
      await cluster.createDatabase('used')
      await cluster.query(statement, 'used')
      const ran = await restore('used')
      expect(ran.exitCode).toBe(5)
      expect(codesOf(ran)).toContain('TARGET_NOT_EMPTY')
      expect(ran.log).toContain('restore-mode replace')
      expect(await databases()).toEqual([SOURCE, 'used'])
    },
  )

  test('what is not equal to the set is not put in place, and kept under a name that says so', async () => {
    const ran = await restore('fresh', { assertions: 'SELECT count(*) = 0 FROM animals' })
    expect(ran.exitCode).toBe(3)
    expect(ran.report.restored).toBeUndefined()
    const [kept] = (await databases()).filter((name) => name !== SOURCE)
    expect(kept).toMatch(/^fresh_unproven_\d{8}T\d{6}Z$/)
    expect(ran.log).toContain(`DROP DATABASE "${kept}"`)
  })

  test.each(['custom', 'plain'])('restores the format %s', async (format) => {
    const other = await bench.backUp(cluster.url(SOURCE), { type: format, format })
    const ran = await restore('fresh', { backup: other, type: format })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await wholeOf('fresh')).toEqual(await wholeOf(SOURCE))
  })

  test('a role without CREATEDB fills an empty database that it owns', async () => {
    await cluster.query('ALTER ROLE masclet LOGIN')
    await cluster.query('CREATE DATABASE tenants OWNER masclet TEMPLATE template0')
    const ran = await restore('tenants', { 'target-url': cluster.url('tenants', { user: 'masclet' }) })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await rowsIn('tenants')).toBe(await rowsIn(SOURCE))
    await cluster.query('ALTER ROLE masclet NOLOGIN')
  })

  test('a role with CREATEDB that is no superuser restores beside, swaps and goes back', async () => {
    await cluster.query('CREATE ROLE tenant LOGIN CREATEDB; GRANT masclet, masclet_app, masclet_readonly TO tenant')
    const url = (database: string) => cluster.url(database, { user: 'tenant' })
    const made = await restore('fresh', { 'target-url': url('fresh') })
    // Only a role that may change another can give it settings.
    expect([made.exitCode, codesOf(made)]).toEqual([0, ['DATABASE_PROPERTY_LOST']])
    expect(made.log).toContain('statement_timeout of the role "masclet_app"')
    await cluster.query('DELETE FROM parts', 'fresh')
    const replaced = await restore('fresh', {
      'target-url': url('fresh'),
      'restore-mode': 'replace',
      confirm: 'fresh',
    })
    expect(outcomeOf(replaced)).toEqual(ALL_WELL)
    expect(await rowsIn('fresh', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
    await cluster.query('DROP ROLE tenant')
  })
})

describe('restore-mode replace', () => {
  test('swaps in the set, keeps the old database, carries over what belonged to it, and the printed command goes back', async () => {
    await makeLive('live')
    const before = await wholeOf('live')
    const ran = await restore('live', { 'restore-mode': 'replace', confirm: 'live' })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    const { previous, undoCommand } = ran.report.restored!
    expect(previous).toMatch(/^live_before_\d{8}T\d{6}Z$/)
    expect(await databases()).toEqual(['live', previous, SOURCE])
    expect(await rowsIn('live', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
    expect(await rowsIn(previous!, 'parts')).toBe(0)
    expect(await wholeOf('live')).toEqual(before)
    expect(ran.log).toContain(undoCommand)

    const connected = await cluster.connect('live')
    const env = { PATH: `${cluster.clientBin}:${process.env.PATH}`, ...cluster.environment() }
    await promisify(execFile)('bash', ['-c', undoCommand!], { env })
    await connected.end().catch(() => undefined)
    expect(await rowsIn('live', 'parts')).toBe(0)
    expect(await wholeOf('live')).toEqual(before)
    expect((await databases()).filter((name) => name.startsWith('live'))).toHaveLength(2)
  })

  test('ends sessions that write meanwhile, and those that come again get the new database', async () => {
    await makeLive('live')
    const over = new AbortController()
    const errors = new Set<string>()
    const note = (error: unknown) => {
      errors.add(error instanceof Error ? error.message : String(error))
    }
    const writeOn = async () => {
      const client = await cluster.connect('live')
      try {
        while (!over.signal.aborted) await client.query('UPDATE users SET active = active')
      } finally {
        await client.end().catch(() => undefined)
      }
    }
    const writer = async () => {
      while (!over.signal.aborted) await writeOn().catch(note)
    }
    await cluster.query('ALTER TABLE users ADD COLUMN IF NOT EXISTS active boolean', 'live')
    await cluster.query(`ALTER DATABASE live CONNECTION LIMIT -1`)
    const writers = Promise.all(Array.from({ length: 6 }, writer))
    const ran = await restore('live', { 'restore-mode': 'replace', confirm: 'live' })
    over.abort()
    await writers
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await rowsIn('live', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
    expect([...errors].join()).toMatch(/terminating connection/)
  })

  test.each([
    ['not given', {}],
    ['another name', { confirm: 'Live' }],
    ['the name of the series', { confirm: SOURCE }],
  ])('refuses when confirm is %s', async (_, options) => {
    await makeLive('live')
    const ran = await restore('live', { 'restore-mode': 'replace', ...options })
    expect(ran.exitCode).toBe(5)
    expect(codesOf(ran)).toEqual(['CONFIRM_NEEDED'])
    expect(await databases()).toEqual(['live', SOURCE])
  })

  test('what is not equal to the set leaves the live database as it was, and nothing else', async () => {
    await makeLive('live')
    const ran = await restore('live', {
      'restore-mode': 'replace',
      confirm: 'live',
      assertions: 'SELECT false',
    })
    expect(ran.exitCode).toBe(3)
    expect(codesOf(ran)).toEqual(['ASSERTION_FAILED'])
    expect(await databases()).toEqual(['live', SOURCE])
    expect(await rowsIn('live', 'parts')).toBe(0)
  })

  test('a second restore into the same database is kept out while the first is at it', async () => {
    await makeLive('live')
    const wanted = { 'target-url': cluster.url('live'), type: 'weekly', 'restore-mode': 'replace', confirm: 'live' }
    const second: Ran[] = []
    const first = await bench.run('restore', wanted, {
      onStep: async (title) => {
        if (title === 'Swapping the databases') second.push(await bench.run('restore', wanted, { alter: hasty }))
      },
    })
    expect(outcomeOf(first)).toEqual(ALL_WELL)
    expect(second.map(({ exitCode, report }) => [exitCode, report.failure?.message])).toEqual([
      [5, expect.stringMatching(/^Another restore into this database is under way/)],
    ])
  })

  test('one whose session is about to end, as that of a killed run, is waited for', async () => {
    await makeLive('live')
    const wanted = { 'target-url': cluster.url('live'), type: 'weekly', 'restore-mode': 'replace', confirm: 'live' }
    let second: Promise<Ran> | undefined
    const first = await bench.run('restore', wanted, {
      onStep: (title) => {
        if (title === 'Swapping the databases') second = bench.run('restore', { ...wanted, 'restore-mode': 'new' })
      },
    })
    expect(outcomeOf(first)).toEqual(ALL_WELL)
    // It gets as far as to see what the first one has made.
    const refused = await second!
    expect(refused.log).toContain('or was just ended: waiting a little for it')
    expect([refused.exitCode, codesOf(refused)]).toEqual([5, ['TARGET_NOT_EMPTY']])
  })

  test('refuses a prepared transaction, and says where to find it', async () => {
    const other = await startCluster({ settings: { max_prepared_transactions: 5 } })
    try {
      await other.createDatabase('live')
      await other.psql(`CREATE TABLE t (x int); BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'held'`, 'live')
      const ran = await bench.run('restore', {
        'target-url': other.url('live'),
        'restore-mode': 'replace',
        confirm: 'live',
      })
      expect(ran.exitCode).toBe(5)
      expect(ran.log).toContain('pg_prepared_xacts')
    } finally {
      await other.remove()
    }
  })

  test('refuses a set without the rows of every table, unless those tables are named', async () => {
    await makeLive('live')
    const daily = await bench.backUp(cluster.url(SOURCE), { type: 'daily', 'exclude-tables': 'users, imports' })
    const wanted = { 'restore-mode': 'replace', confirm: 'live', backup: daily, type: 'daily' }
    const refused = await restore('live', wanted)
    expect(refused.exitCode).toBe(5)
    expect(codesOf(refused)).toContain('SET_IS_PARTIAL')
    const accepted = await restore('live', { ...wanted, 'exclude-tables': 'users, imports' })
    expect([accepted.exitCode, codesOf(accepted)]).toEqual([0, ['FOREIGN_KEY_LEFT_OUT']])
    expect(await rowsIn('live', 'users')).toBe(0)
  })

  test('long and odd names keep within what PostgreSQL takes', async () => {
    const name = `Übel "quoted" 'n' $x ${'ä'.repeat(18)}`
    expect(Buffer.byteLength(name)).toBeGreaterThan(50)
    await cluster.createDatabase(name)
    await cluster.query('CREATE TABLE t ()', name)
    const ran = await restore(name, { 'restore-mode': 'replace', confirm: name })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await rowsIn(name, 'animals')).toBe(await rowsIn(SOURCE))
    const env = { PATH: `${cluster.clientBin}:${process.env.PATH}`, ...cluster.environment() }
    await promisify(execFile)('bash', ['-c', ran.report.restored!.undoCommand!], { env })
    expect(await rowsIn(name, 't')).toBe(0)
  })
})

describe('restore-mode add', () => {
  const add = (tables: string, options = {}) =>
    restore('live', { 'restore-mode': 'add', tables, confirm: 'live', ...options })

  test('brings a lost table back whole, and touches nothing else', async () => {
    await makeLive('live')
    await cluster.query('DROP TABLE parts CASCADE; UPDATE users SET id = id', 'live')
    const others = await cluster.query(
      'SELECT count(*)::int AS n, sum(xmin::text::bigint)::text AS written FROM users',
      'live',
    )
    const ran = await add('parts')
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    const describe = (database: string) => cluster.psql(`\\d+ parts`, database)
    expect(await describe('live')).toBe(await describe(SOURCE))
    expect(await rowsIn('live', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
    expect(
      await cluster.query('SELECT count(*)::int AS n, sum(xmin::text::bigint)::text AS written FROM users', 'live'),
    ).toEqual(others)
    expect(await databases()).toEqual(['live', SOURCE])
    expect(
      await cluster.query(`SELECT convalidated FROM pg_constraint WHERE conname = 'parts_animal_id_fkey'`, 'live'),
    ).toEqual([{ convalidated: true }])
  })

  test('brings only rows back into a table that is there and empty; its triggers keep still and stay as they are', async () => {
    await makeLive('live')
    await cluster.psql(
      `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
       CREATE TRIGGER a BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION no();
       CREATE TRIGGER b BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION no();
       ALTER TABLE parts ENABLE ALWAYS TRIGGER b;
       SELECT setval(pg_get_serial_sequence('parts', 'id'), 999999)`,
      'live',
    )
    const ran = await add('parts', { 'restore-parts': 'data' })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await rowsIn('live', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
    expect(
      await cluster.query(
        `SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname) AS t FROM pg_trigger WHERE tgrelid = 'parts'::regclass AND NOT tgisinternal`,
        'live',
      ),
    ).toEqual([{ t: 'aO bA' }])
    expect(await cluster.query(`SELECT last_value::int AS n FROM parts_id_seq`, 'live')).toEqual([{ n: 999999 }])
  })

  test('refuses a table with rows, and one that is not in the set', async () => {
    await makeLive('live')
    const filled = await add('animals')
    expect([filled.exitCode, codesOf(filled)]).toEqual([5, expect.arrayContaining(['TARGET_TABLE_NOT_EMPTY'])])
    const unknown = await add('animales')
    expect([unknown.exitCode, codesOf(unknown)]).toEqual([5, ['TABLE_NOT_FOUND']])
  })

  test('needs confirm, and the names of the tables', async () => {
    await makeLive('live')
    const unconfirmed = await add('parts', { confirm: SOURCE })
    expect([unconfirmed.exitCode, codesOf(unconfirmed)]).toEqual([5, ['CONFIRM_NEEDED']])
    expect((await add('')).exitCode).toBe(2)
  })

  test('when it fails half-way, nothing of it is there', async () => {
    await makeLive('live')
    await cluster.query(`DROP TABLE parts CASCADE; DROP TYPE estat CASCADE`, 'live')
    const ran = await add('parts')
    expect(ran.exitCode).toBe(1)
    expect(ran.report.failure?.message).toContain('estat')
    expect(await databases()).toEqual(['live', SOURCE])
    expect(await cluster.query(`SELECT to_regclass('parts') AS t`, 'live')).toEqual([{ t: null }])
  })

  test('when what it is brought back from ends in the middle, nothing of it is there', async () => {
    await makeLive('live')
    await cluster.query(`DROP TABLE parts CASCADE`, 'live')
    const programs = await temporaryFolder()
    for (const name of await readdir(cluster.clientBin)) {
      if (name !== 'pg_dump') await symlink(path.join(cluster.clientBin, name), path.join(programs, name))
    }
    // Dies after the last row but one of the rows, at the end of a line: what psql got until then is right in itself.
    const dying = `#!/bin/bash
case "$*" in *--table=*) "${cluster.clientBin}/pg_dump" "$@" | sed '/^1000\t/q'; kill -KILL $$;; esac
exec "${cluster.clientBin}/pg_dump" "$@"
`
    await writeFile(path.join(programs, 'pg_dump'), dying, { mode: 0o755 })
    const ran = await add('parts', { 'postgres-bin': programs })
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([1, expect.stringContaining('could not be read')])
    expect(await cluster.query(`SELECT to_regclass('parts') AS t`, 'live')).toEqual([{ t: null }])
  })

  test('a foreign key whose rows are gone is there, not valid, and told', async () => {
    await makeLive('live')
    await cluster.query(`DROP TABLE parts CASCADE`, 'live')
    await cluster.query(
      `SET session_replication_role = replica; DELETE FROM animals WHERE id IN (SELECT animal_id FROM parts_of)`.replace(
        'parts_of',
        `(SELECT id AS animal_id FROM animals ORDER BY id LIMIT 200) AS lost`,
      ),
      'live',
    )
    const ran = await add('parts')
    expect({ code: ran.exitCode, codes: codesOf(ran) }).toEqual({ code: 0, codes: ['FOREIGN_KEY_NOT_VALID'] })
  })

  test('works from a plain dump too', async () => {
    await makeLive('live')
    await cluster.query('DROP TABLE parts CASCADE', 'live')
    const plain = await bench.backUp(cluster.url(SOURCE), { type: 'script', format: 'plain' })
    const ran = await add('parts', { backup: plain, type: 'script' })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await rowsIn('live', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
  })
})

describe('parts of a set', () => {
  test('some tables: the rows of these, the definitions of everything', async () => {
    const ran = await restore('fresh', { tables: 'parts, animal_history' })
    expect([ran.exitCode, codesOf(ran)]).toEqual([0, ['FOREIGN_KEY_LEFT_OUT']])
    expect(await rowsIn('fresh', 'parts')).toBe(await rowsIn(SOURCE, 'parts'))
    expect(await rowsIn('fresh', 'animal_history')).toBe(await rowsIn(SOURCE, 'animal_history'))
    expect(await rowsIn('fresh', 'animals')).toBe(0)
    expect(
      await cluster.query(
        `SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND NOT convalidated`,
        'fresh',
      ),
    ).toContainEqual({
      conname: 'parts_animal_id_fkey',
      convalidated: false,
    })
  })

  test('definitions alone', async () => {
    const ran = await restore('fresh', { 'restore-parts': 'schema' })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await rowsIn('fresh')).toBe(0)
    expect(await cluster.psql('\\d animals', 'fresh')).toBe(await cluster.psql('\\d animals', SOURCE))
  })

  test('a plain dump is not divided', async () => {
    const plain = await bench.backUp(cluster.url(SOURCE), { type: 'undivided', format: 'plain' })
    const ran = await restore('fresh', { backup: plain, type: 'undivided', tables: 'parts' })
    expect([ran.exitCode, codesOf(ran)]).toEqual([5, ['PLAIN_NOT_DIVISIBLE']])
  })

  test.each([
    [{ 'restore-mode': 'replace', tables: 'parts', confirm: 'fresh' }],
    [{ 'restore-mode': 'replace', 'restore-parts': 'schema', confirm: 'fresh' }],
    [{ 'restore-parts': 'data' }],
    [{ 'stop-command': 'true' }],
    [{ 'target-url': '' }],
    [{ 'target-url': 'postgresql://postgres@127.0.0.1' }],
    [{ backup: './dump.sql' }],
    [{ backup: '20000101T000000Z' }],
  ])('what contradicts itself is refused: %j', async (options) => {
    const ran = await restore('fresh', options)
    expect(ran.exitCode).toBe(2)
    expect(await databases()).toEqual([SOURCE])
  })
})

describe('picking', () => {
  let other: RecoveryBench
  const sets: string[] = []
  beforeAll(async () => {
    other = await RecoveryBench.make(await temporaryFolder(), cluster)
    await cluster.query('CREATE DATABASE small')
    await cluster.query('CREATE TABLE t (x int); INSERT INTO t VALUES (1)', 'small')
    for (const verify of ['archive', 'archive', 'archive', 'none']) {
      sets.push(await other.backUp(cluster.url('small'), { verify, rotate: 'false' }))
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    const manifest = path.join(other.store, 'manual', sets[1]!, 'globals.sql')
    await appendFile(manifest, '\n-- grown')
    const flipped = path.join(other.store, 'manual', sets[2]!, 'catalog.json')
    await writeFile(flipped, (await readFile(flipped, 'utf8')).replace('table', 'tabel'))
  })
  const pick = (backup?: string) =>
    other.run('restore', { 'target-url': cluster.url('picked'), ...(backup !== undefined && { backup }) })

  test('the newest that is proven and whole; those passed over are told, with why', async () => {
    const ran = await pick()
    expect(ran.report.id).toBe(sets[0])
    expect(ran.exitCode).toBe(0)
    const told = ran.report.warnings.join('\n')
    expect(told).toContain(`manual/${sets[3]} was passed over: it is not proven`)
    expect(told).toContain(`manual/${sets[2]} was passed over: it is damaged: FILE_CHECKSUM catalog.json`)
    expect(told).toContain(`manual/${sets[1]} was passed over: globals.sql has`)
  })

  test('latest takes one that is whole and not proven', async () => {
    const ran = await pick('latest')
    expect(ran.report.id).toBe(sets[3])
    // It has no fingerprints, so nobody can say that it is equal.
    expect(ran.exitCode).toBe(4)
  })

  test('of all types, the newest that holds what is asked for', async () => {
    const mixed = await RecoveryBench.make(await temporaryFolder(), cluster)
    await mixed.backUp(cluster.url(SOURCE), { type: 'weekly' })
    const daily = await mixed.backUp(cluster.url(SOURCE), { type: 'daily', tables: 'animals, parts' })
    const target = { 'target-url': cluster.url('picked') }
    const whole = await mixed.run('restore', target)
    expect([whole.exitCode, whole.report.type]).toEqual([0, 'weekly'])
    expect(whole.report.warnings.join('\n')).toContain(`daily/${daily} was passed over: it does not hold the rows of`)
    await cluster.query('DROP DATABASE picked')
    const some = await mixed.run('restore', { ...target, tables: 'animals' })
    expect([some.exitCode, some.report.id, codesOf(some)]).toEqual([0, daily, []])
    await cluster.query('DROP DATABASE picked')
    const named = await mixed.run('restore', { ...target, type: 'daily' })
    expect([named.exitCode, named.report.id, codesOf(named)]).toEqual([0, daily, ['SET_IS_PARTIAL']])
  })

  test('a damaged set that is named is never replaced by another', async () => {
    const ran = await pick(sets[2])
    expect(ran.exitCode).toBe(3)
    expect(ran.report.failure?.message).toContain('FILE_CHECKSUM catalog.json')
    expect(await databases()).not.toContain('picked')
  })

  test('where none can be taken, that is an error that names them all', async () => {
    const ran = await other.run('restore', { 'target-url': cluster.url('picked'), type: 'daily' })
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([5, expect.stringContaining('no set of type daily')])
  })
})
