import { UsageError } from '../errors.js'
import { counted } from '../units.js'
import type { Excerpt } from './excerpt.js'

/** Something wrong with the configuration, as a person finds and corrects it. */
export interface Problem {
  /** Where it stands; undefined for what no file says: flags, inputs, variables. */
  place?: Place
  /** As a sentence without its full stop, and what to do about it. */
  message: string
}

/** A place in a configuration file; lines and columns count from 1. */
export interface Place {
  file: string
  line: number
  column: number
  /** The line as it may be shown: without secrets. Undefined where that cannot be told. */
  excerpt?: Excerpt
}

/** All that is wrong with a configuration: exit code 2. */
export class ConfigurationError extends UsageError {
  readonly problems: readonly Problem[]

  constructor(file: string | undefined, problems: readonly Problem[]) {
    const sorted = [...problems].sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0))
    super({ doing: 'reading the options', ...(sorted.length === 1 ? only(sorted[0]) : several(file, sorted)) })
    this.problems = sorted
  }
}

const ADVICE = 'Correct this and start again; docs/configuration.md tells what can be written.'

/** A single problem is the message itself, so that its first line says it all. */
function only(problem: Problem | undefined): { problem: string; advice: string } {
  const [head = '', ...excerpt] = problem === undefined ? [] : linesOf(problem)
  return { problem: head, advice: [ADVICE, ...excerpt].join('\n') }
}

function several(file: string | undefined, problems: readonly Problem[]): { problem: string; advice: string } {
  return {
    problem: `${counted(problems.length, 'problem')} in ${subject(file, problems)}`,
    advice: [ADVICE, ...problems.flatMap((problem) => linesOf(problem).map((line) => `  ${line}`))].join('\n'),
  }
}

function subject(file: string | undefined, problems: readonly Problem[]): string {
  const inFile = problems.some(({ place }) => place !== undefined)
  const outside = problems.some(({ place }) => place === undefined)
  return [inFile ? file : undefined, outside ? 'what the run was given' : undefined]
    .filter((part) => part !== undefined)
    .join(' and in ')
}

/** `lifeboat.yml:4:3: …`, which editors and terminals make a link of, and the line with a mark under the place. */
function linesOf({ place, message }: Problem): string[] {
  if (place === undefined) {
    return [message]
  }
  const { file, line, column, excerpt } = place
  const head = `${file}:${line}:${column}: ${message}`
  if (excerpt === undefined) {
    return [head]
  }
  const gutter = `  ${line} | `
  // Tabs stay tabs, so that the mark stands where the terminal puts the sign above it.
  const indent = excerpt.text.slice(0, excerpt.mark).replaceAll(/[^\t]/g, ' ')
  return [head, `${gutter}${excerpt.text}`, `${' '.repeat(gutter.length - 2)}| ${indent}^`]
}
