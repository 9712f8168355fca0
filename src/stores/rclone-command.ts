import { Readable } from 'node:stream'
import { z } from 'zod'

import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import type { Context } from '../context.js'
import { CommandError, OperationError, UsageError } from '../errors.js'
import { explainRclone } from './rclone-errors.js'
import { rcloneArgument, type RcloneLocation } from './rclone-location.js'

export type RcloneTools = Pick<Context, 'logger' | 'processes' | 'clock' | 'workspace' | 'environment' | 'signal'>

/** One run of rclone. */
export interface RcloneCall {
  doing: string
  args: readonly string[]
  /** Given on its standard input, one a line. */
  input?: readonly string[]
  onLine?: (line: string) => void
  onBytes?: (bytes: number) => void
  /** Exit codes that are fine, besides 0. */
  accept?: readonly number[]
}

/** What the remote can do. */
export interface RemoteFeatures {
  /** Objects under keys, each there whole or not at all, rather than files in folders. */
  isBucket: boolean
  /** Whether it knows checksums of what it holds. */
  hasHashes: boolean
  /** Whether it can say how much room is left. */
  tellsRoom: boolean
}

/** rclone's exit code for a folder, and for a file, that is not there. */
export const ABSENT = [3, 4]

/** What rclone may see of our environment: its own settings, and those of the libraries inside it. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|LANG|XDG_\w+|RCLONE_\w+|AWS_\w+|AZURE_\w+|GOOGLE_\w+|GCE_\w+|OS_\w+|B2_\w+|SSH_AUTH_SOCK|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY)$/i

const Features = z.object({
  Hashes: z.array(z.string()).nullish(),
  Features: z.object({ BucketBased: z.boolean().optional(), About: z.boolean().optional() }),
})

const LogLine = z.object({
  level: z.string().optional(),
  msg: z.string().optional(),
  stats: z.object({ bytes: z.number() }).optional(),
})

/** Runs rclone against one remote, with the user's own configuration. */
export class RcloneCommand {
  private known: Promise<RemoteFeatures> | undefined

  constructor(
    private readonly location: RcloneLocation,
    private readonly tools: RcloneTools,
  ) {}

  /** Runs it to its end, and returns its exit code and what it had to say. Throws `OperationError`. */
  async run(call: RcloneCall): Promise<{ code: number; messages: string[] }> {
    const messages: string[] = []
    try {
      const { code } = await this.tools.processes.run({
        program: 'rclone',
        args: ['--use-json-log', '--ask-password=false', '--stats=1s', '--stats-log-level=NOTICE', ...call.args],
        doing: call.doing,
        env: this.environment(),
        accept: [0, ...(call.accept ?? [])],
        signal: this.tools.signal,
        onStderrLine: (line) => {
          this.hear(line, messages, call.onBytes)
        },
        ...(call.input === undefined ? {} : { stdin: Readable.from([call.input.map((text) => `${text}\n`).join('')]) }),
        ...(call.onLine === undefined ? {} : { stdout: call.onLine }),
      })
      return { code, messages }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      throw new OperationError({ doing: call.doing, ...explainRclone(messages), cause: error })
    }
  }

  /** What the remote can do, asked once. Throws `UsageError` where this rclone would show files that are not whole. */
  async features(): Promise<RemoteFeatures> {
    return (this.known ??= this.ask())
  }

  private async ask(): Promise<RemoteFeatures> {
    const doing = `asking rclone about ${this.location.name}`
    const version = await this.output(doing, ['version'])
    const [, major = '0', minor = '0'] = /^rclone v(\d+)\.(\d+)/.exec(version) ?? []
    const answer = await this.output(doing, ['backend', 'features', rcloneArgument(this.location)])
    const { Hashes, Features: its } = readAnswer(answer, Features, doing)
    const isBucket = its.BucketBased ?? false
    if (!isBucket && Number(major) * 1000 + Number(minor) < 1063) {
      throw new UsageError({
        doing,
        problem: `this ${version.split('\n', 1)[0] ?? 'rclone'} shows files of such a remote before they are whole`,
        advice:
          "Install rclone 1.63 or newer (https://rclone.org/install/); Debian's and Ubuntu's packages are older. With remotes that keep objects in buckets, this one can be used.",
      })
    }
    const hasHashes = (Hashes ?? []).some((hash) => hash !== 'none')
    return { isBucket, hasHashes, tellsRoom: its.About ?? false }
  }

  /** The little that rclone tells of itself. */
  async output(doing: string, args: readonly string[], accept: readonly number[] = []): Promise<string> {
    const lines: string[] = []
    await this.run({ doing, args, accept, onLine: (line) => lines.push(line) })
    return lines.join('\n')
  }

  private hear(line: string, messages: string[], onBytes?: (bytes: number) => void): void {
    const { level = 'error', msg = line, stats } = logLine(line)
    if (stats !== undefined) onBytes?.(stats.bytes)
    else if (['error', 'critical', 'fatal', 'notice', 'warning'].includes(level))
      messages.push(msg.replace(/^[\d/]+ [\d:]+ /, '').trim())
    if (messages.length > 20) messages.shift()
  }

  private environment(): Record<string, string | undefined> {
    const passed = Object.entries(this.tools.environment).filter(([name]) => PASSED_ON.test(name))
    for (const [name, value] of passed) {
      if (/pass|secret|token|_key$/i.test(name) && value !== undefined && value !== '') this.tools.logger.hide(value)
    }
    return Object.fromEntries(passed)
  }
}

/** Throws `OperationError` for what is not of that shape, or beyond all bounds. */
export function readAnswer<T>(answer: string, shape: z.ZodType<T>, doing: string): T {
  try {
    return shape.parse(parseBoundedJson(answer, SMALL_JSON))
  } catch (cause) {
    const problem = `rclone answered something that cannot be read: ${answer.slice(0, 200)}`
    throw new OperationError({ doing, problem, advice: 'Install a newer rclone, then start again.', cause })
  }
}

function logLine(line: string): z.infer<typeof LogLine> {
  if (!line.startsWith('{')) return {}
  try {
    return LogLine.parse(parseBoundedJson(line, SMALL_JSON))
  } catch {
    return {} // not one of its log lines: shown as it is
  }
}
