import { createHash } from 'node:crypto'
import { VERSION } from '../version.js'
import { drawBars, drawChart } from './charts.js'
import type { Block, Limits } from './content.js'
import { escapeHtml, shorten } from './escape.js'
import { MOOD_MARKS, renderBlocks, type Dialect, type Of } from './markup.js'
import { STYLE } from './style.js'

/** What is around the blocks of a page. */
export interface PageFrame {
  /** What the window is called. */
  title: string
  /** The words of the first heading, before the name that it is about. */
  heading: string
  /** Set apart as a name; none where it is about no one thing. */
  name?: string
  /** When and for what it was written, after `Written by pg-lifeboat …`. */
  made: string
}

/**
 * Blocks as one HTML page that needs nothing else: no script, no request, readable in the dark, on a phone, on paper and
 * aloud. Its content security policy allows this one style sheet and nothing else.
 */
export function pageWith({ title, heading, name, made }: PageFrame, blocks: readonly Block[], limits: Limits): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
  const about = name === undefined ? '' : ` <code dir="auto">${escapeHtml(shorten(name, limits.text))}</code>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(shorten(title, limits.text))}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(heading)}${about}</h1>
</header>
<main>
${renderBlocks(blocks, dialect(limits))}
</main>
<footer>Written by pg-lifeboat ${escapeHtml(VERSION)} ${escapeHtml(made)}. All times are UTC unless said otherwise.</footer>
</body>
</html>
`
}

function dialect(limits: Limits): Dialect {
  return {
    prose: escapeHtml,
    code: escapeHtml,
    bars: drawBars,
    chart: drawChart,
    tiles: (block) => drawTiles(block, limits),
    frame,
    // What is folded would not be printed.
    openDetails: true,
    // Thousands of cells have it from the style sheet.
    wordsAtLeft: '',
    limits,
  }
}

function drawTiles({ caption, tiles }: Of<'tiles'>, limits: Limits): string {
  const text = (words: string) => escapeHtml(shorten(words, limits.text))
  return [
    `<dl class="tiles" aria-label="${text(caption)}">`,
    ...tiles.map(({ label, value, note, mood }) =>
      [
        `<div${mood === undefined ? '' : ` class="${mood}"`}><dt>${text(label)}</dt>`,
        `<dd class="value">${mood === undefined ? '' : `${MOOD_MARKS[mood]} `}${text(value)}</dd>`,
        ...(note === undefined ? [] : [`<dd class="note">${text(note)}</dd>`]),
        '</div>',
      ].join(''),
    ),
    '</dl>',
  ].join('\n')
}

/** A table wider than the page is scrolled by itself; whoever uses the keyboard must be able to reach it for that. */
function frame(kind: 'charts' | 'chart' | 'table', content: string, caption: string): string {
  return kind === 'table'
    ? `<div class="wide" role="region" aria-label="${escapeHtml(caption)}" tabindex="0">\n${content}\n</div>`
    : `<div class="${kind}">\n${content}\n</div>`
}
