import { execFile } from 'node:child_process'
import { chmod, chown, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Files of a certificate authority and of what it signed. */
export interface Certificates {
  authority: string
  /** An authority that signed nothing here. */
  stranger: string
  serverCertificate: string
  serverKey: string
  clientCertificate: string
  clientKey: string
}

/** Makes an authority with openssl, a server certificate for `localhost` and one for the client role `ann`. */
export async function makeCertificates(folder: string, server: { uid: number; gid: number }): Promise<Certificates> {
  const file = (name: string): string => path.join(folder, name)
  const authority = async (name: string): Promise<void> => {
    await openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)) // prettier-ignore
  }
  const signed = async (name: string, commonName: string): Promise<void> => {
    await openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-subj', `/CN=${commonName}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`)) // prettier-ignore
    await writeFile(file(`${name}.ext`), `subjectAltName=DNS:${commonName}\n`)
    await openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('authority.crt'), '-CAkey', file('authority.key'),
      '-CAcreateserial', '-days', '2', '-extfile', file(`${name}.ext`), '-out', file(`${name}.crt`)) // prettier-ignore
    await chmod(file(`${name}.key`), 0o600)
  }
  await authority('authority')
  await authority('stranger')
  await signed('server', 'localhost')
  await signed('client', 'ann')
  await chmod(folder, 0o755)
  await chown(file('server.key'), server.uid, server.gid)
  return {
    authority: file('authority.crt'),
    stranger: file('stranger.crt'),
    serverCertificate: file('server.crt'),
    serverKey: file('server.key'),
    clientCertificate: file('client.crt'),
    clientKey: file('client.key'),
  }
}

async function openssl(...args: string[]): Promise<void> {
  await run('openssl', args)
}
