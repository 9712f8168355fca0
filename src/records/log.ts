/** One line of `log/<day>.jsonl`: the seed's format, with more in `details`. */
export interface LogLine {
  /** `YYYY-MM-DD HH:mm:ss`, UTC */
  timestamp: string
  operation: string
  status: 'success' | 'error'
  details: LogDetails
}

export interface LogDetails {
  /** Bytes of the set. */
  size?: number
  /** Seconds. */
  duration: number
  /** Rows by table, `schema.name` or, where unambiguous in `public`, as the reader sees it. */
  records?: Record<string, number>
  [more: string]: unknown
}
