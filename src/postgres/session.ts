import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

import { ConnectionError, InterruptedError } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'
import { connectionTrouble } from './connection-errors.js'
import { describeConnection, type ConnectionSettings } from './connection.js'
import { APPLICATION_NAME } from './libpq-environment.js'
import { QueryError } from './query-error.js'
import { copyOut } from './copy-out.js'
import type { RowSource } from './queryable.js'
import { tlsAttempts, tlsOptions } from './tls.js'

/** One connection to a server. Statements run one after the other. */
export interface Session extends RowSource {
  readonly settings: ConnectionSettings
  /** `17.2`, or `18beta1` */
  readonly serverVersion: string
  /** `17` */
  readonly major: number
  /** The server's process of this session. */
  readonly backendPid: number
  /**
   * The rows of one statement; 64-bit integers and numerics are strings. Where parameters are given, even none, the server
   * refuses a text that holds several statements.
   *
   * Throws `QueryError` with the SQLSTATE when the server refuses it, `ConnectionError` of kind `lost` when the connection
   * broke, now or earlier, `InterruptedError` when the signal aborts; the server then stops working on it too.
   */
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>
  /** Closes the connection. Never throws; harmless when called twice or after the connection broke. */
  end(): Promise<void>
}

export interface ConnectOptions {
  /** As the server's views and logs show it. */
  applicationName?: string
  signal?: AbortSignal
  /** For so many milliseconds, a server that is starting or does not answer yet is tried again. Not at all by default. */
  patience?: number
  /** Called before each further attempt with the reason for it. */
  onRetry?: (reason: ConnectionError) => void
}

/** Milliseconds between attempts: short at first, because a server that was just started is soon there. */
const RETRY_INTERVALS = { first: 30, longest: 500 }

const END_LIMIT = 5_000

/**
 * Connects as libpq would with these settings. Time-outs that would end a long backup are off in the session.
 *
 * Throws `ConnectionError` that says what the cause is, `InterruptedError` when the signal aborts.
 */
export async function connect(settings: ConnectionSettings, options: ConnectOptions = {}): Promise<Session> {
  const { patience = 0, signal, onRetry } = options
  const giveUpAt = performance.now() + patience
  for (let interval = RETRY_INTERVALS.first; ; interval = Math.min(interval * 2, RETRY_INTERVALS.longest)) {
    try {
      return await connectOnce(settings, options)
    } catch (error) {
      throwIfAborted(signal, settings)
      const trouble = connectionTrouble(error, settings)
      if (!mayPass(trouble) || performance.now() + interval > giveUpAt) {
        throw trouble
      }
      onRetry?.(trouble)
    }
    await wait(interval, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throwIfAborted(signal, settings)
    })
  }
}

/** Connects, does work and closes the connection, whatever happens. */
export async function withSession<T>(
  settings: ConnectionSettings,
  options: ConnectOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(settings, options)
  try {
    return await work(session)
  } finally {
    await session.end()
  }
}

function mayPass({ kind }: ConnectionError): boolean {
  return kind === 'starting' || kind === 'unreachable'
}

function throwIfAborted(signal: AbortSignal | undefined, settings: ConnectionSettings): void {
  if (signal?.aborted === true) {
    throw new InterruptedError(`connecting to ${describeConnection(settings)}`, signal.reason)
  }
}

/** One round of the attempts that the sslmode allows: with TLS, without, or both in turn. */
async function connectOnce(settings: ConnectionSettings, options: ConnectOptions): Promise<Session> {
  throwIfAborted(options.signal, settings)
  const attempts = tlsAttempts(settings)
  for (const [index, withTls] of attempts.entries()) {
    const isLast = index === attempts.length - 1
    try {
      return await attempt(settings, withTls, options)
    } catch (error) {
      if (isLast || !isAboutEncryption(error, settings)) {
        throw error
      }
    }
  }
  throw new TypeError('there is always at least one attempt')
}

