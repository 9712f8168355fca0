import type { Manifest } from '../backup/manifest.js'
import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import type { CatalogObject, Undumpable } from '../postgres/catalog/model.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import type { Programs } from '../postgres/programs.js'
import type { DrillCase, DrillOutcome, RehearsedRecovery } from '../report/drill-facts.js'
import type { Store } from '../stores/store.js'
import type { Timeline } from './timeline.js'

/** A rehearsal of one thing that can go wrong. It leaves nothing behind, and never touches the store's own sets. */
export interface Scenario {
  name: string
  /** What it rehearses, as a sentence without its full stop. */
  describe: string
  /** Throws what kept it from running; then it is not passed. */
  run(means: DrillMeans): Promise<ScenarioOutcome>
}

export interface ScenarioOutcome {
  cases: DrillCase[]
  recoveries: RehearsedRecovery[]
  findings: Finding[]
}

/** A set that was picked and whose bytes were checked. */
export interface PickedSet {
  id: string
  type: string
  /** Where it can be read: of an encrypted set, what it decrypts to. */
  folder: string
  manifest: Manifest
  /** What the store keeps of it. */
  stored: { folder: string; manifest: Manifest }
  /** Seconds that decrypting took; undefined where it is not encrypted. */
  decryptSeconds?: number
  /** Removes what was decrypted. */
  letGo(): Promise<void>
  objects: readonly CatalogObject[]
  undumpable?: Undumpable | undefined
  /** Newer sets that were passed over, and why, as sentences. */
  passedOver: readonly string[]
}

/** A disposable server for one recovery. */
export interface Room {
  major: number
  serverVersion: string
  kind: 'cluster' | 'service'
  /** A database of it that is there, as whom to connect included. */
  maintenance: ConnectionSettings
  programs: Programs
  /** A name for a database that is not there yet; it is dropped when the room is left. */
  newDatabase(): string
}

/** What is asked of a recovery for real. */
export type RecoveryWish =
  | { mode: 'new' }
  /** These tables, as patterns, back into a database that is there and goes on living. */
  | { mode: 'add'; tables: readonly string[] }

/** What a recovery came to. */
export interface RecoveryEnd {
  outcome: DrillOutcome
  /** What was found, the reasons for the outcome among them. */
  findings: Finding[]
  rows: number
}

/**
 * What scenarios are made of: the very parts that a real recovery uses. Tests hand down broken ones, to see that the drill
 * notices.
 */
export interface DrillMeans {
  store: Store
  /** The types whose newest sets are drilled. */
  types: readonly string[]
  /** `latest`, or the id of the only set to drill. */
  backup: string
  jobs: number
  context: Context
  /** Picks the newest set that can be restored, or that of the id. */
  pick(store: Store, choice: { backup: string; type?: string }): Promise<PickedSet>
  /** Removes what the sets that were picked so far decrypted to. */
  letGo(): Promise<void>
  /** Whether sets are signed by a trusted key, so that what they hold may be run. */
  trusted: boolean
  /** A file that only we can read with the identities that open encrypted sets. */
  identityFile(): Promise<string>
  /** Checks every byte of a set as it is stored. */
  validate(folder: string, place: { id: string; type: string }): Promise<Finding[]>
  /** Opens a store in a folder. */
  openStore(folder: string): Store
  /**
   * Does work beside a disposable server of the source's major, or of another one, and removes it.
   *
   * Throws `CouldNotVerifyError` where there is none.
   */
  withRoom<T>(set: PickedSet, wish: { major?: number }, work: (room: Room) => Promise<T>): Promise<T>
  /** Restores a set for real into a database of the room, and compares it with its source. */
  recover(set: PickedSet, room: Room, database: string, wish: RecoveryWish, timeline: Timeline): Promise<RecoveryEnd>
  /** Compares a database of the room with the set's source, and changes nothing. */
  compare(set: PickedSet, room: Room, database: string): Promise<Finding[]>
}
