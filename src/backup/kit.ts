import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { orFileTrouble } from '../platform/file-errors.js'
import type { KitFacts } from './kit/facts.js'
import { restoreGuide } from './kit/readme.js'
import { restoreScript } from './kit/script.js'
import type { FileEntry } from './manifest.js'
import { SET } from './set.js'
import { sha256OfFile } from './sha256.js'

/** The recovery kit of a set, by file name: the same facts always give the same texts. */
export function recoveryKit(facts: KitFacts): Record<string, string> {
  return { [SET.guide]: restoreGuide(facts), [SET.script]: restoreScript(facts) }
}

/**
 * Writes the recovery kit into the folder of a set, and returns its files as the manifest must list them: they belong to
 * the set like its dump.
 */
export async function writeKit(folder: string, facts: KitFacts): Promise<FileEntry[]> {
  return orFileTrouble(`writing the recovery kit in ${folder}`, async () => {
    const entries: FileEntry[] = []
    for (const [name, text] of Object.entries(recoveryKit(facts))) {
      const file = path.join(folder, name)
      await writeFile(file, text, { mode: 0o600 })
      if (name === SET.script) {
        await chmod(file, 0o700)
      }
      entries.push({ path: name, ...(await sha256OfFile(file)) })
    }
    return entries
  })
}
