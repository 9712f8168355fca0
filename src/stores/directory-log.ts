import { createReadStream } from 'node:fs'
import { open, readFile, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { ifThere } from '../platform/file-errors.js'
import { makeFolder, syncPath, writeWhole } from '../platform/files.js'
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
  await makeFolder(folder)
  const file = path.join(folder, logFileOf(line))
  const isNew = (await ifThere(stat(file))) === undefined
  const handle = await open(file, 'a+', 0o600)
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
  const names = ((await ifThere(readdir(folder))) ?? []).filter((name) => dayOfLogFile(name) !== undefined)
  const removed: OldLog[] = []
  for (const name of names.filter((each) => each.slice(0, 10) < before).sort()) {
    const file = path.join(folder, name)
    const text = await readFile(file, 'utf8')
    const staying = linesThatStay(text)
    const bytes = Buffer.byteLength(text) - Buffer.byteLength(staying)
    if (bytes === 0) continue
    if (!dryRun) await (staying === '' ? rm(file) : writeWhole(file, staying))
    removed.push({ day: name.slice(0, 10), bytes })
  }
  if (removed.length > 0 && !dryRun) await syncPath(folder)
  return removed
}

/** All lines since an instant, oldest first; those that cannot be read are counted. */
export async function readLogSince(folder: string, since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
  const from = since.toISOString().slice(0, 19).replace('T', ' ')
  const names = ((await ifThere(readdir(folder))) ?? []).filter((name) => dayOfLogFile(name) !== undefined)
  const lines: LogLine[] = []
  let unreadable = 0
  for (const name of names.filter((each) => each.slice(0, 10) >= from.slice(0, 10)).sort()) {
    for await (const text of textLines(createReadStream(path.join(folder, name)), LONGEST_LINE)) {
      if (text === '') continue
      const line = text === null ? undefined : parseLine(text)
      if (line === undefined) unreadable++
      else if (line.timestamp >= from) lines.push(line)
    }
  }
  return {
    lines: lines.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0)),
    unreadable,
  }
}
