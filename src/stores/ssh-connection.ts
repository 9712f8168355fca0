import { access } from 'node:fs/promises'
import path from 'node:path'

import type { Context, Running } from '../context.js'
import { messageOf } from '../errors.js'

export type ConnectionTools = Pick<Context, 'logger' | 'processes' | 'clock' | 'workspace' | 'signal'>

/** After so long without use it is closed, for those who forget to; the next use opens another one. */
const IDLE_MS = 20_000

/** How often, and for how long at most, it is looked whether the connection stands. */
const LOOK_MS = 25
const OPENING_MS = 25_000

/** What the path of a socket may be long, with what ssh puts behind it while it makes one. */
const MOST_PATH = 80

/**
 * One connection of ssh that all runs of rsync to a host share, so that not each of them greets it and shows its key
 * again. It is a child of this process like any other, and ends with it.
 *
 * Nothing depends on it: where it does not stand, each run connects by itself, and tells what is wrong.
 */
export class SshConnection {
  private opening: Promise<void> | undefined
  private master: Running | undefined
  private users = 0
  private idle: NodeJS.Timeout | undefined

  private constructor(
    private readonly command: { args: readonly string[]; env: Readonly<Record<string, string | undefined>> },
    private readonly socket: string,
    private readonly doing: string,
    private readonly tools: ConnectionTools,
  ) {}

  /**
   * A connection that is not open yet.
   *
   * @param words the program and the options of every connection
   * @param destination the options that say to whom
   * @returns undefined where temporary folders have too long a path for a socket
   */
  static async prepare(
    words: readonly string[],
    destination: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    doing: string,
    tools: ConnectionTools,
  ): Promise<SshConnection | undefined> {
    const socket = path.join(await tools.workspace.folder('ssh'), 's')
    if (socket.length > MOST_PATH || /["%$\s]/.test(socket)) return undefined
    const args = [...words.slice(1), '-o', 'ControlMaster=yes', '-S', socket, '-N', ...destination]
    return new SshConnection({ args, env }, socket, doing, tools)
  }

  /** Options with which another ssh goes through this connection. */
  get options(): readonly string[] {
    return ['-o', 'ControlMaster=no', '-S', this.socket]
  }

  /** Does work while the connection is kept open. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.users += 1
    clearTimeout(this.idle)
    try {
      await (this.opening ??= this.open())
      return await work()
    } finally {
      this.users -= 1
      if (this.users === 0) this.idle = setTimeout(() => void this.close(), IDLE_MS).unref()
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.idle)
    const { master } = this
    master?.stop()
    await master?.finished.catch(() => undefined)
  }

  private async open(): Promise<void> {
    try {
      const { processes, signal } = this.tools
      const master = processes.start({ program: 'ssh', doing: this.doing, signal, ...this.command })
      this.master = master
      const ended = master.finished.then(
        () => undefined,
        (error: unknown) => {
          this.tools.logger.debug(`No shared connection: ${messageOf(error)}`)
        },
      )
      void ended.then(() => {
        this.master = undefined
        this.opening = undefined
      })
      await Promise.race([ended, this.stands()])
    } catch (error) {
      // Such as a missing ssh: the run of rsync that comes next says it better.
      this.tools.logger.debug(`No shared connection: ${messageOf(error)}`)
    }
  }

  private async stands(): Promise<void> {
    for (let waited = 0; waited < OPENING_MS; waited += LOOK_MS) {
      const isThere = await access(this.socket).then(
        () => true,
        () => false,
      )
      if (isThere || this.master === undefined) return
      await this.tools.clock.sleep(LOOK_MS, this.tools.signal)
    }
  }
}
