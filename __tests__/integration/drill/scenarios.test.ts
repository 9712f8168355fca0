import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { cp, readFile, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { SET, describeFiles, readManifest, writeChecksums, writeManifest } from '../../../src/backup/set.js'
import { runScenario, SCENARIOS } from '../../../src/drill/run.js'
import type { DrillMeans, Scenario } from '../../../src/drill/scenario.js'
import { CouldNotVerifyError, InterruptedError } from '../../../src/errors.js'
import { drill } from '../../../src/operations/drill.js'
import { drillMeans } from '../../../src/operations/drill-means.js'
import { ReportDraft } from '../../../src/operations/report-draft.js'
import { withSession } from '../../../src/postgres/session.js'
import { rtoOf, type ScenarioResult } from '../../../src/report/drill-facts.js'
import { exitCodeFor } from '../../../src/report/report.js'
import { summaryOf } from '../../../src/report/summary.js'
import { openStore } from '../../../src/stores/factory.js'
import { verifyFiles } from '../../../src/verify/files.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createSampleDatabase } from '../../support/databases/index.js'
import { availableMajors, defaultInstallation } from '../../support/installations.js'
import type { RealContext } from '../../support/real-context.js'
import { optionsFrom, takeSet, withRealContext } from '../../support/take-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

/** The major that tests run by default. */
const oldest = defaultInstallation().major

let source: TestCluster
let store: string
let values: Record<string, unknown>

beforeAll(async () => {
  source = await startCluster()
  store = path.join(await temporaryFolder(), 'store')
  await createSampleDatabase(source, 'masclet_imperi', 300)
  for (const type of ['weekly', 'weekly', 'daily', 'daily']) {
    const chosen = type === 'daily' ? { tables: 'animals, parts' } : {}
    await takeSet(source, 'masclet_imperi', store, { type, scratch: 'cluster', ...chosen })
    // Ids are seconds, and rows tell the sets apart.
    await source.query(
      `INSERT INTO imports SELECT gen_random_uuid(), user_id, fitxer, estat_import, files_llegides, resultat, contingut, created_at FROM imports LIMIT 1`,
      'masclet_imperi',
    )
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  values = { store, 'postgres-bin': source.clientBin, scratch: 'cluster', jobs: 2 }
})
afterAll(async () => {
  await source.remove()
  await removeTemporaryFolders()
})

const named = (name: string): Scenario => SCENARIOS.find((scenario) => scenario.name === name)!

/** Runs a scenario with the real means, some of them broken by the test. */
async function rehearse(
  name: string,
  breaking: (means: DrillMeans, context: RealContext) => Partial<DrillMeans> = () => ({}),
  more: Record<string, unknown> = {},
): Promise<ScenarioResult> {
  return withRealContext(async (context) => {
    const options = optionsFrom({ ...values, ...more })
    const opened = await openStore(options.store, { ...context, workingDirectory: '/', settings: options })
    const underWay = { report: new ReportDraft('drill', context), store: opened, options, context }
    const means = drillMeans(['daily', 'weekly'], underWay)
    return runScenario(named(name), { ...means, ...breaking(means, context) })
  })
}

/** A copy of the store that a test may damage. */
async function copyOfStore(): Promise<string> {
  const copy = path.join(await temporaryFolder(), 'store')
  await cp(store, copy, { recursive: true })
  return copy
}

async function newestOf(root: string, type: string): Promise<string> {
  const ids = (await readdir(path.join(root, type))).sort()
  return path.join(root, type, ids.at(-1)!)
}

/** The set as somebody would leave it who changed it and made everything agree. */
async function resum(folder: string): Promise<void> {
  const manifest = await readManifest(folder)
  const files = await describeFiles(folder)
  await writeManifest(folder, { ...manifest, files })
  await writeChecksums(folder, files)
}

const TIMED = ['fetch', 'roles', 'pre-data', 'data', 'post-data', 'analyze', 'verify']

describe('on a good store', () => {
  test.each(['latest', 'fallback', 'table', 'clean-room'])('%s passes, with a time for every phase', async (name) => {
    const result = await rehearse(name)
    expect(result).toMatchObject({ outcome: 'passed' })
    for (const { times, rpo } of result.recoveries) {
      expect(Object.keys(times)).toEqual(TIMED)
      expect(rpo).toBeGreaterThan(0)
      expect(rpo).toBeLessThan(600)
    }
    expect(result.recoveries).toHaveLength(['latest', 'fallback'].includes(name) ? 2 : 1)
    expect(rtoOf(result)).toBeGreaterThan(0.1)
  })

  test('faults are all found, and the store is as it was', async () => {
    const result = await rehearse('faults')
    expect(result).toMatchObject({ outcome: 'passed', recoveries: [] })
    expect(result.cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'nothing changed',
        'a flipped bit in restore.sh',
        'SHA256SUMS missing',
        'a changed manifest',
      ]),
    )
    expect(result.cases.length).toBeGreaterThanOrEqual(19)
    for (const type of ['daily', 'weekly']) {
      for (const id of await readdir(path.join(store, type))) {
        expect(await verifyFiles(path.join(store, type, id), { id, type })).toEqual([])
      }
    }
  })

  const newer = availableMajors().find(({ major, hasClient }) => major > oldest && hasClient)
  ;(newer === undefined ? test.skip : test)('upgrade passes where a newer major is', async () => {
    const result = await rehearse('upgrade', () => ({}), { 'postgres-bin': [source.clientBin, newer!.bin].join(',') })
    expect(result).toMatchObject({ outcome: 'passed' })
    expect(result.cases[0]?.said).toContain(`PostgreSQL ${newer!.major}`)
  })

  test('upgrade could not run where there is none, and that is not passed', async () => {
    const result = await rehearse('upgrade', () => ({
      withRoom: () =>
        Promise.reject(
          new CouldNotVerifyError({ doing: 'looking', problem: 'there is no newer major', advice: 'Install one.' }),
        ),
    }))
    expect(result).toMatchObject({
      outcome: 'could-not-run',
      cases: [{ said: 'there is no newer major (while looking)' }],
    })
  })
})

