import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { OperationError } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { inParallel } from '../platform/parallel.js'
import type { FilePlace, PlacedFile, SentFile } from './file-place.js'
import { requireSizes } from './local-sizes.js'
import { ProgressSum } from './progress-sum.js'
import { RsyncCommand, type RsyncTools } from './rsync-command.js'
import { PARTIAL, isUnfinished, parseListLine, placedFiles, unescaped, type RsyncEntry } from './rsync-list.js'
import { linkArgument, parseRsyncLocation, rsyncArgument, rsyncSource, type RsyncLocation } from './rsync-location.js'
import { removalRules } from './rsync-removal.js'
import { batchesOf, linkCandidates, olderSibling, type Known } from './rsync-upload.js'
import type { ByteProgress } from './store.js'
import { withScratchFolder } from './scratch-folder.js'

/** Seen by the owner alone: a set is the whole database. */
const PRIVATE = '--chmod=D700,F600'
const RESUMED = ['--partial', `--partial-dir=${PARTIAL}`]

/** A file that went between its folder was read and it was looked at is one that is not there: locks come and go. */
const VANISHED = 24

/** Bytes a second that a slow disk surely reads: so long may checksums take while nothing is said. */
const SLOW_READ = 20e6

/** Of so many bytes it is not asked first what is there. */
const SMALL = 1 << 20

/** How many batches are in work at a time: while one is compared, the next one is sent. */
const AT_A_TIME = 2

/** What rsync has begun and not finished is removed after so many milliseconds. */
const ABANDONED_AFTER = 3 * 24 * 3600 * 1000

/** The files of a store behind `rsync://host/module/path`, `ssh://host/path` or `user@host:path`. */
export function openRsyncPlace(location: string, tools: RsyncTools): FilePlace {
  return new RsyncPlace(parseRsyncLocation(location), tools)
}

class RsyncPlace implements FilePlace {
  readonly name: string
  readonly limits = ['rsync cannot tell how much room is left at the other end']
  private readonly command: RsyncCommand
  /** Unfinished files of runs long gone, as the last listing saw them. */
  private abandoned: string[] = []
  private canLink = true

  constructor(
    private readonly location: RsyncLocation,
    private readonly tools: RsyncTools,
  ) {
    this.name = location.name
    this.command = new RsyncCommand(location, tools)
  }

  async list(folder: string): Promise<PlacedFile[]> {
    const entries = await this.entries([folder], ['--recursive'])
    const limit = this.tools.clock.now().getTime() - ABANDONED_AFTER
    this.abandoned = entries
      .filter(({ kind, path: file, changed }) => kind === 'file' && isUnfinished(file) && changed.getTime() < limit)
      .map((entry) => entry.path)
    return placedFiles(entries, folder)
  }

  async upload(from: string, files: readonly SentFile[], to: string, progress?: ByteProgress): Promise<void> {
    if (files.length === 0) return
    await requireSizes(from, files, this.doing('sending files to'))
    // What is little is compared whole, rather than asking first what is there.
    const known = bytesOf(files) > SMALL ? await this.whatIsThere(to) : undefined
    const [likely, fresh] = known === undefined ? [files, []] : linkCandidates(files, known)
    const jobs = [
      ...batchesOf(fresh).map((batch) => ({ batch, isLikely: false })),
      ...batchesOf(likely).map((batch) => ({ batch, isLikely: true })),
    ]
    const sum = new ProgressSum(bytesOf(files), progress)
    const inTurn = turns()
    await inParallel(jobs, AT_A_TIME, async ({ batch, isLikely }) => {
      const part = sum.part(bytesOf(batch))
      await inTurn(() =>
        isLikely ? this.sendOrLink(from, batch, to, known?.like) : this.send(from, batch, to, [], part.reached),
      )
      await this.requireSame(from, batch, to)
      part.done()
    })
  }

