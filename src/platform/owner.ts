import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import os from 'node:os'
import { z } from 'zod'
import { codeOf } from './file-errors.js'

/** Who holds a lock or writes a folder: enough to tell later whether that very process still lives. */
export const Owner = z.object({
  /** Different for every lock and folder. */
  token: z.string(),
  doing: z.string(),
  since: z.iso.datetime(),
  pid: z.number().int().positive(),
  /** When the process started, in the kernel's ticks since boot: a process id can be given out again. */
  started: z.string().nullable(),
  host: z.string(),
  boot: z.string().nullable(),
  /** A container numbers its processes on its own; ids of another one mean nothing here. */
  pidNamespace: z.string().nullable(),
})
export type Owner = z.infer<typeof Owner>

/** This process as an owner, under a new token. */
export function ownerHere(doing: string, now: Date): Owner {
  return {
    token: randomUUID(),
    doing,
    since: now.toISOString(),
    pid: process.pid,
    started: started(process.pid),
    ...place(),
  }
}

/**
 * Whether an owner lives. `elsewhere` when it cannot be told: it runs, or ran, on another machine or in another
 * container.
 */
export function lifeOf(owner: Owner): 'alive' | 'dead' | 'elsewhere' {
  const here = place()
  if (owner.host !== here.host) return 'elsewhere'
  if (owner.boot !== here.boot) return 'dead'
  if (owner.pidNamespace !== here.pidNamespace) return 'elsewhere'
  if (!exists(owner.pid)) return 'dead'
  const now = stateOf(owner.pid)
  if (now === undefined) return 'alive'
  return now.state === 'Z' || now.state === 'X' || now.started !== owner.started ? 'dead' : 'alive'
}

/** Whether an owner runs, or ran, on the kernel that runs us: containers of one machine do, whatever they are called. */
export function sharesKernel({ boot }: Owner): boolean {
  return boot !== null && boot === place().boot
}

/** `pid 4711 on backup-host since 2026-11-24T02:00:00.000Z (backing up app)` */
export function describeOwner({ pid, host, since, doing }: Owner): string {
  return `pid ${pid} on ${host} since ${since} (${doing})`
}

function place(): Pick<Owner, 'host' | 'boot' | 'pidNamespace'> {
  return {
    host: os.hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  }
}

/** Asks the kernel rather than /proc, which may hide the processes of other users. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function started(pid: number): string | null {
  return stateOf(pid)?.started ?? null
}

/** The third and the 22nd field of /proc/PID/stat; the second, the program's name, may hold spaces and brackets. */
function stateOf(pid: number): { state: string; started: string } | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields?.[0], fields?.[19]]
  return state === undefined || start === undefined ? undefined : { state, started: start }
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null // a system without /proc, or a process that has ended: the callers have a rule for "not known"
  }
}
