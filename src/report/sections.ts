import type { Finding } from '../findings.js'
import {
  asSentence,
  code,
  leftOut,
  sentence,
  strong,
  type Block,
  type Column,
  type Inline,
  type Limits,
  type Text,
} from './content.js'
import { doctorBlocks } from './doctor.js'
import { drillBlocks } from './drill.js'
import { allFindings, type AlertLine, type Report, type TableOutcome, type TableResult } from './report.js'
import { counted, formatBytes, formatCount, formatDuration, formatInstant, formatShare } from '../units.js'
import { fleetBlocks } from './fleet.js'
import { maintenanceBlocks } from './maintenance.js'
import { periodBlocks } from './period-content.js'
import { planBlocks } from './plan.js'
import { retentionBlocks } from './retention.js'
import { schemaChangeBlocks } from './schema-change.js'
import { storeBlocks } from './stores.js'
import { verdictOf } from './verdict.js'
import { watchBlocks } from './watch.js'

/** The whole report: the verdict, then what to do, then everything that it stands on. */
export function contentOf(report: Report, limits: Limits): Block[] {
  const { mood, text } = verdictOf(report)
  return [
    { kind: 'verdict', mood, text },
    { kind: 'paragraph', text: subject(report) },
    ...artifacts(report),
    ...wayBack(report),
    ...failure(report),
    ...whatToDo(report, limits),
    ...(report.drill === undefined ? [] : drillBlocks(report.drill, report.startedAt, limits)),
    ...(report.statistics === undefined ? [] : periodBlocks(report.statistics, limits)),
    ...fleetBlocks(report, limits),
    ...(report.plan === undefined ? [] : planBlocks(report.plan, limits)),
    ...doctorBlocks(report),
    ...watchBlocks(report),
    ...maintenanceBlocks(report, limits),
    ...alerts(report),
    ...checked(report),
    ...proof(report, limits),
    ...time(report),
    ...sizes(report),
    ...retention(report, limits),
    ...storeBlocks(report, limits),
    ...schemaChangeBlocks(report, limits),
    ...notes(report, limits),
  ]
}

/** Which backup of what, where it is, how long it took. */
function subject(report: Report): Text {
  const { id, type, series, source, set } = report
  const what = id === undefined ? sentence`${labelOf(report)}` : sentence`Backup ${code(id)}`
  const of = series === '' ? [] : sentence` of ${code(series)}`
  const kind = type === undefined ? [] : sentence` (${type})`
  const version = source === undefined ? [] : sentence`, PostgreSQL ${source.serverVersion}`
  const place = set === undefined ? [] : sentence`, ${formatBytes(set.bytes)} in ${code(set.location ?? set.path)}`
  return sentence`${what}${of}${kind}${version}${place}. Began at ${formatInstant(report.startedAt)}, took ${formatDuration(report.seconds)}.`
}

function labelOf({ operation }: Report): string {
  switch (operation) {
    case 'backup':
      return 'Backup'
    case 'validate':
      return 'Validation'
    case 'restore':
      return 'Restore'
    case 'rotate':
      return 'Rotation'
    case 'drill':
      return 'Recovery drill'
    case 'report':
      return 'Report'
    case 'watch':
      return 'Watch'
    case 'maintain':
      return 'Maintenance'
    case 'doctor':
      return 'Examination'
    case 'plan':
      return 'Plan'
  }
}

function artifacts({ artifacts = [] }: Report): Block[] {
  if (artifacts.length === 0) {
    return []
  }
  const links = artifacts.flatMap(({ name, url }, index) => [...(index === 0 ? [] : [', ']), { label: name, to: url }])
  return [{ kind: 'paragraph', text: sentence`${counted(artifacts.length, 'artifact')} to download: ${links}.` }]
}

/** How a database that was swapped in is swapped out again. */
function wayBack({ restored }: Report): Block[] {
  if (restored?.previous === undefined || restored.undoCommand === undefined) {
    return []
  }
  const { previous, undoCommand } = restored
  return [
    {
      kind: 'paragraph',
      text: sentence`The database that was there before is kept as ${code(previous)}. This command puts it back: ${code(undoCommand)}`,
    },
  ]
}

function failure({ failure }: Report): Block[] {
  if (failure === undefined) {
    return []
  }
  const causes = failure.causes.filter((cause) => !failure.message.includes(cause))
  return [
    { kind: 'heading', text: 'What went wrong' },
    { kind: 'paragraph', text: [failure.message] },
    ...(causes.length === 0 ? [] : [{ kind: 'list', items: causes.map((cause) => [code(cause)]) } as const]),
  ]
}

