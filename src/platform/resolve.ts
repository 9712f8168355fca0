import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { OperationError } from '../errors.js'

/**
 * The addresses of a host, as a connection would find them.
 *
 * @param option what names the host, for messages
 * Throws `OperationError` when it has none.
 */
export async function addressesOf(hostname: string, option: string): Promise<string[]> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) !== 0) {
    return [host]
  }
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (cause) {
    throw new OperationError({
      doing: `looking up the host of ${option}`,
      problem: `the host name "${host}" cannot be resolved`,
      advice: `Check the spelling of ${option}, and the DNS of this machine.`,
      cause,
    })
  }
}
