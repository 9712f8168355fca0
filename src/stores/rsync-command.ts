import { Readable } from 'node:stream'

import type { Command, Context } from '../context.js'
import { CommandError, OperationError, UsageError } from '../errors.js'
import { explainRsync, isAbsence } from './rsync-errors.js'
import type { RsyncLocation } from './rsync-location.js'
import { progressReader } from './rsync-progress.js'
import { daemonPassword, type RsyncSettings } from './rsync-settings.js'
import { UNSHARED, destination, remoteShell, shellCommand } from './rsync-shell.js'
import { SshConnection } from './ssh-connection.js'
import type { FileTools } from './text-or-file.js'

export type RsyncTools = Pick<Context, 'logger' | 'processes' | 'clock' | 'workspace' | 'environment' | 'signal'> &
  FileTools & {
    settings?: RsyncSettings
    /** Seconds without a sign of the other end after which a connection is dead; two minutes by default. */
    silence?: number
    /** Milliseconds before each further try, when the network fails. */
    pauses?: readonly number[]
  }

/** One run of rsync. */
export interface RsyncCall {
  /** For errors: `listing the files of rsync://host/module`. */
  doing: string
  options: readonly string[]
  from: string
  to: string
  writes: 'here' | 'there'
  /** Given to rsync on its standard input, each ended by a NUL. */
  input: readonly string[]
  /** Seconds of silence that are to be expected, on top of the usual ones. */
  quiet?: number
  onLine?: (line: string) => void
  onBytes?: (bytes: number) => void
  /** Exit codes that are fine, besides 0. */
  accept?: readonly number[]
}

const SILENCE_SECONDS = 120
const CONNECT_SECONDS = 20

/**
 * rsync says a few bytes at a time and waits for the answer, which Nagle's algorithm and delayed acknowledgements keep
 * back for 40 ms each. A daemon does the same for its part with `socket options = TCP_NODELAY`.
 */
const AT_ONCE = '--sockopts=TCP_NODELAY'

const PAUSES_MS = [1_000, 5_000, 15_000]

/** What rsync, and the ssh that it starts, may see of our environment. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSH_AUTH_SOCK', 'KRB5CCNAME', 'RSYNC_PROXY']

/** What the local rsync is like. */
interface Version {
  text: string
  /** 3.2.7 as 30207. */
  number: number
}

interface Prepared {
  env: Readonly<Record<string, string | undefined>>
  version: Version
  connection?: SshConnection | undefined
}

/** Runs rsync against one location: with its secrets, again when the network fails, and with errors in words. */
export class RsyncCommand {
  private prepared: Promise<Prepared> | undefined

  constructor(
    private readonly location: RsyncLocation,
    private readonly tools: RsyncTools,
  ) {}

  /** Runs it to its end. Throws `OperationError`. */
  async run(call: RsyncCall): Promise<void> {
    await this.attempt(call, false)
  }

  /** Runs it to its end, and tells whether what it reads is there at all. */
  async runIfThere(call: RsyncCall): Promise<boolean> {
    return this.attempt(call, true)
  }

  /** Ends the connection that the runs shared. */
  async close(): Promise<void> {
    const prepared = await this.prepared?.catch(() => undefined)
    await prepared?.connection?.close()
  }

  private async attempt(call: RsyncCall, mayBeAbsent: boolean): Promise<boolean> {
    const prepared = await (this.prepared ??= this.prepare())
    const command = this.commandFor(call, prepared)
    const run = (): Promise<boolean> => this.tryUntilItPasses(call, command, mayBeAbsent)
    return prepared.connection === undefined ? run() : prepared.connection.during(run)
  }

