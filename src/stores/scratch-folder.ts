import { rm, statfs } from 'node:fs/promises'
import type { Workspace } from '../context.js'
import { orFileTrouble } from '../platform/file-errors.js'

type Folders = Pick<Workspace, 'folder'>

/** Does work with a new folder of the workspace, and removes it. */
export async function withScratchFolder<T>(
  workspace: Folders,
  purpose: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await workspace.folder(purpose)
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Bytes that are free where sets are made ready before they are sent. */
export function freeInWorkspace(workspace: Folders): Promise<number> {
  return withScratchFolder(workspace, 'space', async (folder) => {
    const { bavail, bsize } = await orFileTrouble('asking for the free space of the workspace', () => statfs(folder))
    return bavail * bsize
  })
}
