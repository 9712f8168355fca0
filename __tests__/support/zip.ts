import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { bufferSource, zipContent, zipEntries } from '../../src/platform/zip-file.js'

/** Contents by name. */
export type ZipFiles = Readonly<Record<string, Buffer>>

/** What `@actions/artifact` packs with; it brings no types. */
const archiver = createRequire(import.meta.url)('archiver') as {
  create(
    kind: 'zip',
    options: { zlib: { level: number }; forceZip64: boolean },
  ): Readable & { append(content: Buffer, entry: { name: string }): void; finalize(): Promise<void> }
}

/** A zip file, without compression for level 0; `forceZip64` writes numbers as a file of many gigabytes has them. */
export async function packed(files: ZipFiles, level = 0, forceZip64 = false): Promise<Buffer> {
  const zip = archiver.create('zip', { zlib: { level }, forceZip64 })
  for (const [name, content] of Object.entries(files)) zip.append(content, { name })
  const [bytes] = await Promise.all([buffer(zip), zip.finalize()])
  return bytes
}

/** What is in a zip file, by our own reader. */
export async function unpacked(zip: Buffer): Promise<ZipFiles> {
  const source = bufferSource(zip)
  const files: Record<string, Buffer> = {}
  for (const entry of await zipEntries(source)) files[entry.name] = await buffer(zipContent(source, entry))
  return files
}
