import type { Proof } from '../backup/manifest.js'
import { asSentence, code, sentence, type Mood, type Text } from './content.js'
import type { FindingCode } from '../findings.js'
import type { Report, RestoredFacts } from './report.js'
import { counted, formatInstant } from '../units.js'
import { doctorVerdict } from './doctor.js'
import { drillVerdict } from './drill.js'
import { fleetVerdict } from './fleet.js'
import { periodVerdict } from './period-verdict.js'
import { maintenanceVerdict } from './maintenance.js'
import { planVerdict } from './plan.js'
import { checkedVerdict, lackingCopies } from './stores.js'
import { watchVerdict } from './watch.js'

export interface Verdict {
  mood: Mood
  /** One sentence that somebody who knows nothing of backups understands. */
  text: Text
}

/** What came of it. A set is only called good for what was really checked. */
export function verdictOf(report: Report): Verdict {
  // A proof that failed weighs more than whatever went wrong after it.
  if (report.failure !== undefined && report.proof?.outcome !== 'failed') {
    return failed(report)
  }
  const own = verdictOfOperation(report)
  if (own !== undefined) {
    return own
  }
  if (report.operation === 'validate' && report.stores !== undefined) {
    return checkedVerdict(report.stores)
  }
  switch (report.proof?.outcome) {
    case 'proven':
      return provenVerdict(report, report.proof)
    case 'failed':
      return { mood: 'bad', text: disproved(report, report.proof) }
    case 'not-verified':
      return { mood: 'doubtful', text: unverified(report, report.proof) }
    case undefined:
      return { mood: 'doubtful', text: sentence`Not verified: it is not known whether this backup restores.` }
  }
}

/** Of operations that are about something else than the proof of one set. */
function verdictOfOperation(report: Report): Verdict | undefined {
  if (report.fleet !== undefined) {
    return fleetVerdict(report)
  }
  switch (report.operation) {
    case 'rotate':
      return rotated(report)
    case 'report':
      return report.statistics === undefined ? undefined : periodVerdict(report.statistics)
    case 'watch':
      return watchVerdict(report)
    case 'maintain':
      return maintenanceVerdict(report)
    case 'plan':
      return report.plan === undefined ? undefined : planVerdict(report.plan)
    case 'doctor':
      return doctorVerdict(report.diagnosis ?? [])
    case 'drill':
      return report.drill === undefined ? undefined : drillVerdict(report.drill)
    case 'restore':
      return restored(report)
    default:
      return undefined
  }
}

/** What warns that a true copy may be one of the wrong thing, with what is said of it. */
const DOUBTS: readonly [FindingCode, string][] = [
  ['NOTHING_TO_BACK_UP', 'But there is nothing in it'],
  ['SET_SHRUNK', 'But it is far less than before'],
]

/** A true copy of nothing is no good news. */
function provenVerdict(report: Report, proof: Proof): Verdict {
  const text = proven(report, proof)
  for (const [doubt, words] of DOUBTS) {
    const found = report.findings.find((one) => one.code === doubt)
    if (found !== undefined) return { mood: 'doubtful', text: sentence`${text} ${words}: ${asSentence(found.found)}` }
  }
  return { mood: 'good', text }
}

function proven(report: Report, proof: Proof): Text {
  const when = report.source?.snapshotTime
  const at = when === undefined ? 'the moment it was taken' : formatInstant(when)
  const amount = amountOf(report)
  switch (proof.tier) {
    case 'full':
      return [
        ...sentence`This backup was restored and is equal to the database at ${at}: ${amount}.`,
        ...exceptions(proof),
      ]
    case 'data':
      return [
        ...sentence`The data of this backup was restored and is equal to the database at ${at}: ${amount}. Indexes, constraints and privileges were not compared.`,
        ...exceptions(proof),
      ]
    default:
      return sentence`This backup was read from end to end and holds as many rows as the database at ${at}: ${amount}. It was not restored, and contents were not compared.`
  }
}

