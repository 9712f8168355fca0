import type { Stats } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import type { Workspace } from '../context.js'
import { messageOf } from '../errors.js'
import { ifThere, orFileTrouble } from './file-errors.js'
import { inFolder, readSmallFile, removeTree } from './no-follow.js'
import { lifeOf, Owner, ownerHere, sharesKernel } from './owner.js'
import { isAlive, showLife } from './sign-of-life.js'

const PREFIX = 'pg-lifeboat-'
const NOTE = 'owner.json'

/** What `createOwnedFolder` calls a folder. */
const OWN_NAME = /^pg-lifeboat-\d+-\w{6}$/

/** Bytes. */
const LARGEST_NOTE = 64 * 1024

/** Milliseconds without a sign of life after which a folder whose owner cannot be asked counts as abandoned. */
const SILENCE_LIMIT = 24 * 3600 * 1000

type Environment = Readonly<Record<string, string | undefined>>

/** The folder for temporary things: the runner's, else TMPDIR's, else the system's. */
export function temporaryFolder(environment: Environment): string {
  return temporaryFolders(environment)[0] ?? os.tmpdir()
}

/** All folders that temporary things may be put in, the preferred one first. */
export function temporaryFolders(environment: Environment): string[] {
  const all = [environment.RUNNER_TEMP, environment.TMPDIR, os.tmpdir(), '/tmp', '/var/tmp']
  const given = all.flatMap((folder) => (folder === undefined || folder === '' ? [] : [path.resolve(folder)]))
  return [...new Set(given)]
}

/**
 * Makes the workspace of this run: a folder of mode 0700 with a note that says which process it belongs to.
 *
 * Throws `OperationError` when the folder for temporary things cannot be written to.
 */
export async function createWorkspace({ environment }: { environment: Environment }): Promise<Workspace> {
  return new FolderWorkspace(await createOwnedFolder(temporaryFolder(environment)))
}

/** Makes a folder of mode 0700 that `sweepWorkspaces` of a later run removes if this process does not. */
export async function createOwnedFolder(parent: string): Promise<string> {
  return orFileTrouble(`making a folder for temporary files in ${parent}`, async () => {
    // mkdtemp makes it 0700, which is what keeps the secret files below it from others.
    const folder = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`))
    const note = JSON.stringify(ownerHere('pg-lifeboat', new Date()))
    await writeFile(path.join(folder, NOTE), note, { flag: 'wx', mode: 0o600 })
    await showLife(folder, path.join(folder, NOTE))
    return folder
  })
}

/** What a sweep did. */
export interface Sweep {
  removed: string[]
  /** What it could not remove, and why. */
  left: { folder: string; why: string }[]
}

/**
 * Removes the folders of runs that ended without cleaning up. Those of living processes, of other machines and of other
 * users stay. Never throws: whatever lies in a folder that every user can write to, it must not stop a backup.
 */
export async function sweepWorkspaces({ environment }: { environment: Environment }): Promise<Sweep> {
  const sweep: Sweep = { removed: [], left: [] }
  for (const folder of await abandonedWorkspaces({ environment })) {
    try {
      await removeTree(folder)
      sweep.removed.push(folder)
    } catch (error) {
      sweep.left.push({ folder, why: messageOf(error) })
    }
  }
  return sweep
}

/** The folders that `sweepWorkspaces` would remove. */
export async function abandonedWorkspaces({ environment }: { environment: Environment }): Promise<string[]> {
  const found: string[] = []
  for (const parent of temporaryFolders(environment)) {
    for (const name of (await namesIn(parent)).filter((each) => OWN_NAME.test(each))) {
      const folder = path.join(parent, name)
      if (await isAbandoned(folder)) {
        found.push(folder)
      }
    }
  }
  return found
}

/** None where the folder is not there, or cannot be listed. */
async function namesIn(parent: string): Promise<string[]> {
  return readdir(parent).catch(() => [])
}

/** Only a folder of our own user is looked into: what another user writes in a note of ours proves nothing. */
async function isAbandoned(folder: string): Promise<boolean> {
  try {
    const facts = await ifThere(lstat(folder))
    if (facts?.isDirectory() !== true || !isOurs(facts)) return false
    return await inFolder(folder, async (here, opened) => {
      if (!isOurs(opened)) return false
      const owner = await readOwner(here)
      // A run that was killed while it wrote its note left a folder by whose name alone it can be known; so it gets a day.
      return owner === undefined ? isSilent(opened) : await isDead(owner, here)
    })
  } catch {
    return false // it goes or changes at this moment: the next sweep looks again
  }
}

/** An owner in another container, such as the one that this one replaces, is asked by its socket. */
async function isDead(owner: Owner, folder: string): Promise<boolean> {
  const life = lifeOf(owner)
  if (life !== 'elsewhere') return life === 'dead'
  const answer = sharesKernel(owner) ? await isAlive(folder) : undefined
  return answer === undefined ? isSilent(await lstat(path.join(folder, NOTE))) : !answer
}

function isSilent({ mtimeMs }: Stats): boolean {
  return Date.now() - mtimeMs > SILENCE_LIMIT
}

function isOurs({ uid }: Stats): boolean {
  return uid === process.getuid?.()
}

/** Undefined when there is no note that we can read and believe. */
async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return Owner.parse(parseBoundedJson(await readSmallFile(path.join(folder, NOTE), LARGEST_NOTE), SMALL_JSON))
  } catch {
    return undefined
  }
}

class FolderWorkspace implements Workspace {
  private count = 0

  constructor(private readonly root: string) {}

  async folder(purpose: string): Promise<string> {
    this.count += 1
    const folder = path.join(this.root, `${this.count}-${safeName(purpose)}`)
    await orFileTrouble(`making the temporary folder ${folder}`, () => mkdir(folder, { mode: 0o700 }))
    return folder
  }

  async secretFile(name: string, content: string): Promise<string> {
    const file = path.join(await this.folder('secret'), safeName(name))
    await orFileTrouble(`writing the temporary file ${file}`, () =>
      writeFile(file, content, { flag: 'wx', mode: 0o600 }),
    )
    return file
  }

  peakMemory(): number {
    return process.resourceUsage().maxRSS * 1024
  }

  async clean(): Promise<void> {
    await orFileTrouble(`removing the temporary folder ${this.root}`, () => removeTree(this.root))
  }
}

function safeName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'file'
}