describe('a broken guarantee fails its scenario', () => {
  test('latest: rows that are not those of the source, in a set whose sums all agree', async () => {
    const copy = await copyOfStore()
    const folder = await newestOf(copy, 'weekly')
    const manifest = await readManifest(folder)
    const tables = manifest.tables.map((table) => (table.name === 'users' ? { ...table, fingerprint: '12345' } : table))
    await writeManifest(folder, { ...manifest, tables })
    await writeChecksums(folder, manifest.files)
    const result = await rehearse('latest', () => ({}), { store: copy })
    expect(result).toMatchObject({ outcome: 'failed' })
    expect(result.cases.map(({ outcome }) => outcome)).toEqual(['passed', 'failed'])
    expect(result.cases[1]?.said).toContain('TABLE_CONTENT_DIFFERS public.users')
  })

  test('latest: the newest set is damaged, although an older one restores', async () => {
    const copy = await copyOfStore()
    await unlink(path.join(await newestOf(copy, 'daily'), SET.globals))
    const result = await rehearse('latest', () => ({}), { store: copy })
    expect(result.outcome).toBe('failed')
    expect(result.cases.map(({ outcome }) => outcome)).toEqual(['failed', 'passed', 'passed'])
    expect(result.cases[0]).toMatchObject({
      name: 'the newest daily',
      said: expect.stringContaining('was passed over'),
    })
  })

  test('latest: no set of a type is whole', async () => {
    const copy = await copyOfStore()
    for (const id of await readdir(path.join(copy, 'daily'))) await unlink(path.join(copy, 'daily', id, SET.globals))
    expect(await rehearse('latest', () => ({}), { store: copy })).toMatchObject({ outcome: 'failed' })
  })

  test('fallback: damage that nobody sees is restored from', async () => {
    // Who checks only that the files are there takes the destroyed set.
    const result = await rehearse('fallback', (means) => ({
      pick: async (from, choice) => {
        const { sets } = await from.list()
        const [newest] = sets.filter(({ type }) => type === choice.type)
        return { ...(await means.pick(means.store, choice)), ...newest!, folder: await from.open(newest!) }
      },
    }))
    expect(result).toMatchObject({ outcome: 'failed' })
    expect(result.cases[0]?.said).toContain('was destroyed in the copy, and was taken all the same')
  })

  test('fallback: with one set only it could not run', async () => {
    const copy = await copyOfStore()
    await rm(await newestOf(copy, 'daily'), { recursive: true })
    const result = await rehearse('fallback', () => ({}), { store: copy })
    expect(result.outcome).toBe('could-not-run')
    expect(result.cases.map(({ outcome }) => outcome)).toEqual(['could-not-run', 'passed'])
  })

  test.each([
    [
      'a row of another table',
      'UPDATE explotacions SET nom = nom || $$!$$ WHERE id = 1',
      'the rows of public.explotacions',
    ],
    ['an index of another table', 'DROP INDEX animals_nom_idx', 'index public.animals_nom_idx'],
    ['a grant', 'REVOKE SELECT ON animals FROM masclet_readonly', 'public.animals'],
  ])('table: bringing it back changes %s', async (_, statement, named) => {
    const result = await rehearse('table', (means, context) => ({
      recover: async (set, room, database, wish, timeline) => {
        const end = await means.recover(set, room, database, wish, timeline)
        if (wish.mode === 'add') {
          const settings = { ...room.maintenance, database }
          await withSession(settings, { signal: context.signal }, (session) => session.query(statement))
        }
        return end
      },
    }))
    expect(result).toMatchObject({ outcome: 'failed' })
    expect(result.cases.map(({ said }) => said).join('; ')).toContain(named)
  })

  test('table: it is not brought back, although the restore says so', async () => {
    const result = await rehearse('table', (means) => ({
      recover: (set, room, database, wish, timeline) =>
        wish.mode === 'add'
          ? Promise.resolve({ outcome: 'passed', findings: [], rows: 0 })
          : means.recover(set, room, database, wish, timeline),
    }))
    expect(result).toMatchObject({ outcome: 'failed' })
    expect(result.cases.map(({ said }) => said).join('; ')).toContain('are gone')
  })

  test.each([
    ['fails', (script: string) => script.replace('restore_section data', 'false'), 'exit code 1'],
    [
      'forgets the indexes and says nothing',
      (script: string) => script.replaceAll('restore_section post-data', ':'),
      'OBJECT_DIFFERS',
    ],
    [
      'needs a program that is not there',
      (script: string) => script.replace('run_globals\nwriting=yes', 'node --version\nrun_globals\nwriting=yes'),
      'node: not found',
    ],
  ])('clean-room: a restore.sh that %s', async (_, change, said) => {
    const copy = await copyOfStore()
    const folder = await newestOf(copy, 'weekly')
    const script = await readFile(path.join(folder, SET.script), 'utf8')
    expect(change(script)).not.toBe(script)
    await writeFile(path.join(folder, SET.script), change(script))
    await resum(folder)
    const trusted = () => ({ trusted: true })
    const result = await rehearse('clean-room', trusted, { store: copy }).catch((error: unknown) => error)
    expect(result).toMatchObject({ outcome: 'failed' })
    expect((result as ScenarioResult).cases.map((one) => one.said).join()).toContain(said)
  })

  test('clean-room: a set without a kit could not run', async () => {
    const copy = await copyOfStore()
    const folder = await newestOf(copy, 'weekly')
    await unlink(path.join(folder, SET.script))
    await resum(folder)
    expect(await rehearse('clean-room', () => ({}), { store: copy })).toMatchObject({ outcome: 'could-not-run' })
  })

  test('faults: a validation that overlooks one kind of damage', async () => {
    const result = await rehearse('faults', (means) => ({
      validate: async (folder, place) =>
        (await means.validate(folder, place)).filter(
          ({ code, on }) => !(code === 'FILE_CHECKSUM' && on === SET.script),
        ),
    }))
    expect(result).toMatchObject({ outcome: 'failed' })
    expect(result.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([
      {
        name: 'a flipped bit in restore.sh',
        outcome: 'failed',
        said: 'FILE_CHECKSUM on restore.sh was to be found; nothing was found',
      },
    ])
  })

  test('faults: a validation that finds the wrong thing, or that always finds something', async () => {
    const finding = { code: 'FILE_SIZE', severity: 'error', on: 'x', found: 'always', advice: 'No.' } as const
    const result = await rehearse('faults', () => ({ validate: () => Promise.resolve([finding]) }))
    expect(result.cases.every(({ outcome }) => outcome === 'failed')).toBe(true)
  })

  test('an interruption is no outcome', async () => {
    const interrupted = rehearse('latest', (means, context) => ({
      pick: (from, choice) => {
        context.interrupt()
        return means.pick(from, choice)
      },
    }))
    await expect(interrupted).rejects.toBeInstanceOf(InterruptedError)
  })
})

describe('the operation', () => {
  const run = (more: Record<string, unknown>) =>
    withRealContext(async (context) => ({ report: await drill(optionsFrom({ ...values, ...more }), context), context }))

  test('reports, logs, and shows the trend from the log and from results that were committed', async () => {
    const copy = await copyOfStore()
    const docs = path.join(await temporaryFolder(), 'docs/drills')
    const first = await run({ store: copy, scenario: 'faults, latest', 'drill-report': path.join(docs, '2026-Q3.md') })
    expect(exitCodeFor(first.report)).toBe(0)
    expect(first.report.drill?.scenarios.map(({ scenario }) => scenario)).toEqual(['latest', 'faults'])
    expect((await readdir(first.report.drill!.folder!)).sort()).toEqual(['drill.json', 'drill.md', 'drill.xml'])
    // Another store has no log of it, but the results are there.
    const second = await run({
      store: await copyOfStore(),
      scenario: 'clean-room',
      'drill-report': path.join(docs, '2026-Q4.md'),
    })
    expect(second.report.drill?.past).toHaveLength(1)
    const third = await run({ store: copy, scenario: 'faults', 'drill-report': path.join(docs, '2027-Q1.md') })
    expect(third.report.drill?.past).toHaveLength(2)
    expect(summaryOf(third.report)).toContain('Trend')
    expect(await readFile(path.join(docs, '2027-Q1.md'), 'utf8')).toContain('# Recovery drill of ')
    const { folder } = third.report.drill!
    expect(summaryOf(third.report)).toContain('1 scenario of the drill passed')
    for (const report of [first, second, third]) await rm(report.report.drill!.folder!, { recursive: true })
    expect(folder).toBeDefined()
  })

  test('refuses a scenario that there is not, and drills nothing without a set', async () => {
    const unknown = await run({ scenario: 'faulst' })
    expect(unknown.report.failure).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Did you mean "faults"?'),
    })
    const empty = await run({ store: path.join(await temporaryFolder(), 'none') })
    expect(empty.report.failure).toMatchObject({ exitCode: 4 })
  })

  test('ends with 3 when one failed, 4 when one could not run', async () => {
    const copy = await copyOfStore()
    await rm(await newestOf(copy, 'daily'), { recursive: true })
    const open = await run({ store: copy, scenario: 'fallback', type: 'daily' })
    expect(exitCodeFor(open.report)).toBe(4)
    await unlink(path.join(await newestOf(copy, 'daily'), SET.globals))
    const failed = await run({ store: copy, scenario: 'latest, fallback', type: 'daily' })
    expect(exitCodeFor(failed.report)).toBe(3)
    for (const { report } of [open, failed]) await rm(report.drill!.folder!, { recursive: true })
  })

  test('into a service: what a drill makes there is gone afterwards', async () => {
    const service = await startCluster()
    try {
      const state = () =>
        service.query(`SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1`)
      const before = await state()
      const more = { scratch: 'service', 'scratch-url': service.url(), scenario: 'latest, table, clean-room' }
      const { report } = await run(more)
      expect(report.drill?.scenarios.map(({ outcome, cases }) => [outcome, cases])).toEqual(
        report.drill?.scenarios.map(({ cases }) => ['passed', cases]),
      )
      expect(await state()).toEqual(before)
      await rm(report.drill!.folder!, { recursive: true })
    } finally {
      await service.remove()
    }
  })
})
