import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import type { User } from '../context.js'

/** A user of this machine by name; undefined where there is none of that name in `/etc/passwd`. */
export function userNamed(name: string): User | undefined {
  const line = passwd().find((each) => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Whether a user can get to what is in a folder: it and all above it let him through. Groups beyond his own do not count. */
export function canEnter(folder: string, user: User): boolean {
  const parts = path.resolve(folder).split('/')
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join('/') || '/')
  return folders.every((each) => isOpen(each, user))
}

function isOpen(folder: string, { uid, gid }: User): boolean {
  try {
    const { mode, uid: owner, gid: group } = statSync(folder)
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001
    return uid === 0 || (mode & bit) !== 0
  } catch {
    return false // what cannot be looked at cannot be entered
  }
}

function passwd(): string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n')
  } catch {
    return [] // a system that keeps its users elsewhere
  }
}
