import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'

import { availableMajors, defaultInstallation, installationOf, type Installation } from './installations.js'

export interface ClusterOptions {
  /** Major to run; without it and without `bin`, the oldest on this machine that has its own client programs. */
  major?: number
  /** Folder of the server programs, instead of `major`. */
  bin?: string
  /** Lines for `postgresql.conf`, e.g. `{ wal_level: 'logical', max_connections: 20 }`. */
  settings?: Readonly<Record<string, string | number | boolean>>
  /** More arguments for `initdb`, e.g. `['--data-checksums']`. */
  initdbArgs?: readonly string[]
  /** `trust` (default): nobody needs a password. `scram`: everybody does, on the socket too. */
  auth?: 'trust' | 'scram'
}

export interface RunOptions {
  /** Variables on top of `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`; `undefined` removes one. */
  env?: Readonly<Record<string, string | undefined>>
  stdin?: string
}

export interface UrlOptions {
  /** `tcp` (default) is `127.0.0.1`, `socket` the cluster's Unix socket. */
  via?: 'tcp' | 'socket'
  /** Another role than the superuser; give its password here too where the cluster asks for one. */
  user?: string
  password?: string
}

export type StopMode = 'smart' | 'fast' | 'immediate'

/** A throw-away PostgreSQL of a test. */
export interface TestCluster {
  readonly major: number
  /** Folder of the server programs. */
  readonly bin: string
  /** Folder of the client programs that fit: those of the same major, or of the nearest newer one. */
  readonly clientBin: string
  readonly dataDirectory: string
  /** Folder of the Unix socket; as libpq, use it as host. */
  readonly host: string
  /** Port of the Unix socket and of 127.0.0.1; below 32768. It stays the same over `stop` and `start`. */
  readonly port: number
  readonly superuser: string
  /** The superuser's password with `auth: 'scram'`. */
  readonly password: string | undefined
  /** The server's log file. */
  readonly logFile: string
  /** A connection URL that libpq and `pg` both understand. */
  url(database?: string, options?: UrlOptions): string
  /** `PGHOST` (socket), `PGPORT`, `PGUSER` and, with `auth: 'scram'`, `PGPASSWORD`. */
  environment(): Record<string, string>
  /** Rows of one query, as the superuser, over a connection of its own. */
  query(sql: string, database?: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** A connected client of `pg`; the test ends it. */
  connect(database?: string): Promise<pg.Client>
  /**
   * Runs SQL text, or a file, in psql with `ON_ERROR_STOP`, unaligned and tuples only; returns its output, trimmed.
   * A failure is an error that holds what psql said.
   */
  psql(
    input: string | { file: string },
    database?: string,
    variables?: Readonly<Record<string, string>>,
  ): Promise<string>
  /** Runs a client program (`pg_dump`, `pg_restore`, …) on this cluster and returns its output. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>
  createDatabase(name: string): Promise<void>
  /** Starts it again after `stop` or `kill`. */
  start(): Promise<void>
  stop(mode?: StopMode): Promise<void>
  /** SIGKILL to the postmaster, as the kernel's out-of-memory killer does; returns when no process of it is left. */
  kill(): Promise<void>
  /** Stops it at once and removes everything it wrote. Harmless when called twice. */
  remove(): Promise<void>
}

const SUPERUSER = 'postgres'

/** Fast rather than durable, and everything inside the cluster's own folder. */
const SETTINGS: Readonly<Record<string, string | number | boolean>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '64MB',
  max_connections: 50,
  dynamic_shared_memory_type: 'mmap',
  log_line_prefix: '%m [%p] %a ',
}

/**
 * Waits for the end of its stdin, which comes when the cluster is removed or when this process dies in whatever way;
 * then stops the server and removes the folder. It repeats because a dying test may leave an initdb or a start behind.
 * The shared memory segment, whose id is in postmaster.pid, only remains after a SIGKILL.
 */
