import { rm } from 'node:fs/promises'
import type { Context, Finished } from '../context.js'
import { CommandError } from '../errors.js'
import type { Programs } from '../postgres/programs.js'
import { dumpArguments, type DumpPlan } from './dump-arguments.js'
import { DumpProgress } from './dump-progress.js'

export interface Dump {
  programs: Programs
  /** The variables that tell libpq where and as whom to connect. */
  environment: Readonly<Record<string, string | undefined>>
  plan: DumpPlan
  /** The tables whose rows are dumped, for the progress. */
  tables: readonly { schema: string; name: string; bytes: number }[]
}

/**
 * Runs pg_dump, with progress. A parallel dump gives up at once when a migration waits for a table that it has locked
 * (its workers must not wait, or both would for ever); it is then tried once more without parallelism, which can wait.
 *
 * https://www.postgresql.org/docs/current/app-pgdump.html, option --jobs
 */
export async function runDump(dump: Dump, context: Context): Promise<Finished> {
  try {
    return await dumpOnce(dump, context)
  } catch (error) {
    if (dump.plan.jobs === 1 || !isLockConflict(error)) {
      throw error
    }
    context.logger.warning('A table lock got in the way of the parallel dump; dumping again without parallelism.')
    await rm(dump.plan.target, { recursive: true, force: true })
    return dumpOnce({ ...dump, plan: { ...dump.plan, jobs: 1 } }, context)
  }
}

function dumpOnce({ programs, environment, plan, tables }: Dump, context: Context): Promise<Finished> {
  const progress = new DumpProgress(tables, plan.jobs)
  return context.processes.run({
    ...programs.command('pg_dump', dumpArguments(plan)),
    env: environment,
    doing: `dumping the database "${plan.database}"`,
    advice: 'Read what pg_dump said, mend it and start the backup again. Nothing was kept of this one.',
    onStderrLine: (line) => {
      const step = progress.follow(line)
      if (step !== null) {
        context.logger.progress({ label: 'dumping', total: progress.total, unit: 'bytes', ...step })
      }
    },
  })
}

/** By pg_dump's own words, which are English here; what the server said to it is not shown. */
function isLockConflict(error: unknown): boolean {
  return error instanceof CommandError && error.stderrTail.includes('could not obtain lock on relation')
}
