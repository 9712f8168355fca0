import type { Bar, Block, Limits } from './content.js'
import { escapeForGitHub, escapeHtml } from './escape.js'
import { renderBlocks, type Dialect } from './markup.js'

/**
 * Blocks as GitHub's Markdown: HTML throughout, which nothing from outside can break, and mermaid for the charts (its
 * renderer reads only fenced code).
 */
export function renderMarkdown(blocks: readonly Block[], limits: Limits): string {
  return `${renderBlocks(blocks, dialect(limits))}\n`
}

function dialect(limits: Limits): Dialect {
  return {
    prose: escapeForGitHub,
    code: escapeHtml,
    bars: ({ caption, bars }) => mermaidBars(caption, bars),
    openDetails: false,
    limits,
  }
}

/** A bar chart; its axis has no clock, because mermaid would show that in the reader's time zone. */
function mermaidBars(caption: string, bars: readonly Bar[]): string {
  const longest = Math.max(1, ...bars.map(({ seconds }) => seconds))
  return [
    '```mermaid',
    'xychart-beta horizontal',
    `    title "${label(caption)}"`,
    `    x-axis [${bars.map((bar) => `"${label(bar.label)}"`).join(', ')}]`,
    `    y-axis "seconds" 0 --> ${Math.ceil(longest)}`,
    `    bar [${bars.map(({ seconds }) => seconds.toFixed(1)).join(', ')}]`,
    '```',
  ].join('\n')
}

/** Only what cannot mean anything to mermaid or end the fence. */
function label(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ,.()-]/gu, ' ').slice(0, 40)
}
