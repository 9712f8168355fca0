/** A link of a given speed in front of a server on loopback, where the real one would be a network. */
import net from 'node:net'
import { Transform, pipeline } from 'node:stream'

/** How long a piece may be, in seconds of the link: short enough to be smooth. */
const PIECE_SECONDS = 0.01

/** @param bytesPerSecond in each direction, over all connections */
export async function startSlowLink(target, bytesPerSecond) {
  const free = { up: 0, down: 0 }
  const sockets = new Set()
  /** Passes pieces on when the link has had the time for those before. */
  const paced = (direction) =>
    new Transform({
      highWaterMark: bytesPerSecond * PIECE_SECONDS,
      transform(chunk, _encoding, done) {
        const now = performance.now()
        free[direction] = Math.max(now, free[direction]) + (chunk.length / bytesPerSecond) * 1000
        const wait = free[direction] - now
        // Timers are no finer than a few milliseconds; what is ahead by less is not held up.
        if (wait < PIECE_SECONDS * 1000) done(null, chunk)
        else setTimeout(() => done(null, chunk), wait - PIECE_SECONDS * 1000)
      },
    })
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    pipeline(client, paced('up'), upstream, () => undefined)
    pipeline(upstream, paced('down'), client, () => undefined)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: server.address().port,
    stop: () => {
      sockets.forEach((socket) => socket.destroy())
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
