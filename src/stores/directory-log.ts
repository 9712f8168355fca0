import { constants } from 'node:fs'
import { lstat, readdir, unlink, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, ifThere } from '../platform/file-errors.js'
import { OperationError } from '../errors.js'
import { syncPath, writeWhole } from '../platform/files.js'
import { inFolder, makeRealFolder, openFile } from '../platform/no-follow.js'
import { textLines } from '../platform/text-lines.js'
import { dayOfLogFile, formatLine, linesThatStay, logFileOf, parseLine, type LogLine } from '../records/log.js'
import type { OldLog } from './store.js'

/** A longer line is not one of ours. */
const LONGEST_LINE = 4 * 1024 * 1024

/**
 * Adds a line to the log of its day by one write at the end of the file, and flushes it. After a run that was killed
 * while it wrote, the line starts anew instead of going on with the torn one.
 */
export async function appendToLog(folder: string, line: LogLine): Promise<void> {
  await makeRealFolder(folder)
  const file = path.join(folder, logFileOf(line))
  const isNew = (await ifThere(lstat(file))) === undefined
  const handle = await openFile(file, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR)
  try {
    const { size } = await handle.stat()
    const last = Buffer.alloc(1)
    const torn = size > 0 && (await handle.read(last, 0, 1, size - 1)).bytesRead === 1 && last.toString() !== '\n'
    await handle.appendFile(`${torn ? '\n' : ''}${formatLine(line)}`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (isNew) await syncPath(folder)
}

/** Removes what need not stay of the days before one, and tells of which days something went. */
export async function removeOldLogs(folder: string, before: string, dryRun: boolean): Promise<OldLog[]> {
  return inLog(folder, async (here, names) => {
    const removed: OldLog[] = []
    for (const name of names.filter((each) => each.slice(0, 10) < before)) {
      const file = path.join(here, name)
      const text = await textOf(file)
      if (text === null) continue
      const staying = linesThatStay(text)
      const bytes = Buffer.byteLength(text) - Buffer.byteLength(staying)
      if (bytes === 0) continue
      if (!dryRun) await (staying === '' ? unlink(file) : writeWhole(file, staying))
      removed.push({ day: name.slice(0, 10), bytes })
    }
    if (removed.length > 0 && !dryRun) await syncPath(folder)
    return removed
  })
}

/** All lines since an instant, oldest first; those that cannot be read are counted, and so is what is no file. */
export async function readLogSince(folder: string, since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
  const from = since.toISOString().slice(0, 19).replace('T', ' ')
  const lines: LogLine[] = []
  let unreadable = 0
  await inLog(folder, async (here, names) => {
    for (const name of names.filter((each) => each.slice(0, 10) >= from.slice(0, 10))) {
      const handle = await logFile(path.join(here, name))
      if (handle === null) {
        unreadable++
        continue
      }
      for await (const text of textLines(handle.createReadStream(), LONGEST_LINE)) {
        if (text === '') continue
        const line = text === null ? undefined : parseLine(text)
        if (line === undefined) unreadable++
        else if (line.timestamp >= from) lines.push(line)
      }
    }
    return []
  })
  return {
    lines: lines.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0)),
    unreadable,
  }
}

/** Does work with the days' files, in their order; nothing where there is no log. */
async function inLog<T>(folder: string, work: (here: string, names: string[]) => Promise<T[]>): Promise<T[]> {
  const done = await ifThere(
    inFolder(folder, async (here) =>
      work(here, (await readdir(here)).filter((name) => dayOfLogFile(name) !== undefined).sort()),
    ),
  )
  return done ?? []
}

/** A day's file, opened; null for a link, a pipe or a device in its place. */
async function logFile(file: string): Promise<FileHandle | null> {
  try {
    return await openFile(file)
  } catch (error) {
    if (error instanceof OperationError || ['ELOOP', 'ENXIO', 'ENOENT'].includes(codeOf(error) ?? '')) return null
    throw error
  }
}

async function textOf(file: string): Promise<string | null> {
  const handle = await logFile(file)
  try {
    return handle === null ? null : await handle.readFile('utf8')
  } finally {
    await handle?.close()
  }
}
