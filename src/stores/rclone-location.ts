import { UsageError } from '../errors.js'
import { hasControls } from '../control-characters.js'

/** A folder of a remote of rclone: what `rclone` itself is told. */
export interface RcloneLocation {
  /** `rclone:remote:path`. */
  name: string
  /** With its colon: `remote:`, `:s3:`. */
  remote: string
  /** Without a slash at the end. */
  path: string
}

/**
 * Takes apart `rclone:remote:path`. The remote is one of the user's configuration, or a kind of storage (`:s3:`) whose
 * settings come from the environment; settings inside the location would be seen by all who list processes.
 *
 * Throws `UsageError`.
 */
export function parseRcloneLocation(location: string): RcloneLocation {
  const parts = /^rclone:(:?[^:]+:)(.*)$/i.exec(location)
  const [, remote = '', path = ''] = parts ?? []
  if (parts === null || remote.startsWith('-') || hasControls(location)) {
    throw unusable(location, 'it is not written as rclone reads it')
  }
  if (/[,=]/.test(remote)) {
    throw unusable(location.replace(/[,=].*/, '…'), 'it holds settings of the remote, which may be secret')
  }
  if (/(^|\/)\.\.(\/|$)/.test(path)) throw unusable(location, 'it holds ".."')
  const trimmed = path.replace(/\/+$/, '')
  return { name: `rclone:${remote}${path}`, remote, path: trimmed === '' && path !== '' ? '/' : trimmed }
}

/** A folder or file of the store, as rclone is told of it. */
export function rcloneArgument({ remote, path }: RcloneLocation, inside = ''): string {
  const isEmpty = path === '' || path === '/'
  return `${remote}${inside === '' ? path : isEmpty ? `${path}${inside}` : `${path}/${inside}`}`
}

function unusable(location: string, why: string): UsageError {
  return new UsageError({
    doing: `opening the store "${location}"`,
    problem: `it cannot be used as a store of rclone: ${why}`,
    advice:
      'Set up the remote with `rclone config`, and write rclone:remote:path; `rclone listremotes` tells the names.',
  })
}