const SUPERVISOR = `
trap '' HUP INT TERM
cat >/dev/null
tries=0
while [ "$tries" -lt 50 ]; do
  if [ -s "$ROOT/data/postmaster.pid" ]; then
    segment=$(sed -n 7p "$ROOT/data/postmaster.pid" | awk '{print $2}')
    pid=$(sed -n 1p "$ROOT/data/postmaster.pid")
    if ! grep -qs '^State:.*[ZX]' "/proc/$pid/status"; then
      "$BIN/pg_ctl" -D "$ROOT/data" -m immediate -t 20 stop >/dev/null 2>&1
    fi
    [ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
  fi
  rm -rf "$ROOT" 2>/dev/null
  [ -e "$ROOT" ] || { sleep 0.05; [ -e "$ROOT" ] || exit 0; }
  tries=$((tries + 1))
  sleep 0.2
done
exit 1
`

interface Identity {
  uid: number
  gid: number
}

/** PostgreSQL refuses root, so root runs it as `postgres` or else `nobody`; anybody else runs it as himself. */
function serverIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields?.[2] !== undefined && fields[3] !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error('PostgreSQL cannot run as root and there is neither a user postgres nor nobody in /etc/passwd.')
}

/** The environment without the caller's own PostgreSQL settings, which would leak into a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^PG[A-Z]/.test(name) && !name.startsWith('LC_'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8' }
}

async function capture(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; identity?: Identity | undefined; stdin?: string | undefined },
): Promise<string> {
  const child = spawn(program, args, { env: options.env, cwd: options.cwd, ...options.identity })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => undefined) // a program that ends early: its exit code and stderr tell the story
  child.stdin.end(options.stdin ?? '')
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => {
      resolve(exitCode ?? signal ?? 'unknown')
    })
  })
  if (code !== 0) {
    const said = [Buffer.concat(stderr), Buffer.concat(stdout)].map((buffer) => buffer.toString().trim().slice(-4000))
    throw new Error(`${path.basename(program)} ${args.join(' ')} ended with ${code}: ${said.join('\n')}`)
  }
  return Buffer.concat(stdout).toString()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.once('error', () => {
      resolve(false)
    })
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true)
      })
    })
  })
}

/** A free port of 127.0.0.1 below the kernel's ephemeral ones, so that no outgoing connection takes it meanwhile. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 20_000 + (randomBytes(4).readUInt32BE() % 12_768)
    if (await isFree(port)) return port
  }
  throw new Error('No free port between 20000 and 32767 on 127.0.0.1 in 200 attempts.')
}

interface ProcessState {
  state: string
  parent: number
}

/** Read from /proc, because a signal also reaches zombies, which a container without an init never clears away. */
function processState(pid: number): ProcessState | undefined {
  try {
    const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return state === undefined ? undefined : { state, parent: Number(parent) }
  } catch {
    return undefined // it has ended
  }
}

function isAlive(pid: number): boolean {
  return !['Z', 'X', undefined].includes(processState(pid)?.state)
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => processState(pid)?.parent === parent)
}

