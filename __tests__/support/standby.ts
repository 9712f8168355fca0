import { chown, cp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from './cluster.js'
import { eventually } from './command-line.js'
import { temporaryFolder } from './temporary.js'

/** A hot standby of a cluster, of the same major, that receives its log by streaming; the test removes it. */
export async function startStandby(primary: TestCluster): Promise<TestCluster> {
  const standby = await startCluster({ bin: primary.bin })
  try {
    await standby.stop()
    const data = standby.dataDirectory
    const owner = await stat(data)
    const settings = await readFile(path.join(data, 'postgresql.conf'))
    const copy = path.join(await temporaryFolder(), 'base')
    const how = ['--wal-method=stream', '--checkpoint=fast', '--no-sync', '--write-recovery-conf']
    await primary.run('pg_basebackup', [`--pgdata=${copy}`, ...how])
    await Promise.all((await readdir(data)).map((name) => rm(path.join(data, name), { recursive: true })))
    await cp(copy, data, { recursive: true, preserveTimestamps: true })
    // Its own port and socket: the copy has those of the primary.
    await writeFile(path.join(data, 'postgresql.conf'), settings)
    for (const name of await readdir(data, { recursive: true })) {
      await chown(path.join(data, name), owner.uid, owner.gid)
    }
    await standby.start()
    await eventually('the standby streams', async () => (await standby.query(STREAMS)).length > 0)
    return standby
  } catch (error) {
    await standby.remove()
    throw error
  }
}

const STREAMS = `SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'`
