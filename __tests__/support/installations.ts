import { existsSync, readdirSync, realpathSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The PostgreSQL majors that pg-lifeboat supports, and that its tests want to see. */
export const SUPPORTED_MAJORS = [14, 15, 16, 17, 18] as const

/** PostgreSQL programs of one major that are on this machine. */
export interface Installation {
  major: number
  /** Folder of `initdb`, `pg_ctl` and `postgres`. */
  bin: string
  /** Whether `psql`, `pg_dump`, `pg_restore`, … of this very major are there too. */
  hasClient: boolean
  /** Folder of the client programs to use with this server: its own, or those of the nearest newer major. */
  clientBin: string
}

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** Where `scripts/lib/postgres-majors` may have put its majors, the preferred place first. */
function cacheFolders(): string[] {
  const chosen = process.env.POSTGRES_MAJORS_CACHE
  if (chosen !== undefined && chosen !== '') return [chosen]
  return [
    path.join(REPOSITORY, '.cache', 'postgres'),
    '/var/cache/pg-lifeboat/postgres',
    path.join(os.tmpdir(), 'pg-lifeboat-postgres'),
  ]
}

function majorsIn(folder: string): { major: number; bin: string }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ major: Number(name), bin: path.join(folder, name, 'bin') }))
    .filter(({ bin }) => existsSync(path.join(bin, 'initdb')) && existsSync(path.join(bin, 'postgres')))
}

/**
 * The PostgreSQL majors that are on this machine, oldest first: Debian's and Ubuntu's packages, then what
 * `scripts/lib/postgres-majors` has fetched. An installation with its own client is preferred over one without.
 */
export function availableMajors(): Installation[] {
  const found = new Map<number, { major: number; bin: string; hasClient: boolean }>()
  const ready = cacheFolders().flatMap((folder) =>
    majorsIn(folder).filter(({ bin }) => existsSync(path.join(bin, '..', 'ready'))),
  )
  for (const { major, bin } of [...majorsIn('/usr/lib/postgresql'), ...ready]) {
    const hasClient = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'].every((name) => existsSync(path.join(bin, name)))
    const before = found.get(major)
    if (before === undefined || (hasClient && !before.hasClient)) {
      found.set(major, { major, bin: realpathSync(bin), hasClient })
    }
  }
  const sorted = [...found.values()].sort((a, b) => a.major - b.major)
  return sorted.flatMap((installation) => {
    const client = sorted.find(({ major, hasClient }) => hasClient && major >= installation.major)
    return client === undefined ? [] : [{ ...installation, clientBin: client.bin }]
  })
}

/**
 * The installation to use when a test does not care for the major: the oldest that has its own client, because that is
 * what a plain machine has.
 */
export function defaultInstallation(): Installation {
  const found = availableMajors().find(({ hasClient }) => hasClient)
  if (found === undefined) {
    throw new Error(
      'No PostgreSQL with server and client programs found in /usr/lib/postgresql/*/bin. ' +
        'Install one (Debian, Ubuntu: apt-get install postgresql) or run scripts/lib/postgres-majors 17.',
    )
  }
  return found
}

/** The installation of one major; an error that says how to get it when it is not here. */
export function installationOf(major: number): Installation {
  const found = availableMajors().find((installation) => installation.major === major)
  if (found === undefined) {
    const here = availableMajors().map((installation) => installation.major)
    throw new Error(
      `PostgreSQL ${major} is not on this machine (found: ${here.join(', ') || 'none'}). ` +
        `Run scripts/lib/postgres-majors ${major}.`,
    )
  }
  return found
}
