import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { generateKeyPairSync } from 'node:crypto'
import { appendFile, chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import { idOf } from '../../../src/backup/manifest.js'
import type { DiagnosisLine } from '../../../src/report/doctor.js'
import { summaryOf } from '../../../src/report/summary.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { ageKey } from '../../support/age.js'
import { makeCertificates, type Certificates } from '../../support/certificates.js'
import { freePort, startCluster, type TestCluster } from '../../support/cluster.js'
import { eventually } from '../../support/command-line.js'
import { commandLineHere } from '../../support/command-line-here.js'
import { compiledSource, removeCompiledSources } from '../../support/compiled.js'
import { hasty, operate, type Alteration, type Given } from '../../support/operating.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { startRepositoryApi, type RepositoryApi } from '../../support/repository-api.js'
import { RsyncPlaces } from '../../support/rsync-places.js'
import { CREDENTIALS, startS3Server } from '../../support/s3-server.js'
import { sampleProof } from '../../support/sample-set.js'
import { startStandby } from '../../support/standby.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { startTransactionPooler } from '../../support/transaction-pooler.js'

jest.setTimeout(60_000)

const HOUR = 3_600_000

let cluster: TestCluster
let certificates: Certificates
let folder: string
let store: string

beforeAll(async () => {
  cluster = await startCluster()
  certificates = await makeCertificates(await temporaryFolder(), await stat(cluster.dataDirectory))
  await cluster.createDatabase('farm')
  await cluster.psql(
    `CREATE TABLE animals AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 100) g;
     CREATE TABLE secrets (id int); CREATE TABLE parts (id int);
     ALTER TABLE parts ENABLE ROW LEVEL SECURITY;
     CREATE ROLE reader LOGIN; GRANT SELECT ON animals, parts TO reader;
     CREATE ROLE backup LOGIN BYPASSRLS IN ROLE pg_read_all_data`,
    'farm',
  )
  await appendFile(
    path.join(cluster.dataDirectory, 'postgresql.conf'),
    `ssl = on\nssl_cert_file = '${certificates.serverCertificate}'\nssl_key_file = '${certificates.serverKey}'\n`,
  )
  await cluster.query('SELECT pg_reload_conf()')
})
afterAll(async () => {
  await cluster.remove()
  await removeCompiledSources()
  await removeTemporaryFolders()
})
beforeEach(async () => {
  folder = await temporaryFolder()
  store = path.join(folder, 'store')
})

interface Examined {
  exitCode: number
  lines: readonly DiagnosisLine[]
  /** `Database connection` → its worst state. */
  states: Record<string, string>
  line: (what: string) => DiagnosisLine
  summary: string
}

/** Without scratch, where it is not about that: a throw-away cluster takes seconds. */
async function examine(given: Given = {}, alter?: Alteration, env: Record<string, string> = {}): Promise<Examined> {
  const all = { 'database-url': cluster.url('farm', { via: 'socket' }), store, verify: 'archive', ...given }
  const { report, exitCode } = await operate('doctor', all, { env, ...(alter !== undefined && { alter }) })
  expect(report.failure).toBeUndefined()
  const lines = report.diagnosis ?? []
  return {
    exitCode,
    lines,
    states: Object.fromEntries(lines.map(({ subject, what, state }) => [`${subject} ${what}`, state])),
    line: (what) => {
      const found = lines.find((line) => `${line.subject} ${line.what}` === what)
      if (found === undefined) throw new Error(`No line about ${what}: ${lines.map((line) => line.what).join(', ')}`)
      return found
    },
    summary: summaryOf(report),
  }
}

const add = (where: string, hours: number): Promise<void> =>
  commitSample(new DirectoryStore(where, { clock: clockAhead(0), logger: memoryLogger() }), {
    id: idOf(new Date(Date.now() - hours * HOUR)),
    type: 'daily',
    proof: sampleProof('proven'),
  })

describe('where everything is as it should be', () => {
  test('every line is good, a scratch cluster was really made, and nothing is left', async () => {
    await add(store, 3)
    await add(path.join(folder, 'copy'), 3)
    // PostgreSQL's user must be able to get to the cluster in it.
    const temporary = path.join(await temporaryFolder(), 't')
    await chmod(path.dirname(temporary), 0o755)
    await mkdir(temporary)
    await chmod(temporary, 0o777)
    const given = {
      'database-url': cluster.url('farm', { via: 'socket', user: 'backup' }),
      series: 'masclet_imperi',
      verify: 'full',
      copies: path.join(folder, 'copy'),
      'ping-url': 'https://127.0.0.1/ping',
    }
    const done = await examine(given, undefined, { TMPDIR: temporary })
    // Outside of a job nobody can see what starts the backups.
    expect(done.lines.filter(({ state }) => state !== 'ok').map(({ what }) => what)).toEqual(['next run'])
    expect(done.exitCode).toBe(0)
    expect(done.line('Scratch server for the proof').found).toContain('was got ready and a database made in it')
    expect(done.line('Database connection').found).toContain(`PostgreSQL ${cluster.major}.`)
    expect(done.summary).toContain('server for the proof')
    expect(done.line('Space for the restored copy').found).toContain(`free in ${temporary}`)
    expect(await readdir(temporary)).toEqual([])
    expect(await readdir(path.join(store, '.incoming'))).toEqual([])
    expect(await readdir(path.join(folder, 'copy', '.incoming'))).toEqual([])
    const databases = await cluster.query('SELECT datname FROM pg_database ORDER BY 1')
    expect(databases.map(({ datname }) => datname)).toEqual(['farm', 'postgres', 'template0', 'template1'])
  })
})

describe('the database', () => {
  test('that cannot be reached is one problem; what needs it is not checked, and the rest is looked at', async () => {
    const done = await examine({
      'database-url': 'postgresql://postgres@127.0.0.1:1/farm?connect_timeout=1',
      verify: 'full',
    })
    expect(done.exitCode).toBe(1)
    expect(done.line('Database connection')).toMatchObject({ state: 'problem' })
    expect(done.line('Database connection').advice).toContain('Check host and port')
    expect(done.states).toMatchObject({
      'Database privileges': 'not-checked',
      'Programs client programs': 'not-checked',
      'Scratch server for the proof': 'not-checked',
      [`Stores ${store}`]: 'ok',
      'Keys encrypt-to': 'ok',
    })
    expect(done.summary.split('\n')[0]).toContain('❌')
  })

  test('whose tables a role may not read, or only in part, is told by name', async () => {
    const done = await examine({ 'database-url': cluster.url('farm', { via: 'socket', user: 'reader' }) })
    expect(done.exitCode).toBe(1)
    expect(done.line('Database privileges').found).toContain('public.secrets')
    expect(done.line('Database privileges').found).not.toContain('public.animals')
    expect(done.line('Database row-level security')).toMatchObject({ state: 'problem' })
    expect(done.line('Database row-level security').found).toContain('public.parts')
    expect(done.line('Database role')).toMatchObject({ state: 'warning', advice: 'GRANT pg_read_all_data TO "reader"' })
  })

  test('that is asked for a table which is not there', async () => {
    const done = await examine({ tables: 'animals, plants' })
    expect(done.line('Database tables')).toMatchObject({ state: 'problem' })
    expect(done.line('Database tables').found).toContain('TABLE_NOT_FOUND')
  })

  test.each([
    ['sslmode=require', 'warning', 'nobody checks'],
    ['sslmode=verify-ca', 'ok', 'certificate, not the name'],
    ['sslmode=verify-full', 'ok', 'certificate and name'],
    ['sslmode=disable', 'ok', 'does not leave this machine'],
  ])('over %s', async (parameters, state, told) => {
    const url = `postgresql://postgres@localhost:${cluster.port}/farm?${parameters}&sslrootcert=${certificates.authority}`
    const done = await examine({
      'database-url': parameters === 'sslmode=require' ? url.replace(/&sslrootcert.*/, '') : url,
    })
    expect(done.line('Database encryption')).toMatchObject({ state })
    expect(done.line('Database encryption').found).toContain(told)
  })

  test('behind a transaction pooler', async () => {
    const pooler = await startTransactionPooler({
      socket: `${cluster.host}/.s.PGSQL.${cluster.port}`,
      user: 'postgres',
      database: 'farm',
      size: 3,
    })
    try {
      const done = await examine({ 'database-url': `postgresql://postgres@127.0.0.1:${pooler.port}/farm` })
      expect(done.line('Database pooler')).toMatchObject({ state: 'problem' })
      expect(done.line('Database pooler').advice).toContain('pool_mode=session')
    } finally {
      await pooler.close()
    }
  })

  test('whose clock is another than ours', async () => {
    const early = await examine({}, (context) => ({ ...context, clock: clockAhead(-60_000) }))
    expect(early.line('Clock of the server')).toMatchObject({ state: 'warning' })
    expect(early.line('Clock of the server').found).toMatch(/6\d\.\d s ahead of/)
    expect((await examine()).line('Clock of the server')).toMatchObject({ state: 'ok' })
  })
})

test('a scratch-url that leads to the database itself is a problem before a backup refuses it', async () => {
  const done = await examine({ verify: 'full', 'scratch-url': cluster.url('postgres', { via: 'socket' }) })
  expect(done.line('Scratch server for the proof')).toMatchObject({
    state: 'problem',
    found: 'scratch-url leads to the server that is backed up',
  })
})

describe('stores', () => {
  test('each is tried by itself: one that cannot be written to, one that is none, one of another series', async () => {
    await writeFile(path.join(folder, 'file'), '')
    await add(path.join(folder, 'other'), 3)
    const [file, other] = [path.join(folder, 'file', 'below'), path.join(folder, 'other')]
    const done = await examine({ copies: `${file}\ns3:/half\n${other}` })
    expect(done.exitCode).toBe(1)
    expect(done.states).toMatchObject({
      [`Stores ${store}`]: 'ok',
      [`Stores ${file}`]: 'problem',
      'Stores s3:/half': 'problem',
      [`Stores ${other}`]: 'problem',
    })
    expect(done.line(`Stores ${other}`).found).toBe('it holds the series "masclet_imperi", and this database is "farm"')
  })

  test('a store that is its own copy', async () => {
    expect((await examine({ copies: store })).line('Stores copies')).toMatchObject({ state: 'problem' })
  })

  test('a backup that is too old is a problem, none at all is what comes before the first', async () => {
    const empty = await examine()
    expect(empty.line(`Schedule in ${store}`)).toMatchObject({ state: 'warning', found: 'there is no backup yet' })
    await add(store, 50)
    const old = await examine({ series: 'masclet_imperi' })
    const found = old.lines.filter(({ what }) => what === `in ${store}`).map((line) => `${line.state} ${line.found}`)
    expect(found).toContainEqual(expect.stringMatching(/^problem .*\(BACKUP_TOO_OLD\)$/))
  })
})

describe('a standby', () => {
  test('is told, with how far it is behind, because a backup of it can be cancelled', async () => {
    const standby = await startStandby(cluster)
    const rows = async () => (await standby.query('SELECT count(*)::int AS rows FROM parts', 'farm'))[0]?.rows
    const commit = () => cluster.psql('INSERT INTO parts VALUES (1)', 'farm')
    const behind = async (): Promise<string> => {
      const done = await examine({ 'database-url': standby.url('farm', { via: 'socket' }) })
      expect(done.line('Database standby')).toMatchObject({ state: 'warning' })
      expect(done.line('Database standby').advice).toContain('back up the primary')
      return done.line('Database standby').found
    }
    try {
      await commit()
      await eventually('what was committed is replayed', async () => (await rows()) === 1)
      expect(await behind()).toMatch(/^it is a standby, 0 s behind \(hot_standby_feedback off, /)
      await standby.query('SELECT pg_wal_replay_pause()')
      await commit()
      await eventually('the standby lags', async () => (await standby.query(LAGS)).length > 0)
      expect(await behind()).toMatch(/^it is a standby, [1-9]\d* s behind/)
      expect((await examine()).line('Database standby')).toMatchObject({ state: 'ok' })
    } finally {
      await standby.remove()
    }
  })
})

const LAGS = `SELECT WHERE pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()
                AND clock_timestamp() - pg_last_xact_replay_timestamp() > '1 s'`

describe('in a job', () => {
  let api: RepositoryApi
  beforeEach(async () => {
    api = await startRepositoryApi()
  })
  afterEach(() => api.stop())

  test('the token reads the repository; what would change something is told and not tried', async () => {
    const given = { 'github-token': 'ghs_a-token', 'problem-issues': 'true' }
    const done = await examine(given, undefined, api.environment)
    expect(done.line('GitHub token')).toMatchObject({ state: 'ok' })
    expect(done.line('GitHub token').found).toMatch(/no schedule is about to be disabled; not tried.*issues: write/)
    expect(done.lines.map(({ what }) => what)).not.toContain('next run')
    expect(done.summary).not.toContain('ghs_a-token')
  })

  test('a schedule that is disabled, or about to be, is told with its remedy', async () => {
    api.workflows({ 'backup.yml': 'disabled_inactivity' })
    const stopped = await examine({ 'github-token': 'x' }, undefined, api.environment)
    expect(stopped.line('GitHub token')).toMatchObject({ state: 'problem' })
    expect(stopped.line('GitHub token').advice).toContain('gh workflow enable backup.yml')
    api.workflows({ 'backup.yml': 'active' })
    api.committed(new Date(Date.now() - 50 * 24 * HOUR))
    const ending = await examine({ 'github-token': 'x' }, undefined, api.environment)
    expect(ending.line('GitHub token')).toMatchObject({ state: 'warning' })
  })

  test('no token where one is needed is a problem, for each thing that needs it', async () => {
    const done = await examine({ copies: 'artifact:', 'problem-issues': 'true' }, undefined, api.environment)
    expect(done.line('GitHub token')).toMatchObject({
      state: 'problem',
      advice: 'Give github-token: ${{ github.token }} and the permissions in the job.',
    })
    expect(done.line('GitHub token').found).toMatch(/artifact: stores .* and problem-issues \(issues: write\)/)
  })

  test('a token that may not read is told by the permission that it lacks', async () => {
    api.answers['/repos/owner/name/actions/workflows'] = { status: 403, body: { message: 'Resource not accessible' } }
    const done = await examine({ 'github-token': 'x' }, undefined, api.environment)
    expect(done.line('GitHub token').state).not.toBe('ok')
    expect(done.line('GitHub token').found).toContain('actions: read')
  })
})

describe('stores that are elsewhere', () => {
  let places: RsyncPlaces
  beforeAll(async () => {
    places = await RsyncPlaces.start()
  })
  afterAll(() => places.stop())

  test('are written to, and what was written is removed; one that refuses, or is not there, is told', async () => {
    const [good, closed] = [await places.daemon('good'), await places.daemon('closed', 'read only = yes')]
    const gone = `rsync://127.0.0.1:${await freePort()}/module`
    const done = await examine(
      {
        store: good.location('/farm'),
        copies: `${closed.location('/farm')}\n${gone}`,
        'rsync-password': good.password,
      },
      hasty,
    )
    expect(good.password).toBe(closed.password)
    const of = (location: string) => done.lines.filter(({ what }) => what.includes(location.split('@').at(-1) ?? ''))
    expect(of(good.location('/farm'))[0]).toMatchObject({ state: 'ok' })
    const left = await readdir(places.at('good', 'module'), { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
    expect(of(closed.location('/farm'))[0]).toMatchObject({ state: 'problem' })
    expect(of(gone)[0]).toMatchObject({ state: 'problem' })
    expect(JSON.stringify(done.lines)).not.toContain(good.password)
  })

  test('a bucket that is not there, and one that is', async () => {
    const server = await startS3Server()
    const credentials = {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    }
    // The library looks for credentials in the environment of the process itself.
    Object.assign(process.env, credentials)
    try {
      const bucket = await server.bucket()
      const at = (name: string) => `s3://${name}/farm?region=us-east-1&endpoint=${server.url}`
      const done = await examine({ store: at(bucket), copies: at('no-such-bucket') }, hasty)
      const stores = done.lines.filter(({ subject, what }) => subject === 'Stores' && what.startsWith('s3://'))
      expect(stores.map(({ state }) => state)).toEqual(['ok', 'problem'])
      expect(stores[1]?.found).toContain('no-such-bucket')
      expect((await server.client.listObjectsV2({ Bucket: bucket })).KeyCount).toBe(0)
    } finally {
      for (const name of Object.keys(credentials)) Reflect.deleteProperty(process.env, name)
      await server.stop()
    }
  })
})

describe('keys', () => {
  test('that do not fit each other', async () => {
    const [theirs, ours] = [await ageKey(), await ageKey()]
    const pem = (type: 'private' | 'public'): string => {
      const pair = generateKeyPairSync('ed25519')
      return type === 'private'
        ? pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
        : pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    }
    const done = await examine({
      'encrypt-to': theirs.recipient,
      'decrypt-key': ours.identity,
      'signing-key': pem('private'),
      'trusted-keys': pem('public'),
    })
    expect(done.states).toMatchObject({
      'Keys encrypt-to': 'ok',
      'Keys decrypt-key': 'problem',
      'Keys signing-key': 'problem',
    })
    expect(JSON.stringify(done.lines)).not.toContain(ours.identity)
    const fitting = await examine({ 'encrypt-to': theirs.recipient, 'decrypt-key': theirs.file })
    expect(fitting.states).toMatchObject({ 'Keys decrypt-key': 'ok' })
  })

  test('that are none', async () => {
    const done = await examine({ 'encrypt-to': 'age1nonsense', 'decrypt-key': '/nowhere/key' })
    expect(done.states).toMatchObject({ 'Keys encrypt-to': 'problem', 'Keys decrypt-key': 'problem' })
  })
})

describe('on the command line', () => {
  test('the table is the result, the schedule is that of the type, and nobody is told of it', async () => {
    const heard: string[] = []
    const server = http.createServer((request, response) => {
      heard.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await writeFile(
      path.join(folder, 'lifeboat.yml'),
      [
        `database-url: ${cluster.url('farm', { via: 'socket' })}`,
        `store: ${store}`,
        'verify: archive',
        `webhook-url: http://127.0.0.1:${port}/hook`,
        `ping-url: http://127.0.0.1:${port}/ping`,
        'types: { daily: { schedule: "17 2 * * *" } }',
      ].join('\n'),
    )
    try {
      const done = await commandLineHere(['doctor', '--type', 'daily'], { cwd: folder })
      expect({ ...done, stdout: '' }).toMatchObject({ exitCode: 0 })
      expect(done.stdout).toMatch(/^ {2}ok +next run +"17 2 \* \* \*" \(UTC\): \d{4}-\d\d-\d\d 02:17:00 UTC/m)
      expect(done.stdout).not.toContain('\u001B')
      expect(done.stderr).toContain('no problem')
      expect(heard).toEqual([])
      const seen = await commandLineHere(['doctor', '--type', 'daily', '--json'], { cwd: folder })
      expect(seen.outputs.diagnosis).toContainEqual(
        expect.objectContaining({ subject: 'Database', what: 'connection', state: 'ok' }),
      )
      const coloured = await commandLineHere(['doctor', '--type', 'daily'], { cwd: folder, isTTY: true })
      expect(coloured.stdout).toContain('\u001B[1mDatabase\u001B[0m')
    } finally {
      server.close()
    }
  })

  test('every database of a configuration is looked at by itself, and the one in trouble is named', async () => {
    const { folder: compiled } = await compiledSource()
    await writeFile(
      path.join(folder, 'lifeboat.yml'),
      [
        `store: ${folder}/{database}`,
        'verify: archive',
        'databases:',
        `  farm: { database-url: "${cluster.url('farm', { via: 'socket' })}" }`,
        `  gone: { database-url: "${cluster.url('gone', { via: 'socket' })}" }`,
      ].join('\n'),
    )
    const done = await commandLineHere(['doctor', '--all'], { cwd: folder, entry: path.join(compiled, 'cli.js') })
    expect(done.exitCode).toBe(1)
    expect(done.stderr + done.stdout).toMatch(/^farm +- +done/m)
    expect(done.stderr + done.stdout).toMatch(/^gone +- +failed.*there is no database "gone"/m)
  })
})
