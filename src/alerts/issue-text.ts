import { code, sentence, strong, type Block, type Limits, type Text } from '../report/content.js'
import { shorten, visible } from '../report/escape.js'
import { renderMarkdown } from '../report/markdown.js'
import { formatInstant } from '../units.js'
import { subjectOf, type Announcement } from './announcement.js'
import { printMarker, type Marker } from './issue-marker.js'
import type { Problem } from './problems.js'

const LIMITS: Limits = { tables: 0, databases: 0, findings: 0, retention: 0, text: 2000 }

const MOST_THINGS = 50

/** GitHub takes 256 characters. */
const LONGEST_TITLE = 200

/** `Backup daily of app: TABLE_MISSING`; GitHub shows titles as text, and only mentions need to be kept apart. */
export function titleOf({ report }: Announcement, problem: Problem): string {
  const subject = subjectOf(report)
  const what = problem.code === 'FAILED' ? ' failed' : `: ${problem.code}`
  const title = `${subject.charAt(0).toUpperCase()}${subject.slice(1)}${what}`
  return shorten(visible(title), LONGEST_TITLE).replaceAll(/(?<=[@#`])/g, '\u200b')
}

/** The body: what is the case now, what to do, and the marker by which the issue is found again. */
export function bodyOf(announcement: Announcement, problem: Problem, marker: Marker): string {
  const blocks: Block[] = [
    ...factsOf(announcement, problem),
    {
      kind: 'paragraph',
      text: sentence`pg-lifeboat keeps this issue: it tells here what changes, and closes it after the next good run of the same kind.`,
    },
  ]
  return `${render(blocks)}\n${printMarker(marker)}`
}

/** The comment when a problem is not what it was. */
export function changeOf(announcement: Announcement, problem: Problem): string {
  return render([{ kind: 'paragraph', text: [strong('This has changed.')] }, ...factsOf(announcement, problem)])
}

/** The comment with which the issue is closed. */
export function endOf(announcement: Announcement): string {
  const { report, at } = announcement
  const text = sentence`${strong('This problem has ended.')} The ${code(subjectOf(report))} of ${formatInstant(at)} did not meet it.`
  return render([{ kind: 'paragraph', text }, ...linkOf(announcement)])
}

/** The comment when a problem is back that had ended. */
export function returnOf(announcement: Announcement, problem: Problem): string {
  return render([{ kind: 'paragraph', text: [strong('It is back.')] }, ...factsOf(announcement, problem)])
}

function factsOf(announcement: Announcement, problem: Problem): Block[] {
  const { report, verdict, at } = announcement
  const { level, on, message, advice } = problem
  const where: Text[] = on.slice(0, MOST_THINGS).map((name) => [code(name)])
  const more = on.length - where.length
  return [
    { kind: 'paragraph', text: [strong(message)] },
    ...(advice === '' ? [] : [{ kind: 'paragraph' as const, text: [advice] }]),
    ...(where.length < 2
      ? []
      : [{ kind: 'list' as const, items: more > 0 ? [...where, [`and ${more} more`]] : where }]),
    {
      kind: 'paragraph',
      text: sentence`${code(subjectOf(report))}, ended ${formatInstant(at)}, level ${level}. ${verdict}`,
    },
    ...linkOf(announcement),
  ]
}

function linkOf({ runUrl }: Announcement): Block[] {
  return runUrl === null ? [] : [{ kind: 'paragraph', text: [{ label: 'The run and its report', to: runUrl }] }]
}

function render(blocks: readonly Block[]): string {
  return renderMarkdown(blocks, LIMITS)
}
