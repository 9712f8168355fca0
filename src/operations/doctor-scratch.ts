import { statfs } from 'node:fs/promises'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { temporaryFolder } from '../platform/workspace.js'
import { acquireScratch } from '../postgres/acquire-scratch.js'
import type { Scratch } from '../postgres/scratch.js'
import { formatBytes } from '../units.js'
import type { SourceSeen } from './doctor-source.js'
import type { Examination } from './examination.js'

const WHAT = 'server for the proof'

/** Really gets a scratch server ready and makes a database in it, as a backup will; nothing of it stays. */
export async function examineScratch(
  seen: Examination,
  source: SourceSeen | undefined,
  options: Options,
  context: Context,
): Promise<void> {
  if (options.verify === 'none' || options.verify === 'archive') {
    seen.warning(
      'Scratch',
      WHAT,
      `none is needed, because verify is "${options.verify}" and nothing will be restored`,
      'Use verify: full, the default. Only a backup that was restored is known to restore.',
    )
    return
  }
  if (source === undefined) {
    seen.notChecked('Scratch', WHAT, 'it must fit the database, which could not be looked at')
    return
  }
  const scratch = await seen.check('Scratch', WHAT, () =>
    acquireScratch(
      {
        kind: options.scratch,
        url: options.scratchUrl,
        source: source.facts,
        preferredFolders: options.postgresBin,
        ...(source.programs !== undefined && { archiveMajor: source.programs.major }),
      },
      context,
    ),
  )
  if (scratch === undefined) {
    return
  }
  try {
    await seen.check('Scratch', WHAT, () => examineServer(seen, scratch, source))
    if (scratch.kind === 'cluster') {
      await seen.check('Space', 'for the restored copy', () => examineRoom(seen, source, context))
    }
  } finally {
    await scratch.release()
  }
}

async function examineServer(seen: Examination, scratch: Scratch, { facts }: SourceSeen): Promise<void> {
  const { localeFallback } = await scratch.createDatabase()
  const kind = scratch.kind === 'cluster' ? 'a throw-away cluster' : 'the server of scratch-url'
  const found = `${kind} of PostgreSQL ${scratch.serverVersion} was got ready and a database made in it${isolationOf(scratch)}`
  if (scratch.major !== facts.major) {
    seen.warning(
      'Scratch',
      WHAT,
      `${found}, and the database is on major ${facts.major}`,
      `Data is compared all the same. To prove a restore into the same major, install postgresql-${facts.major} or give such a server in scratch-url.`,
    )
  } else if (!scratch.superuser) {
    seen.warning(
      'Scratch',
      WHAT,
      `${found}, by a role that is no superuser`,
      'Owners and some extensions cannot be restored there: use a superuser, as a service container has it.',
    )
  } else {
    seen.ok('Scratch', WHAT, found)
  }
  if (localeFallback !== null) {
    seen.warning('Scratch', 'locale', localeFallback, 'Install the locale of the database on this machine.')
  }
}

/** What keeps a program that runs in the server, should one ever, from what is ours. */
function isolationOf({ isolation }: Scratch): string {
  if (isolation === null) return ''
  const { ownUser, namespaces } = isolation
  if (ownUser)
    return `; its server runs as a user of its own${namespaces ? ', without processes of others and without network' : ''}`
  return namespaces
    ? '; its server sees no processes of others and no network, and can read the files of this user'
    : '; its server runs as this user, because this system has no user namespaces for it: see docs/threat-model.md'
}

/** The cluster lies in the folder for temporary files and holds the whole database once more, with its indexes. */
async function examineRoom(seen: Examination, { databaseBytes }: SourceSeen, { environment }: Context): Promise<void> {
  const folder = temporaryFolder(environment)
  const { bavail, bsize } = await orFileTrouble(`asking for the free space of ${folder}`, () => statfs(folder))
  const free = bavail * bsize
  const found = `${formatBytes(free)} are free in ${folder}, the database occupies ${formatBytes(databaseBytes)}`
  if (free < databaseBytes) {
    seen.problem(
      'Space',
      'for the restored copy',
      found,
      'Set TMPDIR to a larger disk, or give a server with more room in scratch-url.',
    )
  } else {
    seen.ok('Space', 'for the restored copy', found)
  }
}
