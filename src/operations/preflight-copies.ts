import { spaceFindings, type SpaceNeed } from '../backup/space.js'
import { InterruptedError, problemOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { inParallel } from '../platform/parallel.js'
import { formatBytes } from '../units.js'
import type { StoreInUse } from './stores-in-use.js'

/** How many copies are asked at a time. */
const ASKED_AT_ONCE = 4

/**
 * Looks whether each copy can take a set of the series: it can be reached and written to, holds nothing else, has room.
 * What is in the way is a warning: it never keeps a backup from being taken, and the copy is tried at its end.
 */
export async function copyFindings(
  copies: readonly StoreInUse[],
  series: string,
  need: Omit<SpaceNeed, 'store' | 'free'>,
): Promise<Finding[]> {
  const found = await inParallel(copies, ASKED_AT_ONCE, async (copy) => {
    const found = await inTheWay(copy, series, need)
    copy.reached = found.length === 0
    return found
  })
  return found.flat()
}

async function inTheWay(
  { store }: StoreInUse,
  series: string,
  need: Omit<SpaceNeed, 'store' | 'free'>,
): Promise<Finding[]> {
  try {
    await store.checkWritable()
    const present = await store.series()
    if (present !== null && present !== series) {
      return [notReady(store.name, `it holds the series "${present}", and this backup is of "${series}"`)]
    }
    const space = spaceFindings({ ...need, store: store.name, free: await store.freeBytes() }, formatBytes)
    return space.filter(({ severity }) => severity === 'error').map(({ found }) => notReady(store.name, found))
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw error
    }
    return [notReady(store.name, problemOf(error))]
  }
}

function notReady(name: string, found: string): Finding {
  return finding('COPY_NOT_READY', name, found)
}
