import type { Context } from '../context.js'
import { DamagedError, UsageError } from '../errors.js'
import { describeFinding, worstOf, type Finding } from '../findings.js'
import type { SetPlace, Store } from '../stores/store.js'
import { locationOf, telling } from './elsewhere.js'
import { checkOpened, openStored, type CheckedSet, type OpenedSet, type OpeningKeys } from './open-set.js'

/** Where the store keeps a set, as a person would write it. */
export interface Located {
  location: string
}

/**
 * Fetches a set, checks every byte of it and its signature, and decrypts it where that is needed.
 *
 * That there is no key for it, or a wrong one, is no damage: an older set is not taken instead, because whoever restores
 * wants the newest and has only to find the right key.
 *
 * @returns the set, or what is wrong with it; then nothing of it is left in the workspace
 * Throws `UsageError` without a key, `DamagedError` with a wrong one.
 */
export async function openRestorable(
  store: Store,
  { id, type }: SetPlace,
  keys: OpeningKeys,
  context: Context,
): Promise<(OpenedSet & Located) | Finding[]> {
  const place = { id, type }
  const folder = await store.open(place, telling(`fetching ${type}/${id}`, context.logger))
  const checked = await checkOpened(store, folder, place, keys, context)
  const { found } = checked
  const opened = worstOf(found) === 'none' ? await openStored(checked.folder, place, keys, context) : found
  if (!Array.isArray(opened))
    return { ...lettingGo(opened, checked, store, place), location: locationOf(store, place, folder) }
  refuseWithoutKey(opened, place)
  // The next one may be as large, and needs its room.
  await checked.letGo()
  await store.letGo(place)
  return opened
}

/** Neither the plaintext nor a copy nor what was fetched stays longer than it is needed. */
function lettingGo(opened: OpenedSet, checked: CheckedSet, store: Store, place: SetPlace): OpenedSet {
  const letGo = async (): Promise<void> => {
    await opened.letGo()
    await checked.letGo()
    await store.letGo(place)
  }
  return { ...opened, letGo }
}

function refuseWithoutKey(found: readonly Finding[], { id, type }: SetPlace): void {
  const doing = `opening the encrypted set ${type}/${id}`
  const missing = found.find(({ code }) => code === 'DECRYPT_KEY_MISSING')
  if (missing !== undefined) {
    throw new UsageError({ doing, problem: `there is no key: ${missing.found}`, advice: missing.advice })
  }
  const wrong = found.find(({ code }) => code === 'DECRYPT_KEY_WRONG')
  if (wrong !== undefined) {
    const advice = `${wrong.advice} Nothing was touched.`
    throw new DamagedError({ doing, problem: describeFinding(wrong).replace(/\.$/, ''), advice })
  }
}
