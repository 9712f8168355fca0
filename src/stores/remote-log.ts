import type { Workspace } from '../context.js'
import { dayOfLogFile, formatLine, linesThatStay, logFileOf, type LogLine } from '../records/log.js'
import { readLogSince } from './directory-log.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { LOG } from './set-place.js'
import { withScratchFolder } from './scratch-folder.js'
import type { OldLog } from './store.js'

/** How often the log is read anew when another run writes to it meanwhile. */
const TRIES = 3

/**
 * Adds a line to the log of its day, by writing the whole file anew. Two at once would lose a line, so the caller holds
 * the lock of the log.
 */
export async function appendToRemoteLog(place: FilePlace, line: LogLine): Promise<void> {
  const file = `${LOG}/${logFileOf(line)}`
  const before = (await place.read(file)) ?? ''
  const torn = before !== '' && !before.endsWith('\n')
  await place.write(file, `${before}${torn ? '\n' : ''}${formatLine(line)}`)
}

/** Removes what need not stay of the days before one, and tells of which days something went. */
export async function removeOldRemoteLogs(place: FilePlace, before: string, dryRun: boolean): Promise<OldLog[]> {
  const files = (await place.list(LOG)).filter(({ path: name }) => dayOfLogFile(name) !== undefined)
  const names = files.map(({ path: name }) => name).filter((name) => name.slice(0, 10) < before)
  const removed: OldLog[] = []
  for (const name of names.sort()) {
    const file = `${LOG}/${name}`
    const text = (await place.read(file)) ?? ''
    const staying = linesThatStay(text)
    const bytes = Buffer.byteLength(text) - Buffer.byteLength(staying)
    if (bytes === 0) continue
    if (!dryRun) await (staying === '' ? place.remove([file]) : place.write(file, staying))
    removed.push({ day: name.slice(0, 10), bytes })
  }
  return removed
}

/** All lines since an instant, oldest first; only the days that may have some are fetched. */
export async function readRemoteLog(
  place: FilePlace,
  since: Date,
  workspace: Pick<Workspace, 'folder'>,
): Promise<{ lines: LogLine[]; unreadable: number }> {
  return withScratchFolder(workspace, 'log', async (folder) => {
    await fetchDays(place, since, folder)
    return readLogSince(folder, since)
  })
}

async function fetchDays(place: FilePlace, since: Date, folder: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const days = (await place.list(LOG)).filter((file) => isOfDaySince(file, since))
    if (days.length === 0) return
    try {
      await place.download(LOG, days, folder)
      return
    } catch (error) {
      // A file that grew since it was listed is refused, rightly; then it is listed again.
      if (tries >= TRIES) throw error
    }
  }
}

function isOfDaySince({ path: name }: PlacedFile, since: Date): boolean {
  const day = dayOfLogFile(name)
  return day !== undefined && name.slice(0, 10) >= since.toISOString().slice(0, 10)
}
