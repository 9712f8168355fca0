import { groupedBy, isTaken, type LoggedEvent, type TakenSet } from './events.js'
import type { TableGrowth } from './model.js'

const DAY = 24 * 3600 * 1000

/**
 * How the rows of each table changed, the fastest change first. Two sets of a type are compared, however many there are:
 * the oldest and the newest that counted rows. A table of several types is told by the one with the newest set.
 *
 * @param events of the time that is looked back over
 */
export function growthOf(events: readonly LoggedEvent[]): TableGrowth[] {
  const counted = events.filter(isTaken).filter(({ records }) => records !== undefined)
  const pairs = [...groupedBy(counted, ({ type }) => type).values()]
    .map(ends)
    .sort((a, b) => b.newest.snapshot - a.newest.snapshot)
  const growth = new Map<string, TableGrowth>()
  for (const pair of pairs) {
    for (const one of growthBetween(pair)) {
      const told = growth.get(one.table)
      // Another type may still have what one has not any more.
      if (told === undefined || (told.after === null && one.after !== null)) growth.set(one.table, one)
    }
  }
  return [...growth.values()].sort(byChange)
}

interface Ends {
  oldest: TakenSet
  newest: TakenSet
}

function ends(sets: readonly TakenSet[]): Ends {
  const bySnapshot = [...sets].sort((a, b) => a.snapshot - b.snapshot)
  const [oldest, newest] = [bySnapshot[0], bySnapshot.at(-1)]
  if (oldest === undefined || newest === undefined) throw new TypeError('a group has members')
  return { oldest, newest }
}

function growthBetween({ oldest, newest }: Ends): TableGrowth[] {
  const before = new Map(Object.entries(oldest.records ?? {}))
  const after = new Map(Object.entries(newest.records ?? {}))
  const days = (newest.snapshot - oldest.snapshot) / DAY
  return [...new Set([...before.keys(), ...after.keys()])].map((table) => {
    const [was, is] = [before.get(table) ?? null, after.get(table) ?? null]
    return {
      ...{ table, type: newest.type, before: was, after: is },
      perDay: was === null || is === null || days === 0 ? null : (is - was) / days,
    }
  })
}

/** Tables that came or went are told before those that grew. */
function byChange(a: TableGrowth, b: TableGrowth): number {
  const cameOrWent = ({ before, after }: TableGrowth): number => Number(before === null || after === null)
  return (
    cameOrWent(b) - cameOrWent(a) ||
    Math.abs(b.perDay ?? 0) - Math.abs(a.perDay ?? 0) ||
    (b.after ?? 0) - (a.after ?? 0) ||
    (a.table < b.table ? -1 : 1)
  )
}