  async download(from: string, files: readonly PlacedFile[], to: string, progress?: ByteProgress): Promise<void> {
    if (files.length === 0) return
    const doing = this.doing('fetching files from')
    await orFileTrouble(doing, () => mkdir(to, { recursive: true, mode: 0o700 }))
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const part = new ProgressSum(total, progress).part(total)
    const source = rsyncSource(this.location, from)
    await this.command.run({
      doing,
      options: [...RESUMED, PRIVATE, '--ignore-times', '--files-from=-'],
      from: source.from,
      to: `${to}/`,
      writes: 'here',
      input: files.map((file) => `${source.prefix}${file.path}`),
      onBytes: part.reached,
    })
    await requireSizes(
      to,
      files.map(({ path: file, bytes }) => ({ path: file, size: bytes })),
      doing,
    )
    part.done()
  }

  async read(file: string): Promise<string | undefined> {
    const { from, prefix } = rsyncSource(this.location)
    return this.inScratch(async (scratch) => {
      await this.command.runIfThere({
        doing: this.doing(`reading ${file} in`),
        options: ['--files-from=-', '--ignore-missing-args'],
        from,
        to: `${scratch}/`,
        writes: 'here',
        input: [`${prefix}${file}`],
        accept: [VANISHED],
      })
      return ifThere(readFile(path.join(scratch, file), 'utf8'))
    })
  }

