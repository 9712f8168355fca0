import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Alteration, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

/** Letters of each encoding that others lack. */
const LETTERS: Readonly<Record<string, string>> = {
  LATIN1: 'éÿß',
  LATIN2: 'łőč',
  WIN1252: '€™é',
  KOI8R: 'Жюя',
  WIN874: 'ไทย',
  EUC_KR: '한국',
  EUC_JP: '日本',
  SQL_ASCII: 'é牛',
}

/** All of it is called something with these letters, and says something with them. */
const everythingCalled = (t: string): string => `
  CREATE ROLE "r${t}"; CREATE SCHEMA "s${t}" AUTHORIZATION "r${t}"; CREATE TYPE "s${t}"."e${t}" AS ENUM ('a${t}', 'b');
  CREATE TABLE "s${t}"."t${t}" ("c${t}" text DEFAULT 'x${t}' CHECK ("c${t}" <> 'no${t}'), e "s${t}"."e${t}", id serial);
  COMMENT ON TABLE "s${t}"."t${t}" IS 'comment ${t}'; COMMENT ON ROLE "r${t}" IS 'role ${t}';
  INSERT INTO "s${t}"."t${t}" ("c${t}", e) SELECT 'row ${t} ' || g, 'a${t}' FROM generate_series(1, 20) g;
  CREATE FUNCTION "s${t}"."f${t}"(x text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''${t}'' || x';
  CREATE INDEX "i${t}" ON "s${t}"."t${t}" ("s${t}"."f${t}"("c${t}"));
  CREATE TABLE "s${t}"."left${t}" (a int); INSERT INTO "s${t}"."left${t}" VALUES (1);
  ALTER TABLE "s${t}"."t${t}" OWNER TO "r${t}"; GRANT SELECT ON "s${t}"."t${t}" TO "r${t}";`

describe('databases of other encodings than UTF-8, all on one server', () => {
  let cluster: TestCluster

  beforeAll(async () => {
    cluster = await startCluster()
    for (const [encoding, letters] of Object.entries(LETTERS)) {
      const database = encoding.toLowerCase()
      await cluster.query(
        `CREATE DATABASE ${database} ENCODING '${encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
      )
      const client = encoding === 'SQL_ASCII' ? encoding : 'UTF8'
      await cluster.psql(`SET client_encoding = '${client}'; ${everythingCalled(letters)}`, database)
    }
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  async function backUp(encoding: string, given: Given = {}, alter?: Alteration) {
    const store = await temporaryFolder()
    return operate(
      'backup',
      { 'database-url': cluster.url(encoding.toLowerCase()), store, ...given },
      alter && { alter },
    )
  }

  test.each(Object.keys(LETTERS))('are proven with names, texts and rows in it, %s', async (encoding) => {
    expect(summaryOf(await backUp(encoding))).toEqual(PROVEN)
  })

  test.each(['WIN1252', 'EUC_KR', 'SQL_ASCII'])('are proven as a script, %s', async (encoding) => {
    expect(summaryOf(await backUp(encoding, { format: 'plain' }))).toEqual(PROVEN)
  })

  test.each(['LATIN1', 'EUC_JP'])('leave out a table that is named, %s', async (encoding) => {
    const t = LETTERS[encoding] ?? ''
    const operated = await backUp(encoding, { 'exclude-tables': `"s${t}"."left${t}"` })
    expect(summaryOf(operated)).toEqual(PROVEN)
    const left = operated.report.tables.find(({ name }) => name.includes('left'))
    expect(left).toMatchObject({ name: `s${t}.left${t}`, outcome: 'definition-only' })
  })

  test('show a letter that differs in the copy', async () => {
    const change = changingTheCopy('data', `UPDATE "séÿß"."téÿß" SET "céÿß" = replace("céÿß", 'ÿ', 'y') WHERE id = 3`)
    const unicode: Alteration = (context) => ({
      ...context,
      processes: {
        ...context.processes,
        run: (command) => context.processes.run({ ...command, env: { ...command.env, PGCLIENTENCODING: 'UTF8' } }),
      },
    })
    const { found } = await backUp('LATIN1', { verify: 'data' }, (context) => change(unicode(context)))
    expect(found.filter((one) => one.startsWith('TABLE_'))).toEqual(['TABLE_CONTENT_DIFFERS séÿß.téÿß'])
  })

  describe('without an encoding, with bytes that are no UTF-8', () => {
    beforeAll(async () => {
      await cluster.query(`CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`)
      // The bytes come from the server, since a client of UTF-8 cannot send them.
      await cluster.psql(
        `SET client_encoding = 'SQL_ASCII'; CREATE TABLE t (v text); INSERT INTO t VALUES (E'caf\\xe9'), (E'caf\\xe8');
         CREATE TABLE u (v text); DO $$ BEGIN EXECUTE E'COMMENT ON TABLE u IS ''caf\\xe9'''; END $$`,
        'bytes',
      )
    })

    test('rows are compared, and a text that cannot be is named', async () => {
      const operated = await backUp('bytes')
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified', failure: undefined })
      const weighty = operated.findings.filter(({ severity }) => severity === 'inconclusive')
      expect(weighty.map(({ code }) => code)).toEqual(['TEXT_UNREADABLE'])
      expect(weighty[0]?.on).toContain('public.u')
      const change = changingTheCopy('data', `UPDATE t SET v = E'caf\\xe8'`)
      const { found } = await backUp('bytes', { verify: 'data' }, change)
      expect(found.filter((one) => one.startsWith('TABLE_'))).toEqual(['TABLE_CONTENT_DIFFERS public.t'])
    })

    test('a table with such a name is dumped, and named', async () => {
      await cluster.psql(
        `SET client_encoding = 'SQL_ASCII';
        DO $$ BEGIN EXECUTE E'CREATE TABLE "caf\\xe9" (a int)'; END $$`,
        'bytes',
      )
      const operated = await backUp('bytes', { verify: 'data' })
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified', failure: undefined })
      expect(operated.found.filter((one) => one.startsWith('TABLE_'))).toEqual(['TABLE_UNREAD public.caf\uFFFD'])
    })
  })
})