/** Whether the other kind of connection may succeed: TLS is not spoken or failed, or pg_hba.conf wants the other kind. */
function isAboutEncryption(error: unknown, settings: ConnectionSettings): boolean {
  return codeOf(error) === '28000' || connectionTrouble(error, settings).kind === 'tls'
}

async function attempt(settings: ConnectionSettings, withTls: boolean, options: ConnectOptions): Promise<Session> {
  const client = newClient(settings, withTls, options)
  const session = new PgSession(client, settings, options.signal)
  const abandon = (): void => {
    destroy(client)
  }
  const limit = connectLimit(settings)
  const timer = setTimeout(abandon, limit + 1_000)
  options.signal?.addEventListener('abort', abandon, { once: true })
  try {
    await client.connect()
    await session.prepare().catch((cause: unknown) => {
      throw codeOf(cause) === undefined ? silent(settings, limit, cause) : cause
    })
    return session
  } catch (error) {
    destroy(client)
    throw error
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', abandon)
  }
}

/** A pool without a free server connection accepts us, and then lets the first statement wait. */
function silent(settings: ConnectionSettings, limit: number, cause: unknown): ConnectionError {
  return new ConnectionError('unreachable', {
    doing: `connecting to ${describeConnection(settings)}`,
    problem: `the connection was accepted, but nothing was answered within ${limit / 1000} s`,
    advice: 'A connection pool may be used up: use the direct address of the database, or raise the pool size.',
    cause,
  })
}

/** Milliseconds. */
function connectLimit({ parameters }: ConnectionSettings): number {
  return Number(parameters.connect_timeout ?? 0) * 1000 || 30_000
}

function newClient(
  settings: ConnectionSettings,
  withTls: boolean,
  { applicationName = APPLICATION_NAME }: ConnectOptions,
): pg.Client {
  const { host, port, user, database, parameters } = settings
  const client = new pg.Client({
    host: parameters.hostaddr ?? host,
    port,
    user,
    database,
    password: () => passwordOf(settings),
    ssl: withTls ? tlsOptions(settings) : false,
    sslnegotiation: withTls && parameters.sslnegotiation === 'direct' ? 'direct' : 'postgres',
    enableChannelBinding: withTls && parameters.channel_binding === 'require',
    application_name: applicationName,
    connectionTimeoutMillis: connectLimit(settings),
    keepAlive: parameters.keepalives !== '0',
    keepAliveInitialDelayMillis: Number(parameters.keepalives_idle ?? 60) * 1000,
  })
  // Where it is given none, pg takes PGOPTIONS of this process, which may be meant for another server.
  const internals = client as unknown as { connectionParameters: { options: string | undefined } }
  internals.connectionParameters.options = parameters.options
  return client
}

/** Asked for only when the server wants a password; never pg's own search, which knows other places than libpq. */
function passwordOf(settings: ConnectionSettings): string {
  if (settings.password === undefined || settings.password === '') {
    throw new ConnectionError('wrong-password', {
      doing: `connecting to ${describeConnection(settings)}`,
      problem: `the server asks for the password of "${settings.user}" and none is given`,
      advice: 'Give it in the URI, in PGPASSWORD, or in a password file (PGPASSFILE or ~/.pgpass, mode 0600).',
    })
  }
  return settings.password
}

interface ServerFacts {
  version: string
  number: number
  pid: number
}

class PgSession implements Session {
  serverVersion = ''
  major = 0
  backendPid = 0
  private lost: unknown
  private ended: Promise<void> | undefined

  constructor(
    private readonly client: pg.Client,
    readonly settings: ConnectionSettings,
    private readonly signal: AbortSignal | undefined,
  ) {
    // Without a listener, a connection that breaks while nobody asks anything would end the process.
    client.on('error', (error) => {
      this.lost ??= error
    })
  }

