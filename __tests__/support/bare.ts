import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { TestCluster } from './cluster.js'

/** All that `restore.sh` may need besides a shell and PostgreSQL; awk for a plain dump only. */
export const CORE = [
  'awk', 'cat', 'dirname', 'gzip', 'mktemp', 'nproc', 'od', 'rm', 'sed', 'sha256sum', 'tail', 'tr', 'wc',
] // prettier-ignore

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

function find(program: string): string {
  const folders = (process.env.PATH ?? '/usr/bin:/bin').split(path.delimiter)
  const found = folders.map((folder) => path.join(folder, program)).find(isProgram)
  if (found === undefined) throw new Error(`${program} is not on PATH`)
  return found
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Makes a folder that holds nothing but these programs, to be the whole PATH. */
export async function barePath(folder: string, programs: readonly string[] = CORE): Promise<string> {
  await mkdir(folder, { recursive: true })
  await Promise.all(programs.map((program) => symlink(find(program), path.join(folder, program))))
  return folder
}

/** The strictest shell there is here: dash where it is, which knows nothing but POSIX. */
export const SHELL = isProgram('/usr/bin/dash') ? '/usr/bin/dash' : '/bin/sh'

/** Runs a shell in an environment of nothing but the PATH given and the connection to a cluster. */
export function runBare(
  args: readonly string[],
  { cluster, coreutils, env = {} }: { cluster: TestCluster; coreutils: string; env?: Record<string, string> },
): Promise<Ended> {
  const environment = { PATH: `${coreutils}:${cluster.clientBin}`, ...cluster.environment(), ...env }
  return new Promise((resolve) => {
    execFile(SHELL, [...args], { env: environment, cwd: '/', timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
}
