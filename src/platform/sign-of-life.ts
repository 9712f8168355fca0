import { once } from 'node:events'
import { open, utimes } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { codeOf } from './file-errors.js'

/** The socket in a folder on which its owner listens. */
const SOCKET = 'alive'

/** Milliseconds between the touches that tell other machines that a folder is in use. */
const BEAT = 5 * 60 * 1000

/** Milliseconds to wait for the answer of a socket; a living kernel answers at once. */
const PATIENCE = 2000

/**
 * Shows, for as long as this process lives, that a folder is in use: by a socket, which the kernel closes with the process,
 * and by touching the note. A container with another name and other process numbers can tell by the socket as well, as
 * long as it runs on the same kernel; other machines have the touches. Never throws: a folder without these signs is
 * only kept longer.
 */
export async function showLife(folder: string, note: string): Promise<void> {
  const server = net.createServer((socket) => socket.destroy())
  server.unref()
  const beat = setInterval(() => {
    const now = new Date()
    utimes(note, now, now).catch(() => {
      clearInterval(beat) // the folder has gone
      server.close()
    })
  }, BEAT)
  beat.unref()
  server.on('error', () => undefined)
  await throughDescriptor(folder, async (socket) => {
    server.listen(socket)
    await Promise.race([once(server, 'listening'), once(server, 'error')])
  }).catch(() => undefined)
}

/** Whether the owner of a folder listens; undefined where that cannot be told. Ask only on the kernel that it ran on. */
export async function isAlive(folder: string): Promise<boolean | undefined> {
  return throughDescriptor(folder, (socket) => answerOf(socket)).catch(() => undefined)
}

/** A socket's path has 107 bytes at most; through the folder's descriptor it is always short. */
async function throughDescriptor<T>(folder: string, work: (socket: string) => Promise<T>): Promise<T> {
  const handle = await open(folder)
  try {
    return await work(path.join(`/proc/self/fd/${handle.fd}`, SOCKET))
  } finally {
    await handle.close()
  }
}

function answerOf(path: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ path, timeout: PATIENCE })
    const conclude = (answer: boolean | undefined) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', conclude(true))
    socket.on('timeout', conclude(undefined))
    socket.on('error', (error) => {
      conclude(codeOf(error) === 'ECONNREFUSED' ? false : undefined)()
    })
  })
}
