import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import type { User } from '../context.js'

/** A user of this machine by name; undefined where there is none of that name in `/etc/passwd`. */
export function userNamed(name: string): User | undefined {
  const line = linesOf('/etc/passwd').find((each) => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) }
}

/** Numbers that distributions give to no user, and that a container's user namespace usually still has. */
const UNUSED = { first: 65_000, count: 500 }

/**
 * A user for root that nothing belongs to: without a name, an entry in `/etc/passwd`, or a running process. Undefined where
 * the system has none, or does not let root become one.
 */
export function unusedUser(): User | undefined {
  const taken = new Set([...numbersIn('/etc/passwd'), ...numbersIn('/etc/group'), ...usersOfProcesses()])
  const start = randomInt(UNUSED.count)
  const candidates = Array.from({ length: UNUSED.count }, (_, index) => UNUSED.first + ((start + index) % UNUSED.count))
  const uid = candidates.find((number) => !taken.has(number) && isMapped(number))
  return uid === undefined ? undefined : { name: String(uid), uid, gid: uid }
}

function numbersIn(file: string): number[] {
  return linesOf(file).map((line) => Number(line.split(':')[2]))
}

function usersOfProcesses(): number[] {
  return entriesOf('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [statSync(`/proc/${pid}`).uid]
      } catch {
        return [] // it has ended meanwhile
      }
    })
}

/** Whether this user namespace has the number. https://man7.org/linux/man-pages/man7/user_namespaces.7.html */
function isMapped(uid: number): boolean {
  const ranges = linesOf('/proc/self/uid_map').map((line) => line.trim().split(/\s+/).map(Number))
  return ranges.some(([inside = 0, , length = 0]) => uid >= inside && uid < inside + length)
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // a system without it
  }
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

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return [] // a system that keeps its users elsewhere
  }
}
