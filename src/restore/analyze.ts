import type { Context } from '../context.js'
import { InterruptedError, messageOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { connectionStringOf } from '../postgres/identifier.js'
import type { Programs } from '../postgres/programs.js'

/** Gathers the planner's statistics, which no dump holds. A database without them is whole, only slow: so no error. */
export async function analyze(
  {
    programs,
    environment,
    database,
  }: { programs: Programs; environment: Readonly<Record<string, string>>; database: string },
  jobs: number,
  { processes }: Context,
): Promise<Finding[]> {
  try {
    await processes.run({
      ...programs.command('vacuumdb', [
        '--analyze-only',
        '--no-password',
        '--quiet',
        `--jobs=${jobs}`,
        `--dbname=${connectionStringOf(database)}`,
      ]),
      env: environment,
      doing: `gathering the statistics of ${database}`,
    })
    return []
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    return [finding('STATISTICS_MISSING', database, messageOf(error))]
  }
}
