import type { Complaint } from './complaint.js'
import type { Programs } from '../postgres/programs.js'

/** The parts of an archive, in the order in which they are restored. */
export type Section = 'pre-data' | 'data' | 'post-data'

export interface RestoreTarget {
  programs: Programs
  /** The variables that tell libpq where and as whom to connect, the database among them. */
  environment: Readonly<Record<string, string>>
  /** Its name, as a plain identifier: pg_restore would take `a=b` for connection parameters. */
  database: string
  /** Gets each complaint as it was first heard, for callers who want to know more than a finding says. */
  onComplaint?: (complaint: Complaint) => void
}
