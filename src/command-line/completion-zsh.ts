import type { CommandSpec, FlagSpec } from './commands.js'
import { brief, quoted } from './completion-text.js'

/** For zsh with its completion system: as a file of `$fpath`, or sourced. */
export function zshCompletion(commands: readonly CommandSpec[]): string {
  return `#compdef pg-lifeboat
# zsh completion for pg-lifeboat, printed by: pg-lifeboat completion zsh
_pg_lifeboat() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${brief(summary)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'operation' commands
    _arguments '--help[Print the help]' '--version[Print the version]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _pg_lifeboat ]]; then
  _pg_lifeboat "$@"
else
  compdef _pg_lifeboat pg-lifeboat
fi
`
}

function commandCase({ name, flags, argument }: CommandSpec): string {
  const specs = [
    ...(argument === undefined ? [] : [quoted(`1:${argument.name}:(${argument.choices.join(' ')})`)]),
    ...flags.map((flag) => quoted(specOf(flag))),
  ]
  return `    ${name})
      _arguments ${specs.map((spec) => `\\\n        ${spec}`).join(' ')}
      ;;`
}

/** `--verify[how far …]:none|archive:(none archive)` */
function specOf({ name, value, optional, describe, choices, names }: FlagSpec): string {
  const told = `--${name}[${escaped(brief(describe))}]`
  if (value === undefined) {
    return told
  }
  return `${told}${optional === true ? '::' : ':'}${names ?? 'value'}:${actionOf(choices, names)}`
}

function actionOf(choices: FlagSpec['choices'], names: FlagSpec['names']): string {
  if (choices !== undefined) {
    return `(${choices.join(' ')})`
  }
  return names === undefined ? ' ' : names === 'file' ? '_files' : '_files -/'
}

/** Signs that mean something in a specification. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:]/g, ' ').replaceAll(/ +/g, ' ')
}
