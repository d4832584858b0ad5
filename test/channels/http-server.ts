import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What came to a gateway. */
export interface Came {
  readonly method: string
  /** Path and query as they were sent. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A provider's HTTP server on loopback, with answers that a test can change. */
export interface Gateway {
  readonly url: string
  readonly came: Came[]
  answer: (response: ServerResponse, came: Came) => void
  stop(): Promise<void>
}

export async function startGateway(): Promise<Gateway> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const came = { method, url, headers, body: Buffer.concat(chunks).toString() }
    gateway.came.push(came)
    gateway.answer(response, came)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listening on TCP

  const gateway: Gateway = {
    url: `http://127.0.0.1:${port}`,
    came: [],
    answer: (response) => response.end('{}'),
    async stop() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
  return gateway
}

/** An answer with a status and a text. */
export function saying(status: number, text = '', headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, headers).end(text)
  }
}
