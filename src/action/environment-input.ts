import { UsageError } from '../errors.js'

/** The runner's own: a value for one of them would only confuse it, or be taken for an input. */
const RESERVED = /^(GITHUB|RUNNER|ACTIONS|INPUT|STATE)_/

/**
 * Reads the input `environment`: variables for the `${…}` of lifeboat.yml, written as GitHub's environment files are:
 * `NAME=value`, or over several lines `NAME<<END`, the lines, and `END`. Empty lines, and lines that begin with `#`,
 * count for nothing. A variable that is set to nothing counts as not given, as a secret that is not there is.
 *
 * Throws `UsageError` for what is neither; it names the line by its number, because what stands in it is secret.
 */
export function parseEnvironment(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/)
  const variables: Record<string, string> = {}
  for (let index = 0; index < lines.length; index += 1) {
    if (/^\s*(#|$)/.test(lines[index] ?? '')) {
      continue
    }
    const { name, value, end } = variableAt(lines, index)
    if (value !== '') {
      variables[name] = value
    }
    index = end
  }
  return variables
}

/** @returns `end` is the last line of it */
function variableAt(lines: readonly string[], index: number): { name: string; value: string; end: number } {
  const [, name = '', sign, rest = ''] = /^\s*([A-Za-z_][A-Za-z0-9_]*)(=|<<)(.*)$/.exec(lines[index] ?? '') ?? []
  if (sign === undefined) {
    throw unusable(index + 1, 'is not NAME=value')
  }
  if (RESERVED.test(name)) {
    throw unusable(index + 1, `sets ${name}, which is the runner's own`)
  }
  if (sign === '=') {
    return { name, value: rest, end: index }
  }
  const end = lines.indexOf(rest.trim(), index + 1)
  if (end === -1) {
    throw unusable(index + 1, 'begins a value that never ends')
  }
  return { name, value: lines.slice(index + 1, end).join('\n'), end }
}

function unusable(line: number, what: string): UsageError {
  return new UsageError({
    doing: 'reading the input "environment"',
    problem: `line ${line} of it ${what}`,
    advice: 'Write one NAME=value a line, or NAME<<END, the lines of the value, and END.',
  })
}
