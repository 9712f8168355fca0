import { shorten, visible } from '../report/escape.js'
import { subjectOf, type Announcement } from './announcement.js'
import type { Channel } from './channel.js'
import { deliver, type Bounds, type DeliveryPorts } from './deliver.js'
import { pressing } from './problems.js'

export const PING_BOUNDS: Bounds = { attempt: 5000, total: 15_000 }

const LONGEST_LINE = 500
const MOST_LINES = 20

/**
 * A dead man's switch as healthchecks.io has it: `/start` before, the address itself after a good run, `/fail` after any
 * other. Where no ping comes at all, the service tells by itself; so this is the channel for a machine that is gone.
 */
export function ping(url: string, ports: DeliveryPorts, bounds = PING_BOUNDS): Channel {
  const { host } = new URL(url)
  const send = async (suffix: string, body: string): Promise<void> => {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    const request = () => ({ method: 'POST' as const, url: pingAddress(url, suffix), headers, body })
    await deliver({ doing: `telling ${host} of the run`, request, bounds }, ports)
  }
  return {
    name: `the ping to ${host}`,
    begin: () => send('/start', ''),
    end: (announcement) => send(announcement.exitCode === 0 ? '' : '/fail', pingTextOf(announcement)),
  }
}

/** The address with something behind its path; a query stays behind both. */
export function pingAddress(url: string, suffix: string): string {
  const address = new URL(url)
  if (suffix !== '') {
    address.pathname = `${address.pathname.replace(/\/+$/, '')}${suffix}`
  }
  return address.href
}

/** What stands in the service's log of events: what was run, the verdict, and each problem on a line of its own. */
export function pingTextOf({ report, verdict, exitCode, problems, runUrl }: Announcement): string {
  const told = pressing(problems)
  const lines = [
    `${subjectOf(report)}: exit code ${exitCode}`,
    verdict,
    ...told.slice(0, MOST_LINES).map(({ level, code, message }) => `${level} ${code}: ${message}`),
    ...(told.length > MOST_LINES ? [`and ${told.length - MOST_LINES} more`] : []),
    ...(runUrl === null ? [] : [runUrl]),
  ]
  return `${lines.map((line) => shorten(visible(line), LONGEST_LINE)).join('\n')}\n`
}
