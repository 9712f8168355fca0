import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestCluster } from './cluster.js'

/** Creates the roles of one cluster in another, settings and memberships included, as a recovery would. */
export async function copyRoles(from: TestCluster, to: TestCluster): Promise<void> {
  const globals = await to.run('pg_dumpall', [
    '--globals-only',
    '--no-role-passwords',
    '-d',
    from.url('postgres', { via: 'socket' }),
  ])
  const own = /^(CREATE|ALTER) ROLE postgres\b|^\\(un)?restrict/
  await to.psql(
    globals
      .split('\n')
      .filter((line) => !own.test(line))
      .join('\n'),
  )
}

/**
 * Dumps a database with the programs of its own major and restores it with the target's, owners and grants included.
 * Every error of pg_restore is an error.
 */
export async function copyDatabase(from: TestCluster, database: string, to: TestCluster, name: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-copy-'))
  try {
    const archive = path.join(folder, 'dump')
    await from.run('pg_dump', ['-Fc', '-Z1', '-f', archive, '-d', from.url(database, { via: 'socket' })])
    await to.createDatabase(name)
    await to.run('pg_restore', ['--exit-on-error', '-d', to.url(name, { via: 'socket' }), archive])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
