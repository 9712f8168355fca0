import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { sha256OfFile } from '../../src/backup/sha256.js'
import { OperationError } from '../../src/errors.js'
import { codeOf, ifThere, orFileTrouble } from '../../src/platform/file-errors.js'
import { entriesBelow } from '../../src/platform/files.js'
import type { FilePlace, PlacedFile, SentFile } from '../../src/stores/file-place.js'
import type { ByteProgress } from '../../src/stores/store.js'

const PART = '.part-'

/** An elementary action of a place: what a cut can come before. */
export interface Step {
  number: number
  action: 'list' | 'look' | 'send' | 'show' | 'fetch' | 'read' | 'write' | 'remove'
  /** The file or folder, relative to the root. */
  path: string
}

/**
 * A place that is a folder of this machine, so that what a store does to a place can be watched and disturbed. Each
 * elementary action is announced, and whoever listens may wait, change the folder, or throw.
 */
export class FolderPlace implements FilePlace {
  readonly name: string
  private steps = 0

  constructor(
    private readonly root: string,
    private readonly announce: (step: Step) => void | Promise<void> = () => undefined,
    /** Milliseconds by which the place's clock is ahead of ours. */
    private readonly ahead = 0,
  ) {
    this.name = `folder-place:${root}`
  }

  async list(folder: string): Promise<PlacedFile[]> {
    await this.step('list', folder)
    const base = path.join(this.root, folder)
    const found = ((await ifThere(entriesBelow(base))) ?? []).filter(
      ({ kind, path: file }) => kind === 'file' && !path.basename(file).startsWith(PART),
    )
    const files: PlacedFile[] = []
    for (const { path: file } of found) {
      const there = await ifThere(stat(path.join(base, file)))
      if (there !== undefined)
        files.push({ path: file, bytes: there.size, changed: new Date(there.mtimeMs + this.ahead) })
    }
    return files
  }

  async upload(from: string, files: readonly SentFile[], to: string, progress?: ByteProgress): Promise<void> {
    const total = files.reduce((sum, { size }) => sum + size, 0)
    let done = 0
    for (const file of files) {
      await orFileTrouble(`sending ${file.path} to ${this.name}`, () => this.send(from, file, to))
      progress?.((done += file.size), total)
    }
  }

  private async send(from: string, file: SentFile, to: string): Promise<void> {
    const target = path.join(this.root, to, file.path)
    await this.step('look', `${to}/${file.path}`)
    const there = await ifThere(sha256OfFile(target))
    if (there?.sha256 === file.sha256) return
    const part = await this.part()
    await this.step('send', `${to}/${file.path}`)
    await copyFile(path.join(from, file.path), part)
    await this.step('show', `${to}/${file.path}`)
    await this.show(part, target)
  }

  async download(from: string, files: readonly PlacedFile[], to: string, progress?: ByteProgress): Promise<void> {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    let done = 0
    await mkdir(to, { recursive: true })
    for (const file of files) {
      const target = path.join(to, file.path)
      await this.step('fetch', `${from}/${file.path}`)
      await orFileTrouble(`fetching ${file.path} from ${this.name}`, async () => {
        await mkdir(path.dirname(target), { recursive: true })
        await copyFile(path.join(this.root, from, file.path), target)
        if ((await stat(target)).size !== file.bytes) {
          await rm(target)
          throw new OperationError({
            doing: `fetching ${file.path} from ${this.name}`,
            problem: 'it changed meanwhile',
            advice: 'Try again.',
          })
        }
      })
      progress?.((done += file.bytes), total)
    }
  }

  async read(file: string): Promise<string | undefined> {
    await this.step('read', file)
    return ifThere(readFile(path.join(this.root, file), 'utf8'))
  }

  async write(file: string, text: string): Promise<void> {
    await this.step('write', file)
    const part = await this.part()
    await writeFile(part, text)
    await this.show(part, path.join(this.root, file))
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const file of paths) {
      await this.step('remove', file)
      await rm(path.join(this.root, file), { force: true })
      await this.removeEmptyAbove(file)
    }
  }

  async freeBytes(): Promise<number | null> {
    await mkdir(this.root, { recursive: true })
    const { bavail, bsize } = await statfs(this.root)
    return bavail * bsize
  }

  private async step(action: Step['action'], file: string): Promise<void> {
    await this.announce({ number: ++this.steps, action, path: file })
  }

  /** A name on the same file system under which a file is made ready. */
  private async part(): Promise<string> {
    await mkdir(this.root, { recursive: true })
    return path.join(this.root, `${PART}${randomBytes(6).toString('hex')}`)
  }

  /** Its folder may vanish meanwhile, when another run removes the last file in it. */
  private async show(part: string, target: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      await mkdir(path.dirname(target), { recursive: true })
      try {
        await rename(part, target)
        return
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || tries >= 20) throw error
      }
    }
  }

  private async removeEmptyAbove(file: string): Promise<void> {
    for (let folder = path.dirname(file); folder !== '.'; folder = path.dirname(folder)) {
      const isEmpty = await rmdir(path.join(this.root, folder)).then(
        () => true,
        () => false,
      )
      if (!isEmpty) return
    }
  }
}
