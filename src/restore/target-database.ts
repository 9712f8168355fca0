import type { Programs } from '../postgres/programs.js'

/** The parts of an archive, in the order in which they are restored. */
export type Section = 'pre-data' | 'data' | 'post-data'

export interface RestoreTarget {
  programs: Programs
  /** The variables that tell libpq where and as whom to connect, the database among them. */
  environment: Readonly<Record<string, string>>
  /** Its name, whatever characters it holds. */
  database: string
  /** What names without a schema are looked up in where an entry cannot be restored without: the source's own. */
  searchPath?: string
}
