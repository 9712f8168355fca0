import type { Clock } from '../context.js'
import { OperationError, messageOf } from '../errors.js'
import type { Http, HttpAnswer, HttpRequest } from '../platform/http.js'

/** How long a delivery may take, in milliseconds. */
export interface Bounds {
  /** One attempt. */
  attempt: number
  /** All attempts, with the waiting between them. */
  total: number
}

/** What a delivery needs of the outside. */
export interface DeliveryPorts {
  http: Http
  clock: Clock
}

export interface Delivery {
  /** `sending the alert to hooks.example.org` */
  doing: string
  /** Made anew for every attempt, because a signature holds the time. */
  request: (now: Date) => HttpRequest
  bounds: Bounds
  /** Statuses besides 2xx that are an answer and no failure. */
  accept?: readonly number[]
}

const MAX_ATTEMPTS = 4

/** Milliseconds before the second attempt; four times as long before each further one. */
const FIRST_WAIT = 1000

/**
 * Asks until there is a good answer: again after 408, 429 and 5xx, and where no answer came, with growing pauses, or
 * as long as `Retry-After` says. It never takes longer than its bounds.
 *
 * Throws `OperationError`, whose message has nothing of the address but its host.
 */
export async function deliver(delivery: Delivery, { http, clock }: DeliveryPorts): Promise<HttpAnswer> {
  const { doing, request, bounds, accept = [] } = delivery
  const end = clock.monotonic() + bounds.total
  for (let attempt = 1; ; attempt++) {
    const bound = Math.min(bounds.attempt, end - clock.monotonic())
    const tried = await attemptOnce(() => request(clock.now()), bound, { http, clock })
    if (tried.answer !== undefined && (isGood(tried.answer.status) || accept.includes(tried.answer.status))) {
      return tried.answer
    }
    const wait = waitAfter(tried, attempt, clock.now())
    if (wait === undefined || attempt >= MAX_ATTEMPTS || clock.monotonic() + wait >= end) {
      throw undelivered(doing, tried, { attempt, wait, total: bounds.total })
    }
    await clock.sleep(wait)
  }
}

/** What came of an attempt: an answer, or the reason why there is none. */
interface Tried {
  answer?: HttpAnswer
  problem?: string
}

async function attemptOnce(request: () => HttpRequest, bound: number, { http, clock }: DeliveryPorts): Promise<Tried> {
  try {
    return { answer: await within(bound, clock, (signal) => http(request(), signal)) }
  } catch (error) {
    return { problem: withoutPath(messageOf(error)) }
  }
}

/** Does work that is given up after so many milliseconds, whether it listens to its signal or not. */
export async function within<T>(
  milliseconds: number,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController()
  const done = new AbortController()
  const late = clock.sleep(Math.max(0, milliseconds), done.signal).then((): never => {
    throw new Error(`there was no answer within ${milliseconds / 1000} s`)
  })
  const worked = work(giveUp.signal)
  // Each of the two may fail after the other was taken.
  late.catch(() => undefined)
  worked.catch(() => undefined)
  try {
    return await Promise.race([worked, late])
  } finally {
    done.abort()
    giveUp.abort()
  }
}

/** Milliseconds until another attempt is worth it; undefined where it never is. */
function waitAfter({ answer }: Tried, attempt: number, now: Date): number | undefined {
  const backoff = FIRST_WAIT * 4 ** (attempt - 1)
  if (answer === undefined) {
    return backoff
  }
  const asked = retryAfter(answer.headers['retry-after'], now)
  const isPassing = answer.status === 408 || answer.status === 429 || answer.status >= 500
  // GitHub answers 403 when there were too many requests, and says with it when to come again.
  const isLimited = answer.status === 403 && asked !== undefined
  return isPassing || isLimited ? Math.max(asked ?? 0, backoff) : undefined
}

/** Milliseconds that a `Retry-After` asks for: seconds, or the date of HTTP. Undefined where it says nothing. */
export function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) {
    return undefined
  }
  if (/^\d{1,9}$/.test(header.trim())) {
    return Number(header) * 1000
  }
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}

function undelivered(
  doing: string,
  { answer, problem = '' }: Tried,
  { attempt, wait, total }: { attempt: number; wait: number | undefined; total: number },
): OperationError {
  const times = attempt === 1 ? '' : ` (${attempt} attempts)`
  if (answer === undefined) {
    return new OperationError({
      doing,
      problem: `${problem}${times}`,
      advice: 'Check the address, the network and the proxy.',
    })
  }
  const isTooLong = wait !== undefined && wait >= total
  const later = isTooLong ? `, and asks to wait ${Math.ceil(wait / 1000)} s, which is longer than we stay` : ''
  return new OperationError({
    doing,
    problem: `the server answered ${answer.status}${later}${times}`,
    advice: adviceFor(answer.status),
  })
}

function adviceFor(status: number): string {
  if (status >= 300 && status < 400) {
    return 'Redirections are not followed. Give the address that it leads to.'
  }
  if (status === 429 || status >= 500) {
    return 'The next run tries again. If it goes on, ask who runs the server.'
  }
  return 'Check the address and what it demands: it does not take what was sent.'
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

/** Client libraries put the path into their messages, and the path of a webhook is its password. */
function withoutPath(message: string): string {
  return message.replaceAll(/(https?:\/\/[^/\s]*)?\/\S+/g, '$1/…')
}
