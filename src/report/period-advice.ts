import { FINDINGS } from '../findings.js'
import { counted, formatBytes, formatDuration } from '../units.js'
import { asSentence, code, sentence, strong, type Block, type Inline, type Limits, type Text } from './content.js'
import type { Forecast, PeriodReport } from './period.js'

/** A limit that is further away is told among the forecasts, and asks for nothing yet. */
const SOON_MS = 90 * 24 * 3600 * 1000

/** What asks for something, the most pressing first. */
export function adviceBlocks(report: PeriodReport, limits: Limits): Block[] {
  const items = [
    ...storeAdvice(report),
    ...proofAdvice(report),
    ...failureAdvice(report),
    ...forecastAdvice(report),
    ...brokenAdvice(report),
  ]
  if (items.length === 0) {
    return []
  }
  const left = items.length - limits.findings
  return [
    { kind: 'heading', text: 'What to do' },
    {
      kind: 'list',
      items: [
        ...items.slice(0, limits.findings),
        ...(left > 0 ? [sentence`${counted(left, 'more point')} not shown here.`] : []),
      ],
    },
  ]
}

function storeAdvice({ holds }: PeriodReport): Text[] {
  const advice = strong('Check the option store, and that backups are taken and kept there.')
  return holds.length === 0 ? [sentence`❌ The store holds no backup. ${advice}`] : []
}

function proofAdvice({ types, backups }: PeriodReport): Text[] {
  const unproven = types.filter(({ newest, newestProven }) => newest !== null && newestProven === null)
  const open = backups.sets - backups.proven
  return [
    ...unproven.map(
      ({ type }) =>
        sentence`❌ No ${code(type)} backup in the store is proven to restore. ${strong('Validate the newest one, and take a new one if it fails.')}`,
    ),
    ...(open > 0
      ? [
          sentence`❓ ${counted(open, 'backup')} of ${String(backups.sets)} ${open === 1 ? 'is' : 'are'} not proven. ${strong('See their proofs, or validate them again.')}`,
        ]
      : []),
  ]
}

/** Codes have an advice of their own; for a step of a run, its log says more. */
function failureAdvice({ errors }: PeriodReport): Text[] {
  return Object.entries(errors).map(([kind, times]) => {
    const known = Object.entries<{ advice: string }>(FINDINGS).find(([name]) => name === kind)?.[1].advice
    const advice = strong(known ?? 'The log of those runs says what happened.')
    return sentence`❌ ${code(kind)}: ${counted(times, 'run')} ended with an error. ${advice}`
  })
}

function forecastAdvice({ forecasts, to }: PeriodReport): Text[] {
  const soon = forecasts.flatMap((forecast): [number, Text][] => {
    const { outcome } = forecast
    if (outcome.kind === 'reached') {
      return [[0, sentence`⚠️ ${subjectOf(forecast)} is reached. ${strong(WAYS_ON[forecast.what])}`]]
    }
    return outcome.kind === 'expected' && outcome.at.getTime() - to.getTime() <= SOON_MS
      ? [
          [
            outcome.at.getTime(),
            sentence`⚠️ ${subjectOf(forecast)} will be reached on ${dayText(outcome.at)} at this growth. ${strong(WAYS_ON[forecast.what])}`,
          ],
        ]
      : []
  })
  return soon.sort(([a], [b]) => a - b).map(([, text]) => text)
}

/** ``the limit of size (1 GB) of `daily` `` */
export function subjectOf({ what, type, limit, unit }: Forecast): Text {
  const amount = unit === 'bytes' ? formatBytes(limit) : formatDuration(limit)
  const of: Inline[] = type === null ? [] : [' of ', code(type)]
  return what === 'disk' ? [SUBJECTS[what]] : [`${SUBJECTS[what]} (${amount})`, ...of]
}

const SUBJECTS: Readonly<Record<Forecast['what'], string>> = {
  'size-alert': 'The critical size',
  'duration-alert': 'The critical duration',
  'job-limit': "The limit of GitHub's jobs",
  disk: 'The end of the disk',
}

const WAYS_ON: Readonly<Record<Forecast['what'], string>> = {
  'size-alert': 'Leave tables out, compress harder, or raise the limit in alerts.',
  'duration-alert': 'Use more jobs or the format directory, or raise the limit in alerts.',
  'job-limit': 'Use more jobs, prove in a run of its own, or a runner of your own, which has another limit.',
  disk: 'Keep fewer sets, or give the store more room.',
}

/** `2027-03-02` */
export function dayText(at: Date): string {
  return at.toISOString().slice(0, 10)
}

function brokenAdvice({ broken, unreadable }: PeriodReport): Text[] {
  return [
    ...broken.map(
      ({ id, type, reason }) => sentence`⚠️ ${code(`${type}/${id}`)} cannot be used: ${asSentence(reason)}`,
    ),
    ...(unreadable > 0
      ? [
          sentence`⚠️ ${counted(unreadable, 'line')} of the log cannot be read, and ${unreadable === 1 ? 'is' : 'are'} in no figure.`,
        ]
      : []),
  ]
}
