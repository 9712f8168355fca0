import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import { DamagedError, OperationError } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import type { FilePlace, PlacedFile, SentFile } from './file-place.js'
import { requireSizes } from './local-sizes.js'
import { ProgressSum } from './progress-sum.js'
import { ABSENT, RcloneCommand, readAnswer, type RcloneTools } from './rclone-command.js'
import { parseRcloneLocation, rcloneArgument, type RcloneLocation } from './rclone-location.js'
import type { ByteProgress } from './store.js'
import { withScratchFolder } from './scratch-folder.js'

/** What rclone 1.63 and newer call a file that is not whole yet. */
const PARTIAL = /\.[0-9a-f]{8}\.partial$/

/** How much older than the beginning of an upload a date may be before it is known to be the date of the file here. */
const CLOCK_TOLERANCE_MS = 60_000

const Room = z.object({ free: z.number().optional() })
const Listed = z.object({ Path: z.string(), Size: z.number(), ModTime: z.iso.datetime({ offset: true }) })

/** The files of a store behind `rclone:remote:path`, by the program `rclone` and the user's configuration of it. */
export function openRclonePlace(location: string, tools: RcloneTools): FilePlace {
  return new RclonePlace(parseRcloneLocation(location), tools)
}

class RclonePlace implements FilePlace {
  readonly name: string
  readonly limits = [
    'where the remote is not a bucket, dates are by the clock of the machine that wrote',
    'where the remote knows no checksums, what was sent is read back to compare it',
  ]
  private readonly command: RcloneCommand

  constructor(
    private readonly location: RcloneLocation,
    private readonly tools: RcloneTools,
  ) {
    this.name = location.name
    this.command = new RcloneCommand(location, tools)
  }

  async list(folder: string): Promise<PlacedFile[]> {
    const { isBucket } = await this.command.features()
    const files: PlacedFile[] = []
    await this.command.run({
      doing: this.doing('listing'),
      args: [
        ...['lsjson', '--recursive', '--files-only', '--no-mimetype'],
        // In buckets, the date that rclone puts beside an object is the one of the file that was sent.
        ...(isBucket ? ['--use-server-modtime'] : []),
        rcloneArgument(this.location, folder),
      ],
      accept: ABSENT,
      onLine: (line) => {
        const file = this.listed(line)
        if (file !== undefined && !PARTIAL.test(file.path)) files.push(file)
      },
    })
    return files
  }

  async upload(from: string, files: readonly SentFile[], to: string, progress?: ByteProgress): Promise<void> {
    if (files.length === 0) return
    await requireSizes(from, files, this.doing('sending files to'))
    const begun = this.tools.clock.now().getTime()
    const total = files.reduce((sum, { size }) => sum + size, 0)
    const part = new ProgressSum(total, progress).part(total)
    await this.copy(this.doing('sending files to'), from, rcloneArgument(this.location, to), files, part.reached)
    await this.requireSame(from, files, to)
    await this.dateAnew(files, to, begun - CLOCK_TOLERANCE_MS)
    part.done()
  }

  async download(from: string, files: readonly PlacedFile[], to: string, progress?: ByteProgress): Promise<void> {
    if (files.length === 0) return
    const doing = this.doing('fetching files from')
    await orFileTrouble(doing, () => mkdir(to, { recursive: true, mode: 0o700 }))
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const part = new ProgressSum(total, progress).part(total)
    await this.copy(doing, rcloneArgument(this.location, from), to, files, part.reached)
    await requireSizes(
      to,
      files.map(({ path: file, bytes }) => ({ path: file, size: bytes })),
      doing,
    )
    part.done()
  }

  async read(file: string): Promise<string | undefined> {
    return this.inScratch(async (scratch) => {
      // `rclone cat` of a file that is not there may succeed, with nothing; so may a copy, but it leaves no file.
      await this.copy(this.doing(`reading ${file} in`), rcloneArgument(this.location), scratch, [{ path: file }])
      return ifThere(readFile(path.join(scratch, file), 'utf8'))
    })
  }

