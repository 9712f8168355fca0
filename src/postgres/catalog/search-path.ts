import type { CatalogObject } from './model.js'

/** What PostgreSQL looks names up in where nothing else was set. */
export const DEFAULT_SEARCH_PATH = '"$user", public'

/** The search path that sessions of a database have, as far as the database itself says it. */
export function searchPathOf(objects: readonly CatalogObject[]): string {
  const settings = objects.find(({ kind }) => kind === 'database')?.facts.settings
  const own = Array.isArray(settings) ? settings.find((setting) => setting.startsWith('search_path=')) : undefined
  return own?.slice('search_path='.length) ?? DEFAULT_SEARCH_PATH
}
