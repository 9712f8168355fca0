import { bashCompletion } from './completion-bash.js'
import { fishCompletion } from './completion-fish.js'
import { zshCompletion } from './completion-zsh.js'
import { commandSpecs, type Shell } from './commands.js'

/** The script that makes a shell complete what the command line understands. */
export function completionFor(shell: Shell): string {
  const commands = commandSpecs()
  switch (shell) {
    case 'bash':
      return bashCompletion(commands)
    case 'zsh':
      return zshCompletion(commands)
    case 'fish':
      return fishCompletion(commands)
  }
}
