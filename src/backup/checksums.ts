import type { FileEntry } from './manifest.js'

type Summed = Pick<FileEntry, 'path' | 'sha256'>

/**
 * The content of `SHA256SUMS` over these files, sorted by path, as `sha256sum` writes it: a name with a backslash, a
 * newline or a carriage return is escaped and its line begins with a backslash.
 */
export function checksumsText(files: readonly Summed[]): string {
  return [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(checksumLine)
    .join('')
}

/** One line of it, with its newline. */
export function checksumLine({ path, sha256 }: Summed): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`
}

/** What such a text says, by path; lines of another form are left out. */
export function parseChecksums(text: string): Map<string, string> {
  const sums = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, escaped, sha256, name] = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
    if (name !== undefined && sha256 !== undefined) sums.set(escaped === '\\' ? unescaped(name) : name, sha256)
  }
  return sums
}

function unescaped(name: string): string {
  const meanings: Record<string, string> = { n: '\n', r: '\r', '\\': '\\' }
  return name.replaceAll(/\\(.)/g, (both, letter: string) => meanings[letter] ?? both)
}