/** Of a dump of another tool: what could be checked and was. */
function checked({ checks = [] }: Report): Block[] {
  return checks.length === 0
    ? []
    : [
        { kind: 'heading', text: 'What was checked' },
        { kind: 'list', items: checks.map((check) => [asSentence(check)]) },
      ]
}

/** Findings that ask for something, those of one code under one piece of advice. */
function whatToDo(report: Report, limits: Limits): Block[] {
  const pressing = allFindings(report).filter(({ severity }) => severity !== 'info')
  if (pressing.length === 0) {
    return []
  }
  const shown = pressing.slice(0, limits.findings)
  const left = pressing.length - shown.length
  const items = [...grouped(shown).values()].flatMap((findings) => advice(findings))
  return [
    { kind: 'heading', text: 'What to do' },
    { kind: 'list', items },
    ...(left === 0 ? [] : [leftOut(`${counted(left, 'more finding')} ${left === 1 ? 'is' : 'are'} not shown here.`)]),
  ]
}

function grouped(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>()
  for (const finding of [...findings].sort((a, b) => weight(a) - weight(b))) {
    const key = `${finding.code} ${finding.advice}`
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return groups
}

function weight({ severity }: Finding): number {
  return ['error', 'inconclusive', 'warning', 'info'].indexOf(severity)
}

function advice(findings: readonly Finding[]): Text[] {
  const [first] = findings
  if (first === undefined) {
    return []
  }
  const lines = findings.map(
    ({ severity, on, found }) => sentence`${SEVERITY_MARKS[severity]} ${code(on)}: ${asSentence(found)}`,
  )
  const last = lines.pop() ?? []
  return [...lines, sentence`${last} ${strong(first.advice)} (${code(first.code)})`]
}

const SEVERITY_MARKS = { error: '❌', inconclusive: '❓', warning: '⚠️', info: 'ℹ️' } as const

function alerts({ alerts }: Report): Block[] {
  if (alerts.length === 0) {
    return []
  }
  return [
    { kind: 'heading', text: 'Alerts' },
    {
      kind: 'table',
      caption: 'Limits that this run went over',
      columns: [{ title: 'Measure' }, { title: 'Level' }, { title: 'What was measured' }],
      rows: alerts.map(({ level, measure, message }) => [[code(measure)], [LEVEL_MARKS[level]], [message]]),
    },
  ]
}

const LEVEL_MARKS: Readonly<Record<AlertLine['level'], string>> = {
  critical: '🔴 critical',
  warning: '🟠 warning',
  info: '🔵 info',
}

function proof(report: Report, limits: Limits): Block[] {
  const { proof: outcome, tables } = report
  if (outcome === undefined || tables.length === 0) {
    return []
  }
  const scratch = outcome.scratch
  const where =
    scratch === undefined
      ? []
      : sentence` It was restored into a ${scratch.kind === 'cluster' ? 'throw-away cluster' : 'service'} of PostgreSQL ${scratch.serverVersion}.`
  const took = outcome.seconds > 0 ? ` in ${formatDuration(outcome.seconds)}` : ''
  return [
    { kind: 'heading', text: 'The proof, table by table' },
    {
      kind: 'paragraph',
      text: sentence`Verified to the tier ${code(outcome.tier)} by ${outcome.verifiedBy}${took}.${where}`,
    },
    ...tableBlocks(tables, limits),
  ]
}

function tableBlocks(tables: readonly TableResult[], limits: Limits): Block[] {
  const ranked = [...tables].sort(
    (a, b) => Number(isFine(a)) - Number(isFine(b)) || b.bytes - a.bytes || compare(a.name, b.name),
  )
  const shown = ranked.slice(0, limits.tables)
  const left = ranked.slice(limits.tables)
  const troubled = left.filter((table) => !isFine(table)).length
  const rest = troubled === 0 ? 'without any problem' : `${counted(troubled, 'of them has', 'of them have')} a problem`
  return [
    {
      kind: 'table',
      caption: tables.every(isFine) ? 'Tables, the largest first' : 'Tables with problems, then the largest',
      columns: TABLE_COLUMNS,
      rows: shown.map((table) => tableRow(table)),
    },
    ...(left.length === 0
      ? []
      : [
          leftOut(`${counted(left.length, 'more table')}, ${rest}, not shown here; the HTML report lists every table.`),
        ]),
  ]
}

const TABLE_COLUMNS: readonly Column[] = [
  { title: 'Table' },
  { title: 'Rows at the snapshot', numeric: true },
  { title: 'Rows in the backup', numeric: true },
  { title: 'Size at the source', numeric: true },
  { title: 'Outcome' },
]

function tableRow({ name, rows, restoredRows, bytes, outcome }: TableResult): Text[] {
  return [[code(name)], [numberOr(rows)], [numberOr(restoredRows)], [formatBytes(bytes)], [TABLE_OUTCOMES[outcome]]]
}

const TABLE_OUTCOMES: Readonly<Record<TableOutcome, string>> = {
  equal: '✅ equal',
  counted: '✅ as many rows',
  differs: '❌ differs',
  missing: '❌ missing',
  'not-compared': '❓ not compared',
  'definition-only': '➖ definition only',
}

function isFine({ outcome }: TableResult): boolean {
  return outcome === 'equal' || outcome === 'counted' || outcome === 'definition-only'
}

function time({ phases, seconds }: Report): Block[] {
  if (phases.length === 0) {
    return []
  }
  return [
    { kind: 'heading', text: 'Where the time went' },
    {
      kind: 'bars',
      caption: 'Time by phase',
      unit: 'seconds',
      bars: phases.map(({ name, seconds }) => ({ label: name, value: seconds })),
    },
    {
      kind: 'table',
      caption: 'Phases in the order in which they began; some run at the same time',
      columns: [{ title: 'Phase' }, { title: 'Time', numeric: true }],
      rows: [
        ...phases.map(({ name, seconds }) => [[name], [formatDuration(seconds)]]),
        [[strong('The whole operation')], [strong(formatDuration(seconds))]],
      ],
    },
  ]
}

function sizes({ set, metrics, source }: Report): Block[] {
  if (set === undefined) {
    return []
  }
  const rows: [string, Inline][] = [['All files of the set', formatBytes(set.bytes)]]
  const add = (title: string, value: string | undefined) => {
    if (value !== undefined) {
      rows.push([title, value])
    }
  }
  add('The dump', set.dumpBytes === undefined ? undefined : formatBytes(set.dumpBytes))
  add('Its tables at the source', set.sourceBytes === undefined ? undefined : formatBytes(set.sourceBytes))
  add('Saved', metrics === undefined ? undefined : formatShare(metrics.performance.compression_ratio))
  add('Peak memory', metrics === undefined ? undefined : formatBytes(metrics.performance.memory_usage_mb * 1e6))
  add('Form', set.format === undefined ? undefined : [set.format, set.compression].filter(Boolean).join(', '))
  add('Encrypted to', set.encryption?.recipients.join(', '))
  add('Made by', source?.pgDump)
  return [
    { kind: 'heading', text: 'Sizes' },
    {
      kind: 'table',
      caption: 'What the set weighs',
      columns: [{ title: 'What' }, { title: 'How much', numeric: true }],
      rows: rows.map(([title, value]) => [[title], [value]]),
    },
  ]
}

function retention({ retention, dryRun }: Report, limits: Limits): Block[] {
  return retention.length === 0
    ? []
    : [
        { kind: 'heading', text: 'Kept and removed' },
        ...retentionBlocks(
          retention,
          { caption: 'Backups in the store, with the reason for each', dryRun: dryRun === true },
          limits,
        ),
      ]
}

function notes(report: Report, limits: Limits): Block[] {
  const infos = allFindings(report).filter(({ severity }) => severity === 'info')
  const items: Text[] = [
    ...report.warnings.map((warning) => [warning]),
    ...infos.map(({ on, found, code: name }) => sentence`${code(on)}: ${asSentence(found)} (${code(name)})`),
  ]
  if (items.length === 0) {
    return []
  }
  const shown = items.slice(0, limits.findings)
  const left = items.length - shown.length
  return [
    {
      kind: 'details',
      summary: `Notes (${formatCount(items.length)})`,
      blocks: [
        { kind: 'list', items: shown },
        ...(left === 0 ? [] : [leftOut(`${counted(left, 'more note')} not shown here.`)]),
      ],
    },
  ]
}

function numberOr(value: number | undefined): string {
  return value === undefined ? '–' : formatCount(value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
