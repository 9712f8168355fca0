import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { idOf } from '../backup/manifest.js'
import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import { DamagedError, InterruptedError, messageOf } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { writeWhole } from '../platform/files.js'
import { readSmallFile } from '../platform/no-follow.js'
import { formatLine, timeOfLine, type LogLine } from '../records/log.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'
import { nameOfLog } from './artifact-names.js'
import type { ArtifactShelf, Shelved } from './artifact-shelf.js'
import { uploadParcel } from './artifact-upload.js'
import { appendToLog, readLogSince } from './directory-log.js'
import { LOG } from './set-place.js'
import type { OldLog } from './store.js'

/**
 * The log of a store of artifacts. An artifact never changes, so every operation uploads one of its own: with its line,
 * and with all the earlier lines that it can read. So the newest artifact is the whole log, and whoever reads it has one
 * to fetch; others are fetched only where two runs wrote at once.
 */

/** The file that says which artifacts' lines are in this one. */
const MERGED = 'merged.json'

const Merged = z.object({ schema: z.literal('pg-lifeboat/artifact-log/1'), artifacts: z.array(z.number().int()) })

/** Lines go from artifact to artifact for so long, in milliseconds; those of drills, whose trend is in years, for good. */
const KEPT = 90 * 24 * 60 * 60 * 1000

/** What an upload needs. */
interface Uploading {
  shelf: ArtifactShelf
  access: ArtifactAccess
  tools: ArtifactStoreTools
}

interface Lines {
  lines: LogLine[]
  unreadable: number
}

/** Adds a line to the log, by an artifact that is the whole log from then on. */
export async function uploadLine(line: LogLine, series: string, to: Uploading): Promise<void> {
  const { shelf, tools } = to
  const earlier = await readAll(shelf, new Date(0)).catch((error: unknown) => {
    if (error instanceof InterruptedError) throw error
    // Then this artifact has the new line alone, and the next one brings all together.
    tools.logger.debug(`The log before this line could not be read: ${messageOf(error)}`)
    return { lines: [], merged: [] }
  })
  const before = new Date(tools.clock.now().getTime() - KEPT)
  const kept = earlier.lines.filter((each) => each.operation === 'drill' || timeOfLine(each) >= before)
  await uploadLog([...kept, line], earlier.merged, series, to)
}

/** Uploads the log without the lines of days before one, but for those of drills; the older artifacts are superseded. */
export async function uploadWithout(day: string, series: string, dryRun: boolean, to: Uploading): Promise<OldLog[]> {
  const { lines, merged } = await readAll(to.shelf, new Date(0))
  const goes = (line: LogLine): boolean => line.operation !== 'drill' && line.timestamp.slice(0, 10) < day
  const bytes = new Map<string, number>()
  for (const line of lines.filter(goes)) {
    const of = line.timestamp.slice(0, 10)
    bytes.set(of, (bytes.get(of) ?? 0) + Buffer.byteLength(formatLine(line)))
  }
  if (bytes.size > 0 && !dryRun) {
    const kept = lines.filter((line) => !goes(line))
    await uploadLog(kept, merged, series, to)
  }
  return [...bytes].map(([of, each]) => ({ day: of, bytes: each })).sort((a, b) => (a.day < b.day ? -1 : 1))
}

/** Uploads lines as the whole log, in place of what other artifacts hold of it. */
async function uploadLog(
  lines: readonly LogLine[],
  earlier: readonly number[],
  series: string,
  { shelf, access, tools }: Uploading,
): Promise<void> {
  const root = await tools.workspace.folder('log')
  await orFileTrouble('writing the log', async () => {
    for (const each of lines) await appendToLog(path.join(root, LOG), each)
    const merged = { schema: 'pg-lifeboat/artifact-log/1', artifacts: earlier }
    await writeWhole(path.join(root, MERGED), JSON.stringify(merged))
  })
  // Where no line is left, its name must still be later than those of the artifacts that it is read instead of.
  const times = lines.map((each) => timeOfLine(each).getTime())
  const latest = times.length === 0 ? tools.clock.now() : new Date(Math.max(...times))
  const name = nameOfLog(series, latest, randomBytes(4).toString('hex'))
  await uploadParcel({ name, root, bytes: 0, compressed: false }, shelf, access, tools)
}

/** All lines since an instant, oldest first. An artifact that cannot be read counts as one line that cannot. */
export async function readLines(shelf: ArtifactShelf, since: Date): Promise<Lines> {
  const { lines, unreadable } = await readAll(shelf, since)
  return { lines, unreadable }
}

/** The artifacts whose lines are all in one that was there at that time already, so that nobody reads them any more. */
export async function supersededLogs(shelf: ArtifactShelf, before: Date): Promise<Shelved[]> {
  const logs = await logsOf(shelf)
  const superseded = new Set<number>()
  for (const one of logs.filter(({ artifact }) => artifact.createdAt < before)) {
    if (superseded.has(one.artifact.id)) continue
    const content = await contentOf(one, shelf)
    content?.merged.forEach((id) => superseded.add(id))
  }
  return logs.filter(({ artifact }) => superseded.has(artifact.id))
}

async function readAll(shelf: ArtifactShelf, since: Date): Promise<Lines & { merged: number[] }> {
  const lines = new Map<string, LogLine>()
  const elsewhere = new Set<number>()
  const merged: number[] = []
  let unreadable = 0
  // No artifact has a line that is later than its name says.
  for (const one of (await logsOf(shelf)).filter(({ name }) => name.at >= idOf(since))) {
    const content = elsewhere.has(one.artifact.id) ? undefined : await contentOf(one, shelf)
    if (content !== null) merged.push(one.artifact.id)
    else unreadable++
    content?.merged.forEach((id) => elsewhere.add(id))
    const read = content && (await readLogSince(path.join(content.folder, LOG), since))
    // Two runs that wrote at once have both brought along what was there before.
    read?.lines.forEach((line) => lines.set(formatLine(line), line))
    unreadable += read?.unreadable ?? 0
  }
  const inOrder = [...lines.values()].sort((a, b) => timeOfLine(a).getTime() - timeOfLine(b).getTime())
  return { lines: inOrder, unreadable, merged }
}

/** What an artifact of the log holds; null where it cannot be read. */
async function contentOf(one: Shelved, shelf: ArtifactShelf): Promise<{ folder: string; merged: number[] } | null> {
  try {
    const folder = await shelf.contentOf(one)
    return { folder, merged: await mergedIn(folder) }
  } catch (error) {
    if (error instanceof DamagedError) return null
    throw error
  }
}

/** The artifacts whose lines are in this one too. Throws `DamagedError`. */
async function mergedIn(folder: string): Promise<number[]> {
  try {
    const text = await ifThere(readSmallFile(path.join(folder, MERGED), SMALL_JSON.length))
    return text === undefined ? [] : Merged.parse(parseBoundedJson(text, SMALL_JSON)).artifacts
  } catch (cause) {
    throw new DamagedError({
      doing: 'reading the log',
      problem: `its ${MERGED} cannot be read: ${messageOf(cause)}`,
      advice: 'Nothing needs to be done: the lines are in the log of another operation too.',
      cause,
    })
  }
}

/** The newest first. */
async function logsOf(shelf: ArtifactShelf): Promise<(Shelved & { name: { part: 'log'; at: string } })[]> {
  const all = await shelf.all('recently')
  return all.flatMap(({ artifact, name }) => (name.part === 'log' ? [{ artifact, name }] : [])).reverse()
}
