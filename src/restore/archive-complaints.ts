import { ComplaintBuilder, isHarmless, KEPT, type Complaint } from './complaint.js'

/** What pg_restore says before it passes on an error of the server. */
const PASSED_ON =
  /^(?:could not execute query|COPY failed for table ".*?"|error returned by PQ\w+|query failed|could not \w+ database transaction|could not set [^:]*|could not create large object \d+|could not open large object \d+)(?:: |$)/s

/** What it is doing, which is no error whatever stands before it. */
const DOING =
  /^(launching|finished|skipping|creating|processing|executing|dropping|entering|setting|connecting|connected|restoring|restored|disabling|enabling|while|implied|allocating|reading|reducing|transferring|table|starting|ending|read TOC|opening) /

/** Of a line, what is said in it, and what stands before that: pg_restore writes each word of a prefix by itself. */
function unprefixed(line: string): { text: string; isOwn: boolean; isError: boolean } {
  const [prefix = ''] = /^(?:pg_restore:|error:|fatal:|warning:| )*/.exec(line) ?? []
  return {
    text: line.slice(prefix.length),
    isOwn: prefix.includes('pg_restore:'),
    isError: /error:|fatal:/.test(prefix),
  }
}

/**
 * Reads what `pg_restore --verbose` writes to standard error, line by line. It names the entry before the first error of
 * it, and the statement after each:
 *
 *     pg_restore: from TOC entry 215; 1259 16386 TABLE animals postgres
 *     pg_restore: error: could not execute query: FEHLER:  Relation »animals« existiert bereits
 *     Command was: CREATE TABLE …
 *
 * Jobs write into each other, word by word: `pg_restore:pg_restore: error:  from TOC entry 7; …`. So prefixes may be doubled
 * or missing, and only with one job is it sure which error is of which entry.
 */
export class ArchiveComplaints {
  /** The first of them. */
  readonly kept: Complaint[] = []
  /** Of what changes something. */
  count = 0
  harmless = 0
  /** The entries with errors, and those that were laid to them. */
  readonly failed = new Map<number, Complaint[]>()
  /** How many errors pg_restore passed over, by its own count; null where it did not come to its end. */
  passedOver: number | null = null
  private entry: { dumpId: number; text: string } | null = null
  private current: ComplaintBuilder | null = null

  readonly follow = (line: string): void => {
    const { text, isOwn, isError } = unprefixed(line)
    const [, dumpId, about] = /^from TOC entry (\d+); \d+ \d+ (.*)$/.exec(text) ?? []
    if (dumpId !== undefined) {
      this.close()
      this.entry = { dumpId: Number(dumpId), text: about ?? '' }
      this.failed.set(this.entry.dumpId, this.failed.get(this.entry.dumpId) ?? [])
      return
    }
    const [, passedOver] = /^errors ignored on restore: (\d+)$/.exec(text) ?? []
    if (passedOver !== undefined && isOwn) {
      this.close()
      this.passedOver = Number(passedOver)
      return
    }
    if (PASSED_ON.test(text) || (isError && text !== '' && !DOING.test(text))) {
      this.close()
      this.open(text)
      return
    }
    if (isOwn) {
      this.close()
      return
    }
    this.continue(line)
  }

  /** To be called once pg_restore has ended. */
  end(): void {
    this.close()
  }

  /**
   * Whether we heard everything that pg_restore counted. With jobs it counts an entry that failed besides its errors.
   */
  isWhole(): boolean {
    const heard = this.count + this.harmless
    return heard > 0 && heard + this.failed.size >= (this.passedOver ?? 0)
  }

  /** A failure without a word is a complaint too. */
  failedSilently(said: string): void {
    this.keep({ by: 'program', message: `it ended with a failure${said === '' ? '' : `: ${said}`}`, about: '' })
  }

  private open(text: string): void {
    const [passing = ''] = PASSED_ON.exec(text) ?? []
    const rest = text.slice(passing.length)
    // The server's severity is in its language, and always followed by two spaces; libpq's own words have none.
    const [, message] = /^[^\s:][^:]{0,40}: {2}(.*)$/.exec(rest) ?? []
    const isServers = passing !== '' && message !== undefined
    this.current = new ComplaintBuilder({
      by: isServers ? 'server' : 'program',
      message: isServers ? message : text,
      about: this.entry?.text ?? '',
      ...(this.entry !== null && { entry: this.entry.dumpId }),
    })
  }

  private continue(line: string): void {
    const [, statement] = /^(?:Command|Query) was: (.*)$/.exec(line) ?? []
    if (statement === undefined) {
      this.current?.follow(line)
    } else {
      this.current?.begin('statement', statement)
    }
  }

  private close(): void {
    if (this.current !== null) this.keep(this.current.complaint)
    this.current = null
  }

  private keep(complaint: Complaint): void {
    if (isHarmless(complaint)) {
      this.harmless += 1
      return
    }
    this.count += 1
    if (this.kept.length < KEPT) this.kept.push(complaint)
    if (complaint.entry !== undefined) {
      const others = this.failed.get(complaint.entry) ?? []
      this.failed.set(complaint.entry, others.length < KEPT ? [...others, complaint] : others)
    }
  }
}
