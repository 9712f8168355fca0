import { createHash } from 'node:crypto'
import { VERSION } from '../version.js'
import { EVERYTHING, type Bar } from './content.js'
import { escapeHtml, shorten } from './escape.js'
import { renderBlocks, type Dialect } from './markup.js'
import type { Report } from './report.js'
import { contentOf } from './sections.js'
import { formatDuration, formatInstant } from '../units.js'

/**
 * The report as one HTML page that needs nothing else: no script, no request, readable in the dark, on a phone, on paper
 * and aloud. Its content security policy allows this one style sheet and nothing else.
 */
export function pageOf(report: Report): string {
  const title = `${report.operation} of ${report.series}: ${outcomeOf(report)}`
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(report.operation)} of <code dir="auto">${escapeHtml(report.series)}</code></h1>
${renderBlocks(contentOf(report, EVERYTHING), DIALECT)}
</main>
<footer>Written by pg-lifeboat ${VERSION} for the operation of ${formatInstant(report.startedAt)}.</footer>
</body>
</html>
`
}

function outcomeOf(report: Report): string {
  return report.failure === undefined ? (report.proof?.outcome ?? 'done') : 'failed'
}

const DIALECT: Dialect = {
  prose: escapeHtml,
  code: escapeHtml,
  bars: ({ caption, bars }) => svgBars(caption, bars),
  // What is folded would not be printed.
  openDetails: true,
  limits: EVERYTHING,
}

const BAR = { height: 18, gap: 6, labelWidth: 200, width: 640 } as const

/** A bar chart; the table beside it says the same, so it is hidden from those who listen. */
function svgBars(caption: string, bars: readonly Bar[]): string {
  const longest = Math.max(0.001, ...bars.map(({ seconds }) => seconds))
  const room = BAR.width - BAR.labelWidth - 90
  const rows = bars.map(({ label, seconds }, index) => {
    const y = index * (BAR.height + BAR.gap)
    const length = Math.max(1, (seconds / longest) * room)
    const middle = y + BAR.height * 0.7
    return [
      `<text x="${BAR.labelWidth - 8}" y="${middle}" text-anchor="end">${escapeHtml(shorten(label, 32))}</text>`,
      `<rect x="${BAR.labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${BAR.height}"/>`,
      `<text x="${(BAR.labelWidth + length + 6).toFixed(1)}" y="${middle}">${formatDuration(seconds)}</text>`,
    ].join('')
  })
  const height = bars.length * (BAR.height + BAR.gap)
  return [
    '<figure aria-hidden="true">',
    `<figcaption>${escapeHtml(caption)}</figcaption>`,
    `<svg viewBox="0 0 ${BAR.width} ${height}" xmlns="http://www.w3.org/2000/svg">`,
    ...rows,
    '</svg>',
    '</figure>',
  ].join('\n')
}

const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --back: #fff; --faint: #60646c; --line: #d9d9e0; --stripe: #f6f7f9;
  --good: #18794e; --bad: #c62a2f; --doubtful: #915930; --bar: #0d74ce; }
@media (prefers-color-scheme: dark) {
  :root { --text: #edeef0; --back: #111113; --faint: #b0b4ba; --line: #43484e; --stripe: #1a1c1f;
    --good: #3dd68c; --bad: #ff9592; --doubtful: #ffca16; --bar: #70b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--back); overflow-wrap: break-word; }
main { overflow-x: auto; }
h1 { font-size: 1.1rem; font-weight: 600; color: var(--faint); }
h1::first-letter { text-transform: uppercase; }
h2 { font-size: 1.5rem; line-height: 1.3; border-left: .3rem solid; padding-left: .8rem; }
h2.good { color: var(--good); } h2.bad { color: var(--bad); } h2.doubtful { color: var(--doubtful); }
h3 { margin-top: 2rem; }
code { font: .9em ui-monospace, monospace; background: var(--stripe); padding: .1em .3em; border-radius: .2em; }
h2 code { color: inherit; }
code { overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } tbody th { font-weight: 400; }
tbody tr:nth-child(even) { background: var(--stripe); }
figure { margin: 1rem 0; } figcaption { color: var(--faint); }
svg { width: 100%; max-width: 40rem; height: auto; font: 12px system-ui, sans-serif; fill: var(--text); }
svg rect { fill: var(--bar); }
footer { margin-top: 3rem; color: var(--faint); font-size: .9rem; }
@media (max-width: 36rem) { th, td { padding: .3rem .2rem; font-size: .85rem; } }
@media print {
  body { max-width: none; } thead { display: table-header-group; } tr, figure { break-inside: avoid; }
  h3 { break-after: avoid; }
}
`
