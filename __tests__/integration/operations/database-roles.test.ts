import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, PROVEN, summaryOf, type Alteration } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let source: TestCluster

beforeAll(async () => {
  source = await startCluster()
  await source.psql(`
    CREATE ROLE "Owner of the database" CREATEDB;
    CREATE ROLE reader LOGIN BYPASSRLS;
    GRANT pg_read_all_data TO reader`)
  await source.createDatabase('app')
  await source.psql('CREATE TABLE cows AS SELECT generate_series(1, 10) AS id', 'app')
})
afterAll(async () => {
  await source.remove()
  await removeTemporaryFolders()
})

async function backUp(alter?: Alteration) {
  const given = {
    'database-url': source.url('app', { user: 'reader' }),
    'postgres-bin': `${source.bin}, ${source.clientBin}`,
    store: await temporaryFolder(),
  }
  return operate('backup', given, alter === undefined ? {} : { alter })
}

// A restored copy has no grants on the database itself, so it says of nobody that he had one.
test('roles that are bound to nothing but the database itself are no difference', async () => {
  await source.psql('ALTER DATABASE app OWNER TO "Owner of the database"; GRANT CONNECT ON DATABASE app TO reader')
  expect(summaryOf(await backUp())).toEqual(PROVEN)
})

test('one of them that changes while the backup runs is noticed all the same', async () => {
  await source.psql('ALTER ROLE reader CONNECTION LIMIT 7')
  const changing: Alteration = (context) => ({
    ...context,
    processes: {
      start: (command) => context.processes.start(command),
      peakMemory: () => context.processes.peakMemory(),
      run: async (command) => {
        // After the snapshot has seen the role, before its definition is dumped.
        if (command.args.includes('--roles-only')) await source.psql('ALTER ROLE reader CONNECTION LIMIT 8')
        return context.processes.run(command)
      },
    },
  })
  expect((await backUp(changing)).found).toContain('SCHEMA_CHANGED role reader')
})
