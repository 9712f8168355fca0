import { installedLibraries, librarySettings, type LibraryNeeds } from './scratch-libraries.js'
import { clusterSettings, usableMemory } from './scratch-tuning.js'

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
  const carried = source.server?.settings ?? {}
  const { settings: libraries, missing } = librarySettings(source, installedLibraries(programs), database)
  const lacking = missing.map((name) => `the library ${name}, which the source preloads, is not installed here`)
  const start = (own: Readonly<Record<string, string>>) => clusterSettings(socketFolder, usableMemory(), own)
  const refused = Object.entries(libraries).filter(([name]) => name.endsWith('_preload_libraries'))
  const noLibraries = `it does not start with ${refused.map(([name, value]) => `${name}=${value}`).join(' and ')}`
  const noSettings = "it does not start with the source's settings, such as its time zone and locale"
  const hasLibraries = refused.length > 0
  if (!hasLibraries && Object.keys(carried).length === 0) {
    return [{ name: 'as it is', settings: start({}), without: lacking }]
  }
  return [
    { name: "with the source's libraries and settings", settings: { ...start(carried), ...libraries }, without: lacking },
    ...(hasLibraries
      ? [
          { name: "with the source's libraries", settings: { ...start({}), ...libraries }, without: [...lacking, noSettings] },
          { name: "with the source's settings", settings: start(carried), without: [...lacking, noLibraries] },
        ]
      : []),
    { name: 'as it is', settings: start({}), without: [...lacking, noSettings, ...(hasLibraries ? [noLibraries] : [])] },
  ]
}
