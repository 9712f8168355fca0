import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { sealedGuide } from './kit/guide.js'
import { sealedScript } from './kit/script.js'

/** Writes the readable recovery kit of an encrypted set: how to open it, for a person and as a script. */
export async function writeSealedKit(folder: string, manifest: Manifest): Promise<void> {
  await orFileTrouble(`writing the recovery kit in ${folder}`, async () => {
    await writeFile(path.join(folder, SET.guide), sealedGuide(manifest), { mode: 0o600 })
    await writeFile(path.join(folder, SET.script), sealedScript(manifest), { mode: 0o600 })
    await chmod(path.join(folder, SET.script), 0o700)
  })
}
