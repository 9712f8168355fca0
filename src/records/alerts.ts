import type { Manifest } from '../backup/manifest.js'
import { LEVELS, limitInBase, printLimit, type AlertRule, type Level, type Limit, type Measure } from './alert-rules.js'
import { counted, formatBytes, formatCount, formatDuration, formatShare } from '../units.js'
import { BYTE_UNITS } from './alert-units.js'
import { setBytes, totalRows, type Metrics } from './metrics.js'

/** Below this, what a dump needs besides rows decides how well it compresses, so that says nothing. */
export const LEAST_BYTES_TO_JUDGE_COMPRESSION = BYTE_UNITS.MiB

/** What the rules look at. Null is "not known" and raises no alert. */
export interface Measurements {
  /** How long the operation took. */
  seconds: number
  /** Bytes of all files of the set; null when there is none. */
  size: number | null
  /** Findings of severity error, and failures. */
  errors: number
  /** The dump against its tables at the source; null when nothing was dumped. */
  compression: { ratio: number; totalBytes: number } | null
  /** Bytes left in the store; null where that has no meaning. */
  freeBytes: number | null
  /** Rows of all tables; null when they were not counted. */
  records: number | null
  /** The set to compare with; null when there is none yet. */
  previous: { id: string; size: number; records: number | null } | null
}

export interface Alert {
  level: Level
  measure: Measure
  /** The rule that it broke: `> 30min`. */
  rule: string
  /** What was measured: seconds, bytes, a share (0.1 is 10%) or a plain number. */
  value: number
  /** In words: `The backup took 35 min, more than 30 min.` */
  message: string
}

/** The measurements of a set that was taken, with what its manifest does not know. */
export function measurementsOf(
  manifest: Manifest,
  metrics: Metrics,
  rest: Pick<Measurements, 'errors' | 'freeBytes' | 'previous'>,
): Measurements {
  return {
    seconds: metrics.performance.duration_seconds,
    size: setBytes(manifest),
    compression: { ratio: metrics.performance.compression_ratio, totalBytes: metrics.size.total_bytes },
    records: totalRows(metrics.records.by_table),
    ...rest,
  }
}

/** A measured value, and how to say it as the beginning of a sentence. */
interface Observation {
  value: number
  words: string
}

/**
 * Holds measurements against rules. Of each measure only the heaviest broken rule is told; the heaviest come first.
 *
 * Not evaluated: what is not known, changes without a previous proven set, and compression where the tables occupy less
 * than 1 MiB.
 */
export function evaluate(rules: readonly AlertRule[], measurements: Measurements): Alert[] {
  const alerts = LEVELS.flatMap((level) =>
    rules.filter((rule) => rule.level === level).flatMap((rule) => alertOf(rule, measurements) ?? []),
  )
  return alerts.filter(({ measure }, index) => alerts.findIndex((heavier) => heavier.measure === measure) === index)
}

function alertOf({ level, measure, limit }: AlertRule, measurements: Measurements): Alert | undefined {
  const observed = OBSERVE[measure](measurements)
  if (observed === undefined || limit === 'off' || !isBroken(observed.value, limit, measure)) {
    return undefined
  }
  const side = limit.comparison === '>' ? 'more than' : 'less than'
  const message = `${observed.words}, ${side} ${limit.amount}${limit.unit === '%' ? '%' : limit.unit && ` ${limit.unit}`}.`
  return { level, measure, rule: printLimit(limit), value: observed.value, message }
}

function isBroken(value: number, limit: Limit, measure: Measure): boolean {
  const base = limitInBase(measure, limit)
  return limit.comparison === '>' ? value > base : value < base
}

const OBSERVE: Readonly<Record<Measure, (measurements: Measurements) => Observation | undefined>> = {
  duration: ({ seconds }) => ({ value: seconds, words: `The backup took ${formatDuration(seconds)}` }),
  size: ({ size }) => known(size, (bytes) => `The set has ${formatBytes(bytes)}`),
  errors: ({ errors }) => ({ value: errors, words: counted(errors, 'error') }),
  compression: ({ compression }) =>
    compression === null || compression.totalBytes < LEAST_BYTES_TO_JUDGE_COMPRESSION
      ? undefined
      : {
          value: compression.ratio,
          words: `Compression saved ${formatShare(compression.ratio)} of ${formatBytes(compression.totalBytes)}`,
        },
  disk_space: ({ freeBytes }) => known(freeBytes, (bytes) => `The store has ${formatBytes(bytes)} left`),
  size_change: ({ size, previous }) => (size === null || previous === null ? undefined : sizeChange(size, previous)),
  record_change: ({ records, previous }) => {
    const earlier = previous?.records ?? null
    return records === null || previous === null || earlier === null
      ? undefined
      : recordChange(records, previous.id, earlier)
  },
}

function known(value: number | null, words: (value: number) => string): Observation | undefined {
  return value === null ? undefined : { value, words: words(value) }
}

function sizeChange(size: number, previous: { id: string; size: number }): Observation | undefined {
  if (previous.size === 0) {
    return undefined
  }
  const change = Math.abs(size - previous.size) / previous.size
  const direction = size >= previous.size ? 'larger' : 'smaller'
  return {
    value: change,
    words: `The set has ${formatBytes(size)} and is ${formatShare(change)} ${direction} than ${previous.id} (${formatBytes(previous.size)})`,
  }
}

function recordChange(records: number, previousId: string, previous: number): Observation {
  const change = Math.abs(records - previous)
  const direction = records >= previous ? 'more' : 'fewer'
  return {
    value: change,
    words: `The set has ${formatCount(records)} rows, ${formatCount(change)} ${direction} than ${previousId}`,
  }
}
