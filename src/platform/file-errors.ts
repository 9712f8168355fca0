import { LifeboatError, OperationError, messageOf } from '../errors.js'

/** What the operating system's codes mean to a person, and what helps. */
const MEANINGS: Readonly<Record<string, { problem: string; advice: string }>> = {
  ENOSPC: {
    problem: 'there is no space left on the disk',
    advice: 'Free some space or use a store with more room, then run it again.',
  },
  EDQUOT: { problem: 'the disk quota is used up', advice: 'Free some space or raise the quota, then run it again.' },
  EFBIG: {
    problem: 'the file would be larger than the system allows',
    advice: 'Raise the file size limit (ulimit -f), or use a file system that takes larger files.',
  },
  EROFS: {
    problem: 'the file system is mounted read-only',
    advice: 'Mount it writable, or check the disk: a file system with errors is often remounted read-only.',
  },
  EACCES: { problem: 'permission denied', advice: 'Give the user that runs this access to the folder.' },
  EPERM: { problem: 'the operation is not permitted', advice: 'Give the user that runs this access to the folder.' },
  ENOENT: { problem: 'a file or folder is not there', advice: 'Check the path and that nothing else removes it.' },
  ENOTDIR: { problem: 'a part of the path is a file, not a folder', advice: 'Check the path.' },
  EEXIST: { problem: 'something of that name is in the way', advice: 'Move it away, or use another path.' },
  ELOOP: {
    problem: 'a symbolic link stands where a file or folder must be',
    advice: 'Replace the link by what it points to.',
  },
  EIO: { problem: 'the disk reported an input/output error', advice: 'Check the disk; the kernel log says more.' },
  EMFILE: { problem: 'too many files are open', advice: 'Raise the limit of open files (ulimit -n).' },
  ENAMETOOLONG: { problem: 'the path is too long', advice: 'Use a shorter path.' },
}

/** The `code` of a system error, e.g. `ENOENT`; undefined for other things that were thrown. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
  return hasCode ? (error.code as string) : undefined
}

/**
 * An error of the file system in words; what is already a LifeboatError comes back as it is.
 *
 * @param doing what was being done and on what: `writing the manifest in /backups/db`
 */
export function fileTrouble(error: unknown, doing: string): LifeboatError {
  if (error instanceof LifeboatError) return error
  const meaning = MEANINGS[codeOf(error) ?? '']
  const problem = meaning?.problem ?? messageOf(error)
  return new OperationError({ doing, problem, advice: meaning?.advice ?? 'Check the path and the disk.', cause: error })
}

/** Runs work on files and turns what the file system throws into words. */
export async function orFileTrouble<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileTrouble(error, doing)
  }
}

/** The result, or undefined where the file or folder is not there. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
