import { ageText } from '../records/freshness.js'
import { formatBytes, formatCount, formatDuration, formatShare } from '../units.js'
import type { Unit } from './content.js'

/** A number of a chart or its table as people read it; a dash where nothing was measured. */
export function formatValue(value: number | null, unit: Unit): string {
  if (value === null || !Number.isFinite(value)) {
    return '–'
  }
  return value < 0 ? `−${formatPositive(-value, unit)}` : formatPositive(value, unit)
}

function formatPositive(value: number, unit: Unit): string {
  switch (unit) {
    case 'seconds':
      // From two days on people count days, as they do with the age of a backup.
      return value < 48 * 3600 ? formatDuration(value) : ageText(value * 1000)
    case 'bytes':
      return formatBytes(value)
    case 'share':
      return formatShare(value)
    case 'count':
      return formatCount(Math.round(value * 100) / 100)
  }
}

/** `2026-11-24 02:00`, without the time where it is midnight; UTC. */
export function formatMoment(time: Date): string {
  const text = time.toISOString()
  return text.slice(11, 16) === '00:00' ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ')
}

/** What the numbers on an axis count, so that its marks are round: minutes where seconds would be 1,200. */
export interface AxisUnit {
  /** How much of the unit of the chart one of these is. */
  size: number
  /** ` min`, with what separates it from the number. */
  suffix: string
}

const AXIS_UNITS: Readonly<Record<Unit, readonly AxisUnit[]>> = {
  seconds: [
    { size: 86_400, suffix: ' d' },
    { size: 3600, suffix: ' h' },
    { size: 60, suffix: ' min' },
    { size: 1, suffix: ' s' },
  ],
  bytes: [
    { size: 1e12, suffix: ' TB' },
    { size: 1e9, suffix: ' GB' },
    { size: 1e6, suffix: ' MB' },
    { size: 1e3, suffix: ' kB' },
    { size: 1, suffix: ' B' },
  ],
  share: [{ size: 0.01, suffix: ' %' }],
  count: [
    { size: 1e9, suffix: ' bn' },
    { size: 1e6, suffix: ' M' },
    { size: 1e3, suffix: ' k' },
    { size: 1, suffix: '' },
  ],
}

/** The unit in which an axis up to this value reads best. An hour and a half has 90 minutes, but 1.5 GB are not 1,500 MB. */
export function axisUnit(unit: Unit, highest: number): AxisUnit {
  const units = AXIS_UNITS[unit]
  return (
    units.find(({ size }) => highest >= size * (unit === 'seconds' ? 2 : 1)) ??
    units[units.length - 1] ?? { size: 1, suffix: '' }
  )
}

/** A log may hold any number; beyond an exabyte or a quintillion rows nobody measured it. */
export function isMeasured(value: number | null): value is number {
  return value !== null && Math.abs(value) <= 1e18
}
