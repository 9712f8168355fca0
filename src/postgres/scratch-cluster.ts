import { chown, mkdir } from 'node:fs/promises'
import path from 'node:path'

import type { Context, Running, User } from '../context.js'
import { CouldNotVerifyError, InterruptedError } from '../errors.js'
import { Tail } from '../platform/lines.js'
import { canEnter } from '../platform/users.js'
import type { ConnectionSettings } from './connection.js'
import type { Installation } from './program-places.js'
import { findPrograms, type Programs } from './programs.js'
import { createLike, scratchName } from './scratch-database.js'
import { handOver, isolationFor, type Isolation } from './scratch-isolation.js'
import { createClusterFolder, serverUser } from './scratch-place.js'
import { waysToStart, type WayToStart } from './scratch-start.js'
import type { Scratch, ScratchDatabase, ScratchRequest } from './scratch.js'
import { connect, withSession } from './session.js'

const DOING = 'starting a throw-away cluster'

const START_LIMIT = 60_000

/** A signal that never aborts: what cleans up must go on after an interruption. */
const unstoppable = (): AbortSignal => new AbortController().signal

/**
 * Reads the server's process number, then waits for the end of its input, which comes when the cluster is released or when
 * our process dies in whatever way; then ends the server at once and removes the folder. It tries again, because a dying
 * run may leave a server that only just starts. What is in the folder belongs to the server and what runs in it: a number
 * is believed only of a process that was started for this folder. A user of the server's own has no other processes, so
 * all of that user's are ended.
 */
const UNDERTAKER = `
trap '' HUP INT TERM
given=
while IFS= read -r number; do given=$number; done
is_ours() { [ ! -d /proc/self ] || tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$ROOT/data"; }
lives() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.*[ZX]' "/proc/$1/status"; }
first_child() { cut -d ' ' -f 1 <"/proc/$1/task/$1/children" 2>/dev/null; }
end_server() {
  case $1 in '' | *[!0-9]*) return ;; esac
  is_ours "$1" || return
  # In namespaces the server is the child of the program that made them, and their end.
  kill -QUIT "$([ -n "$NAMESPACES" ] && first_child "$1" || echo "$1")" 2>/dev/null
  waited=0
  while lives "$1" && [ "$waited" -lt 100 ]; do sleep 0.05; waited=$((waited + 1)); done
  lives "$1" && kill -KILL "$1" 2>/dev/null
}
end_user() {
  [ -n "$OWN" ] || return
  for process in /proc/[0-9]*; do
    [ "$(stat -c %u "$process" 2>/dev/null)" = "$OWN" ] && kill -KILL "\${process#/proc/}" 2>/dev/null
  done
}
tries=0
while [ "$tries" -lt 40 ]; do
  end_server "$given"
  [ -n "$NAMESPACES" ] || end_server "$(head -n 1 "$ROOT/data/postmaster.pid" 2>/dev/null | cut -c 1-10)"
  end_user
  rm -rf "$ROOT" 2>/dev/null
  [ -e "$ROOT" ] || exit 0
  tries=$((tries + 1))
  sleep 0.2
done
exit 1
`

/** Starts a cluster that lives until it is released, and not longer than this process. */
export async function startCluster(
  installation: Installation,
  request: ScratchRequest,
  context: Context,
): Promise<Scratch> {
  const user = serverUser()
  const isolation = await isolationFor(installation.major, user, context)
  for (const each of [user, isolation.user]) assertReachable(installation, each)
  const root = await createClusterFolder(context.environment, user)
  const cluster = new ScratchCluster(root, installation, { user, isolation }, request, context)
  try {
    await cluster.start()
    return cluster
  } catch (error) {
    await cluster.release()
    throw error instanceof InterruptedError || error instanceof CouldNotVerifyError
      ? error
      : cluster.couldNotStart(error)
  }
}

function assertReachable({ folder }: Installation, user: User | null): void {
  if (user !== null && !canEnter(folder, user)) {
    throw new CouldNotVerifyError({
      doing: DOING,
      problem: `the user ${user.name}, who must run PostgreSQL because it refuses root, may not enter ${folder}`,
      advice: 'Let others enter that folder and those above it (chmod o+x), or run as another user than root.',
    })
  }
}

