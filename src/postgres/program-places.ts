import { readdirSync, realpathSync } from 'node:fs'
import path from 'node:path'

import type { ProcessRunner } from '../context.js'
import { InterruptedError } from '../errors.js'
import { isProgram } from '../platform/find-program.js'
import { programEnvironment } from './libpq-environment.js'

/** A folder with PostgreSQL programs of one version. */
export interface Installation {
  folder: string
  /** `17.2` */
  version: string
  /** `17` */
  major: number
}

/** Where packages put PostgreSQL; `*` stands for a version. Debian's and Red Hat's, Alpine's, Homebrew's, a build's own. */
const USUAL_PLACES = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/usr/lib/postgresql*/bin',
  '/usr/local/pgsql/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/opt/homebrew/opt/libpq/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/usr/local/opt/libpq/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
]

export const CLIENT_PROGRAMS = ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql'] as const
export const SERVER_PROGRAMS = ['initdb', 'postgres', 'pg_ctl'] as const

type Environment = Readonly<Record<string, string | undefined>>

export interface ProgramSearch {
  /** Folders to look at first: the option `postgres-bin`. */
  preferredFolders: readonly string[]
  environment: Environment
  processes: ProcessRunner
  /** Instead of the usual places, for tests. */
  places?: readonly string[]
}

/** The folders that hold all of these programs, each with its version; the preferred ones first, no folder twice. */
export async function installationsWith(programs: readonly string[], search: ProgramSearch): Promise<Installation[]> {
  const { preferredFolders, environment, places = USUAL_PLACES } = search
  const onPath = (environment.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const folders = [...preferredFolders.map((folder) => path.resolve(folder)), ...places.flatMap(expand), ...onPath]
  const complete = unique(folders.filter((folder) => programs.every((name) => isReal(path.join(folder, name)))))
  const asked = complete.map((folder) => askVersion(folder, programs[0] ?? '', search))
  return (await Promise.all(asked)).filter((installation) => installation !== undefined)
}

/** `17` of `17.2` and `18beta1`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}

/**
 * The installation that fits a server or archive of a major: of the same major, else of the nearest newer one, because the
 * fewer majors lie between, the less differs in what is dumped and in what a restore needs.
 */
export function bestFor(major: number, installations: readonly Installation[]): Installation | undefined {
  const usable = installations.filter((each) => each.major >= major)
  const nearest = Math.min(...usable.map((each) => each.major))
  return usable.find((each) => each.major === nearest)
}

/** A program, and not Debian's wrapper that chooses one by rules of its own. */
function isReal(file: string): boolean {
  return isProgram(file) && path.basename(realpathSync(file)) !== 'pg_wrapper'
}

/** The first of the folders that are the same one under several names. */
function unique(folders: readonly string[]): string[] {
  const real = folders.map((folder) => realpathSync(folder))
  return folders.filter((_, index) => real.indexOf(real[index] ?? '') === index)
}

/** The folders that a place with one `*` stands for, the highest version first. */
function expand(place: string): string[] {
  const star = place.split('/').find((part) => part.includes('*'))
  if (star === undefined) {
    return [place]
  }
  const [parent = '', rest = ''] = place.split(star)
  const [before = '', after = ''] = star.split('*')
  const fits = (name: string): boolean => name.startsWith(before) && name.endsWith(after)
  const names = namesIn(parent).filter(fits)
  return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true })).map((name) => `${parent}${name}${rest}`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // a place that this system does not have
  }
}

/** Undefined for a program that does not run, such as one whose libraries are not there. */
async function askVersion(
  folder: string,
  program: string,
  { environment, processes }: ProgramSearch,
): Promise<Installation | undefined> {
  try {
    const { stdout } = await processes.run({
      program: path.join(folder, program),
      args: ['--version'],
      doing: `asking ${program} for its version`,
      env: programEnvironment(environment),
      stdout: 'collect',
      timeout: 20_000,
    })
    return installationOf(folder, stdout)
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw error
    }
    return undefined
  }
}

/** `pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)` */
export function installationOf(folder: string, banner: string): Installation | undefined {
  const version = /\(PostgreSQL\) (\d+\S*)/.exec(banner)?.[1]
  return version === undefined ? undefined : { folder, version, major: majorOf(version) }
}
