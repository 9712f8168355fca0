import { rm } from 'node:fs/promises'
import path from 'node:path'
import { nameOfSet } from './set-place.js'
import type { ByteProgress, SetPlace } from './store.js'

interface Opened {
  folder: Promise<string>
  users: number
}

/** The folders into which sets were fetched, each once however many ask for it, and there until the last lets go. */
export class FetchedFolders {
  private readonly opened = new Map<string, Opened>()

  /** @param fetch gives the folder of a set, which has one of its own above it */
  constructor(private readonly fetch: (set: SetPlace, progress?: ByteProgress) => Promise<string>) {}

  async open(set: SetPlace, progress?: ByteProgress): Promise<string> {
    const name = nameOfSet(set)
    const opened = this.opened.get(name) ?? { folder: this.fetch(set, progress), users: 0 }
    this.opened.set(name, opened)
    opened.users++
    try {
      return await opened.folder
    } catch (error) {
      this.opened.delete(name)
      throw error
    }
  }

  /** Removes the folder, with the one above it, once everybody who opened it has let it go. False where it was not opened. */
  async letGo(set: SetPlace): Promise<boolean> {
    const name = nameOfSet(set)
    const opened = this.opened.get(name)
    if (opened === undefined) return false
    opened.users--
    if (opened.users === 0) {
      this.opened.delete(name)
      await rm(path.dirname(await opened.folder), { recursive: true, force: true })
    }
    return true
  }

  /** The folder of a set that is open; undefined where it is not. */
  async folderOf(set: SetPlace): Promise<string | undefined> {
    return this.opened.get(nameOfSet(set))?.folder
  }
}