class ScratchCluster implements Scratch {
  readonly kind = 'cluster'
  readonly superuser = true
  readonly major: number
  serverVersion = ''
  startedWithout: readonly string[] = []
  private foundPrograms: Programs | undefined
  private readonly undertaker: Running
  private readonly log = new Tail()
  private released: Promise<void> | undefined
  /** The first database's, known before the server starts: some extensions live in one database alone. */
  private unusedName: string | undefined = scratchName()

  constructor(
    private readonly root: string,
    private readonly installation: Installation,
    private readonly who: {
      /** Makes the cluster; null for ourselves. initdb wants a user with a name. */
      user: User | null
      /** How its server is run. */
      isolation: Isolation
    },
    private readonly request: ScratchRequest,
    private readonly context: Context,
  ) {
    this.major = installation.major
    this.undertaker = context.processes.start({
      program: '/bin/sh',
      args: ['-c', UNDERTAKER],
      doing: 'removing the throw-away cluster',
      env: {
        PATH: context.environment.PATH,
        ROOT: root,
        OWN: ownUid(who),
        NAMESPACES: who.isolation.namespaces.length > 0 ? 'yes' : '',
      },
      cwd: '/',
      stdin: 'pipe',
      signal: unstoppable(),
    })
  }

  get programs(): Programs {
    if (this.foundPrograms === undefined) {
      throw new TypeError('the cluster has not been started')
    }
    return this.foundPrograms
  }

  get isolation(): { ownUser: boolean; namespaces: boolean } {
    return { ownUser: ownUid(this.who) !== '', namespaces: this.who.isolation.namespaces.length > 0 }
  }

  get maintenance(): ConnectionSettings {
    return this.settings('postgres')
  }

  async start(): Promise<void> {
    const [programs] = await Promise.all([this.findPrograms(), this.startServer()])
    this.foundPrograms = programs
  }

  async createDatabase(): Promise<ScratchDatabase> {
    const name = this.unusedName ?? scratchName()
    this.unusedName = undefined
    const localeFallback = await withSession(this.maintenance, this.sessionOptions, (session) =>
      createLike(session, name, this.request.source),
    )
    return { name, settings: this.settings(name), localeFallback }
  }

  release(): Promise<void> {
    this.released ??= this.remove()
    return this.released
  }

  couldNotStart(cause: unknown): CouldNotVerifyError {
    const said = this.log.toString()
    return new CouldNotVerifyError({
      doing: `${DOING} of PostgreSQL ${this.installation.version} in ${path.dirname(this.root)}`,
      problem: said === '' ? 'it did not start' : `it did not start; the last that it said:\n${said}\n`,
      advice: 'Mend the cause, or give a disposable server in scratch-url.',
      cause,
    })
  }

  private findPrograms(): Promise<Programs> {
    const { environment, processes } = this.context
    const { preferredFolders, archiveMajor = 0 } = this.request
    return findPrograms({
      serverMajor: Math.max(this.major, archiveMajor),
      preferredFolders: [...preferredFolders, this.installation.folder],
      environment,
      processes,
    })
  }

  private async startServer(): Promise<void> {
    await this.makeFolder('socket')
    await this.makeFolder('data')
    await this.initdb()
    await this.giveToServer()
    const ways = waysToStart(
      { socketFolder: path.join(this.root, 'socket'), programs: this.installation.folder },
      this.request.source,
      this.unusedName ?? '',
    )
    this.startedWithout = await this.startInOneOf(ways)
  }

  /** What the source has may keep this server from starting (a library without its key, a locale): then it starts without. */
  private async startInOneOf([way, ...others]: readonly [WayToStart, ...WayToStart[]]): Promise<readonly string[]> {
    try {
      await this.startWith(way.settings)
      return way.without
    } catch (error) {
      const [next, ...rest] = others
      if (!(error instanceof ServerEnded) || next === undefined) throw error
      this.context.logger.info(`The throw-away cluster did not start ${way.name}: ${this.log.toString()}`)
      return this.startInOneOf([next, ...rest])
    }
  }

