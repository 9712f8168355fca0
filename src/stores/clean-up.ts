import type { FilePlace, PlacedFile, SentFile } from './file-place.js'
import type { ByteProgress } from './store.js'

/** So long may cleaning up take after an interruption: a runner that cancels a job waits 7.5 seconds. */
const CLEAN_UP_MS = 6_000

/** Opens a place whose work ends when this signal aborts. */
export type OpenPlace = (signal: AbortSignal) => FilePlace

/**
 * A place that can be cleaned up after an interruption: what lists and removes goes on for a few seconds, so that no lock
 * and no half set stay behind; what sends, fetches and writes has ended.
 */
export class CleanablePlace implements Required<FilePlace> {
  readonly name: string
  readonly limits: readonly string[]
  private readonly place: FilePlace
  private cleaner: FilePlace | undefined

  constructor(
    private readonly open: OpenPlace,
    private readonly signal: AbortSignal,
  ) {
    this.place = open(signal)
    this.name = this.place.name
    this.limits = this.place.limits ?? []
  }

  list(folder: string): Promise<PlacedFile[]> {
    return this.forCleaning().list(folder)
  }

  remove(paths: readonly string[]): Promise<void> {
    return this.forCleaning().remove(paths)
  }

  upload(from: string, files: readonly SentFile[], to: string, progress?: ByteProgress): Promise<void> {
    return this.place.upload(from, files, to, progress)
  }

  download(from: string, files: readonly PlacedFile[], to: string, progress?: ByteProgress): Promise<void> {
    return this.place.download(from, files, to, progress)
  }

  read(path: string): Promise<string | undefined> {
    return this.place.read(path)
  }

  write(path: string, text: string): Promise<void> {
    return this.place.write(path, text)
  }

  freeBytes(): Promise<number | null> {
    return this.place.freeBytes()
  }

  async sweep(): Promise<string[]> {
    return (await this.place.sweep?.()) ?? []
  }

  async close(): Promise<void> {
    await this.place.close?.()
    await this.cleaner?.close?.()
  }

  private forCleaning(): FilePlace {
    if (!this.signal.aborted) return this.place
    return (this.cleaner ??= this.open(AbortSignal.timeout(CLEAN_UP_MS)))
  }
}
