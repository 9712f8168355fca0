import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Heard {
  path: string
  headers: http.IncomingHttpHeaders
  body: string
}

/** A server on loopback that keeps what it is told: it answers 410 under `/gone`, and 200 everywhere else. */
export class Listener {
  readonly heard: Heard[] = []

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<Listener> {
    const server = http.createServer()
    const listener = new Listener(server)
    server.on('request', (request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const path = request.url ?? ''
        listener.heard.push({ path, headers: request.headers, body: Buffer.concat(pieces).toString() })
        response.writeHead(path.startsWith('/gone') ? 410 : 200).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return listener
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`
  }

  /** The paths that were asked for, in order, from a place in the list on. */
  pathsFrom(start: number): string[] {
    return this.heard.slice(start).map(({ path }) => path)
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
