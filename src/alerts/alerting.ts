import type { Context } from '../context.js'
import { LifeboatError, exitCodeOf, messageOf, messagesOf, problemOf } from '../errors.js'
import { describeFinding, finding, type Finding } from '../findings.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import { jobOf } from '../platform/github.js'
import { httpByToolkit, type Http } from '../platform/http.js'
import { redactDeep } from '../platform/redact-deep.js'
import type { Report } from '../report/report.js'
import { announcementOf, type Announcement } from './announcement.js'
import type { Channel } from './channel.js'
import { channelsOf, type ChannelOptions } from './channels.js'
import { within } from './deliver.js'

/** Which run it is, before there is a report. */
export interface Run {
  operation: Operation
  options: ChannelOptions & Pick<Options, 'series' | 'type'>
}

type Ports = Pick<Context, 'logger' | 'clock' | 'signal' | 'environment'>

/** Milliseconds that all channels together may take after the work. */
export const LONGEST_DELIVERY = 60_000

/** Once we were asked to stop, the runner kills us within seconds. */
const LONGEST_FAREWELL = 3000

/**
 * Does the work of a run and tells the channels of it: that it begins, beside the work, and what came of it, after
 * everything else, all of them at the same time and within a minute. Nothing here can make a run fail: what could not be
 * delivered becomes the finding `ALERT_NOT_DELIVERED` of the report that is returned.
 *
 * Whatever the work throws is told as a failure and thrown on.
 */
export async function withAlerts<Done extends { report: Report }>(
  run: Run,
  ports: Ports,
  work: () => Promise<Done>,
  http: Http = httpByToolkit,
): Promise<Done> {
  const giveUp = new AbortController()
  const delivery = { http, clock: ports.clock, signal: giveUp.signal }
  // Whoever only looks says nothing: a dead-man's service would take it for a backup.
  const channels = run.operation === 'doctor' ? [] : channelsOf(run.options, ports, delivery)
  const alerting = new Alerting(channels, ports)
  const startedAt = ports.clock.now()
  alerting.begin()
  try {
    const done = await work().catch(async (error: unknown) => {
      await alerting.end(reportOfThrown(error, run, startedAt, ports))
      throw error
    })
    const findings = await alerting.end(done.report)
    const { report } = done
    return findings.length === 0
      ? done
      : { ...done, report: { ...report, findings: [...report.findings, ...findings] } }
  } finally {
    giveUp.abort()
  }
}

/** The channels of one run, and what could not be delivered by them. */
class Alerting {
  private readonly lost: Finding[] = []
  private readonly begun = new Map<Channel, Promise<void>>()

  constructor(
    private readonly channels: readonly Channel[],
    private readonly ports: Ports,
  ) {}

  /** Starts telling that the run begins; nothing waits for it but the end. */
  begin(): void {
    for (const channel of this.channels) {
      this.begun.set(
        channel,
        this.attempt(channel, async () => channel.begin?.()),
      )
    }
  }

  /** Tells what came of the run, and returns what could not be told, which the log has then. */
  async end(report: Report): Promise<readonly Finding[]> {
    if (this.channels.length === 0) {
      return []
    }
    const { logger, clock, signal, environment } = this.ports
    const redact = (text: string) => logger.redact(text)
    const announcement = announcementOf(redactDeep(report, redact), jobOf(environment), clock.now())
    const bound = signal.aborted ? LONGEST_FAREWELL : LONGEST_DELIVERY
    await logger.step('Telling of this run', () =>
      Promise.all(this.channels.map((channel) => this.tell(channel, announcement, bound))),
    )
    const findings = redactDeep(this.lost, redact)
    findings.forEach((one) => {
      logger.warning(`${describeFinding(one)} ${one.advice}`)
    })
    return findings
  }

  private tell(channel: Channel, announcement: Announcement, bound: number): Promise<void> {
    return this.attempt(channel, () =>
      within(bound, this.ports.clock, async () => {
        // A service must not hear of the end before it heard of the beginning.
        await this.begun.get(channel)
        await channel.end(announcement)
      }),
    )
  }

  private async attempt(channel: Channel, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.lost.push(finding('ALERT_NOT_DELIVERED', channel.name, problemOf(error), adviceOf(error)))
    }
  }
}

function adviceOf(error: unknown): string | undefined {
  return error instanceof LifeboatError ? error.advice : undefined
}

/** The report of a run that could not even begin. */
function reportOfThrown(error: unknown, { operation, options }: Run, startedAt: Date, { clock }: Ports): Report {
  return {
    operation,
    series: options.series ?? '',
    ...(options.type !== undefined && { type: options.type }),
    startedAt,
    seconds: (clock.now().getTime() - startedAt.getTime()) / 1000,
    phases: [],
    tables: [],
    alerts: [],
    retention: [],
    findings: [],
    warnings: [],
    failure: { message: messageOf(error), causes: messagesOf(error).slice(1), exitCode: exitCodeOf(error) },
  }
}
