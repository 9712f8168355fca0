import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ListingCache } from '../context.js'
import { makeFolder, writeWhole } from '../platform/files.js'
import type { FilePlace, PlacedFile } from './file-place.js'

/**
 * Fetches small files that never change once they are there into a local folder, and takes those from the cache that an
 * earlier run has left there. A text of another size than the place lists is not believed.
 *
 * @param files relative to the root of the place, and then to the folder
 */
export async function fetchTold(
  place: FilePlace,
  files: readonly PlacedFile[],
  folder: string,
  cache: ListingCache | undefined,
): Promise<void> {
  const unknown: PlacedFile[] = []
  for (const file of files) {
    const text = await cache?.get(keyOf(place, file))
    if (text === undefined || Buffer.byteLength(text) !== file.bytes) unknown.push(file)
    else await keep(path.join(folder, file.path), text)
  }
  if (unknown.length === 0) return
  await place.download('', unknown, folder)
  if (cache === undefined) return
  for (const file of unknown) await cache.put(keyOf(place, file), await readFile(path.join(folder, file.path), 'utf8'))
}

async function keep(file: string, text: string): Promise<void> {
  await makeFolder(path.dirname(file))
  await writeWhole(file, text)
}

/** Names one content of one file: whatever is written over it has another date or version. */
function keyOf(place: FilePlace, { path: file, bytes, changed, version }: PlacedFile): string {
  return JSON.stringify([place.name, file, bytes, changed.getTime(), version ?? null])
}
