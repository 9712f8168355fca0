import { displayName, type TableEntry } from '../backup/manifest.js'
import { QueryError } from '../postgres/query-error.js'
import { restoredAddresses, type AddressGroup } from '../postgres/addresses.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import type { Queryable } from '../postgres/queryable.js'

/**
 * Where the source holds addresses of what is gone, texts of both sides cannot be compared; what the copy's server makes
 * of the source's texts can. Where that is what the copy holds, its table gets the fingerprint of the source.
 *
 * @returns the copy's entries
 */
export async function settleAddresses(
  session: Queryable,
  source: readonly TableEntry[],
  facts: readonly TableFacts[],
  copies: readonly TableEntry[],
): Promise<TableEntry[]> {
  const expected = new Map(source.map((table) => [displayName(table), table]))
  const settled: TableEntry[] = []
  for (const [index, copy] of copies.entries()) {
    const original = expected.get(displayName(copy))
    const table = facts[index]
    const isSettled =
      original?.fingerprint !== undefined &&
      original.fingerprint !== copy.fingerprint &&
      table !== undefined &&
      (await holdsTheSame(session, table, original, copy))
    settled.push(isSettled ? { ...copy, fingerprint: original.fingerprint } : copy)
  }
  return settled
}

async function holdsTheSame(
  session: Queryable,
  table: TableFacts,
  { addresses: source, hashedBy }: TableEntry,
  { addresses: copy, hashedBy: copiedBy }: TableEntry,
): Promise<boolean> {
  if (source == null || copy == null || hashedBy !== copiedBy) return false
  try {
    return asText(await restoredAddresses(session, table, source)) === asText(copy)
  } catch (error) {
    // A text that cannot be read in here cannot have been restored either.
    if (error instanceof QueryError) return false
    throw error
  }
}

function asText(groups: readonly AddressGroup[]): string {
  return groups
    .map(({ texts, rows, fingerprint }) => JSON.stringify([texts, rows, fingerprint]))
    .sort()
    .join()
}
