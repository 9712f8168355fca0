import type { Finding, FindingCode } from '../findings.js'
import { LEVELS, type Level } from '../records/alert-rules.js'
import { asSentence } from '../report/content.js'
import { plainText } from '../report/plain.js'
import { allFindings, exitCodeFor, type Report } from '../report/report.js'
import { verdictOf } from '../report/verdict.js'

/** Something that somebody should hear of. There is one of each code in a run, whatever it was found on. */
export interface Problem {
  level: Level
  kind: 'failure' | 'finding' | 'alert'
  /** `FAILED`, the code of a finding, or the measure of an alert: it names the problem from run to run. */
  code: string
  /** What it was found on, sorted; empty where it is about the run as a whole. */
  on: readonly string[]
  /** What is the case, as a sentence. */
  message: string
  /** What to do; empty where the message says it. */
  advice: string
  /** What a reader would call a change: without figures that differ from run to run. */
  state: string
}

/**
 * Warnings about how things are set up. They are the same every day and stand in every report; a message about them
 * every day would only teach people not to read messages.
 */
const STANDING: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'REFERENCED_TABLE_LEFT_OUT',
  'ROLES_NOT_IN_DUMP',
  'STANDBY',
  'SUBSCRIPTION_LEFT_OUT',
  'TOOLS_OTHER_MAJOR',
])

/** What a run has to tell, the heaviest first: its failure, what was found, and the alerts that no finding explains. */
export function problemsOf(report: Report): Problem[] {
  const found = [...failureOf(report), ...ofFindings(allFindings(report))]
  const unexplained = isExplained(report, found) ? [] : [ofVerdict(report)]
  const alerts = ofAlerts(report, found.length > 0)
  const all = [...unexplained, ...found, ...alerts]
  return LEVELS.flatMap((level) => all.filter((problem) => problem.level === level))
}

/** Those that are worth a message; what is only worth knowing is told along with them. */
export function pressing(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ level }) => level !== 'info')
}

function failureOf({ failure }: Report): Problem[] {
  if (failure === undefined) {
    return []
  }
  const { message, causes } = failure
  const told = [message, ...causes.map((cause) => `Cause: ${cause}`)].map(asSentence).join(' ')
  return [problem('critical', 'failure', 'FAILED', told, { state: message })]
}

function ofFindings(findings: readonly Finding[]): Problem[] {
  const codes = new Set(findings.map(({ code }) => code))
  return [...codes].flatMap((code) => {
    const same = findings.filter((one) => one.code === code)
    const [first] = same
    if (first === undefined || first.severity === 'info' || STANDING.has(code)) {
      return []
    }
    const on = [...new Set(same.map((one) => one.on))].sort()
    const more = same.length === 1 ? '' : ` And ${same.length - 1} more like it.`
    const message = `${first.on}: ${asSentence(first.found)}${more}`
    const level = first.severity === 'warning' ? 'warning' : 'critical'
    return [problem(level, 'finding', code, message, { on, advice: first.advice, state: on.join('\n') })]
  })
}

/** The alert about errors says nothing that the errors themselves do not. */
function ofAlerts({ alerts }: Report, hasFound: boolean): Problem[] {
  return alerts
    .filter(({ measure }) => !(measure === 'errors' && hasFound))
    .map(({ level, measure, message }) =>
      problem(level, 'alert', measure, message, {
        advice: `Look into it, or change the rule of \`${measure}\` in \`alerts\`.`,
        state: level,
      }),
    )
}

/** Whether there is something that says why the run did not end well. */
function isExplained(report: Report, found: readonly Problem[]): boolean {
  const isGood = exitCodeFor(report) === 0 || report.failedOn !== undefined
  return isGood || found.some(({ level }) => level === 'critical')
}

function ofVerdict(report: Report): Problem {
  const { text } = verdictOf(report)
  return problem('critical', 'failure', 'FAILED', plainText(text), { state: plainText(text) })
}

function problem(
  level: Level,
  kind: Problem['kind'],
  code: string,
  message: string,
  { on = [], advice = '', state }: { on?: readonly string[]; advice?: string; state: string },
): Problem {
  return { level, kind, code, on, message, advice, state: `${level}\n${state.replaceAll(/\d+(?:[.,:]\d+)*/g, '0')}` }
}