  private async startWith(settings: Readonly<Record<string, string>>): Promise<void> {
    const server = this.launch(settings)
    const waiting = new AbortController()
    try {
      await Promise.race([this.waitUntilReady(waiting.signal), endedEarly(server)])
    } finally {
      waiting.abort()
    }
  }

  private async makeFolder(name: string): Promise<void> {
    await mkdir(path.join(this.root, name), { mode: 0o700 })
    const { user } = this.who
    if (user !== null) {
      await chown(path.join(this.root, name), user.uid, user.gid)
    }
  }

  private async giveToServer(): Promise<void> {
    const { user, isolation } = this.who
    if (isolation.user === null || isolation.user.uid === user?.uid) return
    for (const name of ['socket', 'data']) await handOver(path.join(this.root, name), isolation.user)
  }

  private async initdb(): Promise<void> {
    const args = ['--pgdata', this.dataFolder, '--username', this.request.source.bootstrapRole]
    args.push('--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync')
    if (this.major >= 18) {
      args.push('--no-data-checksums')
    }
    const command = this.command([path.join(this.installation.folder, 'initdb'), ...args], this.who.user)
    await this.context.processes.run({ ...command, signal: this.context.signal })
  }

  private launch(settings: Readonly<Record<string, string>>): Running {
    const { isolation } = this.who
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const words = [
      ...isolation.namespaces,
      path.join(this.installation.folder, 'postgres'),
      '-D',
      this.dataFolder,
      ...args,
    ]
    const server = this.context.processes.start({ ...this.command(words, isolation.user), signal: unstoppable() })
    this.undertaker.stdin?.write(`${server.pid}\n`)
    return server
  }

  private command([program = '', ...args]: readonly string[], user: User | null) {
    return {
      program,
      args,
      doing: DOING,
      env: this.serverEnvironment(),
      cwd: this.root,
      ...(user !== null && { user }),
      onStderrLine: (line: string) => {
        this.log.push(line)
      },
    }
  }

  /** Nothing of ours: who gets a program run in the server must not find our keys and passwords in its environment. */
  private serverEnvironment(): Record<string, string> {
    const { PATH = '/usr/bin:/bin', LD_LIBRARY_PATH } = this.context.environment
    const libraries = LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }
    return { PATH, LANG: 'C.UTF-8', LC_MESSAGES: 'C', HOME: this.root, ...libraries }
  }

  private async waitUntilReady(enough: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([this.context.signal, enough])
    const session = await connect(this.settings('postgres'), { signal, patience: START_LIMIT })
    this.serverVersion = session.serverVersion
    await session.end()
  }

  private async remove(): Promise<void> {
    this.undertaker.stdin?.end()
    try {
      await this.undertaker.finished
    } catch (error) {
      this.context.logger.warning(`The throw-away cluster in ${this.root} could not be removed: ${String(error)}`)
    }
  }

  private get dataFolder(): string {
    return path.join(this.root, 'data')
  }

  private get sessionOptions(): { signal: AbortSignal } {
    return { signal: this.context.signal }
  }

  private settings(database: string): ConnectionSettings {
    return {
      host: path.join(this.root, 'socket'),
      port: 5432,
      user: this.request.source.bootstrapRole,
      database,
      sslMode: 'disable',
      parameters: {},
    }
  }
}

/** The number of a user that has nothing but the cluster; empty where others may be running as the same. */
function ownUid({ user, isolation }: { user: User | null; isolation: Isolation }): string {
  return isolation.user === null || isolation.user.uid === user?.uid ? '' : String(isolation.user.uid)
}

class ServerEnded extends Error {
  override readonly name = 'ServerEnded'
}

/** Rejects when the server ends; while it runs, nothing. */
async function endedEarly(server: Running): Promise<never> {
  await server.finished.catch((cause: unknown) => {
    throw new ServerEnded('the server ended by itself', { cause })
  })
  throw new ServerEnded('the server ended by itself')
}
