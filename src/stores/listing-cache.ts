import { readFile, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { sha256OfText } from '../backup/sha256.js'
import type { ListingCache, Logger } from '../context.js'
import { messageOf } from '../errors.js'
import { ifThere } from '../platform/file-errors.js'
import { makeFolder, writeWhole } from '../platform/files.js'

/** More than that is not kept, so that a job does not carry around what it never needs. */
const LARGEST_TEXT = 8 * 1024 * 1024
const LARGEST_FOLDER = 64 * 1024 * 1024

/**
 * A listing cache in a folder, a file for each text. Every file says which key it is of and what its text's SHA-256 is;
 * one that does not fit is as good as none.
 */
export class FolderListingCache implements ListingCache {
  /** The files that this run has read or written. */
  private readonly used = new Set<string>()
  private added = 0

  constructor(
    private readonly folder: string,
    private readonly logger: Pick<Logger, 'debug'>,
  ) {}

  /** How many texts this run has put here: without any, there is nothing new to keep. */
  get additions(): number {
    return this.added
  }

  async get(key: string): Promise<string | undefined> {
    const name = fileOf(key)
    const written = await this.orNothing('read', async () => ifThere(readFile(path.join(this.folder, name), 'utf8')))
    const text = written === undefined ? undefined : textOf(written, key)
    if (text !== undefined) this.used.add(name)
    return text
  }

  async put(key: string, text: string): Promise<void> {
    if (text.length > LARGEST_TEXT) return
    await this.orNothing('write', async () => {
      await makeFolder(this.folder)
      await writeWhole(path.join(this.folder, fileOf(key)), `${sha256OfText(text)} ${JSON.stringify(key)}\n${text}`)
      this.used.add(fileOf(key))
      this.added += 1
    })
  }

  /** Removes what this run had no use for, such as manifests of sets that are gone; of the rest, what is too much. */
  async prune(): Promise<void> {
    await this.orNothing('tidy', async () => {
      let room = LARGEST_FOLDER
      for (const name of (await ifThere(readdir(this.folder))) ?? []) {
        const file = path.join(this.folder, name)
        room -= this.used.has(name) ? (await stat(file)).size : 0
        if (!this.used.has(name) || room < 0) await rm(file, { recursive: true, force: true })
      }
    })
  }

  private async orNothing<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.logger.debug(`The cache of listings in ${this.folder} could not be used (${what}): ${messageOf(error)}`)
      return undefined
    }
  }
}

function fileOf(key: string): string {
  return sha256OfText(key)
}

/** The text of a file, if the file is of this key and whole. */
function textOf(written: string, key: string): string | undefined {
  const end = written.indexOf('\n')
  const text = written.slice(end + 1)
  return end > 0 && written.slice(0, end) === `${sha256OfText(text)} ${JSON.stringify(key)}` ? text : undefined
}
