import { createHmac } from 'node:crypto'

/**
 * The value of `X-Lifeboat-Signature`: `t=1764000000,v1=<hex>`, where v1 is the HMAC-SHA256 of `<t>.<body>` with the
 * shared secret. The receiver computes it over the bytes that came, compares in constant time, and refuses what is older
 * than some minutes, so that nobody can send a message again that he has seen.
 */
export function signatureOf(body: string, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex')
  return `t=${seconds},v1=${mac}`
}
