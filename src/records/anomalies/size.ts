import type { Manifest } from '../../backup/manifest.js'
import { finding, type Finding } from '../../findings.js'
import { counted, formatBytes } from '../../units.js'
import { setBytes } from '../metrics.js'
import type { EarlierSet } from './history.js'
import { SETS_TO_KNOW } from './rows.js'
import { median, usualDistance } from './spread.js'

/** Below this, what a set holds besides rows decides its size. */
export const LEAST_BYTES_OFF = 1024 * 1024

/** How many times larger or smaller than the median a set must be. */
export const TIMES_OFF = 2

/**
 * Whether a set is far off the median of the last proven ones: twice as large or half, more than they vary, and outside
 * of all that they were. Only sets of the same format, compression and choice of tables are compared, and three of them
 * are needed.
 */
export function sizeFindings(manifest: Manifest, history: readonly EarlierSet[]): Finding[] {
  const form = formOf(manifest)
  const sizes = history.flatMap((set) =>
    set.manifest !== undefined && formOf(set.manifest) === form ? [set.size] : [],
  )
  const size = setBytes(manifest)
  if (sizes.length < SETS_TO_KNOW || !isFarOff(size, sizes)) return []
  const usual = median(sizes)
  const range = `${formatBytes(Math.min(...sizes))} to ${formatBytes(Math.max(...sizes))}`
  const found = `it has ${formatBytes(size)}, and the median of ${counted(sizes.length, 'earlier set')} is ${formatBytes(usual)} (${range})`
  return [finding('SIZE_UNUSUAL', `${manifest.type}/${manifest.id}`, found)]
}

function isFarOff(size: number, sizes: readonly number[]): boolean {
  const usual = median(sizes)
  const off = Math.abs(size - usual)
  const isOutside = size < Math.min(...sizes) || size > Math.max(...sizes)
  const isManyTimes = size > usual * TIMES_OFF || size < usual / TIMES_OFF
  return isOutside && isManyTimes && off >= LEAST_BYTES_OFF && off > usualDistance(sizes)
}

function formOf({ options, encryption }: Manifest): string {
  const { format, compression, tables, excludeTables } = options
  return JSON.stringify([format, compression, [...tables].sort(), [...excludeTables].sort(), encryption !== undefined])
}