  private async tryUntilItPasses(call: RsyncCall, command: Command, mayBeAbsent: boolean): Promise<boolean> {
    const pauses = this.tools.pauses ?? PAUSES_MS
    for (let tries = 0; ; tries += 1) {
      try {
        await this.tools.processes.run({ ...command, ...streamsOf(call) })
        return true
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        if (mayBeAbsent && isAbsence(error.stderrTail)) return false
        const failure = explainRsync({ ...call, code: error.code, stderr: error.stderrTail, host: this.location.host })
        const pause = failure.passes ? pauses[tries] : undefined
        if (pause === undefined) throw new OperationError({ doing: call.doing, ...failure, cause: error })
        this.tools.logger.info(`Trying again in ${pause / 1000} s: ${failure.problem} (while ${call.doing}).`)
        await this.tools.clock.sleep(pause, this.tools.signal)
      }
    }
  }

  private commandFor(call: RsyncCall, { env, version }: Prepared): Command {
    const { doing, options, from, to, quiet = 0, onBytes, accept = [] } = call
    const silence = (this.tools.silence ?? SILENCE_SECONDS) + quiet
    const common = ['--from0', '--no-human-readable', `--timeout=${silence}`]
    if (this.location.kind === 'daemon') common.push('--no-motd', AT_ONCE, `--contimeout=${CONNECT_SECONDS}`)
    if (this.needsProtection(version)) common.push('--protect-args')
    if (onBytes !== undefined) common.push('--info=progress2', '--outbuf=N')
    return {
      program: 'rsync',
      args: [...common, ...options, '--', from, to],
      doing,
      env,
      accept: [0, ...accept],
      signal: this.tools.signal,
    }
  }

  /** Newer ones protect odd paths from the remote shell by themselves, and a restricted key refuses this option. */
  private needsProtection({ number }: Version): boolean {
    return this.location.kind === 'ssh' && number < 30204 && /[^\w./=:@,+-]/.test(this.location.path)
  }

  private async prepare(): Promise<Prepared> {
    const { environment, settings = {} } = this.tools
    const env: Record<string, string | undefined> = { LC_ALL: 'C', TZ: 'UTC' }
    for (const name of PASSED_ON) env[name] = environment[name]
    const version = await this.localVersion(env)
    if (this.location.kind === 'daemon') {
      const password = await daemonPassword(settings.rsyncPassword, this.tools)
      return { version, env: { ...env, RSYNC_PASSWORD: password } }
    }
    const words = await remoteShell(this.location, settings, this.tools)
    const doing = `connecting to ${this.location.name}`
    const connection = await SshConnection.prepare(words, destination(this.location), env, doing, this.tools)
    const shell = shellCommand([...words, ...(connection?.options ?? UNSHARED)])
    return { version, env: { ...env, RSYNC_RSH: shell }, connection }
  }

  private async localVersion(env: Readonly<Record<string, string | undefined>>): Promise<Version> {
    const doing = `looking which rsync is here, for ${this.location.name}`
    const { stdout } = await this.tools.processes.run({
      program: 'rsync',
      args: ['--version'],
      doing,
      env,
      stdout: 'collect',
      signal: this.tools.signal,
    })
    const [, major = '0', minor = '0', patch = '0'] = /^rsync\s+version v?(\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? []
    const version = {
      text: stdout.split('\n', 1)[0] ?? '',
      number: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
    }
    if (version.number < 30100) {
      throw new UsageError({
        doing,
        problem: `the rsync of this machine is too old or another program: ${version.text}`,
        advice: 'Install rsync 3.1 or newer; on macOS: brew install rsync.',
      })
    }
    return version
  }
}

/** Streams that serve one try only. */
function streamsOf({ input, onLine, onBytes }: RsyncCall): Pick<Command, 'stdin' | 'stdout'> {
  const list = Buffer.from(input.map((text) => `${text}\0`).join(''))
  const stdin = Readable.from(list.length === 0 ? [] : [list])
  if (onBytes !== undefined) return { stdin, stdout: progressReader(onBytes) }
  return onLine === undefined ? { stdin } : { stdin, stdout: onLine }
}
