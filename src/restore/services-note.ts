import { constants } from 'node:fs'
import { open, readdir, unlink } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import type { Context } from '../context.js'
import { codeOf, ifThere, orFileTrouble } from '../platform/file-errors.js'
import { syncPath, writeWhole } from '../platform/files.js'
import { Owner, ownerHere } from '../platform/owner.js'
import { isOurs, makeStateFolder, stateFolders } from '../platform/state-folder.js'

/** What a later run needs to start the services of a run that was killed. */
const Note = z.object({
  schema: z.literal('pg-lifeboat/services/1'),
  owner: Owner,
  /** The shell command that starts the services. */
  start: z.string().min(1),
  workingDirectory: z.string(),
  /** Milliseconds. */
  timeout: z.number().positive(),
})

/** The start command of a run, as its note has it. */
export interface StartOrder {
  start: string
  workingDirectory: string
  timeout: number
}

export interface FoundNote extends StartOrder {
  file: string
  owner: Owner
}

const PREFIX = 'services-'

/**
 * Writes down how the services are started again, before they are stopped: a file of mode 0600 that survives this
 * process, its temporary files and a reboot. Returns its path.
 */
export async function writeNote(order: StartOrder, { environment, clock }: Context): Promise<string> {
  const doing = 'writing down how the services are started again'
  const folder = await makeStateFolder(environment, doing)
  const owner = ownerHere(doing, clock.now())
  const file = path.join(folder, `${PREFIX}${owner.token}.json`)
  const note = { schema: 'pg-lifeboat/services/1', owner, ...order } satisfies z.infer<typeof Note>
  await orFileTrouble(doing, () => writeWhole(file, `${JSON.stringify(note)}\n`))
  return file
}

/** Removes a note. Returns whether this call did: of several runs that try, one. */
export async function removeNote(file: string): Promise<boolean> {
  try {
    // Not rm, which does not notice that another run was quicker.
    await unlink(file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  await syncPath(path.dirname(file))
  return true
}

/** The notes of this user, of living and of dead runs. What anybody else could have written is not read. */
export async function findNotes({ environment }: Pick<Context, 'environment'>): Promise<FoundNote[]> {
  const found: FoundNote[] = []
  for (const folder of stateFolders(environment)) {
    if ((await ifThere(isOurs(folder))) !== true) continue
    const names = (await ifThere(readdir(folder))) ?? []
    for (const name of names.filter((each) => each.startsWith(PREFIX) && each.endsWith('.json'))) {
      const note = await readNote(path.join(folder, name))
      if (note !== undefined) found.push(note)
    }
  }
  return found
}

/** What is in there will be run by a shell: so it must be a plain file, ours, and closed to other users. */
async function readNote(file: string): Promise<FoundNote | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const there = await handle.stat()
      const isClosed = there.isFile() && there.nlink === 1 && (there.mode & 0o077) === 0
      if (!isClosed || there.size > SMALL_JSON.length || there.uid !== process.getuid?.()) return undefined
      const { owner, start, workingDirectory, timeout } = Note.parse(
        parseBoundedJson(await handle.readFile('utf8'), SMALL_JSON),
      )
      return { file, owner, start, workingDirectory, timeout }
    } finally {
      await handle.close()
    }
  } catch {
    return undefined // gone meanwhile, or not a note of ours: nothing in it may be run
  }
}
