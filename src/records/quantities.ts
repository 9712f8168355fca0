/** Units of alert limits: how many base units (seconds, bytes, one) each is. */
export const TIME_UNITS = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 } as const

/** `KB` to `TB` are powers of 1000, as disks are sold; `KiB` to `TiB` are powers of 1024. */
export const BYTE_UNITS = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const

/** `35 min`, `1 h 5 min`, `2.5 s`: as a person says it, never as more than two units. */
export function secondsInWords(seconds: number): string {
  if (seconds < 60) {
    return `${trimmed(seconds)} s`
  }
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) {
    return joined(`${minutes} min`, Math.floor(seconds % 60), 's')
  }
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? joined(`${hours} h`, minutes % 60, 'min') : joined(`${Math.floor(hours / 24)} d`, hours % 24, 'h')
}

/** `812 MB`, `1.2 GB`: powers of 1000, three digits. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']
  let amount = bytes
  let unit = 0
  while (Math.abs(amount) >= 999.5 && unit < units.length - 1) {
    amount /= 1000
    unit += 1
  }
  return `${unit === 0 ? String(amount) : trimmed(amount)} ${units[unit] ?? 'B'}`
}

/** `1,523`: grouped by thousands, the same on every machine. */
export function grouped(number: number): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 }).format(number)
}

/** `41%`, `0.5%`: a share as a person says it. */
export function percentInWords(share: number): string {
  return `${trimmed(share * 100)}%`
}

/** Three significant digits without an exponent, whole numbers whole. */
function trimmed(number: number): string {
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2
  return grouped(Number(number.toFixed(digits)))
}

function joined(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`
}
