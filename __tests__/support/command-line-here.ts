import { main } from '../../src/command-line/main.js'
import { plainEnvironment } from './operating.js'

export interface Printed {
  exitCode: number
  stdout: string
  stderr: string
  /** What `--json` printed; an empty object when it printed nothing. */
  outputs: Record<string, unknown>
}

export interface CommandLineHere {
  cwd: string
  env?: Readonly<Record<string, string>>
  /** Whether it is told that a person watches. */
  isTTY?: boolean
  /** What it starts for each of several databases: `cli.js` of a compiled source. */
  entry?: string
}

/** Runs the command line of the source in this process, with nothing of the test's own environment but PATH. */
export async function commandLineHere(
  argv: readonly string[],
  { cwd, env = {}, isTTY = false, entry = '/nonexistent' }: CommandLineHere,
): Promise<Printed> {
  const printed = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof printed) => ({
    isTTY,
    columns: 100,
    write: (text: string): void => {
      printed[name] += text
    },
  })
  const exitCode = await main({
    argv,
    program: [process.execPath, entry],
    environment: plainEnvironment(env),
    workingDirectory: cwd,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  })
  const outputs = printed.stdout.startsWith('{') ? (JSON.parse(printed.stdout) as Record<string, unknown>) : {}
  return { exitCode, ...printed, outputs }
}
