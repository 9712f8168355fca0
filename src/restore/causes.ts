import { finding, type Finding } from '../findings.js'
import { describeComplaint, KEPT, type Complaint } from './complaint.js'
import { lackOf } from './server-lacks.js'

/**
 * What the server or the machine did, and not the backup, by SQLSTATE:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 *
 * Connections (08), resources (53), an intervention (57), the system below (58000, 58030), a read-only server
 * (25006), a stack that is set too small (54001), other sessions in the way (40001, 40P01, 55P03), damage there (XX001,
 * XX002). A file that is not there (58P01) is something that the server lacks.
 */
const SERVERS_FAULT = /^(08...|53...|57...|58000|58030|25006|54001|40001|40P01|55P03|XX00[12])$/

/** The same in words, of which we are sure only where the program itself says them; a server may speak any language. */
const SERVERS_FAULT_IN_WORDS = [
  /no space left on device/i,
  /could not (extend|write to|create) file/i,
  /out of (shared )?memory/i,
  /(connection to server|reconnection|connection to database) .*failed/i,
  /server closed the connection|connection to server was lost|no connection to the server/i,
  /could not (send|receive) data (to|from) (client|server)|SSL (error|connection)/i,
  /terminating connection/i,
  /the database system is (shutting down|starting up|in recovery mode)/i,
  /remaining connection slots|too many clients/i,
  /too many open files|cannot allocate memory|could not (create|fork) .*(process|thread)|worker process/i,
]

/** What pg_restore says when the archive itself cannot be read. */
const ARCHIVES_FAULT = [
  /could not (read|open|find|seek|close|determine|stat) .*(file|archive|block|data|directory|member|stream)/i,
  /could not (uncompress|decompress|initialize compression)/i,
  /(unexpected )?end of file/i,
  /invalid (header|compression|archive|OID|line|dump ID|entry)/i,
  /does not appear to be a valid archive|input file (is too short|appears)/i,
  /corrupt|unexpected (block|data|section)|unrecognized (data block|file format|archive)|found unexpected|sanity check/i,
]

/** What a complaint comes to where more is known of it than here; null where nothing is. `on` is what it is about. */
export type Judge = (complaint: Complaint, on: string) => Finding | 'harmless' | null

/**
 * The same of complaints that may be many: as many as are told are kept, besides those that the judge finds are no trouble.
 *
 * @param more how many there were besides these
 */
export function findingsOfAll(
  complaints: readonly Complaint[],
  more: number,
  what: string,
  judge: Judge = () => null,
): Finding[] {
  const judged = complaints.map((complaint) => ({ complaint, as: judge(complaint, placeOf(complaint, what)) }))
  const notes = judged.flatMap(({ as }) => (as === null || as === 'harmless' || as.severity !== 'info' ? [] : [as]))
  const troubles = judged.filter(({ as }) => as === null || (as !== 'harmless' && as.severity !== 'info'))
  const kept = troubles.slice(0, KEPT).map(({ complaint }) => complaint)
  return [...notes, ...findingsOf(kept, troubles.length + more, what, judge)]
}

/**
 * Says of complaints whether the backup is at fault, its archive, or the server that it was restored into.
 *
 * @param judge is asked first
 */
export function findingsOf(complaints: readonly Complaint[], count: number, what: string, judge?: Judge): Finding[] {
  const findings = complaints.flatMap((complaint) => {
    const on = placeOf(complaint, what)
    const judged = judge?.(complaint, on) ?? findingOf(complaint, on)
    return judged === 'harmless' ? [] : [judged]
  })
  const unsaid = count - complaints.length
  return withoutAftermath(
    unsaid <= 0
      ? findings
      : [...findings, finding('RESTORE_ERROR', what, `${unsaid} more errors like these were reported`)],
  )
}

function placeOf({ about }: Complaint, what: string): string {
  return about === '' ? what : about
}

/** Where the server failed or lacked something, its other errors say nothing of the backup: they may follow from that. */
function withoutAftermath(findings: Finding[]): Finding[] {
  const isServers = findings.some(({ code }) => code === 'SCRATCH_FAILED' || code === 'SCRATCH_LACKS')
  return isServers ? findings.filter(({ code }) => code !== 'RESTORE_ERROR') : findings
}

function findingOf(complaint: Complaint, on: string): Finding {
  const found = describeComplaint(complaint)
  const lack = lackOf(complaint)
  if (lack !== null) {
    return finding('SCRATCH_LACKS', on, found, lack)
  }
  const code = codeFor(complaint)
  return finding(code, on, found, code === 'RESTORE_ERROR' ? adviceFor(complaint) : undefined)
}

/** An undefined function, table or type, as something that the statement called says. */
function adviceFor({ state = '', context }: Complaint): string | undefined {
  if (state === '42501') return WITHOUT_RIGHTS
  return ['42883', '42P01', '42704'].includes(state) && context !== undefined ? UNQUALIFIED : undefined
}

const WITHOUT_RIGHTS =
  "While a superuser restores, functions of ordinary roles run with the rights of their owners. Give the function's owner what is missing, at the source, and take a new backup; or let a role restore that is no superuser."

const UNQUALIFIED =
  'A function looks a name up in the search path, which is empty in a restore, and since PostgreSQL 17 whenever an index is built or a materialized view is refreshed. Write the schema into that function, or ALTER FUNCTION … SET search_path, and take a new backup.'

type Code =
  'SCRATCH_FAILED' | 'ARCHIVE_TOO_NEW' | 'ARCHIVE_UNREADABLE' | 'FILE_UNREADABLE' | 'CHECK_NOT_RUN' | 'RESTORE_ERROR'

function codeFor({ by, state, message }: Complaint): Code {
  if (state !== undefined) {
    return SERVERS_FAULT.test(state) ? 'SCRATCH_FAILED' : 'RESTORE_ERROR'
  }
  if (SERVERS_FAULT_IN_WORDS.some((pattern) => pattern.test(message))) {
    return 'SCRATCH_FAILED'
  }
  return by === 'program' ? codeForProgram(message) : 'RESTORE_ERROR'
}

function codeForProgram(message: string): Code {
  if (/unsupported version/i.test(message)) return 'ARCHIVE_TOO_NEW'
  if (/does not support compression|not supported in this installation/i.test(message)) return 'CHECK_NOT_RUN'
  if (/permission denied/i.test(message)) return 'FILE_UNREADABLE'
  return ARCHIVES_FAULT.some((pattern) => pattern.test(message)) ? 'ARCHIVE_UNREADABLE' : 'RESTORE_ERROR'
}

/** Whether nothing more can be done with the server: it is gone, full, or does not let us in. */
export function isServerGone({ by, state, message }: Complaint): boolean {
  return state === undefined
    ? by === 'program' && SERVERS_FAULT_IN_WORDS.some((pattern) => pattern.test(message))
    : /^(08...|53[0134]..|57P0.|25006|58030)$/.test(state)
}
