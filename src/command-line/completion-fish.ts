import type { CommandSpec, FlagSpec } from './commands.js'
import { brief, quoted } from './completion-text.js'

export function fishCompletion(commands: readonly CommandSpec[]): string {
  return [
    '# fish completion for pg-lifeboat, printed by: pg-lifeboat completion fish',
    'complete -c pg-lifeboat -f',
    "complete -c pg-lifeboat -n __fish_use_subcommand -l help -d 'Print the help'",
    "complete -c pg-lifeboat -n __fish_use_subcommand -l version -d 'Print the version'",
    ...commands.flatMap(linesOf),
    '',
  ].join('\n')
}

function linesOf({ name, summary, flags, argument }: CommandSpec): string[] {
  const within = `complete -c pg-lifeboat -n '__fish_seen_subcommand_from ${name}'`
  return [
    `complete -c pg-lifeboat -n __fish_use_subcommand -a ${name} -d ${quoted(brief(summary))}`,
    ...(argument === undefined ? [] : [`${within} -a '${argument.choices.join(' ')}'`]),
    ...flags.map((flag) => `${within} -l ${flag.name} ${valueOf(flag)}-d ${quoted(brief(flag.describe))}`),
  ]
}

/** What may stand alone is completed as a switch. */
function valueOf({ value, optional, choices, names }: FlagSpec): string {
  if (value === undefined || optional === true) {
    return ''
  }
  if (choices !== undefined) {
    return `-x -a '${choices.join(' ')}' `
  }
  return names === undefined ? '-x ' : names === 'file' ? '-r -F ' : "-x -a '(__fish_complete_directories)' "
}
