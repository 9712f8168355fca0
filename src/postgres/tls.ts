import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import tls, { type ConnectionOptions, type SecureVersion } from 'node:tls'

import { ConnectionError } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'
import { describeConnection, isSocket, type ConnectionSettings } from './connection.js'

/** Where systems keep the certificates that they trust; the first that is there is used for `sslrootcert=system`. */
const SYSTEM_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** Whether to speak TLS, in the order in which libpq tries for this sslmode. Sockets never do. */
export function tlsAttempts(settings: Pick<ConnectionSettings, 'host' | 'sslMode'>): boolean[] {
  if (isSocket(settings)) {
    return [false]
  }
  switch (settings.sslMode) {
    case 'disable':
      return [false]
    case 'allow':
      return [false, true]
    case 'prefer':
      return [true, false]
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return [true]
  }
}

/**
 * Node's options for what libpq does in this sslmode: `verify-full` checks chain and name, `verify-ca` the chain, the others
 * the chain where a file of root certificates is there, and nothing otherwise.
 *
 * Throws `ConnectionError` when a certificate or key cannot be read.
 */
export function tlsOptions(settings: ConnectionSettings): ConnectionOptions {
  const { host, sslMode, sslRootCert, sslCert, sslKey, parameters } = settings
  const verifiesChain = isVerified(settings)
  const verifiesName = sslMode === 'verify-full'
  const read = (file: string): Buffer => readOrThrow(file, settings)
  return {
    rejectUnauthorized: verifiesChain,
    checkServerIdentity: (_name, certificate) =>
      verifiesName ? tls.checkServerIdentity(host, certificate) : undefined,
    ...(net.isIP(host) === 0 && parameters.sslsni !== '0' ? { servername: host } : {}),
    ...(verifiesChain ? rootCertificates(sslRootCert, read, settings) : {}),
    ...(sslCert !== undefined && existsSync(sslCert)
      ? { cert: read(sslCert), ...(sslKey === undefined ? {} : { key: read(sslKey) }) }
      : {}),
    ...(parameters.sslcrl === undefined ? {} : { crl: read(parameters.sslcrl) }),
    ...versions(parameters),
  }
}

/**
 * Whether the server's certificate is checked: libpq checks the chain in every mode once it has root certificates; only
 * the verify modes insist on having them.
 */
export function isVerified({ sslMode, sslRootCert }: ConnectionSettings): boolean {
  return sslMode === 'verify-ca' || sslMode === 'verify-full' || (sslRootCert !== undefined && existsSync(sslRootCert))
}

function rootCertificates(
  file: string | undefined,
  read: (file: string) => Buffer,
  settings: ConnectionSettings,
): ConnectionOptions {
  if (file === 'system') {
    const system = [process.env.SSL_CERT_FILE, ...SYSTEM_CERTIFICATES].find(
      (each) => each !== undefined && existsSync(each),
    )
    return system === undefined ? {} : { ca: read(system) }
  }
  if (file === undefined) {
    throw new ConnectionError('tls', {
      doing: `connecting to ${describeConnection(settings)}`,
      problem: `sslmode ${settings.sslMode} needs the root certificate of the server, and none is given`,
      advice:
        'Name its file in sslrootcert (or PGSSLROOTCERT), or use sslrootcert=system for a server with a public certificate.',
    })
  }
  return { ca: read(file) }
}

function versions({
  ssl_min_protocol_version,
  ssl_max_protocol_version,
}: ConnectionSettings['parameters']): ConnectionOptions {
  // libpq and Node have the same names for them: TLSv1.2, TLSv1.3.
  return {
    minVersion: (ssl_min_protocol_version ?? 'TLSv1.2') as SecureVersion,
    ...(ssl_max_protocol_version === undefined ? {} : { maxVersion: ssl_max_protocol_version as SecureVersion }),
  }
}

function readOrThrow(file: string, settings: ConnectionSettings): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new ConnectionError('tls', {
      doing: `connecting to ${describeConnection(settings)}`,
      problem: `the certificate or key file ${file} cannot be read (${codeOf(cause) ?? 'unknown cause'})`,
      advice: 'Check the paths in sslrootcert, sslcert and sslkey and that the user that runs this may read the files.',
      cause,
    })
  }
}
