import type { Manifest, Proof } from '../backup/manifest.js'
import type { LogLine } from '../records/log.js'

/** A committed set as a store lists it. */
export interface StoredSet {
  id: string
  type: string
  manifest: Manifest
  /** The outcome that counts, of the manifest's and those of later validations: see `standingProof`. */
  proof: Proof
  /** Bytes of all its files. */
  bytes: number
}

/** What names a set in its store. */
export type SetPlace = Pick<StoredSet, 'id' | 'type'>

/** What a run that was killed left in a store. */
export interface Leftover {
  name: string
  bytes: number
}

/** What is removed of the log of one day. */
export interface OldLog {
  /** `YYYY-MM-DD`, UTC */
  day: string
  bytes: number
}

/** Told how many bytes have been moved so far, of how many; called often. */
export type ByteProgress = (done: number, total: number) => void

/** Something in the store that looks like a set and is not one: never counted, never removed by rotation. */
export interface BrokenSet {
  id: string
  type: string
  reason: string
}

export interface Listing {
  /** Newest first. */
  sets: StoredSet[]
  broken: BrokenSet[]
}

/** A place that keeps sets. One root holds one series. */
export interface Store {
  /** As a person would write it: `/backups/db`. Never with credentials. */
  readonly name: string
  /** Checks that the store can be written to, throws `OperationError` saying why not. */
  checkWritable(): Promise<void>
  /** Bytes that are free for new sets, or null where that has no meaning. */
  freeBytes(): Promise<number | null>
  /** The series that the store holds, or null when it is empty. */
  series(): Promise<string | null>
  /** Every committed set, and what looks like one. */
  list(): Promise<Listing>
  /** A folder in which a new set is written; invisible to `list` until `commit`. */
  begin(id: string, type: string): Promise<IncomingSet>
  /**
   * The folder of a committed set, to read from. A store elsewhere fetches it first, into a scratch folder that stays
   * until `letGo` or the end of the run; what is damaged there is fetched as it is, so that it can be examined.
   */
  open(set: SetPlace, progress?: ByteProgress): Promise<string>
  /**
   * The text of one small file of a committed set, without the rest of it. Undefined where the set has no such file, and
   * where this store can fetch a set only as a whole.
   *
   * What is damaged is given as it is: compare it with what the manifest says of the file.
   *
   * @param file relative to the set, with `/`
   */
  readText(set: SetPlace, file: string): Promise<string | undefined>
  /** The folder that `open` gave for this set is not needed any more. Does nothing where it is the set itself. */
  letGo(set: SetPlace): Promise<void>
  /**
   * Puts a copy of a whole set from a local folder into the store: files first, compared as they arrive, and then the
   * one step that makes it visible, under the store's lock. Half a copy is never listed, and the next try goes on with it or
   * begins anew.
   *
   * Does nothing when the same set is there already; throws `OperationError` when another one has its place.
   */
  put(folder: string, set: SetPlace, progress?: ByteProgress): Promise<void>
  /** Adds an outcome of a later verification to a set; its other files never change. */
  addProof(set: SetPlace, proof: Proof): Promise<void>
  /** Removes a set so that a reader sees it whole or not at all. */
  remove(set: SetPlace): Promise<void>
  /** Removes what runs that were killed left behind, and returns what it removed. */
  sweep(): Promise<string[]>
  /** What `sweep` would remove now, without removing it; what a place shows nowhere is not in it. */
  leftovers(): Promise<Leftover[]>
  /**
   * Keeps other runs from changing which sets there are (commit, rotate, sweep) until the returned function is called.
   *
   * Waits for a run that holds it; throws `OperationError` naming that run when it takes too long. The lock of a run
   * that has died is taken over.
   *
   * @param doing shown to those who wait: `rotating /backups/db`
   */
  lock(doing: string): Promise<Unlock>
  appendLog(line: LogLine): Promise<void>
  /** All log lines since an instant, oldest first. Lines that cannot be read are counted, not hidden. */
  readLog(since: Date): Promise<{ lines: LogLine[]; unreadable: number }>
  /**
   * Removes the log lines of days before this one, but for those of drills, whose trend is in years. The caller holds the
   * store's lock. With `dryRun` it only tells.
   *
   * @param day `YYYY-MM-DD`, UTC
   * @returns each day of which something went, the oldest first
   */
  removeLogsBefore(day: string, options?: { dryRun?: boolean }): Promise<OldLog[]>
  /** Ends connections, once, when the run is done with the store. */
  close(): Promise<void>
}

/** A set that is being written. */
export interface IncomingSet {
  /** The folder to write into. */
  readonly folder: string
  /**
   * Does what takes long before `commit`, without the store's lock: a store elsewhere sends the files, all but the
   * manifest. Does nothing in a local folder.
   */
  send(progress?: ByteProgress): Promise<void>
  /**
   * Makes the set visible by one atomic step: everything is flushed to disk first, then renamed into place; elsewhere,
   * the manifest is put there last.
   *
   * Throws `OperationError` when a set of that id is already there.
   *
   * @returns the local folder in which the set can be read from now on, and where it is kept, as a person would write it
   */
  commit(): Promise<{ folder: string; location: string }>
  /** Removes what was written. Safe to call after `commit`, where it does nothing. */
  discard(): Promise<void>
}

/** Gives a lock back. Safe to call twice. */
export type Unlock = () => Promise<void>

/** Does work while no other run changes which sets there are. */
export async function withLock<T>(store: Store, doing: string, work: () => Promise<T>): Promise<T> {
  const unlock = await store.lock(doing)
  try {
    return await work()
  } finally {
    await unlock()
  }
}
