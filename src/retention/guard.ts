import { GuardError } from '../errors.js'
import { isProven, type Decision } from './policy.js'

/** How many sets of a type a plan would remove. */
interface Toll {
  type: string
  /** What was counted: the proven sets, or, where none is proven, the sets. */
  of: 'proven sets' | 'sets (none of them proven)'
  removed: number
  total: number
}

/**
 * Refuses a plan that would remove more than half of the proven sets of a type, or all. Where none is proven, the sets
 * are counted instead: they are all there is. Sets of another series or dated in the future count for nothing.
 *
 * Throws `GuardError` unless `confirm` is the name of the series.
 */
export function guardPlan(
  decisions: readonly Decision[],
  { confirm, series, store }: { confirm: string | undefined; series: string; store: string },
): void {
  const tolls = [...new Set(decisions.map(({ set }) => set.type))].sort().map((type) => tollOf(type, decisions))
  const heavy = tolls.filter(({ removed, total }) => removed * 2 > total)
  if (heavy.length === 0 || confirm === series) {
    return
  }
  const problem = heavy
    .map(({ type, of, removed, total }) => `it would remove ${removed} of ${total} ${type} ${of}`)
    .join('; ')
  throw new GuardError({
    doing: `planning the rotation of ${store}, series "${series}"`,
    problem: `a rotation of more than half needs a confirmation, and ${problem}`,
    advice: `Read the plan with dry-run. To carry it out, set confirm to the name of the series, ${JSON.stringify(series)}${wrong(confirm)}.`,
  })
}

function tollOf(type: string, decisions: readonly Decision[]): Toll {
  const ownSets = decisions.filter(
    ({ set, standing }) => set.type === type && standing !== 'foreign' && standing !== 'future',
  )
  const proven = ownSets.filter(isProven)
  const counted = proven.length > 0 ? proven : ownSets
  return {
    type,
    of: proven.length > 0 ? 'proven sets' : 'sets (none of them proven)',
    removed: counted.filter(({ keep }) => !keep).length,
    total: counted.length,
  }
}

function wrong(confirm: string | undefined): string {
  return confirm === undefined || confirm === '' ? '' : ` (it is ${JSON.stringify(confirm)})`
}
