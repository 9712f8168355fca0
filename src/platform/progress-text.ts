import type { Progress } from '../context.js'
import { formatBytes, formatCount, formatDuration } from '../units.js'

/** How fast it goes and how long it will take, told from what was seen since the label first appeared. */
export interface Pace {
  /** Units a second; 0 while too little was seen. */
  rate: number
  /** Seconds, where a total is known. */
  remaining?: number
}

const BAR_WIDTH = 24

/** `dumping 42 % of 1.2 GB, 80 MB/s, 9 s left: public.animals` */
export function progressText(progress: Progress, pace: Pace): string {
  const { label, done, total, unit, current } = progress
  const amount =
    total === undefined || total <= 0
      ? quantity(done, unit)
      : `${Math.floor(shareDone(progress) * 100)} % of ${quantity(total, unit)}`
  const parts = [`${label} ${amount}`]
  if (pace.rate > 0 && unit !== 'tables') {
    parts.push(`${quantity(pace.rate, unit)}/s`)
  }
  if (pace.remaining !== undefined && pace.remaining >= 1 && shareDone(progress) < 1) {
    parts.push(`${formatDuration(pace.remaining)} left`)
  }
  return parts.join(', ') + (current === undefined ? '' : `: ${current}`)
}

/** The same behind a bar, cut to the width of the terminal; without a total there is no bar. */
export function progressBar(progress: Progress, pace: Pace, columns: number): string {
  const text = progressText(progress, pace)
  if (progress.total === undefined || progress.total <= 0) {
    return cut(text, columns)
  }
  const filled = Math.round(shareDone(progress) * BAR_WIDTH)
  return cut(`[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${text}`, columns)
}

/** Between 0 and 1; an estimated total may be overtaken. 0 where the total is unknown. */
export function shareDone({ done, total }: Pick<Progress, 'done' | 'total'>): number {
  return total === undefined || total <= 0 ? 0 : Math.min(1, Math.max(0, done / total))
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}

function quantity(value: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? formatBytes(value) : `${formatCount(Math.round(value))} ${unit}`
}
