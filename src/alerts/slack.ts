import { shorten, visible } from '../report/escape.js'
import type { Announcement } from './announcement.js'
import { subjectOf } from './announcement.js'
import { pressing, type Problem } from './problems.js'

/** Slack refuses a message with more than 50 blocks, or with more than 3,000 characters in one. */
const MOST_PROBLEMS = 20

/** Each character may become five. */
const LONGEST_TEXT = 500
const LONGEST_TITLE = 150

const MARKS: Readonly<Record<Problem['level'], string>> = { critical: '🔴', warning: '🟠', info: '🔵' }

/** Whether what answers there takes messages in Slack's form. */
export function isSlack(url: URL): boolean {
  return url.hostname === 'hooks.slack.com'
}

/** The body of an incoming webhook of Slack: the verdict first, then each problem with what to do. */
export function slackMessageOf(announcement: Announcement): Readonly<Record<string, unknown>> {
  const { report, verdict, problems, runUrl } = announcement
  const told = pressing(problems)
  const title = shorten(visible(`${MARKS[told[0]?.level ?? 'info']} ${subjectOf(report)}`), LONGEST_TITLE)
  const rest = told.length - MOST_PROBLEMS
  return {
    // For notifications and readers of screens.
    text: `${escapeSlack(title)}: ${escapeSlack(shorten(verdict, LONGEST_TEXT))}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: wellFormed(title), emoji: false } },
      section(escapeSlack(shorten(verdict, LONGEST_TEXT))),
      ...told.slice(0, MOST_PROBLEMS).flatMap((problem) => problemTexts(problem).map(section)),
      ...(rest > 0 ? [section(`And ${rest} more, in the report.`)] : []),
      ...(runUrl === null ? [] : [section(`<${escapeEntities(runUrl)}|The run and its report>`)]),
    ],
  }
}

function problemTexts({ level, code, message, advice }: Problem): string[] {
  const text = `${MARKS[level]} *${escapeSlack(code)}* ${escapeSlack(shorten(message, LONGEST_TEXT))}`
  return advice === '' ? [text] : [text, escapeSlack(shorten(advice, LONGEST_TEXT))]
}

/** What was cut off may have been half a character, which some parsers refuse. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

/** `verbatim`: no link, channel or mention is made of what only looks like one. */
function section(text: string): Readonly<Record<string, unknown>> {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

/**
 * Text of which Slack makes nothing: `<!channel>` mentions nobody, and `*` and `_` around a word do not format it. A
 * zero-width space keeps such a sign from the word, only where it stands at its edge, so that `audit_log` can be copied.
 */
export function escapeSlack(text: string): string {
  return escapeEntities(visible(text).replaceAll(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, '\u200b$&\u200b'))
}

function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
