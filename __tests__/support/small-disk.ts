import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of its own, of a few megabytes, that a test can fill up. */
export interface SmallDisk {
  readonly folder: string
  /** Writes until there is no room left. */
  fill: () => Promise<void>
  /** Gives the room back. */
  empty: () => Promise<void>
  remove: () => Promise<void>
}

/**
 * Mounts a file system in memory on an empty folder. That takes root, or sudo without a password: where neither is there,
 * this is an error, because what happens on a full disk would go untested without anybody noticing.
 */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  const asRoot = async (program: string, ...args: string[]): Promise<void> => {
    await (process.getuid?.() === 0 ? run(program, args) : run('sudo', ['-n', program, ...args]))
  }
  await asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'lifeboat-test', folder)
  const filler = path.join(folder, '.filler')
  return {
    folder,
    fill: async () => {
      const file = await open(filler, 'a')
      try {
        for (let size = 1 << 20; size >= 1; size >>= 1) {
          const piece = Buffer.alloc(size)
          while (await writeAll(file, piece)) {
            // until this size does not fit any more; then half of it
          }
        }
      } finally {
        await file.close()
      }
    },
    empty: () => rm(filler, { force: true }),
    remove: () => asRoot('umount', '--lazy', folder),
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, piece: Buffer): Promise<boolean> {
  try {
    return (await file.write(piece)).bytesWritten === piece.length
  } catch {
    return false
  }
}
