import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from '@jest/globals'
import { dedented } from './markdown.js'

/**
 * What a fenced block of a page is, said by a comment before it that no reader sees:
 *
 * - `<!-- run -->`: shell that a test runs, in the page's order, all in one shell
 * - `<!-- prints -->`: lines that the block before it prints; `…` stands for anything
 * - `<!-- file: NAME -->`: a file that the reader saves under this name
 * - `<!-- not run: WHY -->`: shell that cannot be run in a test
 */
export type Step =
  | { kind: 'run'; text: string }
  | { kind: 'prints'; text: string }
  | { kind: 'file'; name: string; text: string }
  | { kind: 'not run'; why: string; text: string }
  | { kind: 'unmarked'; language: string; text: string }

const BLOCK =
  /(?:^ *<!-- (?<mark>[^\n]*?) -->\n\n?)?^(?<indent> *)```(?<language>\w*)\n(?<text>[\s\S]*?)^\k<indent>```$/gm

/** What stands between such comments is written by scripts/generate.mjs. */
const GENERATED = /:(start|end)$/

/** The fenced blocks of a page, in their order. An error for a mark that does not exist. */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(BLOCK)].map(({ groups = {} }) => {
    const { mark, language = '', indent = '' } = groups
    const text = dedented(groups.text ?? '', indent)
    return mark === undefined || GENERATED.test(mark) ? { kind: 'unmarked', language, text } : markedStep(mark, text)
  })
}

function markedStep(mark: string, text: string): Step {
  const [, kind = '', rest = ''] = /^([a-z ]+)(?:: (.+))?$/.exec(mark) ?? []
  if (kind === 'run' || kind === 'prints') return { kind, text }
  if (kind === 'file' && rest !== '') return { kind, name: rest, text }
  if (kind === 'not run' && rest !== '') return { kind, why: rest, text }
  throw new Error(`<!-- ${mark} --> is no mark of a block; see __tests__/support/runnable-page.ts.`)
}

/** What a page calls its places, each with what stands for it in a test. */
export type Places = readonly (readonly [string, string])[]

export function placed(text: string, places: Places): string {
  return places.reduce((result, [name, here]) => result.replaceAll(name, here), text)
}

/** Whether a line was printed; `…` stands for anything. */
export function shown(line: string): unknown {
  const parts = line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return expect.stringMatching(new RegExp(`^${parts.join('.*')}`, 'm'))
}

const END = '=== this block has ended ==='

/** One shell for a whole page, as a reader has it: what a block sets is there in the next. The first failure ends it. */
export class PageShell {
  private readonly shell: ChildProcessWithoutNullStreams

  constructor(
    private readonly folder: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.shell = spawn('bash', ['-euo', 'pipefail'], { cwd: folder, env, detached: true })
    this.shell.stdin.on('error', () => undefined) // a shell that has ended reads no more; `run` tells of it
  }

  /** Runs a block and returns all that it printed. */
  run(script: string, timeout = 120_000): Promise<string> {
    let printed = ''
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        this.shell.stdout.removeAllListeners('data')
        this.shell.removeAllListeners('close')
        act()
      }
      const fail = (why: string) => {
        settle(() => {
          reject(new Error(`This block ${why}:\n${script}\nIt printed:\n${printed}`))
        })
      }
      const timer = setTimeout(() => {
        fail(`did not end within ${timeout} ms`)
      }, timeout)
      this.shell.on('close', (code) => {
        fail(`ended with exit code ${String(code)}`)
      })
      this.shell.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        const [before = '', after] = printed.split(`\n${END}\n`)
        if (after !== undefined) {
          settle(() => {
            resolve(before)
          })
        }
      })
      this.shell.stdin.write(`{\n${script}\n} </dev/null 2>&1\nprintf '\\n%s\\n' '${END}'\n`)
    })
  }

  /** Ends the shell and all that it still runs. */
  end(): void {
    try {
      process.kill(-Number(this.shell.pid), 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }

  /** Does the steps of a page, with what a test has to do before and after some of them. */
  async follow(steps: readonly Step[], places: Places, around: Around = {}): Promise<number> {
    let printed = ''
    let ran = 0
    for (const step of steps) {
      const text = placed(step.text, places)
      if (step.kind === 'file') await saved(path.join(this.folder, step.name), text)
      if (step.kind === 'prints') {
        for (const line of text.trimEnd().split('\n')) expect(printed).toEqual(shown(line))
      }
      if (step.kind !== 'run') continue
      await around.before?.(text)
      printed = await this.run(text)
      await around.after?.(text, printed)
      ran++
    }
    return ran
  }
}

async function saved(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

interface Around {
  before?: (script: string) => Promise<void>
  after?: (script: string, printed: string) => Promise<void>
}
