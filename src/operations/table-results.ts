import { displayName, type Manifest, type Proof, type TableEntry } from '../backup/manifest.js'
import type { TableOutcome, TableResult } from '../report/report.js'
import { wholesOf } from '../verify/difference.js'
import type { CountedTable } from '../verify/prove.js'

/** What is said of each table in the report: those that have rows of their own, with what became of them. */
export function tableResults(
  { tables }: Pick<Manifest, 'tables'>,
  counted: readonly CountedTable[],
  proof: Proof,
): TableResult[] {
  const copies = new Map(counted.map((table) => [displayName(table), table]))
  const { wholes, rootOf } = wholesOf(tables, counted.map(asEntry))
  const byRoot = new Map(wholes.map((whole) => [displayName(whole.source), whole]))
  return tables
    .filter(({ kind }) => kind === 'table')
    .map((table) => {
      const copy = copies.get(displayName(table))
      const root = table.data ? rootOf(table) : undefined
      const compared = (root && byRoot.get(displayName(root))) ?? { source: table, copy }
      return {
        name: displayName(table),
        bytes: table.bytes,
        outcome: outcomeOf(compared.source, compared.copy, counted.length > 0, proof),
        ...(table.rows !== undefined && { rows: table.rows }),
        ...(copy?.rows !== undefined && { restoredRows: copy.rows }),
      }
    })
}

function asEntry(table: CountedTable): TableEntry {
  return { kind: 'table', data: true, bytes: 0, ...table }
}

function outcomeOf(table: TableEntry, copy: CountedTable | undefined, anyCounted: boolean, proof: Proof): TableOutcome {
  if (!table.data) {
    return 'definition-only'
  }
  if (!anyCounted || table.rows === undefined) {
    return 'not-compared'
  }
  if (copy?.rows === undefined) {
    return 'missing'
  }
  if (copy.rows !== table.rows) {
    return 'differs'
  }
  if (proof.tier === 'archive' || table.fingerprint === undefined || hashIsUnknown(proof)) {
    return 'counted'
  }
  return copy.fingerprint === table.fingerprint ? 'equal' : 'differs'
}

function hashIsUnknown({ findings }: Proof): boolean {
  return findings.some(({ code }) => code === 'HASH_DIFFERS')
}
