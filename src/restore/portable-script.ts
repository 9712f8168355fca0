import { settingSearchPath } from '../postgres/catalog/search-path.js'

/** How much of a script is looked at: its head, and what comes first behind that. */
const HEAD = 64 * 1024

/**
 * Changes the head of a script that pg_dump or pg_restore wrote and leaves the rest as it is, byte by byte.
 *
 * @param change gets the head as Latin-1, in which every byte is a character
 */
export async function* withHead(
  script: AsyncIterable<Buffer>,
  change: (head: string) => string,
): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0)
  for await (const chunk of script) {
    if (head === null) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length >= HEAD) {
      yield changed(head, change)
      head = null
    }
  }
  if (head !== null) yield changed(head, change)
}

function changed(head: Buffer, change: (head: string) => string): Buffer {
  return Buffer.from(change(head.toString('latin1')), 'latin1')
}

const TIMEOUT = /^SET transaction_timeout = 0;$/m

const IF_KNOWN =
  "SELECT pg_catalog.set_config('transaction_timeout', '0', false) WHERE pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL;"

/** Programs of 17 and later turn off a time-out that older servers do not have, where that would end a transaction. */
export function forAnyServer(head: string): string {
  const first = /^SET (?!transaction_timeout)/m.exec(head)
  const found = TIMEOUT.exec(head)
  // Only among the settings at the very beginning; a body further down may hold the same line.
  return first !== null && found !== null && found.index < first.index + 400 ? head.replace(TIMEOUT, IF_KNOWN) : head
}

const EMPTIED = /^SELECT pg_catalog\.set_config\('search_path', '', false\);$/m

/** The same with another search path than the empty one that pg_dump sets; unchanged where none is given. */
export function lookedUpIn(head: string, searchPath: string | undefined): string {
  if (searchPath === undefined) return head
  return head.replace(EMPTIED, () => settingSearchPath(searchPath))
}
