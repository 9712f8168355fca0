import path from 'node:path'

import type { Command, ProcessRunner } from '../context.js'
import { InterruptedError } from '../errors.js'
import { programEnvironment } from './libpq-environment.js'
import { PARAMETER_VARIABLES } from './libpq-parameters.js'
import { installationOf, type Installation } from './program-places.js'

/** What PostgreSQL's programs read; handed into the container by name, so that no value is seen in a process list. */
const PROGRAM_VARIABLES = [
  ...[
    'PGHOST',
    'PGPORT',
    'PGUSER',
    'PGPASSWORD',
    'PGPASSFILE',
    'PGDATABASE',
    'PGSSLMODE',
    'PGSSLROOTCERT',
    'PGSSLCERT',
  ],
  ...['PGSSLKEY', 'PGAPPNAME', 'PGSERVICE', 'PGSERVICEFILE', 'LANG', 'LC_MESSAGES'],
  ...Object.values(PARAMETER_VARIABLES).filter((name) => name !== null),
]

export interface DockerSearch {
  major: number
  environment: Readonly<Record<string, string | undefined>>
  processes: ProcessRunner
}

/** Which programs run in which image, and what of this machine they see. */
export interface Container {
  image: string
  /** Folders that are there under the same path: for dumps, password files, sockets. */
  folders: readonly string[]
  workingDirectory: string
  /** The owner of the files that they write. */
  user: { uid: number; gid: number } | undefined
}

/** The image of PostgreSQL of a major, pulled and asked for its version; undefined where Docker is not there or does not work. */
export async function dockerInstallation({
  major,
  environment,
  processes,
}: DockerSearch): Promise<Installation | undefined> {
  const image = `postgres:${major}`
  const docker = (args: string[], doing: string, timeout: number): Promise<{ stdout: string }> =>
    processes.run({ program: 'docker', args, doing, env: programEnvironment(environment), stdout: 'collect', timeout })
  try {
    await docker(['version'], 'asking for a Docker engine', 20_000)
    await docker(['pull', '--quiet', image], `pulling the image ${image}`, 600_000)
    const { stdout } = await docker(
      ['run', '--rm', '--network', 'none', image, 'pg_dump', '--version'],
      `asking pg_dump of the image ${image} for its version`,
      60_000,
    )
    return installationOf(image, stdout)
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw error
    }
    return undefined
  }
}

/**
 * The command that runs a program in a container. The values of the variables are in the environment of the docker client;
 * its arguments only name them. Folders of absolute paths among the arguments are there too.
 */
export function inContainer(
  container: Container,
  program: string,
  args: readonly string[],
): Pick<Command, 'program' | 'args'> {
  const { image, user, workingDirectory } = container
  const folders = [...new Set([...container.folders, workingDirectory, ...args.flatMap(foldersIn)])].sort()
  return {
    program: 'docker',
    args: [
      'run',
      '--rm',
      '--interactive',
      // A first process that is no init ignores the signals that should end it.
      '--init',
      '--network=host',
      ...(user === undefined ? [] : [`--user=${user.uid}:${user.gid}`]),
      `--workdir=${workingDirectory}`,
      ...folders.map((folder) => `--mount=type=bind,source=${folder},target=${folder}`),
      ...PROGRAM_VARIABLES.map((name) => `--env=${name}`),
      `--entrypoint=${program}`,
      image,
      ...args,
    ],
  }
}

/** Of `--file=/backups/x/dump`, the folder `/backups/x`: the file itself may not be there yet. */
function foldersIn(argument: string): string[] {
  const file = argument.replace(/^--[a-z-]+=/, '')
  return path.isAbsolute(file) ? [path.dirname(file)] : []
}
