import { createHash } from 'node:crypto'
import type { Report } from '../report/report.js'
import type { Problem } from './problems.js'

/**
 * What an issue remembers in a comment of HTML that nobody sees: which problem it is about, of which kind of run, and
 * what the problem was like when it was last told. Only digests, so that no name can end the comment.
 */
export interface Marker {
  /** Operation, series, type and code: one issue each. */
  key: string
  /** Operation, series and type: a good run of this kind ends its problems. */
  kind: string
  /** Differs when there is something new to say. */
  state: string
}

const FORM = /<!-- pg-lifeboat problem v1 key=([0-9a-f]{32}) kind=([0-9a-f]{32}) state=([0-9a-f]{32}) -->\s*$/

/** The marker of a problem of this run. */
export function markerOf(report: Report, { code, state }: Pick<Problem, 'code' | 'state'>): Marker {
  const kind = [report.operation, report.series, report.type ?? null]
  return { key: digest([...kind, code]), kind: digest(kind), state: digest([state]) }
}

/** The kind of a run, as markers have it. */
export function kindOf(report: Report): string {
  return markerOf(report, { code: '', state: '' }).kind
}

/** The last line of an issue's body. */
export function printMarker({ key, kind, state }: Marker): string {
  return `<!-- pg-lifeboat problem v1 key=${key} kind=${kind} state=${state} -->`
}

/** The marker at the end of a body; undefined where there is none, as when somebody has written over it. */
export function readMarker(body: string): Marker | undefined {
  const [, key, kind, state] = FORM.exec(body) ?? []
  return key === undefined || kind === undefined || state === undefined ? undefined : { key, kind, state }
}

function digest(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
