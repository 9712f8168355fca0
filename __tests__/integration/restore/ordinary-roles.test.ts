import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { describeMajors } from '../../support/describe-majors.js'
import { operate, PROVEN, summaryOf } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

/** What must sing where a superuser restores with PostgreSQL's programs alone; else a silent test would prove nothing. */
const SINGING = ['check', 'check-of-row', 'domain', 'generated', 'operator', 'partition-key', 'reset']

const run = promisify(execFile)
afterAll(removeTemporaryFolders)

describeMajors('code of an ordinary role', (installation) => {
  let source: TestCluster
  let other: TestCluster
  let canaries: string
  let root: string
  const given = (more: Record<string, string> = {}) => ({ 'postgres-bin': source.clientBin, verify: 'full', ...more })

  beforeAll(async () => {
    root = await temporaryFolder()
    canaries = path.join(root, 'canaries')
    await mkdir(canaries)
    await chmod(canaries, 0o777)
    await chmod(root, 0o755)
    source = await startCluster(installation)
    other = await startCluster(installation)
    await source.createDatabase('shop')
    await source.query('CREATE ROLE lowly LOGIN')
    await source.query('CREATE SCHEMA lowly AUTHORIZATION lowly', 'shop')
    const database = await readFile(new URL('../../support/databases/ordinary-role.sql', import.meta.url), 'utf8')
    // Before 18, a domain that a view has an array of can be given no check; that of this one is put back at the end.
    const taken = installation.major >= 18 ? database : database.replace(/^create view lowly\.text_literal .*$/m, '')
    const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'lowly', '-d', 'shop']
    await source.run('psql', args, { stdin: taken.replaceAll('@CANARIES@', canaries) })
  })
  afterAll(async () => {
    await Promise.all([source, other].map((cluster) => cluster.remove()))
  })
  beforeEach(async () => {
    for (const name of await readdir(canaries)) await rm(path.join(canaries, name))
  })

  const sang = async () => [...new Set((await readdir(canaries)).map((name) => name.replace(/-\d+$/, '')))].sort()
  const environment = (cluster: TestCluster) => ({
    ...process.env,
    ...cluster.environment(),
    PATH: `${cluster.clientBin}:${process.env.PATH}`,
  })

  test("runs as a superuser where PostgreSQL's programs restore it by themselves", async () => {
    await other.createDatabase('unconfined')
    await other.query('CREATE ROLE lowly')
    const dump = path.join(root, 'dump')
    await run('pg_dump', ['--format=custom', `--file=${dump}`, 'shop'], { env: environment(source) })
    await run('pg_restore', ['--dbname=unconfined', dump], { env: environment(other) }).catch(() => undefined)
    expect(await sang()).toEqual(expect.arrayContaining(SINGING))
    await other.query('DROP DATABASE unconfined')
    await other.query('DROP ROLE lowly')
  })

  test.each(['directory', 'custom', 'plain'])(
    'runs nowhere with rights that are not its own, format %s',
    async (format) => {
      const store = path.join(root, format)
      const backup = await operate('backup', { ...given(), store, format, 'database-url': source.url('shop') })
      expect([summaryOf(backup), await sang()]).toEqual([PROVEN, []])

      const validated = await operate('validate', { ...given(), store, 'scratch-url': other.url('postgres') })
      expect([summaryOf(validated), await sang()]).toEqual([PROVEN, []])

      const target = `restored_${format}`
      const restored = await operate('restore', {
        'postgres-bin': source.clientBin,
        store,
        'target-url': other.url(target),
      })
      expect([summaryOf(restored), await sang()]).toEqual([expect.objectContaining({ exitCode: 0, weighty: [] }), []])
      expect(await leftIn(target)).toEqual({ functions: 0, schemas: 0, triggers: 0 })

      const [set = ''] = await readdir(path.join(store, 'manual'))
      const script = path.join(store, 'manual', set, 'restore.sh')
      await run('sh', [script, '--', `by_script_${format}`], { env: environment(other) })
      expect(await sang()).toEqual([])
      expect(await leftIn(`by_script_${format}`)).toEqual({ functions: 0, schemas: 0, triggers: 0 })
    },
  )

  test('runs nowhere with rights that are not its own where a living database gets its tables back', async () => {
    const store = path.join(root, 'custom')
    await other.query('TRUNCATE lowly.checked, lowly.of_domain, lowly.indexed', 'restored_custom')
    const tables = 'lowly.checked, lowly.of_domain, lowly.indexed, lowly.generated'
    await other.query('DROP TABLE lowly.generated', 'restored_custom')
    const restored = await operate('restore', {
      'postgres-bin': source.clientBin,
      store,
      tables,
      'target-url': other.url('restored_custom'),
      'restore-mode': 'add',
      confirm: 'restored_custom',
    })
    expect([summaryOf(restored), await sang()]).toEqual([expect.objectContaining({ exitCode: 0, weighty: [] }), []])
    expect(await leftIn('restored_custom')).toEqual({ functions: 0, schemas: 0, triggers: 0 })
  })

  async function leftIn(database: string) {
    const [left] = await other.query(
      `SELECT (SELECT count(*)::int FROM pg_proc WHERE oid >= 16384 AND prosecdef) AS functions,
         (SELECT count(*)::int FROM pg_namespace WHERE nspname ~ 'lifeboat') AS schemas,
         (SELECT count(*)::int FROM pg_event_trigger) AS triggers`,
      database,
    )
    return left
  }
})
