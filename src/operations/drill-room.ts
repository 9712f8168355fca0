import type { Context } from '../context.js'
import { CouldNotVerifyError, messageOf } from '../errors.js'
import type { PickedSet, Room } from '../drill/scenario.js'
import type { Options } from '../options.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { acquireScratch } from '../postgres/acquire-scratch.js'
import type { Scratch } from '../postgres/scratch.js'
import { scratchName } from '../postgres/scratch-database.js'
import { withSession } from '../postgres/session.js'

/**
 * Does work beside a disposable server. A throw-away cluster goes as a whole; from a server that others may use,
 * everything that was made there is dropped again: the databases, and the roles that a recovery leaves.
 *
 * @param wish.major another major than the source's: then only a throw-away cluster of it will do
 * Throws `CouldNotVerifyError` where there is no such server.
 */
export async function withRoom<T>(
  { manifest }: PickedSet,
  { major }: { major?: number },
  options: Options,
  context: Context,
  work: (room: Room) => Promise<T>,
): Promise<T> {
  const scratch = await acquireScratch(
    {
      kind: major === undefined ? options.scratch : 'cluster',
      url: options.scratchUrl,
      source: { ...manifest.source, ...(major !== undefined && { major }) },
      preferredFolders: options.postgresBin,
      archiveMajor: manifest.tool.pgDumpMajor,
    },
    context,
  )
  const made: string[] = []
  try {
    const before = scratch.kind === 'service' ? await rolesOf(scratch, context.signal) : null
    try {
      return await work(roomOf(scratch, made))
    } finally {
      if (before !== null) {
        await cleanUp(scratch, made, before, context)
      }
    }
  } finally {
    await scratch.release()
  }
}

function roomOf(scratch: Scratch, made: string[]): Room {
  const { major, serverVersion, kind, maintenance, programs, superuser } = scratch
  if (!superuser) {
    throw new CouldNotVerifyError({
      doing: 'preparing a server for a drill',
      problem: `the role "${maintenance.user}" is no superuser on the scratch server, and a recovery makes roles`,
      advice: 'Give a superuser in scratch-url, as a service container has it, or use scratch: cluster.',
    })
  }
  return {
    major,
    serverVersion,
    kind,
    maintenance,
    programs,
    newDatabase: () => {
      const name = scratchName()
      made.push(name)
      return name
    },
  }
}

async function rolesOf({ maintenance }: Scratch, signal?: AbortSignal): Promise<Set<string>> {
  return withSession(maintenance, signal === undefined ? {} : { signal }, async (session) => {
    const rows = await session.query<{ name: string }>('SELECT rolname AS name FROM pg_catalog.pg_roles')
    return new Set(rows.map(({ name }) => name))
  })
}

/** Without the signal: this must also happen after an interruption. Never throws. */
async function cleanUp(
  scratch: Scratch,
  databases: readonly string[],
  before: ReadonlySet<string>,
  { logger }: Context,
): Promise<void> {
  try {
    const roles = [...(await rolesOf(scratch))].filter((role) => !before.has(role))
    await withSession(scratch.maintenance, {}, async (session) => {
      for (const name of databases) {
        await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`)
      }
      for (const role of roles) {
        await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(role)}`)
      }
    })
  } catch (error) {
    logger.warning(`What the drill made on the scratch server could not be removed: ${messageOf(error)}`)
  }
}
