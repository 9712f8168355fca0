import type { Statistics } from '../records/statistics/model.js'

export type * from '../records/statistics/model.js'

/**
 * What a report over a period shows: the statistics, and where they were read. Names of tables and types in it come from
 * outside and are escaped by the renderers; all lists are whole, and the renderers show as much of them as fits.
 */
export interface PeriodReport extends Statistics {
  /** Log lines that could not be read, and so are in no figure. */
  unreadable: number
  /** Sets in the store that cannot be used, and why; in no figure either. */
  broken: readonly { id: string; type: string; reason: string }[]
}
