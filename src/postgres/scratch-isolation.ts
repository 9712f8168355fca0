import { lchown, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Context, User } from '../context.js'
import { InterruptedError } from '../errors.js'
import { findProgram } from '../platform/find-program.js'
import { unusedUser } from '../platform/users.js'

/** How the server of a throw-away cluster is shut off from the rest of the machine. */
export interface Isolation {
  /** Who runs it: a user that nothing else belongs to; null for ourselves. */
  user: User | null
  /** The first words of its command line: they give it namespaces of its own. Empty where the system has none for us. */
  namespaces: readonly string[]
}

/**
 * Of its own: a user namespace (for an ordinary user, the way to the others), process numbers, so that it neither sees nor
 * ends our processes, System V memory, and a network that leads nowhere. It dies with the first process in it.
 *
 * https://man7.org/linux/man-pages/man1/unshare.1.html
 */
const UNSHARE = [
  '--user',
  '--map-current-user',
  '--pid',
  '--fork',
  '--mount-proc',
  '--ipc',
  '--net',
  '--kill-child=KILL',
]

/** The first major whose server does without a socket of its own on the loopback interface. */
const WITHOUT_LOOPBACK = 15

/**
 * Finds out how far a server can be shut off here. Root gives it a user that nothing belongs to; whether the kernel gives
 * it namespaces is tried.
 */
export async function isolationFor(major: number, initdbUser: User | null, context: Context): Promise<Isolation> {
  const user = initdbUser === null ? null : unusedUser()
  const unshare = process.platform === 'linux' ? findProgram('unshare', context.environment.PATH) : null
  const options = UNSHARE.filter((option) => option !== '--net' || major >= WITHOUT_LOOPBACK)
  const namespaces = unshare === null ? [] : [unshare, ...options, '--']
  return {
    user: user ?? initdbUser,
    namespaces: (await works(namespaces, user ?? initdbUser, context)) ? namespaces : [],
  }
}

async function works(
  [program, ...args]: readonly string[],
  user: User | null,
  { processes }: Context,
): Promise<boolean> {
  if (program === undefined) return false
  try {
    await processes.run({
      program,
      args: [...args, 'true'],
      doing: 'trying whether the throw-away cluster can be shut off in namespaces',
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
      ...(user !== null && { user }),
    })
    return true
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    return false
  }
}

/** Gives a folder that holds no links, with all that is in it, to a user. */
export async function handOver(folder: string, { uid, gid }: User): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true })) {
    await lchown(path.join(folder, entry), uid, gid)
  }
  await lchown(folder, uid, gid)
}
