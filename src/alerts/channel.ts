import type { Announcement } from './announcement.js'

/** A way by which people hear of a run. Each has its own bounds of time; what it throws disturbs no other. */
export interface Channel {
  /** As a person would call it, without anything secret: `the webhook hooks.example.org`. */
  readonly name: string
  /** Tells that a run begins; not given where nobody wants to know. */
  begin?: () => Promise<void>
  /** Tells what came of it. */
  end: (announcement: Announcement) => Promise<void>
}
