import type { Command } from '../context.js'
import { OperationError } from '../errors.js'
import { temporaryFolder } from '../platform/workspace.js'
import { dockerInstallation, inContainer } from './docker-programs.js'
import { installAdvice, platformHere } from './install-advice.js'
import {
  bestFor,
  CLIENT_PROGRAMS,
  installationsWith,
  SERVER_PROGRAMS,
  type Installation,
  type ProgramSearch,
} from './program-places.js'

/** PostgreSQL's client programs of one version. */
export interface Programs {
  /** `17` */
  readonly major: number
  /** `17.2` */
  readonly version: string
  /** The folder that they are in, or the image: `/usr/lib/postgresql/17/bin`, `postgres:17`. */
  readonly origin: string
  readonly source: 'installed' | 'docker'
  /** Whether they are of the wanted major itself. */
  readonly exact: boolean
  /** How to run one of them: spread it into a `Command`. */
  command(program: ClientProgram, args: readonly string[]): Pick<Command, 'program' | 'args'>
}

export type ClientProgram = (typeof CLIENT_PROGRAMS)[number] | 'vacuumdb' | 'pg_isready'

export interface ClientSearch extends ProgramSearch {
  /** The major of the server, or of the archive to read. */
  serverMajor: number
  /** Folders that programs in a container must see besides those in their arguments and the one for temporary files. */
  containerFolders?: readonly string[]
}

/**
 * Finds the client programs for a server: the installed ones of its own major, else those of the nearest newer major, else,
 * where Docker works, those in PostgreSQL's image of its major. Older ones refuse newer servers.
 *
 * Throws `OperationError` with the command that installs them.
 */
export async function findPrograms(search: ClientSearch): Promise<Programs> {
  const { serverMajor } = search
  const installations = await installationsWith(CLIENT_PROGRAMS, search)
  const best = bestFor(serverMajor, installations)
  if (best !== undefined) {
    return installed(best, serverMajor)
  }
  const image = await dockerInstallation({ ...search, major: serverMajor })
  if (image !== undefined) {
    return inImage(image, search)
  }
  throw new OperationError({
    doing: `looking for the PostgreSQL programs for a server of major ${serverMajor}`,
    problem: `the programs ${CLIENT_PROGRAMS.join(', ')} of PostgreSQL ${serverMajor} or newer are not on this machine${found(installations)}`,
    advice: installAdvice(serverMajor, platformHere()),
  })
}

/** Finds the server programs for a throw-away cluster: of the wanted major, else of the nearest newer one, else null. */
export async function findServerPrograms(search: ProgramSearch & { major: number }): Promise<Installation | null> {
  return bestFor(search.major, await installationsWith(SERVER_PROGRAMS, search)) ?? null
}

function installed({ folder, version, major }: Installation, wanted: number): Programs {
  return {
    major,
    version,
    origin: folder,
    source: 'installed',
    exact: major === wanted,
    command: (program, args) => ({ program: `${folder}/${program}`, args }),
  }
}

function inImage({ folder: image, version, major }: Installation, search: ClientSearch): Programs {
  const container = {
    image,
    folders: [temporaryFolder(search.environment), ...(search.containerFolders ?? [])],
    workingDirectory: process.cwd(),
    user: userHere(),
  }
  return {
    major,
    version,
    origin: image,
    source: 'docker',
    exact: major === search.serverMajor,
    command: (program, args) => inContainer(container, program, args),
  }
}

function userHere(): { uid: number; gid: number } | undefined {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function found(installations: readonly Installation[]): string {
  const versions = installations.map(({ version, folder }) => `${version} in ${folder}`)
  return versions.length === 0 ? '' : `; found: ${versions.join(', ')}`
}
