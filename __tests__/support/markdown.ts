/** A link of a page, as it was written. */
export interface Link {
  /** The part before `#`; empty for a place on the same page. */
  file: string
  /** The part after `#`; undefined where there is none. */
  anchor?: string
}

export interface CodeBlock {
  language: string
  text: string
}

/** Also within an item of a list, where it is indented. */
const FENCE = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm

/** The fenced blocks of a page. */
export function codeBlocks(page: string): CodeBlock[] {
  return [...page.matchAll(FENCE)].map(([, indent = '', language = '', text = '']) => ({
    language,
    text: dedented(text, indent),
  }))
}

/** A text without what all its lines are indented by. */
export function dedented(text: string, indent: string): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n')
}

/** The page without its fenced blocks. */
export function prose(page: string): string {
  return page.replaceAll(FENCE, '')
}

/** What stands in code font in the prose of a page. */
export function codeSpans(page: string): string[] {
  return [...prose(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text)
}

/** The links of a page that lead to files, not to other sites. */
export function relativeLinks(page: string): Link[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#')
      return { file, ...(anchor !== undefined && { anchor }) }
    })
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The text under a heading, down to the next heading of the same level. */
export function section(page: string, heading: string): string {
  const level = heading.split(' ')[0] ?? ''
  const rest = page.split(`\n${heading}\n`)[1] ?? ''
  return rest.split(new RegExp(`^${level} `, 'm'))[0] ?? ''
}
