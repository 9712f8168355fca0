import { displayName } from './manifest.js'

/** A table whose rows are being dumped, with what it weighs. */
interface Weighed {
  schema: string
  name: string
  bytes: number
}

/**
 * Follows `pg_dump --verbose`: it says when it begins with a table, so the tables begun before the last `jobs` are done.
 * The figure is an estimate by table size, and only ever grows.
 */
export class DumpProgress {
  readonly total: number
  private readonly weights: ReadonlyMap<string, number>
  private readonly jobs: number
  private readonly underWay: string[] = []
  private finished = 0

  constructor(tables: readonly Weighed[], jobs: number) {
    this.weights = new Map(tables.map((table) => [displayName(table), table.bytes]))
    this.total = tables.reduce((sum, { bytes }) => sum + bytes, 0)
    this.jobs = jobs
  }

  /** Bytes done, and the table at hand, after a line of pg_dump's; null where the line says nothing about that. */
  follow(line: string): { done: number; current: string } | null {
    const begun = /dumping contents of table "?(.+?)"?$/.exec(line)?.[1]?.replaceAll('"', '')
    if (begun === undefined) {
      return null
    }
    this.underWay.push(begun)
    if (this.underWay.length > this.jobs) {
      this.finished += this.weights.get(this.underWay.shift() ?? '') ?? 0
    }
    return { done: this.finished, current: begun }
  }
}
