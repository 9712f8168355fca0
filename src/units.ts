/** Numbers as people read them. All are fixed to one language, so that a report reads the same wherever it was made. */

const GROUPED = new Intl.NumberFormat('en-US')
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** `84,210` */
export function formatCount(value: number): string {
  return GROUPED.format(value)
}

/** `1 table`, `84,210 rows` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`
}

/** `1.2 GB`: decimal units, as disks and GitHub count. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (unit < BYTE_UNITS.length - 1 && Number(value.toPrecision(3)) >= 1000) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  const text = value.toFixed(digits)
  return `${digits === 0 ? formatCount(Number(text)) : text.replace(/\.?0+$/, '')} ${BYTE_UNITS[unit] ?? 'B'}`
}

/** `0.4 s`, `42 s`, `12 min 3 s`, `2 h 5 min` */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`
  }
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  if (hours > 0) {
    return minutes === 0 ? `${formatCount(hours)} h` : `${formatCount(hours)} h ${minutes} min`
  }
  if (minutes > 0) {
    return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
  }
  return `${rest} s`
}

/** `62 %` of a share between 0 and 1. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** `2026-11-24 02:00:03 UTC` */
export function formatInstant(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