async function until(condition: () => boolean, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

/** The folder for clusters: short, because a socket's path ends at 107 bytes, and open to the server's user. */
function temporaryFolder(): string {
  const folder = os.tmpdir()
  if (process.getuid?.() !== 0) return folder
  const parts = path.resolve(folder).split('/')
  const open = parts.every((_, index) => (statSync(`/${parts.slice(1, index + 1).join('/')}`).mode & 0o001) !== 0)
  return open && folder.length < 60 ? folder : '/tmp'
}

class Cluster implements TestCluster {
  readonly superuser = SUPERUSER
  readonly major: number
  readonly bin: string
  readonly clientBin: string
  readonly dataDirectory: string
  readonly logFile: string
  readonly password: string | undefined
  port = 0
  private supervisor: ChildProcess | undefined
  private readonly env = cleanEnvironment()

  constructor(
    readonly host: string,
    installation: Installation,
    private readonly identity: Identity | undefined,
    private readonly options: ClusterOptions,
  ) {
    this.major = installation.major
    this.bin = installation.bin
    this.clientBin = installation.clientBin
    this.dataDirectory = path.join(host, 'data')
    this.logFile = path.join(host, 'server.log')
    this.password = options.auth === 'scram' ? randomBytes(12).toString('hex') : undefined
  }

  async initialise(): Promise<void> {
    this.supervise()
    const auth = this.password === undefined ? 'trust' : 'scram-sha-256'
    const args = ['-D', this.dataDirectory, '-U', SUPERUSER, '-A', auth, '--no-sync', '--no-instructions']
    args.push('--encoding=UTF8', '--locale=C.UTF-8')
    if (this.password !== undefined) args.push(`--pwfile=${await this.passwordFile(this.password)}`)
    await this.server('initdb', [...args, ...(this.options.initdbArgs ?? [])])
    await this.startOnFreePort()
  }

  private async startOnFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.port = await freePort()
      await this.configure()
      try {
        await this.start()
        return
      } catch (error) {
        const taken = String(error).includes('could not create any TCP/IP sockets')
        if (!taken || attempt === 5) throw error
      }
    }
  }

  private async configure(): Promise<void> {
    const settings = {
      ...SETTINGS,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.host,
      ...this.options.settings,
      port: this.port,
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`)
    await appendFile(path.join(this.dataDirectory, 'postgresql.conf'), `\n${lines.join('\n')}\n`)
  }

  private async passwordFile(password: string): Promise<string> {
    const file = path.join(this.host, 'password')
    await writeFile(file, password, { mode: 0o600 })
    if (this.identity !== undefined) await chown(file, this.identity.uid, this.identity.gid)
    return file
  }

  private supervise(): void {
    const supervisor = spawn('/bin/sh', ['-c', SUPERVISOR], {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', BIN: this.bin, ROOT: this.host },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      ...this.identity,
    })
    supervisor.unref()
    supervisor.stdin.on('error', () => undefined)
    if (supervisor.stdin instanceof net.Socket) supervisor.stdin.unref()
    this.supervisor = supervisor
  }

  private server(program: string, args: readonly string[]): Promise<string> {
    return capture(path.join(this.bin, program), args, { cwd: this.host, env: this.env, identity: this.identity })
  }

  async start(): Promise<void> {
    await rm(this.logFile, { force: true })
    const postmaster = await this.postmaster()
    if (postmaster !== undefined && !isAlive(postmaster)) {
      // PostgreSQL takes the zombie of a killed postmaster for a running one.
      await rm(this.pidFile)
      await rm(path.join(this.host, `.s.PGSQL.${this.port}.lock`), { force: true })
    }
    try {
      await this.server('pg_ctl', ['-D', this.dataDirectory, '-l', this.logFile, '-w', '-t', '60', '-s', 'start'])
    } catch (error) {
      const log = await readFile(this.logFile, 'utf8').catch(() => '')
      throw new Error(`PostgreSQL ${this.major} did not start: ${log.slice(-3000)}`, { cause: error })
    }
  }

  private get pidFile(): string {
    return path.join(this.dataDirectory, 'postmaster.pid')
  }

  private async postmaster(): Promise<number | undefined> {
    const lines = await readFile(this.pidFile, 'utf8').catch(() => '')
    return lines === '' ? undefined : Number.parseInt(lines, 10)
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.server('pg_ctl', ['-D', this.dataDirectory, '-m', mode, '-w', '-t', '60', '-s', 'stop'])
  }

  async kill(): Promise<void> {
    const postmaster = await this.postmaster()
    if (postmaster === undefined) throw new Error(`The cluster in ${this.host} is not running.`)
    const all = [postmaster, ...childrenOf(postmaster)]
    process.kill(postmaster, 'SIGKILL')
    const gone = (): boolean => !all.some(isAlive)
    if (await until(gone, 5_000)) return
    for (const pid of all.filter(isAlive)) process.kill(pid, 'SIGKILL')
    if (!(await until(gone, 5_000))) throw new Error(`Processes ${all.filter(isAlive).join(', ')} survive SIGKILL.`)
  }

  async remove(): Promise<void> {
    const supervisor = this.supervisor
    if (supervisor === undefined) return
    this.supervisor = undefined
    const ended = new Promise<number | null>((resolve) => {
      if (supervisor.exitCode !== null) resolve(supervisor.exitCode)
      supervisor.once('exit', resolve)
    })
    supervisor.ref()
    supervisor.stdin?.end()
    if ((await ended) !== 0) throw new Error(`The throw-away cluster in ${this.host} could not be removed.`)
  }

  url(database = 'postgres', options: UrlOptions = {}): string {
    const { via = 'tcp', user = SUPERUSER, password = user === SUPERUSER ? this.password : undefined } = options
    const name = encodeURIComponent(database)
    if (via === 'tcp') {
      const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`
      return `postgresql://${encodeURIComponent(user)}${secret}@127.0.0.1:${this.port}/${name}`
    }
    const parameters = {
      host: this.host,
      port: String(this.port),
      user,
      ...(password === undefined ? {} : { password }),
    }
    const query = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    return `postgresql:///${name}?${query.join('&')}`
  }

  environment(): Record<string, string> {
    return {
      PGHOST: this.host,
      PGPORT: String(this.port),
      PGUSER: SUPERUSER,
      ...(this.password === undefined ? {} : { PGPASSWORD: this.password }),
    }
  }

  async connect(database = 'postgres'): Promise<pg.Client> {
    const { host, port, password } = this
    const client = new pg.Client({ host, port, user: SUPERUSER, database, password })
    client.on('error', () => undefined) // a server that a test stops or kills: the query says so
    await client.connect()
    return client
  }

  async query(sql: string, database?: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = await this.connect(database)
    try {
      // Several statements give several results, which the types of pg do not say.
      const result = (await client.query(sql, [...parameters])) as pg.QueryResult | pg.QueryResult[]
      return ((Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? []) as Record<string, unknown>[]
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  async psql(
    input: string | { file: string },
    database = 'postgres',
    variables: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', this.url(database, { via: 'socket' })]
    for (const [name, value] of Object.entries(variables)) args.push('-v', `${name}=${value}`)
    if (typeof input !== 'string') args.push('-f', input.file)
    const stdin = typeof input === 'string' ? input : ''
    return (await this.run('psql', args, { stdin })).trim()
  }

  run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    const env = { ...this.env, ...this.environment(), ...options.env }
    return capture(path.join(this.clientBin, program), args, { env, stdin: options.stdin })
  }

  async createDatabase(name: string): Promise<void> {
    await this.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`)
  }
}

function chosenInstallation({ bin, major }: ClusterOptions): Installation {
  if (bin === undefined) return major === undefined ? defaultInstallation() : installationOf(major)
  const known = availableMajors().find((installation) => installation.bin === bin)
  return known ?? { major: major ?? defaultInstallation().major, bin, hasClient: true, clientBin: bin }
}

/**
 * Starts a PostgreSQL of its own for a test, on a Unix socket and on a free port of 127.0.0.1. Call `remove` in
 * `afterAll`. If the test's process dies before, a supervisor stops the server and removes its folder.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const installation = chosenInstallation(options)
  const identity = serverIdentity()
  const host = await mkdtemp(path.join(temporaryFolder(), 'lifeboat-pg-'))
  await chmod(host, 0o755)
  await mkdir(path.join(host, 'data'), { mode: 0o700 })
  if (identity !== undefined) {
    await chown(path.join(host, 'data'), identity.uid, identity.gid)
    await chown(host, identity.uid, identity.gid)
  }
  const cluster = new Cluster(host, installation, identity, options)
  try {
    await cluster.initialise()
  } catch (error) {
    await cluster.remove()
    throw error
  }
  return cluster
}
