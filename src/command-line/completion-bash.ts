import type { CommandSpec, FlagSpec } from './commands.js'

/** For bash from 3.2 on, with or without the package bash-completion. */
export function bashCompletion(commands: readonly CommandSpec[]): string {
  const flags = [...new Map(commands.flatMap((command) => command.flags).map((flag) => [flag.name, flag])).values()]
  return `# bash completion for pg-lifeboat, printed by: pg-lifeboat completion bash
_pg_lifeboat() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  # "--verify=full" comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    words='${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}'
  else
    case $prev in
${indented(flags.flatMap(valueCase))}
    esac
    case \${COMP_WORDS[1]} in
${indented(commands.map(commandCase))}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
_pg_lifeboat_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}
complete -F _pg_lifeboat pg-lifeboat
`
}

/** What completes the value of a flag; where nothing is known of it, nothing does. */
function valueCase({ name, value, optional, choices, names }: FlagSpec): string[] {
  if (value === undefined) {
    return []
  }
  if (choices !== undefined) {
    // What may stand alone may be followed by another flag.
    const pattern = optional === true ? 'if [[ $cur != -* ]]; then ' : ''
    const end = optional === true ? ' fi' : ''
    return [`--${name}) ${pattern}COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")); return;${end} ;;`]
  }
  return [
    names === undefined
      ? `--${name}) return ;;`
      : `--${name}) _pg_lifeboat_files ${names === 'file' ? '-f' : '-d'} "$cur"; return ;;`,
  ]
}

function commandCase({ name, flags, argument }: CommandSpec): string {
  const words = [...(argument?.choices ?? []), ...flags.map((flag) => `--${flag.name}`)]
  return `${name}) words='${words.join(' ')}' ;;`
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `      ${line}`).join('\n')
}
