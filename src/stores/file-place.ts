import type { ByteProgress } from './store.js'

/**
 * The little that a kind of place off this machine must be able to do, so that `RemoteStore` can keep sets in it. All
 * paths are relative to the root of the store, with `/`: `daily/20261124T020000Z/dump/toc.dat`.
 *
 * Everything is in batches, because a place may need one program or one connection for each call. What is said of each
 * method is what `RemoteStore` builds on, and what the contract of places tests.
 *
 * Calls may overlap. What one run has written, every run that lists or reads afterwards sees. What fails is told by a
 * `LifeboatError`, after as many tries as make sense for this kind of place.
 */
export interface FilePlace {
  /** As a person would write it, without credentials: `s3://bucket/prefix`. */
  readonly name: string
  /** What this place cannot do like others, in words without a full stop; none where it is left out. */
  readonly limits?: readonly string[]
  /**
   * Every file below a folder (`''` is the root), at any depth. An absent folder has none.
   *
   * Complete however many there are (paging), and never a part of a file that is being written.
   */
  list(folder: string): Promise<PlacedFile[]>
  /**
   * Puts files of a local folder into a folder of the place, and returns when what arrived was compared with what was
   * sent: bytes and checksum. Other files in that folder stay as they are.
   *
   * A file is there whole or not at all. One that is there already with the same content is not sent again; an
   * interrupted one is resumed or sent anew.
   */
  upload(from: string, files: readonly SentFile[], to: string, progress?: ByteProgress): Promise<void>
  /**
   * Fetches files of the place into a local folder (made where absent), each with the bytes that were listed: a
   * transfer that ends early is resumed, begun again, or an error, never a short file that looks whole.
   */
  download(from: string, files: readonly PlacedFile[], to: string, progress?: ByteProgress): Promise<void>
  /** The whole text of a small file, undefined where there is none. */
  read(path: string): Promise<string | undefined>
  /** Writes a small file in one step, over an older one: a reader sees the old or the new text, never a part. */
  write(path: string, text: string): Promise<void>
  /**
   * Removes files, all of them or as many as it can before it throws. Those that are gone already are no error. Folders
   * that become empty go with them where the place has folders.
   */
  remove(paths: readonly string[]): Promise<void>
  /** Bytes that are free, null where that has no meaning or cannot be asked. */
  freeBytes(): Promise<number | null>
  /**
   * Removes what this kind of place keeps of interrupted transfers where no list shows it, when it is too old for the
   * next run to go on with; returns the paths of its files. Left out where there is no such thing.
   */
  sweep?(): Promise<string[]>
  /** Ends connections; called once, at the end. */
  close?(): Promise<void>
}

/** A file as the place lists it. */
export interface PlacedFile {
  /** Relative to the folder that was listed. */
  path: string
  bytes: number
  /**
   * When it was last written here, to the second or finer; every writing over it makes it later. By the place's own
   * clock, so that two files can be compared: never the date that the file has where it was sent from.
   */
  changed: Date
  /** Changes whenever the content does (an ETag); undefined where the place has none. */
  version?: string
}

/** A file to send, with what it must be when it has arrived. */
export interface SentFile {
  /** Relative to both folders. */
  path: string
  size: number
  sha256: string
}
