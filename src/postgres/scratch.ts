import type { ConnectionSettings } from './connection.js'
import type { Programs } from './programs.js'
import type { DatabaseLocale } from './scratch-database.js'
import type { LibraryNeeds } from './scratch-libraries.js'

/** A disposable PostgreSQL in which a backup is restored to prove it. */
export interface Scratch {
  readonly kind: 'cluster' | 'service'
  /** `17.2` */
  readonly serverVersion: string
  readonly major: number
  /** Whether our role is a superuser in it; without, owners and some extensions cannot be restored. */
  readonly superuser: boolean
  /** What it was started without though the source has it, in words. */
  readonly startedWithout: readonly string[]
  /** What shuts its server off from the rest of this machine; null where it runs elsewhere. */
  readonly isolation: { ownUser: boolean; namespaces: boolean } | null
  /** Client programs that speak to this server and read the archive. */
  readonly programs: Programs
  /** A database of it that is there before any other is created; nothing is written to it. */
  readonly maintenance: ConnectionSettings
  /** Creates an empty database for one restore. */
  createDatabase(): Promise<ScratchDatabase>
  /** Removes everything that was made here. Never throws: what could not be removed is a warning. */
  release(): Promise<void>
}

export interface ScratchDatabase {
  name: string
  settings: ConnectionSettings
  /** What was taken instead of the source's locale, in words; null when it has the source's own. */
  localeFallback: string | null
}

/** What must be known of the source for a fitting scratch. */
export interface ScratchSource extends DatabaseLocale, LibraryNeeds {
  major: number
  /** The role that `initdb` made there: a throw-away cluster gets the same. */
  bootstrapRole: string
  /** A scratch server with the same one is the source's own server, and refused. */
  systemIdentifier: string | null
}

export interface ScratchRequest {
  kind: 'auto' | 'service' | 'cluster'
  /** The scratch server, when there is one: the option `scratch-url`. */
  url?: string | undefined
  source: ScratchSource
  /** Major of the pg_dump that wrote the archive, where it is newer than the source. */
  archiveMajor?: number
  /** Folders with PostgreSQL programs to look at first. */
  preferredFolders: readonly string[]
}
