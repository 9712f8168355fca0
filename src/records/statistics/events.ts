import { z } from 'zod'
import { timeOf } from '../../backup/manifest.js'
import { LEVELS, MEASURE_NAMES } from '../alert-rules.js'
import { timeOfLine, type LogLine } from '../log.js'

/** What a log line says, read once: typed, with whatever is missing or makes no sense left out. */
export interface LoggedEvent {
  /** When the operation ended, in milliseconds. */
  at: number
  operation: string
  ok: boolean
  seconds: number
  type?: string
  /** The set that it took, validated or restored. */
  id?: string
  /** Milliseconds; what the id says. */
  snapshot?: number
  size?: number
  records?: Record<string, number>
  proof?: z.infer<typeof Outcome>
  tier?: z.infer<typeof TierName>
  compressionRatio?: number
  freeBytes?: number
  alerts: readonly z.infer<typeof LoggedAlert>[]
  /** Codes of findings. */
  errors: readonly string[]
  /** The step in which it ended early. */
  phase?: string
  scenarios: readonly z.infer<typeof Scenario>[]
  /** Of a restore. */
  mode?: string
}

const Outcome = z.enum(['proven', 'failed', 'not-verified'])
const TierName = z.enum(['none', 'archive', 'data', 'full'])
const Amount = z.number().nonnegative().optional().catch(undefined)
const Name = z.string().optional().catch(undefined)
const LoggedAlert = z.object({ level: z.enum(LEVELS), measure: z.enum(MEASURE_NAMES) })
const Scenario = z.object({
  scenario: z.string(),
  outcome: z.enum(['passed', 'failed', 'could-not-run']),
  rto: Amount,
  rpo: Amount,
})

/** One thing of another shape must not cost the line all the others. */
const Details = z.object({
  type: Name,
  id: z
    .string()
    .refine((id) => !Number.isNaN(timeOf(id).getTime()))
    .optional()
    .catch(undefined),
  proof: Outcome.optional().catch(undefined),
  tier: TierName.optional().catch(undefined),
  compression_ratio: Amount,
  free_bytes: Amount,
  alerts: z.array(LoggedAlert).catch([]),
  errors: z.array(z.string()).catch([]),
  phase: Name,
  scenarios: z.array(Scenario).catch([]),
  mode: Name,
})

/** Reads lines, the oldest first, leaving out those from after an instant: a clock that was wrong makes no history. */
export function eventsOf(lines: readonly LogLine[], until: Date): LoggedEvent[] {
  return lines
    .map(eventOf)
    .filter(({ at }) => at <= until.getTime())
    .sort((a, b) => a.at - b.at)
}

function eventOf(line: LogLine): LoggedEvent {
  const { id, compression_ratio, free_bytes, type, proof, tier, phase, mode, ...lists } = Details.parse(line.details)
  const { duration, size, records } = line.details
  return {
    at: timeOfLine(line).getTime(),
    operation: line.operation,
    ok: line.status === 'success',
    seconds: duration,
    ...lists,
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id, snapshot: timeOf(id).getTime() }),
    ...(size !== undefined && { size }),
    ...(records !== undefined && { records }),
    ...(proof !== undefined && { proof }),
    ...(tier !== undefined && { tier }),
    ...(compression_ratio !== undefined && { compressionRatio: compression_ratio }),
    ...(free_bytes !== undefined && { freeBytes: free_bytes }),
    ...(phase !== undefined && { phase }),
    ...(mode !== undefined && { mode }),
  }
}

/** A backup that took a set, whether or not all went well after it. */
export type TakenSet = LoggedEvent & Required<Pick<LoggedEvent, 'type' | 'id' | 'snapshot' | 'size'>>

export function isTaken(event: LoggedEvent): event is TakenSet {
  return event.operation === 'backup' && event.type !== undefined && event.id !== undefined && event.size !== undefined
}

/** What one set is called in all of a store. */
export function setKey({ type, id }: { type?: string; id?: string }): string {
  return `${type ?? ''}/${id ?? ''}`
}

/** Mean; null of nothing. */
export function meanOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}

/** In groups by a key, in the order in which the keys come up. */
export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
