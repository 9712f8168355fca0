import path from 'node:path'
import { timeOf } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import { finding, type Finding } from '../findings.js'
import { ifThere } from '../platform/file-errors.js'
import type { Store } from '../stores/store.js'

/** The detail of a backup's log line that holds the SHA-256 of its manifest. */
const DETAIL = 'manifest_sha256'

/** What the log keeps of a committed set, so that an edited manifest is found even where its checksums were redone. */
export async function digestDetail(folder: string): Promise<Record<string, string>> {
  return { [DETAIL]: (await sha256OfFile(path.join(folder, SET.manifest))).sha256 }
}

/** Holds the manifest of a set against what the log says it was when the set was committed, where the log knows it. */
export async function digestFindings(
  store: Store,
  { id, type }: { id: string; type: string },
  folder: string,
): Promise<Finding[]> {
  const { lines } = await store.readLog(timeOf(id))
  const digests = lines
    .filter(({ operation, details }) => operation === 'backup' && details.id === id && details.type === type)
    .map(({ details }) => details[DETAIL])
    .filter((digest) => typeof digest === 'string')
  const manifest = await ifThere(sha256OfFile(path.join(folder, SET.manifest)))
  return digests.length === 0 || manifest === undefined || digests.includes(manifest.sha256)
    ? []
    : [finding('MANIFEST_CHANGED', SET.manifest, 'it is not the one that the log says was committed')]
}
