import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { describeMajors } from '../../support/describe-majors.js'
import { installationOf } from '../../support/installations.js'
import { outcomeOf, RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

/** How often each case is run; a race shows in many. Formats and the numbers of jobs take turns. */
const RUNS = Number(process.env.RACING_RUNS ?? 3)
const TURNS = [
  { format: 'directory', jobs: '4' },
  { format: 'plain', jobs: '1' },
  { format: 'custom', jobs: '1' },
  { format: 'custom', jobs: '2' },
] as const
type Turn = (typeof TURNS)[number]

jest.setTimeout(60_000 + RUNS * 30_000)
if (RUNS < 50) {
  process.stderr.write(`\nQUICK: racing.test.ts runs each case ${RUNS} times; RACING_RUNS=50 shows that none flips.\n`)
}

/** Databases whose restore depends on the order of what pg_dump thinks independent. */
const CASES: Readonly<Record<string, string>> = {
  'a materialized view that reads another through a function': `
    CREATE TABLE base (i int);
    INSERT INTO base SELECT generate_series(1, 10);
    CREATE MATERIALIZED VIEW z_base AS SELECT sum(i) AS s FROM base;
    CREATE FUNCTION through() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT s FROM public.z_base); END $$;
    CREATE MATERIALIZED VIEW a_top AS SELECT public.through() AS s;`,
  'a check that looks into another table': `
    CREATE TABLE big (id int, t text);
    INSERT INTO big SELECT g, repeat('x', 100) FROM generate_series(1, 50000) g;
    CREATE TABLE zz_lookup (k text PRIMARY KEY);
    INSERT INTO zz_lookup SELECT 'k' || g FROM generate_series(1, 1000) g;
    CREATE FUNCTION known(t text) RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN EXISTS (SELECT FROM public.zz_lookup WHERE k = t); END $$;
    CREATE TABLE aa_main (id int PRIMARY KEY, k text CHECK (known(k)));
    INSERT INTO aa_main VALUES (1, 'k999'), (2, 'k3');`,
  'a domain whose check looks into another table': `
    CREATE TABLE zz_codes (code text PRIMARY KEY);
    INSERT INTO zz_codes SELECT 'c' || g FROM generate_series(1, 500) g;
    CREATE FUNCTION is_code(t text) RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN EXISTS (SELECT FROM public.zz_codes WHERE code = t); END $$;
    CREATE DOMAIN code AS text CHECK (is_code(VALUE));
    CREATE TABLE aa_items (id int, code code);
    INSERT INTO aa_items SELECT g, 'c' || (1 + g % 500) FROM generate_series(1, 5000) g;`,
  'an index over a function that reads another table': `
    CREATE TABLE zz_rates (k int PRIMARY KEY, rate numeric);
    INSERT INTO zz_rates SELECT g, g FROM generate_series(1, 50) g;
    CREATE MATERIALIZED VIEW zz_max AS SELECT max(rate) AS m FROM zz_rates;
    CREATE FUNCTION rated(i int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN i * (SELECT m FROM public.zz_max); END $$;
    CREATE TABLE aa_amounts (i int);
    INSERT INTO aa_amounts SELECT generate_series(1, 3000);
    CREATE INDEX aa_rated ON aa_amounts (rated(i));`,
  "a trigger of a partition's partition that is in another state": `
    CREATE SCHEMA a_parts;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TABLE t (id int) PARTITION BY RANGE (id);
    CREATE TABLE a_parts.half PARTITION OF t FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (id);
    CREATE TABLE a_parts.p1 PARTITION OF a_parts.half DEFAULT;
    CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (10) TO (20);
    CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE a_parts.p1 ENABLE ALWAYS TRIGGER touch;
    ALTER TABLE p2 DISABLE TRIGGER touch;`,
}

/** A backup with its proof, and a restore of it, again and again; each outcome that there was, with its runs. */
class Races {
  private constructor(
    readonly source: TestCluster,
    private readonly target: TestCluster,
    private readonly bench: RecoveryBench,
  ) {}

  static async start(major?: number, settings: Readonly<Record<string, string>> = {}): Promise<Races> {
    const options = { ...(major === undefined ? {} : installationOf(major)), settings }
    const [source, target] = await Promise.all([startCluster(options), startCluster(options)])
    return new Races(source, target, await RecoveryBench.make(await temporaryFolder(), source))
  }

  async end(): Promise<void> {
    await Promise.all([this.source.remove(), this.target.remove()])
  }

  async outcomes(database: string): Promise<Record<string, number>> {
    const seen: Record<string, number> = {}
    for (let run = 0; run < RUNS; run += 1) {
      const outcome = JSON.stringify(
        await this.run(database, `${database}_${run}`, TURNS[run % TURNS.length] ?? TURNS[0]),
      )
      seen[outcome] = (seen[outcome] ?? 0) + 1
    }
    return seen
  }

  private async run(database: string, copy: string, turn: Turn): Promise<unknown[]> {
    const given = { store: path.join(this.bench.root, copy), type: 'race', jobs: turn.jobs }
    const source = { 'database-url': this.source.url(database), 'scratch-url': this.target.url() }
    const backedUp = await this.bench.run('backup', { ...given, ...source, format: turn.format })
    const restored = await this.bench.run('restore', { ...given, 'target-url': this.target.url(copy) })
    await this.target.psql(`DROP DATABASE IF EXISTS ${copy}`)
    return [backedUp.report.proof?.outcome, ...[backedUp, restored].map((ran) => weighty(outcomeOf(ran)))]
  }
}

/** Only what decides: a note about a role's password is no outcome. */
function weighty({ exitCode, found, failure }: ReturnType<typeof outcomeOf>): unknown {
  return exitCode === 0 ? 'ok' : { exitCode, found, failure }
}

const ALWAYS_WELL = { [JSON.stringify(['proven', 'ok', 'ok'])]: RUNS }

describe('what pg_dump thinks independent', () => {
  let races: Races
  beforeAll(async () => {
    races = await Races.start()
  })
  afterAll(async () => {
    await races.end()
    await removeTemporaryFolders()
  })

  test.each(Object.entries(CASES).map(([name, sql], index) => ({ name, sql, database: `race${index}` })))(
    '$name is proven and restored each time',
    async ({ sql, database }) => {
      await races.source.createDatabase(database)
      await races.source.psql(sql, database)
      expect(await races.outcomes(database)).toEqual(ALWAYS_WELL)
    },
  )
})

const CONTROL = `comment = 'reference data'\ndefault_version = '1.0'\nrelocatable = false\nschema = refs\n`
const SCRIPT = `
  CREATE TABLE refs.srs (id int PRIMARY KEY, name text);
  INSERT INTO refs.srs SELECT g, 'builtin ' || g FROM generate_series(1, 40) g;
  CREATE TABLE refs.conf (k text PRIMARY KEY, v text, srs int REFERENCES refs.srs);
  SELECT pg_catalog.pg_extension_config_dump('refs.srs', 'WHERE id > 1000');
  SELECT pg_catalog.pg_extension_config_dump('refs.conf', '');
`

// Only 18 and later find an extension outside of their own folders.
describeMajors(
  'tables of an extension with a foreign key between them',
  ({ major }) => {
    let races: Races
    beforeAll(async () => {
      const folder = await temporaryFolder()
      const control = path.join(folder, 'extension')
      await mkdir(control)
      await writeFile(path.join(control, 'lifeboat_refs.control'), CONTROL)
      await writeFile(path.join(control, 'lifeboat_refs--1.0.sql'), SCRIPT)
      await Promise.all([folder, control].map((each) => chmod(each, 0o755)))
      races = await Races.start(major, { extension_control_path: `$system:${folder}` })
    })
    afterAll(async () => {
      await races.end()
      await removeTemporaryFolders()
    })

    test('are proven and restored each time', async () => {
      await races.source.createDatabase('refs')
      await races.source.psql(
        `CREATE SCHEMA refs; CREATE EXTENSION lifeboat_refs;
         INSERT INTO refs.srs SELECT 1000 + g, 'mine' FROM generate_series(1, 2000) g;
         INSERT INTO refs.conf SELECT 'k' || g, 'v', 1000 + g FROM generate_series(1, 2000) g;`,
        'refs',
      )
      expect(await races.outcomes('refs')).toEqual(ALWAYS_WELL)
    })
  },
  [18],
)
