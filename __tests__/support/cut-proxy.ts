import net, { type AddressInfo } from 'node:net'

/** Stands between a client and a server on loopback, and breaks connections. */
export interface CutProxy {
  readonly port: number
  /** Connections so far. */
  connections(): number
  /** Connections that stand. */
  open(): number
  /** Bytes that passed so far, both ways. */
  passed(): number
  /** From now on, so many connections break after so many bytes, counted in both directions. */
  cut(after: number, times: number): void
  /** From now on, nothing is passed on any more; connections stay. */
  hush(): void
  stop(): Promise<void>
}

export async function startCutProxy(target: number): Promise<CutProxy> {
  const sockets = new Set<net.Socket>()
  const plan = { after: 0, times: 0, silent: false }
  let connections = 0
  let carried = 0
  const server = net.createServer((client) => {
    connections += 1
    const upstream = net.connect(target, '127.0.0.1')
    let left = plan.times > 0 ? plan.after : Infinity
    plan.times -= 1
    const breakBoth = (): void => {
      client.destroy()
      upstream.destroy()
    }
    const pass = (from: net.Socket, to: net.Socket): void => {
      sockets.add(from)
      from.on('error', breakBoth)
      from.on('close', () => {
        sockets.delete(from)
        to.end()
      })
      from.on('data', (chunk: Buffer) => {
        if (plan.silent) return
        const passed = chunk.subarray(0, left)
        left -= passed.length
        carried += passed.length
        if (!to.write(passed)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        if (left === 0) breakBoth()
      })
    }
    pass(client, upstream)
    pass(upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    open: () => sockets.size / 2,
    passed: () => carried,
    cut: (after, times) => Object.assign(plan, { after, times }),
    hush: () => {
      plan.silent = true
    },
    stop: async () => {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
