import { main } from '../../src/command-line/main.js'
import { plainEnvironment } from './operating.js'

export interface Printed {
  exitCode: number
  stdout: string
  stderr: string
  /** What `--json` printed; an empty object when it printed nothing. */
  outputs: Record<string, unknown>
}

/** Runs the command line of the source in this process, with nothing of the test's own environment but PATH. */
export async function commandLineHere(
  argv: readonly string[],
  { cwd, env = {}, isTTY = false }: { cwd: string; env?: Readonly<Record<string, string>>; isTTY?: boolean },
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
    program: [process.execPath, '/nonexistent'],
    environment: plainEnvironment(env),
    workingDirectory: cwd,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  })
  const outputs = printed.stdout.startsWith('{') ? (JSON.parse(printed.stdout) as Record<string, unknown>) : {}
  return { exitCode, ...printed, outputs }
}
