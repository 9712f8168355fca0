import { counted, formatBytes, formatDuration } from '../units.js'
import { code, leftOut, sentence, type Block, type Limits, type Text } from './content.js'
import type { Report } from './report.js'
import type { Verdict } from './verdict.js'

/** What kind of thing a maintenance removes. */
export type RemovedKind = 'log' | 'unfinished' | 'workspace' | 'scratch database'

export interface RemovedThing {
  kind: RemovedKind
  /** The store, machine or server that it was in. */
  where: string
  name: string
  /** Undefined where it is not known. */
  bytes?: number
}

export interface VacuumFacts {
  database: string
  seconds: number
  /** What vacuumdb said, as far as it is kept. */
  output: readonly string[]
  /** How many more lines it said. */
  leftOut: number
}

export interface MaintenanceFacts {
  /** What was removed, or with `dry-run` would be. */
  removed: readonly RemovedThing[]
  vacuum?: VacuumFacts
}

/** The room that was won. */
export function freedBytes({ removed }: MaintenanceFacts): number {
  return removed.reduce((sum, { bytes = 0 }) => sum + bytes, 0)
}

export function maintenanceVerdict({
  maintenance,
  dryRun,
  findings,
}: Pick<Report, 'maintenance' | 'dryRun' | 'findings'>): Verdict {
  const failed = findings.filter(({ severity }) => severity === 'error').length
  const { removed = [], vacuum } = maintenance ?? {}
  const things = counted(removed.length, 'thing')
  const bytes = formatBytes(maintenance === undefined ? 0 : freedBytes(maintenance))
  const won =
    dryRun === true
      ? sentence`Nothing was removed, this was a rehearsal: ${things} would go and free ${bytes}.`
      : removed.length === 0
        ? sentence`There was nothing to remove.`
        : sentence`${things} that nobody needs any more ${removed.length === 1 ? 'was' : 'were'} removed, which freed ${bytes}.`
  const vacuumed =
    vacuum === undefined ? [] : sentence` The database ${code(vacuum.database)} was vacuumed and analyzed.`
  const rest = failed === 0 ? [] : sentence` ${counted(failed, 'part')} of the maintenance could not be done.`
  return { mood: failed > 0 ? 'bad' : 'good', text: sentence`${won}${vacuumed}${rest}` }
}

/** What was removed and what vacuumdb said. */
export function maintenanceBlocks(
  { maintenance, dryRun }: Pick<Report, 'maintenance' | 'dryRun'>,
  limits: Limits,
): Block[] {
  if (maintenance === undefined) {
    return []
  }
  return [...removedBlocks(maintenance.removed, dryRun === true, limits), ...vacuumBlocks(maintenance.vacuum)]
}

function removedBlocks(removed: readonly RemovedThing[], isDry: boolean, limits: Limits): Block[] {
  if (removed.length === 0) {
    return []
  }
  const shown = removed.slice(0, limits.retention)
  const left = removed.length - shown.length
  return [
    { kind: 'heading', text: isDry ? 'What would be removed' : 'What was removed' },
    {
      kind: 'table',
      caption: 'Each thing with the room that it took',
      columns: [{ title: 'What' }, { title: 'Name' }, { title: 'Where' }, { title: 'Room', numeric: true }],
      rows: shown.map(({ kind, name, where, bytes }): Text[] => [
        [KINDS[kind]],
        [code(name)],
        [code(where)],
        [bytes === undefined ? '–' : formatBytes(bytes)],
      ]),
    },
    ...(left === 0 ? [] : [leftOut(`${counted(left, 'more thing')} not shown here.`)]),
  ]
}

const KINDS: Readonly<Record<RemovedKind, string>> = {
  log: 'old log',
  unfinished: 'left by a killed run',
  workspace: 'temporary folder of a killed run',
  'scratch database': 'scratch database of a killed run',
}

function vacuumBlocks(vacuum: VacuumFacts | undefined): Block[] {
  if (vacuum === undefined) {
    return []
  }
  const { database, seconds, output, leftOut } = vacuum
  const more = leftOut === 0 ? [] : [[`${counted(leftOut, 'more line')} not kept.`]]
  return [
    { kind: 'heading', text: 'Vacuum' },
    { kind: 'paragraph', text: sentence`${code(database)} took ${formatDuration(seconds)}.` },
    ...(output.length === 0
      ? []
      : [
          {
            kind: 'details',
            summary: 'What vacuumdb said',
            blocks: [{ kind: 'list', items: [...output.map((line) => [code(line)]), ...more] }],
          } as const,
        ]),
  ]
}
