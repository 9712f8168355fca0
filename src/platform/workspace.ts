import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import type { Workspace } from '../context.js'
import { ifThere, orFileTrouble } from './file-errors.js'
import { lifeOf, Owner, ownerHere } from './owner.js'

const PREFIX = 'pg-lifeboat-'
const NOTE = 'owner.json'

/** What `createOwnedFolder` calls a folder. */
const OWN_NAME = /^pg-lifeboat-\d+-\w{6}$/

/** Milliseconds. */
const NOTELESS_LIMIT = 24 * 3600 * 1000

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
    return folder
  })
}

/**
 * Removes the folders of runs that ended without cleaning up, and returns their paths. Those of living processes, of other
 * machines and of other users stay.
 */
export async function sweepWorkspaces({ environment }: { environment: Environment }): Promise<string[]> {
  const abandoned = await abandonedWorkspaces({ environment })
  for (const folder of abandoned) {
    await orFileTrouble(`removing ${folder}, which an earlier run left behind`, () =>
      rm(folder, { recursive: true, force: true }),
    )
  }
  return abandoned
}

/** The folders that `sweepWorkspaces` would remove. */
export async function abandonedWorkspaces({ environment }: { environment: Environment }): Promise<string[]> {
  const found: string[] = []
  for (const parent of temporaryFolders(environment)) {
    const names = (await ifThere(readdir(parent))) ?? []
    for (const name of names.filter((each) => each.startsWith(PREFIX))) {
      const folder = path.join(parent, name)
      if (await isAbandoned(folder)) {
        found.push(folder)
      }
    }
  }
  return found
}

async function isAbandoned(folder: string): Promise<boolean> {
  const owner = await readOwner(folder)
  return owner === undefined ? isOldAndOurs(folder) : lifeOf(owner) === 'dead'
}

/** Undefined when there is no note that we can read and believe: then the folder is not known to be ours. */
async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return Owner.parse(JSON.parse(await readFile(path.join(folder, NOTE), 'utf8')))
  } catch {
    return undefined
  }
}

/** A run that was killed while it wrote its note left a folder by whose name alone it can be known; so it gets a day. */
async function isOldAndOurs(folder: string): Promise<boolean> {
  const facts = await ifThere(stat(folder))
  const isOurs = OWN_NAME.test(path.basename(folder)) && facts?.uid === process.getuid?.()
  return isOurs && facts !== undefined && Date.now() - facts.mtimeMs > NOTELESS_LIMIT
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
    await orFileTrouble(`removing the temporary folder ${this.root}`, () =>
      rm(this.root, { recursive: true, force: true }),
    )
  }
}

function safeName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'file'
}
