import { CommandError, OperationError } from '../errors.js'
import type { Command } from '../context.js'

/** How a program ended when it ended badly. */
export interface BadEnd {
  code: number | null
  endedBy: string | null
  stderrTail: string
}

/** The error of a program that failed: its name, how it ended, and the lines of its stderr that tell why. */
export function commandFailed(command: Command, end: BadEnd, why?: string): CommandError {
  const name = nameOf(command.program)
  const ending =
    why ?? (end.endedBy === null ? `ended with exit code ${end.code ?? '?'}` : `was ended by ${end.endedBy}`)
  const said = essenceOf(end.stderrTail)
  return new CommandError(
    {
      doing: command.doing,
      problem: said === '' ? `the program ${name} ${ending}` : `the program ${name} ${ending}: ${said}`,
      advice: command.advice ?? `Correct what ${name} reports, then start again.`,
    },
    { program: name, ...end },
  )
}

/** The error of a program that could not even be started. */
export function programNotStarted(command: Command, cause: unknown): OperationError {
  const name = nameOf(command.program)
  return new OperationError({
    doing: command.doing,
    problem: `the program ${name} could not be started`,
    advice: 'Read the cause below; usual ones are missing permission to run it and a full process table.',
    cause,
  })
}

/** The error of a program that is not on this machine; says what to install. */
export function programMissing(command: Command): OperationError {
  const name = nameOf(command.program)
  return new OperationError({
    doing: command.doing,
    problem: command.program.includes('/')
      ? `the program ${command.program} is not there or may not be run`
      : `the program ${name} was not found on PATH`,
    advice: `${installAdvice(name)} Then start again.`,
  })
}

/** The error of output that outgrew the bound for collected output. */
export function outputTooLong(command: Command, bound: number): OperationError {
  return new OperationError({
    doing: command.doing,
    problem: `the program ${nameOf(command.program)} wrote more than the ${bound / 1024 / 1024} MiB that are collected in memory`,
    advice: 'This is a mistake in pg-lifeboat: such output must be streamed. Please report it with these words.',
  })
}

export function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1)
}

/** Of PostgreSQL's programs: what the server says behind its severity, which is in its language, and two spaces. */
const PASSED_ON = /^(?:psql|pg_\w+|vacuumdb)\b.*: (?!STATEMENT|WARNING|NOTICE|INFO)[^\s:][^:]{0,40}: {2}\S/

/** What the server adds to an error. */
const ADDED = /^(DETAIL|HINT): /

const MOST_ERRORS = 3

/** The few lines of a program's stderr that tell why it failed: its first errors with what the server adds, else its last line. */
export function essenceOf(stderrTail: string): string {
  const lines = stderrTail.split('\n').filter((line) => line.trim() !== '')
  const told: string[] = []
  let errors = 0
  for (const line of lines) {
    const isError = /\b(error|fatal|panic)\b:/i.test(line) || PASSED_ON.test(line)
    if (isError) errors += 1
    if (errors > MOST_ERRORS) break
    if (isError || (errors > 0 && ADDED.test(line))) told.push(line)
  }
  return (told.length > 0 ? told : lines.slice(-1)).join('\n')
}

function installAdvice(name: string): string {
  if (/^(pg_|psql$|createdb$|dropdb$|vacuumdb$)/.test(name)) {
    return "Install PostgreSQL's client programs (Debian, Ubuntu: apt-get install postgresql-client), or name their folder in postgres-bin."
  }
  if (/^(initdb|postgres)$/.test(name)) {
    return "Install PostgreSQL's server programs (Debian, Ubuntu: apt-get install postgresql), or name their folder in postgres-bin."
  }
  return `Install ${name}, or add its folder to PATH.`
}
