import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import type { Workspace } from '../context.js'
import { fileTrouble, ifThere, orFileTrouble } from './file-errors.js'
import { lifeOf, Owner, ownerHere } from './owner.js'

const PREFIX = 'pg-lifeboat-'
const NOTE = 'owner.json'

type Environment = Readonly<Record<string, string | undefined>>

/** The folder for temporary things: the runner's, else TMPDIR's, else the system's. */
export function temporaryFolder(environment: Environment): string {
  const chosen = [environment.RUNNER_TEMP, environment.TMPDIR].find((folder) => folder !== undefined && folder !== '')
  return path.resolve(chosen ?? os.tmpdir())
}

/**
 * Makes the workspace of this run: a folder of mode 0700 with a note that says which process it belongs to.
 *
 * Throws `OperationError` when the folder for temporary things cannot be written to.
 */
export async function createWorkspace({ environment }: { environment: Environment }): Promise<Workspace> {
  const parent = temporaryFolder(environment)
  return orFileTrouble(`making a folder for temporary files in ${parent}`, async () => {
    // mkdtemp makes it 0700, which is what keeps the secret files below it from others.
    const root = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`))
    await writeFile(path.join(root, NOTE), JSON.stringify(ownerHere('pg-lifeboat', new Date())), {
      flag: 'wx',
      mode: 0o600,
    })
    return new FolderWorkspace(root)
  })
}

/**
 * Removes the workspaces of runs that ended without cleaning up, and returns their paths. Those of living processes, of
 * other machines and of other users stay.
 */
export async function sweepWorkspaces({ environment }: { environment: Environment }): Promise<string[]> {
  const parent = temporaryFolder(environment)
  const names = (await ifThere(readdir(parent))) ?? []
  const removed: string[] = []
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const folder = path.join(parent, name)
    const owner = await readOwner(folder)
    if (owner !== undefined && lifeOf(owner) === 'dead') {
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
        throw fileTrouble(error, `removing ${folder}, which an earlier run left behind`)
      })
      removed.push(folder)
    }
  }
  return removed
}

/** Undefined when there is no note that we can read and believe: then the folder is not known to be ours. */
async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return Owner.parse(JSON.parse(await readFile(path.join(folder, NOTE), 'utf8')))
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
    await orFileTrouble(`removing the temporary folder ${this.root}`, () =>
      rm(this.root, { recursive: true, force: true }),
    )
  }
}

function safeName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'file'
}