/** What the database has and no dump of it can hold: a proof must not pass it over. */
const IN_NO_DUMP: ReadonlySet<string> = new Set([
  'NOT_DUMPED',
  'EXTENSION_CHANGED',
  'EXTENSION_ROWS_NOT_DUMPED',
  'BUILT_IN_CHANGED',
])

function exceptions({ findings }: Proof): Text {
  const codes = [...new Set(findings.map(({ code: name }) => name).filter((name) => IN_NO_DUMP.has(name)))]
  return codes.length === 0
    ? []
    : sentence` It lacks what PostgreSQL's dumps cannot hold, which is told under ${codes.join(', ')}.`
}

function disproved(report: Report, proof: Proof): Text {
  const errors = proof.findings.filter(({ severity }) => severity === 'error')
  const first = errors[0]
  const where = first === undefined ? [] : sentence`, first on ${code(first.on)}`
  if (errors.every(({ code: name }) => name === 'ASSERTION_FAILED')) {
    return sentence`The copy that was restored from this backup does not satisfy ${counted(errors.length, 'of your assertions', 'of your assertions')}${where}.`
  }
  const what =
    report.set?.foreign === true ? 'This dump is damaged' : 'This backup is damaged or not equal to the database'
  if (proof.outcome === 'failed' && proof.held === 'data') {
    return sentence`All rows of this backup were restored and are equal to the database, but not all else: ${counted(errors.length, 'problem')} found${where}.`
  }
  return sentence`${what}, do not rely on it: ${counted(errors.length, 'problem')} found${where}.`
}

function unverified(report: Report, proof: Proof): Text {
  if (proof.outcome !== 'not-verified') {
    return []
  }
  if (proof.tier === 'none') {
    return sentence`Not verified: no verification was asked for, so it is not known whether this backup restores.`
  }
  const subject =
    report.set?.foreign === true
      ? 'this dump was checked as far as possible'
      : 'it is not known whether this backup restores'
  const rowless = proof.findings.find(({ code: name }) => name === 'DUMP_WITHOUT_ROWS')
  const why = rowless === undefined ? proof.reason : `${rowless.on}: ${rowless.found}`
  return sentence`Not verified: ${subject}. ${asSentence(why)}`
}

/** What is known of an operation that ended early, where that is the same whenever it ended. */
const ENDED_EARLY = {
  validate: 'The backup could not be verified.',
  drill: 'The drill ended early, so it is not known whether recovery works.',
  report: 'The report could not be made, so nothing is said about the backups.',
  watch: 'The backups could not be watched, so it is not known whether they are there.',
  maintain: 'The maintenance ended early. No backup was touched.',
  doctor: 'Not everything was looked at, so it is not known whether backups can be taken.',
  plan: 'The jobs could not be planned.',
} as const

function failed(report: Report): Verdict {
  // What was proven stays proven when a copy of it is lacking.
  const isGood =
    report.operation === 'backup' && report.proof?.outcome === 'proven' && lackingCopies(report) !== undefined
  return { mood: isGood ? 'doubtful' : 'bad', text: failedText(report) }
}

function failedText(report: Report): Text {
  switch (report.operation) {
    case 'backup':
      return report.set === undefined
        ? sentence`No backup was made. Earlier backups are untouched.`
        : afterBackup(report)
    case 'restore':
      return report.restored === undefined
        ? sentence`Nothing was restored. No existing data was touched.`
        : sentence`The database ${code(report.restored.database)} was restored, but the operation failed after it.`
    case 'rotate':
      return lackingCopies(report) === undefined
        ? sentence`The retention policy was not applied.`
        : sentence`The retention policy was applied to the store, but ${lackingCopies(report) ?? ''}.`
    default:
      return sentence`${ENDED_EARLY[report.operation]}`
  }
}

/** The set is there; what can be said of it is said all the same. */
function afterBackup(report: Report): Text {
  const lacking = lackingCopies(report)
  const { proof } = report
  if (lacking === undefined) {
    return sentence`The backup is in the store, but the operation failed after it.`
  }
  return proof?.outcome === 'proven'
    ? sentence`${proven(report, proof)} But ${lacking}.`
    : sentence`The backup is in the store, but ${lacking}.`
}