  /** Learns what the server is and turns off what would end a long session; each major knows other time-outs. */
  async prepare(): Promise<void> {
    const { rows } = await this.client.query<ServerFacts>(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
              pg_backend_pid() AS pid,
              (SELECT count(set_config(name, '0', false)) FROM pg_settings WHERE name IN
                ('statement_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout'))`,
    )
    const [facts] = rows
    this.serverVersion = /^\S+/.exec(facts?.version ?? '')?.[0] ?? ''
    this.major = Math.floor((facts?.number ?? 0) / 10_000)
    this.backendPid = facts?.pid ?? 0
  }

  async query<T>(sql: string, params?: readonly unknown[]): Promise<T[]> {
    // Without parameters pg uses the simple protocol, which takes several statements and gives a result for each.
    const ask = (): Promise<unknown> =>
      params === undefined ? this.client.query(sql) : this.client.query(oneStatement(sql, params))
    return rowsOf<T>(await this.answered(ask))
  }

  copyOut(sql: string, onRow: (row: Buffer) => void): Promise<void> {
    return this.answered(() => copyOut(this.client, sql, onRow))
  }

  private async answered<T>(ask: () => Promise<T>): Promise<T> {
    this.throwIfUnusable()
    const abort = (): void => void this.cancel()
    this.signal?.addEventListener('abort', abort, { once: true })
    try {
      return await ask()
    } catch (error) {
      throw this.troubleOf(error)
    } finally {
      this.signal?.removeEventListener('abort', abort)
    }
  }

  end(): Promise<void> {
    this.ended ??= this.close()
    return this.ended
  }

  private async close(): Promise<void> {
    const limit = new AbortController()
    const closed = this.client.end().catch(() => undefined)
    const tooLong = wait(END_LIMIT, undefined, { signal: limit.signal, ref: false }).then(
      () => {
        destroy(this.client)
      },
      () => undefined,
    )
    await Promise.race([closed, tooLong])
    limit.abort()
  }

  private throwIfUnusable(): void {
    if (this.signal?.aborted === true) {
      throw new InterruptedError(this.doing, this.signal.reason)
    }
    if (this.lost !== undefined || this.ended !== undefined) {
      throw this.lostError(this.lost)
    }
  }

  private troubleOf(error: unknown): Error {
    if (this.signal?.aborted === true) {
      return new InterruptedError(this.doing, this.signal.reason)
    }
    const isFromServer = error instanceof pg.DatabaseError && !['57P01', '57P02', '57P03'].includes(error.code ?? '')
    return isFromServer ? new QueryError(error, this.doing) : this.lostError(error)
  }

  private lostError(cause: unknown): ConnectionError {
    this.lost ??= cause ?? new Error('the session was ended')
    return new ConnectionError('lost', {
      doing: this.doing,
      problem: 'the connection to the server was lost',
      advice:
        "Read the server's log for the reason: a restart, a crash, an administrator, or a network that drops idle connections.",
      cause,
    })
  }

  private get doing(): string {
    return `asking ${describeConnection(this.settings)}`
  }

  /** Stops the statement at the server, which would otherwise go on; over another connection, as there is no other way. */
  private async cancel(): Promise<void> {
    try {
      const canceller = await connect(this.settings, { applicationName: `${APPLICATION_NAME} cancel` })
      await canceller.query('SELECT pg_cancel_backend($1)', [this.backendPid])
      await canceller.end()
    } catch {
      destroy(this.client) // the server cannot be told, so at least we stop waiting for it
    }
  }
}

/** Cuts the connection; `end` of pg would say good-bye first and wait for an answer. */
function destroy(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy: () => void } } }
  connection.stream.destroy()
}

/** For the extended protocol, which takes one statement; pg's types do not know the mode. */
function oneStatement(text: string, params: readonly unknown[]): pg.QueryConfig {
  const query: pg.QueryConfig & { queryMode: 'extended' } = { text, values: [...params], queryMode: 'extended' }
  return query
}

function rowsOf<T>(result: unknown): T[] {
  const last: unknown = Array.isArray(result) ? result.at(-1) : result
  return typeof last === 'object' && last !== null && 'rows' in last ? (last.rows as T[]) : []
}