  async write(file: string, text: string): Promise<void> {
    await this.inScratch(async (scratch) => {
      await mkdir(path.dirname(path.join(scratch, file)), { recursive: true })
      await writeFile(path.join(scratch, file), text, { mode: 0o600 })
      await this.intoPlace(this.doing(`writing ${file} to`), scratch, '', [file], ['--ignore-times', '--whole-file'])
    })
  }

  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    const gone = [...paths, ...this.abandoned.splice(0)]
    await this.inScratch((empty) =>
      this.command.runIfThere({
        doing: this.doing('removing files from'),
        options: ['--recursive', '--delete', '--include-from=-', '--exclude=*'],
        from: `${empty}/`,
        to: rsyncArgument(this.location),
        writes: 'there',
        input: removalRules(gone),
      }),
    )
  }

  freeBytes(): Promise<null> {
    return Promise.resolve(null)
  }

  close(): Promise<void> {
    return this.command.close()
  }

  /** What is in folders: `--recursive` for all of it, `--dirs` for its own entries. */
  private async entries(folders: readonly string[], options: readonly string[]): Promise<RsyncEntry[]> {
    const entries: RsyncEntry[] = []
    const { from, prefix } = rsyncSource(this.location)
    await this.inScratch((empty) =>
      this.command.runIfThere({
        doing: this.doing('listing'),
        options: ['--list-only', ...options, '--files-from=-', '--ignore-missing-args'],
        from,
        to: `${empty}/`,
        writes: 'here',
        input: folders.map((folder) => `${prefix}${folder === '' ? '.' : `${folder}/`}`),
        accept: [VANISHED],
        onLine: (line) => {
          const entry = parseListLine(line)
          if (entry !== undefined) entries.push(entry)
        },
      }),
    )
    return entries
  }

  /** The files of a folder, and of the one beside it that is the most alike: the set before. */
  private async whatIsThere(folder: string): Promise<Known> {
    const siblings = await this.entries([path.posix.dirname(folder)], ['--dirs'])
    const like = this.canLink ? olderSibling(folder, siblings) : undefined
    const isThere = siblings.some((entry) => entry.path === folder)
    const folders = [...(isThere ? [folder] : []), ...(like === undefined ? [] : [like])]
    const entries = folders.length === 0 ? [] : await this.entries(folders, ['--recursive'])
    return {
      here: placedFiles(entries, folder),
      like,
      there: like === undefined ? [] : placedFiles(entries, like),
    }
  }

  private async send(
    from: string,
    files: readonly SentFile[],
    to: string,
    options: readonly string[],
    onBytes?: (bytes: number) => void,
    quiet = 0,
  ): Promise<void> {
    if (files.length === 0) return
    const paths = files.map((file) => file.path)
    await this.intoPlace(this.doing('sending files to'), from, to, paths, [...RESUMED, ...options], onBytes, quiet)
  }

  /** Sends files of which the same content may be there already: in the set itself, or in the one before. */
  private async sendOrLink(from: string, files: readonly SentFile[], to: string, like?: string): Promise<void> {
    const quiet = bytesOf(files) / SLOW_READ
    const link = like === undefined || !this.canLink ? [] : [`--link-dest=${linkArgument(this.location, like, to)}`]
    try {
      await this.send(from, files, to, ['--checksum', ...link], undefined, quiet)
    } catch (error) {
      if (!(error instanceof OperationError) || !error.problem.includes('do not use ..')) throw error
      this.canLink = false
      this.tools.logger.warning(
        `${this.name} cannot link unchanged files to the set before: its key is restricted, and the path does not start with a slash.`,
      )
      await this.send(from, files, to, ['--checksum'], undefined, quiet)
    }
  }

  /** Sends, and makes the folders above the store when they are missing: not at once, because an old rsync cannot. */
  private async intoPlace(
    doing: string,
    from: string,
    to: string,
    paths: readonly string[],
    options: readonly string[],
    onBytes?: (bytes: number) => void,
    quiet = 0,
  ): Promise<void> {
    const call = {
      doing,
      options: [PRIVATE, ...options, '--files-from=-'],
      from: `${from}/`,
      to: rsyncArgument(this.location, to),
      writes: 'there' as const,
      input: paths,
      quiet: Math.ceil(quiet),
      ...(onBytes === undefined ? {} : { onBytes }),
    }
    const hasFolder = await this.command.runIfThere(call)
    if (!hasFolder) await this.command.run({ ...call, options: ['--mkpath', ...call.options] })
  }

  /** Compares size and checksum of what is there with what is here; what differs is sent once more. */
  private async requireSame(from: string, files: readonly SentFile[], to: string): Promise<void> {
    const differing = await this.differences(from, files, to)
    if (differing.length === 0) return
    const again = files.filter((file) => differing.includes(file.path))
    await this.send(from, again, to, ['--checksum'], undefined, bytesOf(again) / SLOW_READ)
    const still = await this.differences(from, files, to)
    if (still.length === 0) return
    throw new OperationError({
      doing: this.doing('comparing what arrived in'),
      problem: `${still.length === 1 ? 'one file differs' : `${still.length} files differ`} from what was sent, twice: ${still.slice(0, 3).join(', ')}`,
      advice: 'Check the disk and the memory of both machines, then send it again.',
    })
  }

  private async differences(from: string, files: readonly SentFile[], to: string): Promise<string[]> {
    const differing: string[] = []
    for (const batch of batchesOf(files)) {
      await this.command.run({
        doing: this.doing('comparing what arrived in'),
        options: ['--dry-run', '--checksum', '--out-format=%i %n', '--files-from=-'],
        from: `${from}/`,
        to: rsyncArgument(this.location, to),
        writes: 'there',
        input: batch.map((file) => file.path),
        quiet: Math.ceil(bytesOf(batch) / SLOW_READ),
        onLine: (line) => {
          const file = /^[<>ch.]f\S* (.+)$/.exec(line)?.[1]
          if (file !== undefined) differing.push(unescaped(file))
        },
      })
    }
    return differing
  }

  private inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
    return orFileTrouble(this.doing('using a temporary folder for'), () =>
      withScratchFolder(this.tools.workspace, 'rsync', work),
    )
  }

  private doing(what: string): string {
    return `${what} ${this.name}`
  }
}

function bytesOf(files: readonly SentFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/** Runs works one after the other, however they come; none after one that failed. */
function turns(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve()
  return (work) => (last = last.then(work))
}