  async write(file: string, text: string): Promise<void> {
    await this.command.features()
    await this.inScratch(async (scratch) => {
      const local = path.join(scratch, 'text')
      await writeFile(local, text, { mode: 0o600 })
      await this.command.run({
        doing: this.doing(`writing ${file} to`),
        args: ['copyto', '--ignore-times', local, rcloneArgument(this.location, file)],
      })
    })
  }

  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    const { isBucket } = await this.command.features()
    await this.command.run({
      doing: this.doing('removing files from'),
      args: ['delete', '--files-from-raw=-', rcloneArgument(this.location)],
      input: checkedNames(paths),
      accept: ABSENT,
    })
    if (isBucket) return
    const folders = new Set(paths.map((file) => path.posix.dirname(file).split('/').slice(0, 2).join('/')))
    for (const folder of [...folders].filter((each) => each !== '.')) {
      const args = ['rmdirs', rcloneArgument(this.location, folder)]
      await this.command.run({ doing: this.doing('removing empty folders from'), args, accept: ABSENT })
    }
  }

  async freeBytes(): Promise<number | null> {
    const { tellsRoom } = await this.command.features()
    if (!tellsRoom) return null
    const doing = this.doing('asking for the free space of')
    const answer = await this.command.output(doing, ['about', '--json', rcloneArgument(this.location)], ABSENT)
    // The folder of the store is not there before the first set.
    if (answer === '') return null
    return readAnswer(answer, Room, doing).free ?? null
  }

  /** Copies files that are not there with the same content; those that are not there to copy are left out silently. */
  private async copy(
    doing: string,
    from: string,
    to: string,
    files: readonly { path: string }[],
    onBytes?: (bytes: number) => void,
  ): Promise<void> {
    const { hasHashes } = await this.command.features()
    await this.command.run({
      doing,
      // Without checksums, rclone would take the same size for the same content.
      args: ['copy', hasHashes ? '--checksum' : '--ignore-times', '--no-traverse', '--files-from-raw=-', from, to],
      input: checkedNames(files.map((file) => file.path)),
      accept: ABSENT,
      ...(onBytes === undefined ? {} : { onBytes }),
    })
  }

  /** Compares by checksum what arrived with what is here; by content where the remote has no checksum of a file. */
  private async requireSame(from: string, files: readonly SentFile[], to: string): Promise<void> {
    const { hasHashes } = await this.command.features()
    const byHash = hasHashes ? await this.compare(from, files, to, []) : undefined
    const same = byHash?.isCertain === true ? byHash.same : (await this.compare(from, files, to, ['--download'])).same
    const differing = files.filter((file) => !same.has(file.path))
    if (differing.length === 0) return
    throw new OperationError({
      doing: this.doing('comparing what arrived in'),
      problem: `${differing.length} of ${files.length} files are not there as they were sent, ${differing[0]?.path ?? ''} among them`,
      advice: 'Start again; should it happen once more, check the remote with `rclone check`.',
    })
  }

  private async compare(
    from: string,
    files: readonly SentFile[],
    to: string,
    options: readonly string[],
  ): Promise<{ same: Set<string>; isCertain: boolean }> {
    const same = new Set<string>()
    const target = rcloneArgument(this.location, to)
    const { messages } = await this.command.run({
      doing: this.doing('comparing what arrived in'),
      args: ['check', '--one-way', '--combined=-', '--files-from-raw=-', ...options, from, target],
      input: checkedNames(files.map((file) => file.path)),
      // Differences are told by the lines.
      accept: [1, ...ABSENT],
      onLine: (line) => {
        if (line.startsWith('= ')) same.add(line.slice(2))
      },
    })
    return { same, isCertain: !messages.some((message) => message.includes('hashes could not be checked')) }
  }

  /**
   * rclone gives a file the date that it has here. What is written must have the date of its writing, so that it is not
   * taken for something that was left behind long ago.
   */
  private async dateAnew(files: readonly SentFile[], to: string, limit: number): Promise<void> {
    const { isBucket } = await this.command.features()
    if (isBucket) return
    const sent = new Set(files.map((file) => file.path))
    const isOld = (await this.list(to)).some((file) => sent.has(file.path) && file.changed.getTime() < limit)
    if (!isOld) return
    const args = ['touch', '--recursive', '--no-create', rcloneArgument(this.location, to)]
    await this.command.run({ doing: this.doing('dating the files of'), args })
  }

  private listed(line: string): PlacedFile | undefined {
    const text = line.trim().replace(/,$/, '')
    if (!text.startsWith('{')) return undefined
    try {
      const found = Listed.parse(parseBoundedJson(text, SMALL_JSON))
      return { path: found.Path, bytes: found.Size, changed: new Date(found.ModTime) }
    } catch (cause) {
      throw new DamagedError({
        doing: this.doing('listing'),
        problem: `rclone listed something that cannot be read: ${text.slice(0, 200)}`,
        advice: 'Install a newer rclone, then start again.',
        cause,
      })
    }
  }

  private inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
    return orFileTrouble(this.doing('using a temporary folder for'), () =>
      withScratchFolder(this.tools.workspace, 'rclone', work),
    )
  }

  private doing(what: string): string {
    return `${what} ${this.name}`
  }
}

/** rclone reads a name a line. */
function checkedNames(paths: readonly string[]): readonly string[] {
  const broken = paths.find((file) => /[\r\n]/.test(file))
  if (broken === undefined) return paths
  throw new OperationError({
    doing: 'handing names of files to rclone',
    problem: `the name ${JSON.stringify(broken)} holds a line end`,
    advice: 'Rename it; files of sets never have such names.',
  })
}
