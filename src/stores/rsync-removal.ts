import { PARTIAL } from './rsync-list.js'

/**
 * Filter rules for rsync that make it delete just these files, below an empty source with `--delete`: each with the
 * folders above it, which go when they are empty then. In folders of sets, what was never finished goes too.
 */
export function removalRules(paths: readonly string[]): string[] {
  const rules = new Set<string>()
  for (const path of paths) {
    const folders = path.split('/').slice(0, -1)
    folders.forEach((_, index) => rules.add(literal(`/${folders.slice(0, index + 1).join('/')}/`)))
    // Not in the folders that all runs share: what is unfinished there belongs to one that works right now.
    if (folders.length > 1) {
      rules.add(`/${escaped(folders.join('/'))}/${PARTIAL}/***`)
      rules.add(`/${escaped(folders.join('/'))}/.*.??????`)
    }
    rules.add(literal(`/${path}`))
  }
  return [...rules]
}

/** A path as a pattern that matches only itself; a backslash is one itself unless there is a wildcard. */
function literal(path: string): string {
  return /[*?[]/.test(path) ? escaped(path) : path
}

function escaped(path: string): string {
  return path.replaceAll(/[*?[\\]/g, '\\$&')
}
