import { chmod } from 'node:fs/promises'

import type { User } from '../context.js'
import { CouldNotVerifyError } from '../errors.js'
import { canEnter, isRoot, userNamed } from '../platform/users.js'
import { createOwnedFolder, temporaryFolders } from '../platform/workspace.js'

const DOING = 'starting a throw-away cluster'

/** A socket's path ends at 107 bytes (103 on macOS), and ours adds `/pg-lifeboat-<pid>-XXXXXX/socket/.s.PGSQL.5432`. */
const LONGEST_PARENT = 50

/**
 * Who runs the server: null for ourselves; PostgreSQL refuses root, so for root it is `postgres`, or else `nobody`.
 *
 * Throws `CouldNotVerifyError` when root finds neither.
 */
export function serverUser(): User | null {
  if (!isRoot()) {
    return null
  }
  const user = userNamed('postgres') ?? userNamed('nobody')
  if (user === undefined) {
    throw new CouldNotVerifyError({
      doing: DOING,
      problem: 'PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as',
      advice: 'Create one (useradd --system postgres), run as another user than root, or give a server in scratch-url.',
    })
  }
  return user
}

/**
 * Makes the cluster's folder where the server's user can get to it and a socket's path fits. It stays our own, so that a
 * later run knows it for one; the server's user may pass through to the folders in it that are his.
 */
export async function createClusterFolder(
  environment: Readonly<Record<string, string | undefined>>,
  user: User | null,
): Promise<string> {
  const parents = temporaryFolders(environment)
  const fitting = parents.find(
    (parent) => Buffer.byteLength(parent) <= LONGEST_PARENT && (user === null || canEnter(parent, user)),
  )
  if (fitting === undefined) {
    throw new CouldNotVerifyError({
      doing: DOING,
      problem: `none of the folders for temporary files fits: ${parents.join(', ')}`,
      advice: `Set TMPDIR to a folder with a path of at most ${LONGEST_PARENT} bytes that ${user?.name ?? 'you'} may enter.`,
    })
  }
  const folder = await createOwnedFolder(fitting)
  if (user !== null) {
    await chmod(folder, 0o711)
  }
  return folder
}
