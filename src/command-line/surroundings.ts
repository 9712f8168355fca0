import type { Output } from './style.js'

/** Where the command line runs: handed in by the entry, so that nothing below reads the process itself. */
export interface Surroundings {
  argv: readonly string[]
  /** How it was started, without its arguments, so that it can start itself: Node and the entry. */
  program: readonly [string, ...string[]]
  environment: Readonly<Record<string, string | undefined>>
  workingDirectory: string
  /** Whether the process ends when what was asked for is done. */
  endsProcess?: boolean
  /** Results go here. */
  stdout: Stream
  /** Messages go here. */
  stderr: Stream
}

export interface Stream extends Output {
  write(text: string): unknown
}
