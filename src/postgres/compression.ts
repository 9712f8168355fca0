import type { ProcessRunner } from '../context.js'
import { CommandError, UsageError } from '../errors.js'
import { programEnvironment } from './libpq-environment.js'
import type { Programs } from './programs.js'

type Format = 'directory' | 'custom' | 'plain'

/** What a pg_dump can compress with. */
export interface CompressionAbility {
  major: number
  zstd: boolean
  lz4: boolean
}

/** The gzip level for a client without zstd: higher ones cost much time for few per cent. */
const QUICK_GZIP = 'gzip:3'

/**
 * Turns the option `compression` into what pg_dump is told: `zstd:1`, `gzip:3`, `none`. `auto` is zstd at its quickest level,
 * which is as small as gzip and several times quicker, where pg_dump has it and the format allows it.
 *
 * Throws `UsageError` when this pg_dump or the format cannot do what was asked for.
 */
export function resolveCompression(choice: string, format: Format, ability: CompressionAbility): string {
  const [method = '', level] = choice.split(':')
  if (method === 'auto') {
    return ability.zstd && format !== 'plain' ? 'zstd:1' : QUICK_GZIP
  }
  if (format === 'plain' && method !== 'gzip' && method !== 'none') {
    throw refusal(choice, 'the plain format is compressed with gzip only', 'Use gzip or none, or another format.')
  }
  if ((method === 'zstd' && !ability.zstd) || (method === 'lz4' && !ability.lz4)) {
    const why =
      ability.major < 16
        ? `the pg_dump of PostgreSQL ${ability.major} knows gzip only`
        : `this pg_dump was built without ${method}`
    throw refusal(choice, why, 'Use auto or gzip, or install the client programs of PostgreSQL 16 or newer.')
  }
  rejectLevel(choice, method, level)
  return choice
}

/** What these programs can compress with. From 16 on it depends on how they were built, so pg_dump itself is asked. */
export async function compressionAbility(
  programs: Programs,
  { processes, environment }: { processes: ProcessRunner; environment: Readonly<Record<string, string | undefined>> },
): Promise<CompressionAbility> {
  const has = (method: string): Promise<boolean> => accepts(programs, method, processes, environment)
  const [zstd, lz4] = programs.major < 16 ? [false, false] : await Promise.all([has('zstd'), has('lz4')])
  return { major: programs.major, zstd, lz4 }
}

/** pg_dump checks the compression before it connects; connecting then fails at once, because there is no such socket. */
async function accepts(
  programs: Programs,
  method: string,
  processes: ProcessRunner,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const args = ['--format=custom', `--compress=${method}`, '--file=/dev/null', '--host=/nowhere', '--no-password']
  try {
    await processes.run({
      ...programs.command('pg_dump', args),
      doing: `asking pg_dump whether it has ${method}`,
      env: programEnvironment(environment),
      timeout: 60_000,
    })
    return true
  } catch (error) {
    if (error instanceof CommandError && error.code !== null) {
      return !/compress/i.test(error.stderrTail)
    }
    throw error
  }
}

const LEVELS: Readonly<Record<string, readonly [number, number]>> = { gzip: [1, 9], lz4: [1, 12], zstd: [1, 22] }

function rejectLevel(choice: string, method: string, level: string | undefined): void {
  const range = LEVELS[method]
  if (level !== undefined && (range === undefined || Number(level) < range[0] || Number(level) > range[1])) {
    const advice =
      range === undefined ? 'Leave the level out.' : `Levels of ${method} go from ${range[0]} to ${range[1]}.`
    throw refusal(choice, `${method} has no level ${level}`, advice)
  }
}

function refusal(choice: string, problem: string, advice: string): UsageError {
  return new UsageError({ doing: `choosing the compression "${choice}"`, problem, advice })
}
