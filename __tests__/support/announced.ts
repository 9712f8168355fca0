import { announcementOf, type Announcement } from '../../src/alerts/announcement.js'
import type { Job } from '../../src/platform/github.js'
import type { AlertLine, Report } from '../../src/report/report.js'
import { sampleReport } from './report.js'

export const AT = new Date('2026-11-24T02:12:03Z')

export const JOB: Job = {
  repository: 'owner/name',
  runId: '77',
  runAttempt: 1,
  workspace: '/w',
  runnerTemp: '/t',
  eventName: 'schedule',
  serverUrl: 'https://github.com',
  visibility: 'private',
}

export const SLOW: AlertLine = {
  level: 'critical',
  measure: 'duration',
  message: 'The backup took 35 min, more than 30 min.',
}

/** What channels are told of a backup; a good one, where nothing else is said. */
export function announced(overrides: Partial<Report> = {}, job: Job | null = JOB): Announcement {
  return announcementOf(sampleReport(overrides), job, AT)
}
