import { isGiven } from '../options.js'
import { everyRun, typesOf } from './choose.js'
import type { DatabaseLevels } from './levels.js'
import type { Problem } from './problems.js'
import type { Resolver } from './resolve.js'
import { problemsOfStores } from './stores-apart.js'

/** What is right by itself and cannot be meant together. */
export function problemsTogether(resolver: Resolver): Problem[] {
  return [
    ...problemsOfChoice(resolver),
    ...problemsOfSchedules(resolver),
    ...problemsOfTasks(resolver),
    ...everyRun(resolver.told.levels).flatMap(({ database, type }) => problemsOfRun(resolver, database, type)),
    ...problemsOfStores(resolver),
  ].filter(isFirst())
}

function problemsOfChoice(resolver: Resolver): Problem[] {
  const [all, database] = [resolver.originOf('all'), resolver.originOf('database')]
  return resolver.isOfAll() && database !== undefined
    ? [{ message: `${all ?? 'all'} and ${database} are both given; leave one of them out` }]
    : []
}

/** A schedule starts runs of a type, so it needs one. */
function problemsOfSchedules(resolver: Resolver): Problem[] {
  const { levels, tree } = resolver.told
  return (levels.databases ?? [undefined]).flatMap((database) => {
    const entry = (database?.own ?? levels.top).options.get('schedule') ?? levels.top.options.get('schedule')
    const isTyped = typesOf(levels, database).length > 0 || resolver.types(database).length > 0
    return entry === undefined || !isGiven(entry.value) || isTyped
      ? []
      : [
          {
            place: tree.place(entry.keyAt),
            message:
              'a schedule starts backups of a type, and none is named; add "type: daily", or write it in "types"',
          },
        ]
  })
}

/** Runs are told by the names of their types and tasks. */
function problemsOfTasks(resolver: Resolver): Problem[] {
  const { levels } = resolver.told
  const types = new Set(everyRun(levels).map(({ type }) => type))
  return [...levels.tasks]
    .filter(([name]) => types.has(name))
    .map(([name, { at }]) =>
      resolver.problemAt(at, `"${name}" is the name of a type and of a task; rename one of them`),
    )
}

const TIERS: readonly unknown[] = ['none', 'archive', 'data', 'full']

function problemsOfRun(resolver: Resolver, database: DatabaseLevels | undefined, type: string | undefined): Problem[] {
  const values = resolver.effective({ database, type })
  const stop = values.get('stop-command')
  // One run may well verify less than what is kept asks for.
  const ofFile = resolver.effective({ database, type }, false)
  const keep = ofFile.get('keep-tier')
  const verify = ofFile.get('verify') ?? { value: 'full' }
  const problems: Problem[] = []
  if (stop !== undefined && !values.has('start-command')) {
    const message = '"stop-command" without "start-command" would leave the services stopped'
    problems.push(resolver.problemAt(stop.at, message))
  }
  if (keep !== undefined && TIERS.indexOf(keep.value) > TIERS.indexOf(verify.value)) {
    const message = '"keep-tier" asks for more than "verify" proves, so that no set would ever fill a slot of retention'
    problems.push(resolver.problemAt(keep.at, message))
  }
  return problems
}

/** Keeps the first of problems that say the same of the same place. */
function isFirst(): (problem: Problem) => boolean {
  const seen = new Set<string>()
  return ({ place, message }) => {
    const key = `${place?.line ?? 0}:${place?.column ?? 0}:${message}`
    return !seen.has(key) && seen.add(key).size > 0
  }
}
