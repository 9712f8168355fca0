import type { CatalogObject } from './model.js'

/** What PostgreSQL looks names up in where nothing else was set. */
export const DEFAULT_SEARCH_PATH = '"$user", public'

/** The search path that sessions of a database have, as far as the database itself says it. */
export function searchPathOf(objects: readonly CatalogObject[]): string {
  const settings = objects.find(({ kind }) => kind === 'database')?.facts.settings
  const own = Array.isArray(settings) ? settings.find((setting) => setting.startsWith('search_path=')) : undefined
  return own?.slice('search_path='.length) ?? DEFAULT_SEARCH_PATH
}

/** The statement that sets it, in ASCII only: it stands in a script whose encoding is the source's. */
export function settingSearchPath(searchPath: string): string {
  return `SELECT pg_catalog.set_config('search_path', ${asciiLiteral(searchPath)}, false);`
}

/** `'a'`, or `U&'\00e9'`, which PostgreSQL takes where standard_conforming_strings is on, as pg_dump sets it. */
function asciiLiteral(text: string): string {
  const quoted = text.replaceAll("'", "''")
  if (!/[^\0-\x7f]/.test(text)) return `'${quoted}'`
  const escaped = quoted
    .replaceAll('\\', '\\\\')
    .replaceAll(/[^\0-\x7f]/gu, (mark) => `\\+${(mark.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`)
  return `U&'${escaped}'`
}
