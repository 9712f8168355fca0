import net from 'node:net'

import { ConnectionError, messageOf, type ConnectionProblem } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'
import { describeConnection, isSocket, type ConnectionSettings } from './connection.js'
import { POOLER_ADVICE } from './pooler-advice.js'

interface Diagnosis {
  kind: ConnectionProblem
  problem: string
  advice: string
}

/** What went wrong with a connection attempt, in words that say what to do. What is one already comes back as it is. */
export function connectionTrouble(cause: unknown, settings: ConnectionSettings): ConnectionError {
  if (cause instanceof ConnectionError) {
    return cause
  }
  const { kind, problem, advice } = diagnose(cause, settings)
  return new ConnectionError(kind, { doing: `connecting to ${describeConnection(settings)}`, problem, advice, cause })
}

function diagnose(cause: unknown, settings: ConnectionSettings): Diagnosis {
  const first = firstOf(cause)
  return (
    fromServer(first, settings) ??
    fromTls(first, settings) ??
    fromNetwork(cause, settings) ?? {
      kind: 'other',
      problem: messageOf(first),
      advice: 'Read the cause; psql with the same settings must be able to connect.',
    }
  )
}

/** Node reports a host with several addresses as one error with an error for each. */
function firstOf(error: unknown): unknown {
  return partsOf(error)[0] ?? error
}

function partsOf(error: unknown): unknown[] {
  const hasParts = typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors)
  return hasParts ? (error.errors as unknown[]) : [error]
}

/** What the server said, by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function fromServer(cause: unknown, settings: ConnectionSettings): Diagnosis | undefined {
  const message = messageOf(cause)
  const { user, database, host, port } = settings
  const say = (kind: ConnectionProblem, advice: string, problem = message): Diagnosis => ({ kind, problem, advice })
  switch (codeOf(cause) ?? '') {
    case '28P01':
      return say('wrong-password', passwordAdvice(user), `the password for user "${user}" was rejected`)
    case '28000':
      return fromAuthorization(cause, settings)
    case '3D000':
      return say(
        'no-such-database',
        `List the databases with: psql -l -h ${host} -p ${port} -U ${user}. Names are case-sensitive.`,
        `there is no database "${database}"`,
      )
    case '42501':
      return say('other', `Grant it: GRANT CONNECT ON DATABASE … TO "${user}".`)
    case '57P03':
      return say(
        'starting',
        'Wait until the server accepts connections, then start again; give a service container a health check.',
      )
    case '53300':
      return say(
        'too-many-connections',
        'Wait, close idle sessions, lower jobs, or raise max_connections or the limit of the role or database.',
      )
    case '57P01':
    case '57P02':
      return say('lost', 'The server ended the connection. Find out who stopped or restarted it, then start again.')
  }
  return fromPooler(message)
}

function passwordAdvice(user: string): string {
  return `Check the password of "${user}" in the URI, PGPASSWORD or the password file. In a URI, signs such as % @ / : must be percent-encoded.`
}

/**
 * The server tells who is not let in and who may not log in by one SQLSTATE. Its words, which may be in any language, only
 * make it more precise; which of its functions refused does not depend on them.
 */
function fromAuthorization(cause: unknown, { user, database, sslMode }: ConnectionSettings): Diagnosis {
  const message = messageOf(cause)
  if (/role .* does not exist/i.test(message)) {
    return {
      kind: 'no-such-role',
      problem: `there is no role "${user}"`,
      advice: 'Check the user; role names are case-sensitive.',
    }
  }
  if (/not permitted to log in/i.test(message)) {
    return {
      kind: 'no-such-role',
      problem: `the role "${user}" may not log in`,
      advice: `Allow it: ALTER ROLE "${user}" LOGIN.`,
    }
  }
  if (routineOf(cause) === 'InitializeSessionUserId') {
    return {
      kind: 'no-such-role',
      problem: `there is no role "${user}", or it may not log in: ${message}`,
      advice: `Check the user; role names are case-sensitive. If it is there, allow it: ALTER ROLE "${user}" LOGIN.`,
    }
  }
  // With any other sslmode, TLS was tried as well.
  if (sslMode === 'disable' && /no encryption|SSL off/i.test(message)) {
    return {
      kind: 'tls',
      problem: message,
      advice: 'The server wants TLS: use sslmode=require, or better verify-full.',
    }
  }
  if (/certificate/i.test(message)) {
    return { kind: 'tls', problem: message, advice: 'The server wants a client certificate: give sslcert and sslkey.' }
  }
  return {
    kind: 'rejected-by-hba',
    problem: message,
    advice: `Allow user "${user}" on database "${database}" from this address in the server's pg_hba.conf, then reload it; or use another user or address.`,
  }
}

