import type { PlacedFile } from './file-place.js'

/** Where rsync keeps what arrived of a file when the connection broke; it goes on from there. */
export const PARTIAL = '.lifeboat-partial'

/** Something that rsync lists. */
export interface RsyncEntry {
  path: string
  kind: 'file' | 'folder' | 'other'
  bytes: number
  changed: Date
}

const LINE = /^(\S)\S{9,10}\s+([\d,.]+)\s+(\d{4})\/(\d\d)\/(\d\d)\s(\d\d):(\d\d):(\d\d)\s(.+)$/

/**
 * A line of `rsync --list-only`, written under LC_ALL=C and TZ=UTC; undefined for a line that is none, such as a
 * greeting.
 */
export function parseListLine(line: string): RsyncEntry | undefined {
  const parts = LINE.exec(line)
  if (parts === null) return undefined
  const [, type = '', size = '', ...rest] = parts
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.slice(0, 6).map(Number)
  return {
    path: unescaped(rest[6] ?? ''),
    kind: type === '-' ? 'file' : type === 'd' ? 'folder' : 'other',
    bytes: Number(size.replaceAll(/[,.]/g, '')),
    changed: new Date(Date.UTC(year, month - 1, day, hour, minute, second)),
  }
}

/** Whether a path is something that rsync has not finished: its temporary files, and the rest of broken transfers. */
export function isUnfinished(path: string): boolean {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  return parts.some((part) => part === PARTIAL || part === '.~tmp~') || /^\..+\.[A-Za-z0-9]{6}$/.test(name)
}

/** The finished files among entries, by their paths below a folder. */
export function placedFiles(entries: readonly RsyncEntry[], folder: string): PlacedFile[] {
  const prefix = folder === '' ? '' : `${folder}/`
  return entries
    .filter(({ kind, path }) => kind === 'file' && path.startsWith(prefix) && !isUnfinished(path))
    .filter(({ path }) => !path.split('/').includes('..'))
    .map(({ path, bytes, changed }) => ({ path: path.slice(prefix.length), bytes, changed }))
}

/** rsync writes each byte that is no printable ASCII as `\#` and three octal digits, and such a sequence itself so too. */
export function unescaped(text: string): string {
  const bytes = Buffer.alloc(Buffer.byteLength(text))
  let length = 0
  for (const [, octal, plain = ''] of text.matchAll(/\\#([0-7]{3})|([^])/gu)) {
    length +=
      octal === undefined ? bytes.write(plain, length) : bytes.writeUInt8(parseInt(octal, 8) & 0xff, length) - length
  }
  return bytes.toString('utf8', 0, length)
}