function restored(report: Report): Verdict {
  const { restored: made, proof, source } = report
  const when = source?.snapshotTime === undefined ? 'it was taken' : formatInstant(source.snapshotTime)
  if (made !== undefined && proof?.outcome === 'proven') return restoredEqual(report, made, proof, when)
  if (made !== undefined && proof !== undefined) {
    // Only tables that were brought back are compared once more where they are, and somebody may write to them there.
    const where = sentence`The tables were brought back into the database ${code(made.database)}`
    return { mood: 'bad', text: sentence`${where}, but what is in it now is not equal to the backup of ${when}.` }
  }
  const rest = sentence` No existing data was touched.`
  switch (proof?.outcome) {
    case 'failed':
      return {
        mood: 'bad',
        text: sentence`What was restored is not equal to the backup, so it was not put in place.${rowsHeld(proof)}${rest}`,
      }
    case 'not-verified':
      return {
        mood: 'doubtful',
        text: sentence`What was restored could not be compared with the backup, so it was not put in place. ${asSentence(proof.reason)}${rest}`,
      }
    default:
      return { mood: 'doubtful', text: sentence`Nothing was restored.${rest}` }
  }
}

function restoredEqual(report: Report, made: RestoredFacts, proof: Proof, when: string): Verdict {
  return proof.tier === 'data'
    ? { mood: 'doubtful', text: restoredRows(report, made, proof, when) }
    : { mood: 'good', text: sentence`${restoredWhat(report, made, when)}: ${amountOf(report)}.` }
}

/** Of a set that is only known to hold its rows: what else differs was told, and did not keep it out. */
function restoredRows(report: Report, { database }: RestoredFacts, { findings }: Proof, when: string): Text {
  const differing = findings.filter(({ severity }) => severity === 'warning').length
  return sentence`The rows of the database ${code(database)} were restored from the backup of ${when} and are equal to it: ${amountOf(report)}. Not all else is: ${counted(differing, 'difference')}, see below.`
}

/** That the rows are right is worth knowing where something else is not. */
function rowsHeld(proof: Proof): Text {
  return proof.outcome !== 'proven' && proof.held === 'data' ? sentence` All rows are equal, though.` : []
}

function restoredWhat(report: Report, { database, mode, parts, someTables }: RestoredFacts, when: string): Text {
  const into = sentence`the database ${code(database)}`
  const from = sentence`from the backup of ${when}`
  switch (parts) {
    case 'schema':
      return sentence`The definitions of ${into} were restored ${from} and are equal to it`
    case 'data':
      return sentence`The rows of ${into} were restored ${from} and are equal to it`
    case 'all':
      return mode === 'add' || someTables
        ? sentence`${counted(chosenTables(report), 'table')} of ${into} ${chosenTables(report) === 1 ? 'was' : 'were'} restored ${from} and ${chosenTables(report) === 1 ? 'is' : 'are'} equal to it`
        : sentence`The database ${code(database)} was restored ${from} and is equal to it`
  }
}

function chosenTables({ tables }: Report): number {
  return tables.filter(({ rows }) => rows !== undefined).length
}

function rotated(report: Report): Verdict {
  const kept = report.retention.filter(({ keep }) => keep).length
  const removed = report.retention.length - kept
  const text =
    report.dryRun === true
      ? sentence`Nothing was removed, this was a rehearsal: ${counted(kept, 'backup')} would stay and ${counted(removed, 'backup')} would go.`
      : sentence`${counted(kept, 'backup')} ${kept === 1 ? 'is' : 'are'} kept, ${counted(removed, 'backup')} ${removed === 1 ? 'was' : 'were'} removed.`
  return { mood: 'good', text }
}

/** `84,210 rows in 9 tables` */
function amountOf({ tables }: Report): string {
  const withRows = tables.filter(({ rows }) => rows !== undefined)
  const rows = withRows.reduce((sum, table) => sum + (table.rows ?? 0), 0)
  return `${counted(rows, 'row')} in ${counted(withRows.length, 'table')}`
}
