import { counted, formatCount } from '../units.js'
import { code, leftOut, type Block, type Limits } from './content.js'
import type { Report } from './report.js'

/** What changed in the schema since the last proven set, one line a change, as a programmer reads a difference. */
export function schemaChangeBlocks({ schemaChange }: Pick<Report, 'schemaChange'>, limits: Limits): Block[] {
  if (schemaChange === undefined) {
    return []
  }
  const { since, lines, more } = schemaChange
  const shown = lines.slice(0, limits.findings)
  const left = lines.length - shown.length + more
  return [
    {
      kind: 'details',
      summary: `What changed in the schema since ${since} (${formatCount(lines.length + more)})`,
      blocks: [
        { kind: 'list', items: shown.map((line) => [code(line)]) },
        ...(left === 0 ? [] : [leftOut(`${counted(left, 'more change')} not shown here.`)]),
      ],
    },
  ]
}
