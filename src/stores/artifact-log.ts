import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { DamagedError } from '../errors.js'
import { inParallel } from '../platform/parallel.js'
import { timeOfLine, type LogLine } from '../records/log.js'
import { idOf } from '../backup/manifest.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'
import { nameOfLog } from './artifact-names.js'
import type { ArtifactShelf } from './artifact-shelf.js'
import { uploadParcel } from './artifact-upload.js'
import { appendToLog, readLogSince } from './directory-log.js'
import { LOG } from './set-place.js'

const READERS = 4

/** Puts a line into an artifact of its own: artifacts never change. An operation has one line, at its end. */
export async function uploadLine(
  line: LogLine,
  series: string,
  { shelf, access, tools }: { shelf: ArtifactShelf; access: ArtifactAccess; tools: ArtifactStoreTools },
): Promise<void> {
  const root = await tools.workspace.folder('log-line')
  await appendToLog(path.join(root, LOG), line)
  const name = nameOfLog(series, timeOfLine(line), randomBytes(4).toString('hex'))
  await uploadParcel({ name, root, bytes: 0, compressed: false }, shelf, access, tools)
}

/** All lines since an instant, oldest first. An artifact that cannot be read counts as one line that cannot. */
export async function readLines(shelf: ArtifactShelf, since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
  const logs = (await shelf.all('recently')).filter(({ name }) => name.part === 'log' && name.at >= idOf(since))
  const read = await inParallel(logs, READERS, async (one) => {
    try {
      return await readLogSince(path.join(await shelf.contentOf(one), LOG), since)
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error
      return { lines: [], unreadable: 1 }
    }
  })
  return {
    lines: read
      .flatMap(({ lines }) => lines)
      .sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0)),
    unreadable: read.reduce((sum, { unreadable }) => sum + unreadable, 0),
  }
}
