import os from 'node:os'

const MB = 1024 * 1024

const CONNECTIONS = 50

/** A server has room for so many locks times its connections. */
const LOCKS = 1024

/** Bytes of memory that this process may count on: of the machine, or of the container that it runs in. */
export function usableMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()
}

/**
 * Settings of a cluster whose content may be lost at any time: nothing is flushed, and with `wal_level=minimal` a parallel
 * restore writes hardly any write-ahead log.
 *
 * @param source settings of the source that a restore needs too; ours win over them
 */
export function clusterSettings(
  socketFolder: string,
  memory: number,
  source: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    TimeZone: 'UTC',
    ...source,
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '4GB',
    checkpoint_timeout: '1h',
    autovacuum: 'off',
    shared_buffers: share(memory, 8, 64, 512),
    maintenance_work_mem: share(memory, 16, 64, 512),
    // Checking a foreign key hashes the keys of a whole table.
    work_mem: share(memory, 128, 16, 128),
    max_locks_per_transaction: String(Math.max(LOCKS, Number(source.max_locks_per_transaction) || 0)),
    max_connections: String(CONNECTIONS),
    jit: 'off',
    huge_pages: 'off',
    // A container's /dev/shm is often too small for parallel index builds.
    dynamic_shared_memory_type: 'mmap',
    logging_collector: 'off',
    log_destination: 'stderr',
    lc_messages: 'C',
    log_timezone: 'UTC',
  }
}

/** What a scratch database of a server that is not ours gets: settings of that database alone. */
export function databaseSettings(memory: number): Record<string, string> {
  return { synchronous_commit: 'off', jit: 'off', maintenance_work_mem: share(memory, 16, 64, 256) }
}

/** The `max_locks_per_transaction` that makes room for so many locks, or what a cluster always has. */
export function locksFor(room: number): number {
  return Math.max(LOCKS, Math.ceil(room / CONNECTIONS))
}

/** A part of the memory, within bounds in MB. */
function share(memory: number, part: number, least: number, most: number): string {
  const wanted = Math.floor(memory / part / MB)
  return `${Math.min(most, Math.max(least, wanted))}MB`
}
