import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { transformFile } from '@swc/core'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** The source as JavaScript, for tests that need a process of their own, e.g. to kill it. */
export interface CompiledSource {
  folder: string
  remove(): Promise<void>
}

const folders: string[] = []

/** Compiles all of `src/` into a new folder, which `removeCompiledSources` removes if the test does not. */
export async function compiledSource(): Promise<CompiledSource> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-test-compiled-'))
  folders.push(folder)
  const source = path.join(REPOSITORY, 'src')
  const names = await readdir(source, { recursive: true })
  await Promise.all(
    names
      .filter((name) => name.endsWith('.ts'))
      .map(async (name) => {
        const { code } = await transformFile(path.join(source, name), {
          swcrc: false,
          jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
          module: { type: 'es6' },
        })
        const file = path.join(folder, name.replace(/\.ts$/, '.js'))
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(file, code)
      }),
  )
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}')
  await symlink(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** For `afterAll`. */
export async function removeCompiledSources(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
}

/** Runs a script, which imports from `./`, in a Node of its own. */
export async function runCompiled(
  { folder }: CompiledSource,
  script: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChildProcessByStdio<null, Readable, Readable>> {
  const file = path.join(folder, `script-${Math.random().toString(36).slice(2)}.js`)
  await writeFile(file, script)
  return spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'], env })
}
