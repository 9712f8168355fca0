import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'

import { ANOMALY_FINDINGS } from '../../../src/anomaly-findings.js'
import { pageOf } from '../../../src/report/html.js'
import { summaryOf as jobSummaryOf } from '../../../src/report/summary.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { operate, PROVEN, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

describe('a backup beside the one before it', () => {
  let source: TestCluster
  let store: string
  let database: string
  let count = 0

  beforeAll(async () => {
    source = await startCluster()
    await createFarm(source, 'template_farm')
  })
  afterAll(async () => {
    await source.remove()
    await removeTemporaryFolders()
  })
  beforeEach(async () => {
    store = path.join(await temporaryFolder(), 'store')
    database = `farm_${(count += 1)}`
    await source.psql(`CREATE DATABASE ${database} TEMPLATE template_farm`, 'postgres')
  })

  /** Proven by reading the archive: nothing here depends on how a set was proven. A second apart, as ids are. */
  async function backUp(given: Given = {}): Promise<Operated> {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const usual = { 'database-url': source.url(database), store, type: 'daily', verify: 'archive' }
    const operated = await operate('backup', { ...usual, ...given })
    expect(summaryOf(operated)).toEqual({ ...PROVEN, tier: 'archive' })
    return operated
  }

  const change = (sql: string) => source.psql(sql, database)
  const anomaliesIn = ({ findings }: Operated) => findings.filter(({ code }) => code in ANOMALY_FINDINGS)
  const toldBy = (operated: Operated) =>
    anomaliesIn(operated).map(({ severity, code, on }) => `${severity} ${code} ${on}`)

  async function lastDetails(): Promise<Record<string, unknown>> {
    const folder = path.join(store, 'log')
    const file = (await readdir(folder)).sort().at(-1) ?? ''
    const line = (await readFile(path.join(folder, file), 'utf8')).trim().split('\n').at(-1) ?? ''
    return (JSON.parse(line) as { details: Record<string, unknown> }).details
  }

  test('has nothing to tell where nothing changed, nor where it is the first', async () => {
    expect(toldBy(await backUp())).toEqual([])
    const second = await backUp()
    expect(toldBy(second)).toEqual([])
    expect(second.report.schemaChange).toBeUndefined()
    expect(await lastDetails()).not.toHaveProperty('anomalies')
  })

  test('tells rows, tables and definitions that went: in the summary, the page, the log and to whoever looks', async () => {
    const first = await backUp()
    await change(`
      DELETE FROM parts WHERE id > 100;
      TRUNCATE diary;
      ALTER TABLE animals RENAME TO "<b>beasts|";
      ALTER TABLE parts ALTER note TYPE varchar(40), ADD weight integer NOT NULL DEFAULT 0, ALTER animal DROP NOT NULL;
      CREATE TABLE notes (id int PRIMARY KEY, body text);
    `)
    const second = await backUp()
    expect(toldBy(second)).toEqual([
      'warning TABLE_EMPTIED public.diary',
      'warning TABLE_ROWS_DROPPED public.parts',
      'info TABLE_DISAPPEARED public.animals',
      `info SCHEMA_CHANGED_SINCE ${database}`,
    ])
    const since = `daily/${first.report.id!}`
    expect(anomaliesIn(second).map(({ found }) => found)).toEqual([
      `it is empty now and held 3 rows in ${since}`,
      `it holds 100 rows, 300 (75 %) fewer than in ${since}`,
      `it held 800 rows in ${since}; public.<b>beasts| holds exactly these now`,
      expect.stringMatching(/^\d+ changes since daily/),
    ])
    const { lines = [] } = second.report.schemaChange ?? {}
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^- table public\.animals \(5 columns, /),
        expect.stringMatching(/^\+ table public\."<b>beasts\|" \(5 columns, /),
        '+ table public.notes (2 columns, 1 constraint)',
        '~ column public.parts.animal: not null dropped',
        '~ column public.parts.note: type text → character varying(40)',
        '+ column public.parts.weight',
      ]),
    )
    for (const shown of [jobSummaryOf(second.report), pageOf(second.report)]) {
      expect(shown).toContain('TABLE_EMPTIED')
      expect(shown).toContain('~ column public.parts.note: type text → character varying(40)')
      expect(shown).not.toContain('<b>beasts')
    }
    const said = JSON.stringify(second.said)
    expect(said).toContain('TABLE_ROWS_DROPPED public.parts: it holds 100 rows')
    expect(said).toContain('+ table public.notes (2 columns, 1 constraint)')
    expect((await lastDetails()).anomalies).toEqual(
      anomaliesIn(second).map(({ code, severity, on, found }) => ({ code, severity, on, found })),
    )
  })

  test('tells tables that no type covers, until one does', async () => {
    const daily = { tables: 'animals,parts' }
    expect(toldBy(await backUp(daily))).toContain('warning TABLE_NOT_COVERED public.diary')
    await backUp({ type: 'weekly' })
    await change('CREATE TABLE newer_than_the_weekly (id int)')
    expect(toldBy(await backUp(daily)).join()).not.toContain('TABLE_NOT_COVERED')
    const less = await backUp({ tables: 'animals' })
    expect(toldBy(less)).toEqual(['warning TABLE_DISAPPEARED public.parts'])
    expect(anomaliesIn(less)[0]?.found).toContain('the table is still in the database')
  })

  test('a set before it that was damaged is told, and fails nothing', async () => {
    const first = await backUp()
    const catalog = path.join(first.report.set!.path, 'catalog.json')
    // As long as before, so that the set still counts.
    await writeFile(catalog, (await readFile(catalog, 'utf8')).replace('"table"', '"tabel"'))
    await change('CREATE TABLE notes (id int)')
    const second = await backUp()
    expect(second.report.warnings.join()).toMatch(/The schema was not compared: .* is not what its manifest says/)
    expect(second.report.schemaChange?.lines).toEqual(['+ table public.notes'])
  })

  test.each(['false', 'true'])(
    'an encrypted set tells no more than its readable manifest does (hide-names %s)',
    async (hide) => {
      const recipient = await identityToRecipient(await generateIdentity())
      const sealed = { 'encrypt-to': recipient, 'hide-names': hide }
      await backUp(sealed)
      await change(`DELETE FROM parts; CREATE TABLE secret_table (id int);
        ALTER TABLE animals RENAME COLUMN weight TO secret_weight; DELETE FROM animals WHERE id > 300;`)
      const operated = await backUp(sealed)
      const logged = JSON.stringify((await lastDetails()).anomalies)
      expect(logged).not.toContain('secret_weight')
      if (hide === 'true') {
        expect(toldBy(operated)).toEqual(['warning TABLE_ROWS_DROPPED all tables'])
        expect(logged).not.toMatch(/parts|secret/)
      } else {
        expect(toldBy(operated)).toEqual([
          'warning TABLE_ROWS_DROPPED public.animals',
          'warning TABLE_EMPTIED public.parts',
          `info SCHEMA_CHANGED_SINCE ${database}`,
        ])
        expect(operated.report.schemaChange?.lines).toEqual(['+ table public.secret_table'])
      }
    },
  )
})
