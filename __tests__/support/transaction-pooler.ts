import net from 'node:net'

/** A connection pooler in transaction mode, in front of a cluster that trusts everybody. */
export interface TransactionPooler {
  port: number
  close(): Promise<void>
}

interface Target {
  socket: string
  user: string
  database: string
  /** How many server connections all clients share. */
  size: number
}

const SSL_REQUEST = 80877103

/** Cuts a byte stream into protocol messages: a type, and the whole message with it. */
class Messages {
  private rest = Buffer.alloc(0)

  constructor(
    private hasType: boolean,
    private readonly onMessage: (type: string, message: Buffer) => void,
  ) {}

  push(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk])
    for (;;) {
      const start = this.hasType ? 1 : 0
      if (this.rest.length < start + 4) return
      const length = start + this.rest.readInt32BE(start)
      if (this.rest.length < length) return
      const message = this.rest.subarray(0, length)
      this.rest = this.rest.subarray(length)
      const type = this.hasType ? String.fromCharCode(message[0] ?? 0) : 'startup'
      if (type === 'startup' && message.readInt32BE(4) !== SSL_REQUEST) this.hasType = true
      this.onMessage(type, message)
    }
  }
}

function message(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5)
  header.write(type, 0)
  header.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([header, body])
}

function startup(user: string, database: string): Buffer {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1')
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}

/** A connection to the real server; `client` is whoever has it for his transaction. */
class Server {
  client: net.Socket | undefined
  private readonly connection: net.Socket
  private readonly ready: Promise<void>

  constructor(target: Target, onIdle: (server: Server) => void) {
    this.connection = net.connect(target.socket)
    this.connection.on('error', () => undefined)
    this.connection.write(startup(target.user, target.database))
    let finishStartup: (() => void) | undefined
    this.ready = new Promise((resolve) => (finishStartup = resolve))
    const messages = new Messages(true, (type, whole) => {
      const isIdle = type === 'Z' && whole[5] === 'I'.charCodeAt(0)
      if (finishStartup === undefined) {
        this.client?.write(whole)
        if (isIdle) onIdle(this)
      } else if (isIdle) {
        finishStartup()
        finishStartup = undefined
      }
    })
    this.connection.on('data', (chunk: Buffer) => {
      messages.push(chunk)
    })
  }

  async send(whole: Buffer): Promise<void> {
    await this.ready
    this.connection.write(whole)
  }

  close(): void {
    this.connection.destroy()
  }
}

/** Starts one on a free port of 127.0.0.1. It knows just enough of the protocol for simple queries. */
export async function startTransactionPooler(target: Target): Promise<TransactionPooler> {
  const servers: Server[] = []
  const idle: Server[] = []
  const waiting: (() => void)[] = []
  const clients = new Set<net.Socket>()
  const release = (server: Server): void => {
    server.client = undefined
    idle.push(server)
    waiting.shift()?.()
  }
  const acquire = async (): Promise<Server> => {
    for (;;) {
      // Last in, first out, as PgBouncer does.
      const server = idle.pop()
      if (server !== undefined) return server
      if (servers.length < target.size) {
        const fresh = new Server(target, release)
        servers.push(fresh)
        return fresh
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  const listener = net.createServer((client) => {
    clients.add(client)
    client.on('error', () => undefined)
    client.on('close', () => clients.delete(client))
    const handle = async (type: string, whole: Buffer): Promise<void> => {
      if (type === 'startup' && whole.readInt32BE(4) === SSL_REQUEST) client.write('N')
      else if (type === 'startup') {
        client.write(message('R', Buffer.alloc(4)))
        client.write(message('K', Buffer.alloc(8, 7)))
        client.write(message('Z', Buffer.from('I')))
      } else if (type === 'X') client.end()
      else {
        const server = servers.find((each) => each.client === client) ?? (await acquire())
        server.client = client
        await server.send(whole)
      }
    }
    // One after the other: the messages of an extended query all go to the same server.
    let turn = Promise.resolve()
    const messages = new Messages(false, (type, whole) => {
      const copy = Buffer.from(whole)
      turn = turn.then(() => handle(type, copy))
    })
    client.on('data', (chunk: Buffer) => {
      messages.push(chunk)
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: (listener.address() as net.AddressInfo).port,
    close: async () => {
      servers.forEach((server) => {
        server.close()
      })
      clients.forEach((client) => client.destroy())
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
