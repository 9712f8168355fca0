import { isPressing, type Announcement } from './announcement.js'
import type { Channel } from './channel.js'
import { deliver, type Bounds, type DeliveryPorts } from './deliver.js'
import { payloadOf } from './payload.js'
import { signatureOf } from './signature.js'
import { isSlack, slackMessageOf } from './slack.js'

export interface Webhook {
  url: string
  /** Signs what is sent; Slack looks at no signature and gets none. */
  secret?: string | undefined
}

export const WEBHOOK_BOUNDS: Bounds = { attempt: 10_000, total: 45_000 }

/** A webhook, which gets a message about a run that somebody should look at, and none about the others. */
export function webhook({ url, secret }: Webhook, ports: DeliveryPorts, bounds = WEBHOOK_BOUNDS): Channel {
  const address = new URL(url)
  const name = `the webhook ${address.host}`
  return {
    name,
    end: async (announcement) => {
      if (!isPressing(announcement)) {
        return
      }
      const body = bodyFor(address, announcement)
      const signed = isSlack(address) ? undefined : secret
      const request = (now: Date) => ({
        method: 'POST' as const,
        url,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'idempotency-key': announcement.id,
          ...(signed !== undefined && { 'x-lifeboat-signature': signatureOf(body, signed, now) }),
        },
        body,
      })
      await deliver({ doing: `sending the alert to ${address.host}`, request, bounds }, ports)
    },
  }
}

function bodyFor(address: URL, announcement: Announcement): string {
  return JSON.stringify(isSlack(address) ? slackMessageOf(announcement) : payloadOf(announcement))
}
