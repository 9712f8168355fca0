type Environment = Readonly<Record<string, string | undefined>>

/** What is written to, as far as it matters for how. */
export interface Output {
  isTTY?: boolean | undefined
  columns?: number | undefined
}

/** How a text may look where it goes. */
export interface Style {
  /** A person watches: progress is one line that is written over. */
  isTerminal: boolean
  colours: boolean
  /** Characters a line. */
  columns: number
}

/** Lines that are longer than this are hard to read. */
const WIDEST = 100
const USUAL = 80
const NARROWEST = 40

/**
 * What the output and the environment ask for: https://no-color.org and https://force-color.org. In a CI nobody watches,
 * even where it pretends to be a terminal.
 */
export function styleOf({ isTTY, columns }: Output, environment: Environment): Style {
  const isTerminal = isTTY === true && environment.TERM !== 'dumb' && !isSet(environment.CI)
  return {
    isTerminal,
    colours: wantsColours(environment) ?? isTerminal,
    columns: Math.max(NARROWEST, Math.min(WIDEST, columns ?? USUAL)),
  }
}

/** Undefined where nothing is asked for. */
function wantsColours({ NO_COLOR, FORCE_COLOR }: Environment): boolean | undefined {
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
    return isSet(FORCE_COLOR)
  }
  return NO_COLOR !== undefined && NO_COLOR !== '' ? false : undefined
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

const CODES = { bold: '1', faint: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const
export type Paint = (kind: keyof typeof CODES, text: string) => string

/** Colours texts, or leaves them alone. */
export function paintOf({ colours }: Pick<Style, 'colours'>): Paint {
  return (kind, text) => (colours && text !== '' ? `\u001B[${CODES[kind]}m${text}\u001B[0m` : text)
}

/** A text in lines of at most so many characters, each behind the indent. What stands between backticks stays together. */
export function wrapped(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) {
      lines.push(indent + line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, indent + line]
}
