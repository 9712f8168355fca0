import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describeFiles, readManifest, writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createSampleDatabase } from '../../support/databases/index.js'
import { describeMajors } from '../../support/describe-majors.js'
import { ALL_WELL, codesOf, outcomeOf, RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { startTransactionPooler } from '../../support/transaction-pooler.js'

jest.setTimeout(180_000)

const SOURCE = 'masclet_imperi'
let source: TestCluster
let bench: RecoveryBench
let id: string

beforeAll(async () => {
  source = await startCluster()
  bench = await RecoveryBench.make(await temporaryFolder(), source)
  await createSampleDatabase(source, SOURCE, 300)
  await source.query(`CREATE ROLE herders; GRANT herders TO masclet_app WITH ADMIN OPTION`)
  await source.query(`COMMENT ON ROLE masclet_app IS 'the application;\nof the breeder'`)
  await source.query(`ALTER ROLE masclet_app LOGIN CREATEDB; ALTER ROLE masclet_app SET statement_timeout TO '5min'`)
  await source.query(`CREATE ROLE unrelated`)
  await source.psql(
    `CREATE POLICY of_app ON users TO masclet_app, masclet USING (true);
     ALTER DEFAULT PRIVILEGES FOR ROLE masclet IN SCHEMA public GRANT SELECT ON TABLES TO masclet_readonly;
     GRANT SELECT (id), UPDATE (id) ON animals TO masclet_app WITH GRANT OPTION;
     GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO masclet_app;
     SELECT lo_create(4711); ALTER LARGE OBJECT 4711 OWNER TO masclet; GRANT SELECT ON LARGE OBJECT 4711 TO masclet_app`,
    SOURCE,
  )
  id = await bench.backUp(source.url(SOURCE))
})
afterAll(async () => {
  await source.remove()
  await removeTemporaryFolders()
})

describe('a cluster that has nothing', () => {
  let target: TestCluster
  beforeAll(async () => {
    target = await startCluster()
  })
  afterEach(async () => {
    for (const name of await databases()) await target.query(`DROP DATABASE "${String(name)}" WITH (FORCE)`)
    for (const name of (await roles()).filter((each) => each !== 'postgres')) {
      await target.query(`DROP OWNED BY "${String(name)}"; DROP ROLE "${String(name)}"`)
    }
  })
  afterAll(() => target.remove())

  const restore = (options: Record<string, unknown> = {}, user?: string) =>
    bench.run('restore', { 'target-url': target.url('fresh', user === undefined ? {} : { user }), ...options })
  const databases = async () =>
    (
      await target.query(`SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')`)
    ).map(({ datname }) => datname)
  const roles = async () =>
    (await target.query(`SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`)).map(
      ({ rolname }) => rolname,
    )

  test('gets the roles that the set needs, as the source had them, and no others', async () => {
    const ran = await restore()
    expect([ran.exitCode, codesOf(ran)]).toEqual([0, ['ROLE_WITHOUT_PASSWORD', 'ROLE_WITHOUT_PASSWORD']])
    expect(await roles()).toEqual(['herders', 'masclet', 'masclet_app', 'masclet_readonly', 'postgres'])
    const describe = (cluster: TestCluster) =>
      cluster.query(
        `SELECT rolname, rolcanlogin, rolcreatedb, rolconfig, shobj_description(r.oid, 'pg_authid') AS comment,
           ARRAY(SELECT roleid::regrole::text || admin_option FROM pg_auth_members m WHERE member = r.oid) AS groups
         FROM pg_roles r WHERE rolname IN ('herders', 'masclet', 'masclet_app', 'masclet_readonly') ORDER BY 1`,
      )
    expect(await describe(target)).toEqual(await describe(source))
  })

  test('roles that are there are never changed', async () => {
    await target.query(`CREATE ROLE masclet_app NOLOGIN CONNECTION LIMIT 3`)
    const ran = await restore()
    expect([ran.exitCode, codesOf(ran)]).toEqual([0, ['ROLE_WITHOUT_PASSWORD']])
    expect(
      await target.query(
        `SELECT rolcanlogin, rolcreatedb, rolconnlimit, rolconfig,
           EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS member FROM pg_roles r WHERE rolname = 'masclet_app'`,
      ),
    ).toEqual([{ rolcanlogin: false, rolcreatedb: false, rolconnlimit: 3, rolconfig: null, member: false }])
  })

  test('roles that were made for a restore that came to nothing are taken back', async () => {
    const ran = await restore({ assertions: 'SELECT false', 'restore-mode': 'new' })
    expect(ran.exitCode).toBe(3)
    const [kept] = await databases()
    expect(kept).toMatch(/^fresh_unproven_/)
    // Those that the kept copy uses stay with it.
    await target.query(`DROP DATABASE "${String(kept)}"`)
    expect(outcomeOf(await restore())).toEqual(ALL_WELL)
  })

  test('a role that may not create roles is refused, with each role that is missing', async () => {
    await target.query('CREATE ROLE plain LOGIN CREATEDB')
    const ran = await restore({}, 'plain')
    expect(ran.exitCode).toBe(5)
    const missing = ran.report.findings.filter(({ code }) => code === 'TARGET_ROLE_MISSING').map(({ on }) => on)
    expect(missing).toEqual(expect.arrayContaining(['masclet', 'masclet_app', 'masclet_readonly', 'herders']))
    expect(ran.log).toContain('role-map')
    expect(await databases()).toEqual([])
  })

  test('a role that may create neither databases nor roles is told all of it at once', async () => {
    await target.query('CREATE ROLE plain LOGIN')
    const ran = await restore({}, 'plain')
    expect(ran.exitCode).toBe(5)
    expect(new Set(codesOf(ran))).toEqual(new Set(['TARGET_FORBIDDEN', 'TARGET_ROLE_MISSING']))
  })

  test('a role with CREATEDB and CREATEROLE that is no superuser restores everything', async () => {
    await target.query('CREATE ROLE boss LOGIN CREATEDB CREATEROLE')
    const blind = await restore({}, 'boss')
    // Of the content of large objects nothing can be said without the right to read it: so it is not put in place.
    expect([blind.exitCode, codesOf(blind)]).toEqual([4, expect.arrayContaining(['LARGE_OBJECTS_UNREADABLE'])])
    expect(await databases()).toEqual([expect.stringMatching(/^fresh_unproven_/)])
    await target.query(`DROP DATABASE "${String((await databases())[0])}"`)
    await target.query('GRANT pg_read_all_data TO boss')
    const ran = await restore({}, 'boss')
    expect([ran.exitCode, codesOf(ran)]).toEqual([0, []])
    expect(await databases()).toEqual(['fresh'])
  })

  test('mapped roles are not made; what was theirs belongs to those that take their place', async () => {
    await target.query('CREATE ROLE owner_here; CREATE ROLE "App here"')
    const ran = await restore({ 'role-map': 'masclet=owner_here, masclet_app="App here"' })
    expect(outcomeOf(ran)).toEqual(ALL_WELL)
    expect(await roles()).toEqual(['App here', 'masclet_readonly', 'owner_here', 'postgres'])
    const [facts] = await target.query(
      `SELECT (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'animals'::regclass) AS owner,
         has_column_privilege('App here', 'animals', 'id', 'UPDATE WITH GRANT OPTION') AS granted,
         (SELECT polroles::regrole[]::text FROM pg_policy WHERE polname = 'of_app') AS policy,
         (SELECT string_agg(DISTINCT defaclrole::regrole::text, ',') FROM pg_default_acl) AS defaults,
         (SELECT lomowner::regrole::text FROM pg_largeobject_metadata) AS lo`,
      'fresh',
    )
    expect(facts).toMatchObject({ owner: 'owner_here', granted: true, defaults: 'owner_here', lo: 'owner_here' })
    expect(facts?.policy).toContain('App here')
    expect(facts?.policy).toContain('owner_here')
  })

  test.each([
    ['a role of the target', { 'role-map': 'postgres=masclet' }],
    ['a role to one that is not there', { 'role-map': 'masclet=nobody' }],
  ])('a map of %s is refused', async (_, options) => {
    const ran = await restore(options)
    expect(ran.exitCode).toBe(5)
    expect(codesOf(ran)).toContain('ROLE_MAP_WRONG')
  })

  test('a standby is refused', async () => {
    const signal = path.join(target.dataDirectory, 'standby.signal')
    const again = async (): Promise<void> => {
      await target.stop()
      await target.start()
    }
    await writeFile(signal, '')
    await again()
    const ran = await restore()
    await rm(signal)
    await again()
    expect([ran.exitCode, codesOf(ran)]).toEqual([5, expect.arrayContaining(['TARGET_STANDBY'])])
  })

  test('a transaction pooler is refused', async () => {
    await target.createDatabase('fresh')
    const pooler = await startTransactionPooler({
      socket: `${target.host}/.s.PGSQL.${target.port}`,
      user: 'postgres',
      database: 'postgres',
      size: 1,
    })
    const ran = await bench.run('restore', { 'target-url': `postgresql://postgres@127.0.0.1:${pooler.port}/fresh` })
    await pooler.close()
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([5, expect.stringContaining('pooler')])
  })

  test('an extension that the target does not have is refused by its name', async () => {
    const other = await RecoveryBench.make(await temporaryFolder(), source)
    await source.createDatabase('extended')
    const set = await other.backUp(source.url('extended'))
    const folder = path.join(other.store, 'manual', set)
    const manifest = await readManifest(folder)
    const extensions = [...manifest.source.extensions, { name: 'postgis', version: '3.4', schema: 'public' }]
    await writeManifest(folder, { ...manifest, source: { ...manifest.source, extensions } })
    await writeChecksums(folder, await describeFiles(folder))
    const ran = await other.run('restore', { 'target-url': target.url('fresh') })
    expect(ran.exitCode).toBe(5)
    expect(ran.report.failure?.message).toContain('EXTENSION_MISSING postgis')
    expect(await databases()).toEqual([])
  })

  test('a locale that the target does not have, and another version of one, are told', async () => {
    const other = await RecoveryBench.make(await temporaryFolder(), source)
    await source.query(`CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'ca'`)
    const set = await other.backUp(source.url('sorted'))
    const restoreWith = async (facts: object) => {
      const folder = path.join(other.store, 'manual', set)
      const manifest = await readManifest(folder)
      await writeManifest(folder, { ...manifest, source: { ...manifest.source, ...facts } })
      await writeChecksums(folder, await describeFiles(folder))
      const ran = await other.run('restore', { 'target-url': target.url('sorted') })
      await target.query('DROP DATABASE sorted')
      return [ran.exitCode, codesOf(ran)]
    }
    expect(await restoreWith({})).toEqual([0, []])
    expect(await restoreWith({ collationVersion: '1.2.3' })).toEqual([0, ['COLLATION_DIFFERS']])
    const gone = { localeProvider: 'libc', collate: 'xx_XX.UTF-8', ctype: 'xx_XX.UTF-8', collationVersion: null }
    expect(await restoreWith(gone)).toEqual([0, ['LOCALE_DIFFERS']])
  })

  test('nothing of a secret is told: the password of the target, settings of the database', async () => {
    await source.query(`ALTER DATABASE ${SOURCE} SET app.token TO 'tell-nobody'`)
    const set = await bench.backUp(source.url(SOURCE), { type: 'secret' })
    const url = target.url('fresh').replace('postgres@', 'postgres:open-sesame@')
    const ran = await bench.run('restore', { 'target-url': url, backup: set, type: 'secret' })
    await source.query(`ALTER DATABASE ${SOURCE} RESET app.token`)
    expect(ran.exitCode).toBe(0)
    expect(JSON.stringify(ran.report) + ran.log).not.toMatch(/tell-nobody|open-sesame/)
    expect(await readFile(path.join(bench.store, 'secret', set, 'catalog.json'), 'utf8')).toContain('app.token')
  })
})

describeMajors(
  'a set of another major',
  ({ major }) => {
    let other: TestCluster
    beforeAll(async () => {
      other = await startCluster({ major })
    })
    afterAll(() => other.remove())

    if (major > 15) {
      test('is restored forwards, into new and in place of a live one', async () => {
        const flags = { 'target-url': other.url('fresh'), 'postgres-bin': other.clientBin, backup: id }
        const made = await bench.run('restore', flags)
        expect([made.exitCode, codesOf(made)]).toEqual([0, expect.arrayContaining(['TARGET_MAJOR_DIFFERS'])])
        const replaced = await bench.run('restore', { ...flags, 'restore-mode': 'replace', confirm: 'fresh' })
        expect([replaced.exitCode, codesOf(replaced)]).toEqual([0, ['TARGET_MAJOR_DIFFERS']])
        await other.query('DROP TABLE parts CASCADE', 'fresh')
        const added = await bench.run('restore', { ...flags, 'restore-mode': 'add', tables: 'parts', confirm: 'fresh' })
        expect([added.exitCode, codesOf(added)]).toEqual([0, ['TARGET_MAJOR_DIFFERS']])
      })
    } else {
      test('is not restored backwards', async () => {
        const ran = await bench.run('restore', {
          'target-url': other.url('fresh'),
          'postgres-bin': other.clientBin,
          backup: id,
        })
        expect([ran.exitCode, codesOf(ran)]).toEqual([5, expect.arrayContaining(['TARGET_TOO_OLD'])])
      })
    }
  },
  [14, 17, 18],
)
