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
  /** Aborted when nobody waits for deliveries any more. */
  signal: AbortSignal
}

export interface Delivery {
  /** `sending the alert to hooks.example.org` */
  doing: string
  /** Made anew for every attempt, because a signature holds the time. */
  request: (now: Date) => HttpRequest
  bounds: Bounds
  /** Statuses besides 2xx that are an answer and no failure, unless they ask to come again. */
  accept?: readonly number[]
  /** How often it may be tried. */
  attempts?: number
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
export async function deliver(delivery: Delivery, ports: DeliveryPorts): Promise<HttpAnswer> {
  const { doing, request, bounds, accept = [], attempts = MAX_ATTEMPTS } = delivery
  const { clock, signal } = ports
  const end = clock.monotonic() + bounds.total
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const bound = Math.min(bounds.attempt, end - clock.monotonic())
    const tried = await attemptOnce(() => request(clock.now()), bound, ports)
    const wait = waitAfter(tried, attempt, clock.now())
    const { status } = tried.answer ?? {}
    if (tried.answer !== undefined && status !== undefined && wait === undefined && isAnswer(status, accept)) {
      return tried.answer
    }
    const isLast = wait === undefined || attempt >= attempts
    const isTooLong = !isLast && clock.monotonic() + wait >= end
    if (isLast || isTooLong) {
      throw undelivered(doing, tried, attempt, isTooLong ? wait : 0)
    }
    await clock.sleep(wait, signal)
  }
}

/** What came of an attempt: an answer, or the reason why there is none. */
interface Tried {
  answer?: HttpAnswer
  problem?: string
}

async function attemptOnce(request: () => HttpRequest, bound: number, ports: DeliveryPorts): Promise<Tried> {
  const { http, clock, signal } = ports
  try {
    return { answer: await within(bound, clock, (late) => http(request(), AbortSignal.any([late, signal]))) }
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
  if (isGood(answer.status)) {
    return undefined
  }
  const asked = askedToWait(answer, now)
  const isPassing = answer.status === 408 || answer.status === 429 || answer.status >= 500
  // GitHub answers 403 when there were too many requests, and says with it when to come again.
  const isLimited = answer.status === 403 && asked !== undefined
  return isPassing || isLimited ? Math.max(asked ?? 0, backoff) : undefined
}

/** Milliseconds that the server asks us to stay away; undefined where it does not. GitHub has a way of its own for it. */
function askedToWait({ headers }: HttpAnswer, now: Date): number | undefined {
  const reset = Number(headers['x-ratelimit-reset'])
  const isUsedUp = headers['x-ratelimit-remaining'] === '0' && reset > 0
  return retryAfter(headers['retry-after'], now) ?? (isUsedUp ? Math.max(0, reset * 1000 - now.getTime()) : undefined)
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

/** @param longWait the milliseconds that we would have to stay for another attempt, where that is too long */
function undelivered(
  doing: string,
  { answer, problem = '' }: Tried,
  attempts: number,
  longWait: number,
): OperationError {
  const times = attempts === 1 ? '' : ` (${attempts} attempts)`
  if (answer === undefined) {
    const advice = 'Check the address, the network and the proxy.'
    return new OperationError({ doing, problem: `${problem}${times}`, advice })
  }
  const later =
    longWait > 0 ? `, and the next attempt would be in ${Math.ceil(longWait / 1000)} s, for which nobody waits` : ''
  const found = `the server answered ${answer.status}${later}${times}`
  return new OperationError({ doing, problem: found, advice: adviceFor(answer.status) })
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

function isAnswer(status: number, accept: readonly number[]): boolean {
  return isGood(status) || accept.includes(status)
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

/** Client libraries put the path into their messages, and the path of a webhook is its password. */
function withoutPath(message: string): string {
  return message.replaceAll(/(https?:\/\/[^/\s]*)?\/\S+/g, '$1/…')
}
