import path from 'node:path'
import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import { DEFAULT_SEARCH_PATH } from '../postgres/catalog/search-path.js'
import { findingsOf, findingsOfAll, isServerGone } from './causes.js'
import type { Complaint } from './complaint.js'
import { HiddenCommandError } from './only-sql.js'
import { knowsRestricted, unrestrictedPsql } from './restricted.js'
import { tryAgain, type Ways } from './retry.js'
import { runScript, type FailedStatement, type Pass, type PassOutcome } from './script-run.js'
import type { Script } from './script-text.js'
import type { RestoreTarget } from './target-database.js'

/**
 * Runs a plain dump. A script has one order; what fails in it is tried again when all else is there, as the entries of an
 * archive are, and only what still fails is told. A dump of another tool is restored in its order, as psql does it.
 *
 * psql's own commands in it are refused, also in a script of ours, which lay where others may write: `\!` would run programs
 * here, `\connect` would leave the scratch database.
 */
export async function restoreScript(target: RestoreTarget, script: Script, context: Context): Promise<Finding[]> {
  const { version } = target.programs
  if (!knowsRestricted(version)) {
    const { problem, advice } = unrestrictedPsql(version)
    return [finding('CHECK_NOT_RUN', path.basename(script.file), problem, advice)]
  }
  try {
    return await runInPasses(target, script, context)
  } catch (error) {
    if (!(error instanceof HiddenCommandError)) throw error
    return findingsOf([{ by: 'program', message: error.problem, about: '' }], 1, 'script')
  }
}

async function runInPasses(target: RestoreTarget, script: Script, context: Context): Promise<Finding[]> {
  const ways = waysOf(target, script, context)
  const again = async (failed: readonly FailedStatement[]): Promise<readonly FailedStatement[]> =>
    complaintsOf(failed).some(isServerGone) ? failed : tryAgain(failed, ways)
  if (script.foreign) return findingsIn(await runScript(target, script, {}, context), script)
  const how = { withoutEventTriggers: true, beforeRest: again }
  const outcome = await runScript(target, script, how, context)
  if (outcome.general.length > 0 || outcome.more > 0) return findingsIn(outcome, script)
  const left = await again(outcome.failed)
  const isGone = complaintsOf(left).some(isServerGone)
  const last = isGone ? left : [...left, ...(await again(outcome.putOff))]
  return findingsIn({ ...outcome, failed: last }, script)
}

function findingsIn({ failed, more, general, passedOver }: PassOutcome, { file, judge }: Script): Finding[] {
  const told = [...general, ...complaintsOf(failed)]
  const findings = findingsOfAll(told, more, 'script', judge)
  return passedOver.length === 0
    ? findings
    : [...findings, finding('DUMP_ROLES_PASSED_OVER', path.basename(file), namedFirst(passedOver))]
}

/** How many of something are named. */
const NAMED = 20

function namedFirst(statements: readonly string[]): string {
  const more = statements.length - NAMED
  return `${statements.slice(0, NAMED).join(' ')}${more > 0 ? ` and ${more} more` : ''}`
}

function waysOf(target: RestoreTarget, script: Script, context: Context): Ways<FailedStatement> {
  const pass = (open: readonly FailedStatement[], how: Omit<Pass, 'only'>): Promise<PassOutcome> =>
    runScript(target, script, { ...how, only: new Set(open.map(({ index }) => index)) }, context)
  return {
    inTurn: async (open) => {
      const { failed, general } = await pass(open, {})
      return general.length === 0
        ? { left: [...failed], isGone: false }
        : { left: open.map(({ index }, at) => ({ index, complaints: at === 0 ? general : [] })), isGone: true }
    },
    lookedUp: async (open) => {
      const { failed, general } = await pass(open, { searchPath: target.searchPath ?? DEFAULT_SEARCH_PATH })
      const left = new Set(failed.map(({ index }) => index))
      return general.length === 0 ? open.filter(({ index }) => !left.has(index)) : []
    },
    together: async (open) => {
      const { failed, general } = await pass(open, { unchecked: true })
      return failed.length === 0 && general.length === 0
    },
  }
}

function complaintsOf(failed: readonly FailedStatement[]): Complaint[] {
  return failed.flatMap(({ complaints }) => complaints)
}
