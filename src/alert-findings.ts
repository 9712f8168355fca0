import type { Kind } from './findings.js'

/** What can be found when people are told of a run; a part of the one list. */
export const ALERT_FINDINGS = {
  ALERT_NOT_DELIVERED: {
    severity: 'warning',
    meaning:
      'Somebody who should have heard of this run did not: a webhook, a ping or an issue could not be delivered.',
    advice: 'What was done is done all the same. Mend what is said, or nobody will hear of the next problem either.',
  },
} as const satisfies Record<string, Kind>