/** The server's function that complained. */
function routineOf(error: unknown): string | undefined {
  const { routine } = Object(error) as { routine?: unknown }
  return typeof routine === 'string' ? routine : undefined
}

function fromPooler(message: string): Diagnosis | undefined {
  if (/unsupported startup parameter/i.test(message)) {
    return { kind: 'pooler', problem: `a connection pooler answered: ${message}`, advice: POOLER_ADVICE }
  }
  if (/no more connections allowed|max_client_conn|MaxClientsInSessionMode/i.test(message)) {
    return {
      kind: 'too-many-connections',
      problem: `a connection pooler answered: ${message}`,
      advice: 'Use the direct address of the database, lower jobs, or raise the pool size.',
    }
  }
  if (/tenant or user not found/i.test(message)) {
    return {
      kind: 'no-such-role',
      problem: `the pooler knows no such user: ${message}`,
      advice: 'On Supabase the user is postgres.<project reference>, as its connect dialog shows it.',
    }
  }
  return undefined
}

const TLS_CODES = /^(ERR_(TLS|SSL|OSSL)_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH)/

function fromTls(cause: unknown, { sslMode, host }: ConnectionSettings): Diagnosis | undefined {
  const message = messageOf(cause)
  const code = codeOf(cause) ?? ''
  if (/server does not support SSL/i.test(message)) {
    return {
      kind: 'tls',
      problem: `the server does not speak TLS, which sslmode ${sslMode} demands`,
      advice: 'Turn on ssl at the server. Only on a network that you trust, use sslmode=disable.',
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      kind: 'tls',
      problem: `the server's certificate is not for "${host}"`,
      advice: 'Connect by a name that its certificate has, or use sslmode=verify-ca if only the chain matters.',
    }
  }
  if (!TLS_CODES.test(code)) {
    return undefined
  }
  return {
    kind: 'tls',
    problem: `the TLS connection failed: ${message} (${code})`,
    advice: sslMode.startsWith('verify-')
      ? "Give the certificate of the authority that signed the server's in sslrootcert, and check that none has expired."
      : 'Check the TLS versions and certificates of both sides.',
  }
}

const UNREACHABLE = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENOENT', 'EACCES', 'EPIPE',
]) // prettier-ignore

const NO_ROUTE = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])

function fromNetwork(cause: unknown, settings: ConnectionSettings): Diagnosis | undefined {
  const { host, port } = settings
  const code = codeOf(firstOf(cause)) ?? ''
  const message = messageOf(cause)
  if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_FAIL'].includes(code)) {
    return {
      kind: 'unknown-host',
      problem: `the host name "${host}" cannot be resolved`,
      advice:
        'Check its spelling and the DNS. In a job that runs in a container, a service is reached by its name; otherwise by localhost.',
    }
  }
  if (partsOf(cause).every(isIpv6WithoutRoute)) {
    return {
      kind: 'ipv6-only',
      problem: `"${host}" has only an IPv6 address, and this machine has no route to it`,
      advice:
        "GitHub's runners have no IPv6. Use an address that has IPv4: the provider's session pooler (on Supabase, port 5432 of the pooler's host) or its IPv4 add-on.",
    }
  }
  if (isSocket(settings) && UNREACHABLE.has(code)) {
    return {
      kind: 'unreachable',
      problem: `no server answers on the socket ${host}/.s.PGSQL.${port} (${code})`,
      advice: 'Start the server, or give its host (PGHOST or the URI) if it runs elsewhere.',
    }
  }
  if (UNREACHABLE.has(code) || /timeout expired|terminated unexpectedly/i.test(message)) {
    const how = code === '' ? message : code
    return {
      kind: 'unreachable',
      problem: `no PostgreSQL server answers on ${host} port ${port} (${how})`,
      advice: 'Check host and port, that the server runs and listens there, and that no firewall is in between.',
    }
  }
  return undefined
}

function isIpv6WithoutRoute(error: unknown): boolean {
  const address = typeof error === 'object' && error !== null && 'address' in error ? error.address : undefined
  return typeof address === 'string' && net.isIPv6(address) && NO_ROUTE.has(codeOf(error) ?? '')
}
