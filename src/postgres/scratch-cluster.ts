import { chown, mkdir } from 'node:fs/promises'
import path from 'node:path'

import type { Context, Running, User } from '../context.js'
import { CouldNotVerifyError, InterruptedError } from '../errors.js'
import { Tail } from '../platform/lines.js'
import { canEnter } from '../platform/users.js'
import type { ConnectionSettings } from './connection.js'
import { programEnvironment } from './libpq-environment.js'
import type { Installation } from './program-places.js'
import { findPrograms, type Programs } from './programs.js'
import { createLike, scratchName } from './scratch-database.js'
import { createClusterFolder, serverUser } from './scratch-place.js'
import { waysToStart, type WayToStart } from './scratch-start.js'
import type { Scratch, ScratchDatabase, ScratchRequest } from './scratch.js'
import { connect, withSession } from './session.js'

const DOING = 'starting a throw-away cluster'

const START_LIMIT = 60_000

/** A signal that never aborts: what cleans up must go on after an interruption. */
const unstoppable = (): AbortSignal => new AbortController().signal

/**
 * Waits for the end of its input, which comes when the cluster is released or when our process dies in whatever way; then
 * ends the server at once and removes the folder. It tries again, because a dying run may leave a server that only just starts.
 */
const UNDERTAKER = `
trap '' HUP INT TERM
cat >/dev/null
lives() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.*[ZX]' "/proc/$1/status"; }
tries=0
while [ "$tries" -lt 40 ]; do
  pid=$(sed -n 1p "$ROOT/data/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ]; then
    kill -QUIT "$pid" 2>/dev/null
    waited=0
    while lives "$pid" && [ "$waited" -lt 100 ]; do sleep 0.05; waited=$((waited + 1)); done
    lives "$pid" && kill -KILL "$pid" 2>/dev/null
  fi
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
  assertReachable(installation, user)
  const root = await createClusterFolder(context.environment, user)
  const cluster = new ScratchCluster(root, installation, user, request, context)
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
    private readonly user: User | null,
    private readonly request: ScratchRequest,
    private readonly context: Context,
  ) {
    this.major = installation.major
    this.undertaker = context.processes.start({
      program: '/bin/sh',
      args: ['-c', UNDERTAKER],
      doing: 'removing the throw-away cluster',
      env: { PATH: context.environment.PATH, ROOT: root },
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
    if (this.user !== null) {
      await chown(path.join(this.root, name), this.user.uid, this.user.gid)
    }
  }

  private async initdb(): Promise<void> {
    const args = ['--pgdata', this.dataFolder, '--username', this.request.source.bootstrapRole]
    args.push('--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync')
    if (this.major >= 18) {
      args.push('--no-data-checksums')
    }
    await this.context.processes.run({ ...this.command('initdb', args), signal: this.context.signal })
  }

  private launch(settings: Readonly<Record<string, string>>): Running {
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    return this.context.processes.start({
      ...this.command('postgres', ['-D', this.dataFolder, ...args]),
      signal: unstoppable(),
    })
  }

  private command(program: string, args: string[]) {
    return {
      program: path.join(this.installation.folder, program),
      args,
      doing: DOING,
      env: programEnvironment(this.context.environment),
      cwd: this.root,
      ...(this.user === null ? {} : { user: this.user }),
      onStderrLine: (line: string) => {
        this.log.push(line)
      },
    }
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
