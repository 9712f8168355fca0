import type { ServerSettings } from './catalog/server-settings.js'
import { installedLibraries, librarySettings, type LibraryNeeds } from './scratch-libraries.js'
import { clusterSettings, locksFor, usableMemory } from './scratch-tuning.js'

/** One set of settings to start a throw-away cluster with. */
export interface WayToStart {
  /** In words: `with the libraries and settings of the source`. */
  name: string
  settings: Readonly<Record<string, string>>
  /** What of the source it does without, in words. */
  without: readonly string[]
}

/**
 * The ways to start a throw-away cluster, the fullest first; the last one asks for nothing that a source could have.
 *
 * @param database the first database that will be restored into
 */
export function waysToStart(
  { socketFolder, programs }: { socketFolder: string; programs: string },
  source: LibraryNeeds,
  database: string,
): readonly [WayToStart, ...WayToStart[]] {
  const carried = source.server === undefined ? {} : carriedFrom(source.server)
  const { settings: libraries, missing } = librarySettings(source, installedLibraries(programs), database)
  const lacking = missing.map((name) => `the library ${name}, which the source preloads, is not installed here`)
  const preloading = Object.entries(libraries).filter(([name]) => name.endsWith('_preload_libraries'))
  const noLibraries = `it does not start with ${preloading.map(([name, value]) => `${name}=${value}`).join(' and ')}`
  const way = ({ name, kept, without }: Reduction, more: Settings, also: readonly string[] = []): WayToStart => ({
    name,
    settings: { ...clusterSettings(socketFolder, usableMemory(), kept), ...more },
    without: [...lacking, ...also, ...without],
  })
  const [all, ...reduced] = reductionsOf(carried)
  const withoutLibraries = preloading.length === 0 ? [] : [all, ...reduced].map((one) => way(one, {}, [noLibraries]))
  return [way(all, libraries), ...reduced.map((one) => way(one, libraries)), ...withoutLibraries]
}

type Settings = Readonly<Record<string, string>>

/** Two transactions at once can lock everything that the database has. */
function carriedFrom({ settings, relations = 0 }: ServerSettings): Settings {
  const needed = locksFor(2 * relations)
  const own = Number(settings.max_locks_per_transaction) || 0
  return needed > Math.max(own, locksFor(0)) ? { ...settings, max_locks_per_transaction: String(needed) } : settings
}

/** Settings of the source of which some are left out. */
interface Reduction {
  name: string
  kept: Settings
  without: readonly string[]
}

/** Names of things that the machine must have, those first that it lacks most often. */
const NAMES_OF_THE_MACHINE: readonly (readonly string[])[] = [
  ['lc_monetary', 'lc_numeric', 'lc_time'],
  ['TimeZone', 'timezone_abbreviations'],
]

/** All settings; then without the names of locales and zones, which this machine may not have; then none. */
function reductionsOf(carried: Settings): readonly [Reduction, ...Reduction[]] {
  if (Object.keys(carried).length === 0) return [{ name: 'as it is', kept: carried, without: [] }]
  const all: Reduction = { name: "with the source's settings", kept: carried, without: [] }
  const reduced: Reduction[] = []
  for (const names of NAMES_OF_THE_MACHINE) {
    const { kept, without } = reduced.at(-1) ?? all
    const gone = Object.entries(kept).filter(([name]) => names.includes(name))
    if (gone.length === 0) continue
    const values = gone.map(([name, value]) => `${name}=${value}`).join(', ')
    reduced.push({
      name: `without the source's ${values}`,
      kept: Object.fromEntries(Object.entries(kept).filter(([name]) => !names.includes(name))),
      without: [...without, `it does not start with the source's ${values}`],
    })
  }
  return [all, ...reduced, { name: 'as it is', kept: {}, without: ["it does not start with the source's settings"] }]
}
