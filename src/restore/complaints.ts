import { finding, type Finding } from '../findings.js'

/** How many complaints are kept; a broken restore can have one for every statement. */
const KEPT = 50

/** Something that pg_restore or psql said went wrong. */
export interface Complaint {
  /** The error as PostgreSQL gave it: `relation "x" already exists`. */
  message: string
  /** What it was about: `TABLE animals`, `line 1203`; empty where it was not said. */
  about: string
}

/**
 * Gathers the errors out of what pg_restore or psql write to standard error, line by line. pg_restore names the entry
 * before the error and the statement after it:
 *
 *     pg_restore: from TOC entry 215; 1259 16386 TABLE animals postgres
 *     pg_restore: error: could not execute query: ERROR:  relation "animals" already exists
 *     Command was: CREATE TABLE …
 */
export class Complaints {
  readonly all: Complaint[] = []
  /** Including those that were too many to keep. */
  count = 0
  /** What newer programs say to an older server in vain, and what changes nothing. */
  harmless = 0
  private entry = ''

  readonly follow = (line: string): void => {
    const entry = /^pg_restore: (?:while|from) TOC entry \d+; \d+ \d+ (.*)$/.exec(line)?.[1]
    if (entry !== undefined) {
      this.entry = entry
      return
    }
    const restore = /^pg_restore: (?:error|fatal): (?:could not execute query: )?(?:ERROR: +)?(.*)$/.exec(line)?.[1]
    if (restore !== undefined) {
      this.add(restore, this.entry)
      return
    }
    const [, place, script] = /^psql:[^:]*:(\d+): (?:ERROR|FATAL): +(.*)$/.exec(line) ?? []
    if (script !== undefined) {
      this.add(script, `line ${place ?? '?'}`)
    }
  }

  /** A failure without a word is a complaint too. */
  failedSilently(said: string): void {
    this.add(`it ended with a failure${said === '' ? '' : `: ${said}`}`, '')
  }

  private add(message: string, about: string): void {
    if (message.includes(HARMLESS)) {
      this.harmless += 1
      return
    }
    this.count += 1
    if (this.all.length < KEPT) {
      this.all.push({ message, about })
    }
  }
}

/**
 * The programs of 17 and later turn off a time-out that older servers do not have, and go on. That the majors differ is
 * told on its own, and the copy is compared all the same.
 */
const HARMLESS = 'unrecognized configuration parameter "transaction_timeout"'

/** What the server or the machine did, and not the backup. */
const SERVERS_FAULT = [
  /no space left on device/i,
  /could not (extend|write to|create) file/i,
  /out of (shared )?memory/i,
  /connection to server .* failed/i,
  /server closed the connection/i,
  /terminating connection/i,
  /the database system is (shutting down|starting up|in recovery mode)/i,
  /remaining connection slots/i,
  /too many clients/i,
]

/** What says that the archive itself cannot be read. */
const ARCHIVES_FAULT = [
  /could not (read|open|find|seek) .*(file|archive|block|data)/i,
  /could not (uncompress|decompress|initialize compression)/i,
  /unexpected end of file/i,
  /end of file/i,
  /invalid (header|compression|archive)/i,
  /does not appear to be a valid archive/i,
  /corrupt/i,
]

/** Says of each complaint whether the backup is at fault, its archive, or the server that it was restored into. */
export function findingsOf(complaints: Complaints, what: string): Finding[] {
  const findings = complaints.all.map(({ message, about }) => findingOf(message, about === '' ? what : about))
  const unsaid = complaints.count - complaints.all.length
  return withoutAftermath(
    unsaid === 0
      ? findings
      : [...findings, finding('RESTORE_ERROR', what, `${unsaid} more errors like these were reported`)],
  )
}

/** Where the server failed, its other errors say nothing of the backup: what it had no room for is missing ever after. */
function withoutAftermath(findings: Finding[]): Finding[] {
  const serverFailed = findings.some(({ code }) => code === 'SCRATCH_FAILED')
  return serverFailed ? findings.filter(({ code }) => code !== 'RESTORE_ERROR') : findings
}

function findingOf(message: string, on: string): Finding {
  if (SERVERS_FAULT.some((pattern) => pattern.test(message))) {
    return finding('SCRATCH_FAILED', on, message)
  }
  if (/unsupported version/i.test(message)) {
    return finding('ARCHIVE_TOO_NEW', on, message)
  }
  return ARCHIVES_FAULT.some((pattern) => pattern.test(message))
    ? finding('ARCHIVE_UNREADABLE', on, message)
    : finding('RESTORE_ERROR', on, message)
}
