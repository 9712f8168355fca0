import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Judge } from './causes.js'

export interface Script {
  file: string
  compression: 'none' | 'gzip'
  /** Whether another tool made it: then what fails in it is told as psql tells it, and not tried again. */
  foreign: boolean
  /** Bytes of the text that psql does not get. */
  leftOut?: { from: number; to: number }
  /** Says of a statement, by its first words, whether psql does not get it, and whether that is told. */
  passOver?: (words: readonly string[]) => 'told' | 'untold' | null
  /** Says what a complaint comes to, before it is judged as usual. */
  judge?: Judge
}

/** The text of a script, from its beginning. */
export function textOf({ file, compression }: Script): Readable {
  const raw = createReadStream(file)
  if (compression === 'none') return raw
  const text = createGunzip()
  // With pipeline an error of the file reaches the reader of the text, who handles it there.
  pipeline(raw, text, () => undefined)
  return text
}
