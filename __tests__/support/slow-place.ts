import type { FilePlace, PlacedFile } from '../../src/stores/file-place.js'

interface Kept {
  text: string
  changed: number
}

/**
 * A place of small files in memory whose every step takes an uncertain time, and whose lists are put together piece by
 * piece while others go on writing: as much as a place may do and still keep its promises.
 */
export class SlowPlace implements FilePlace {
  readonly name = 'slow-place'
  readonly files = new Map<string, Kept>()
  private written = 0

  /** @param pause what happens between two steps */
  constructor(private readonly pause: () => Promise<void> = () => Promise.resolve()) {}

  async list(folder: string): Promise<PlacedFile[]> {
    const prefix = folder === '' ? '' : `${folder}/`
    const found: PlacedFile[] = []
    // Each name that ever was is looked for at a moment of its own; what comes up meanwhile may be missed.
    for (const name of [...this.mentioned].sort(this.order)) {
      await this.pause()
      const kept = this.files.get(name)
      if (kept === undefined || !name.startsWith(prefix)) continue
      found.push({ path: name.slice(prefix.length), bytes: kept.text.length, changed: new Date(kept.changed) })
    }
    return found
  }

  async read(file: string): Promise<string | undefined> {
    await this.pause()
    return this.files.get(file)?.text
  }

  async write(file: string, text: string): Promise<void> {
    await this.pause()
    this.mentioned.add(file)
    this.files.set(file, { text, changed: ++this.written * 1000 })
    await this.pause()
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const file of paths) {
      await this.pause()
      this.files.delete(file)
    }
    await this.pause()
  }

  freeBytes(): Promise<number | null> {
    return Promise.resolve(null)
  }

  upload(): Promise<void> {
    return Promise.reject(new Error('not made for that'))
  }

  download(): Promise<void> {
    return Promise.reject(new Error('not made for that'))
  }

  /** Every name that ever was. */
  private readonly mentioned = new Set<string>()
  /** The unkind order: first those with a number, then the zeros that were there before the number. */
  private readonly order = (a: string, b: string): number => (a < b ? 1 : -1)
}
