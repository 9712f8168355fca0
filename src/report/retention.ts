import { counted } from '../units.js'
import { code, type Block, type Limits } from './content.js'
import type { RetentionLine } from './report.js'

/** What rotation decided on the sets of one store, each with its reasons. */
export function retentionBlocks(
  lines: readonly RetentionLine[],
  { caption, dryRun }: { caption: string; dryRun: boolean },
  limits: Limits,
): Block[] {
  // What went is what a reader looks for; what stays follows.
  const ordered = [...lines].sort((a, b) => Number(a.keep) - Number(b.keep) || compare(b.id, a.id))
  const shown = ordered.slice(0, limits.retention)
  const left = ordered.length - shown.length
  const gone = dryRun ? '🗑️ would go' : '🗑️ removed'
  return [
    {
      kind: 'table',
      caption,
      columns: [{ title: 'Backup' }, { title: 'Type' }, { title: 'Decision' }, { title: 'Reasons' }],
      rows: shown.map(({ id, type, keep, reasons }) => [
        [code(id)],
        [type],
        [keep ? '✅ kept' : gone],
        [reasons.join('; ')],
      ]),
    },
    ...(left === 0
      ? []
      : [
          {
            kind: 'paragraph',
            text: [`${counted(left, 'more backup')} not shown here; the HTML report lists every one.`],
          } as const,
        ]),
  ]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
