/** A local server that takes messages as another program or a bot would; each test decides what it says. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach } from 'vitest'

export interface Received {
  /** Path and query. */
  url: URL
  headers: IncomingHttpHeaders
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  body: any
}
/** `cut`: the connection ends without an answer. */
export type Reply =
  | { status?: number; body?: unknown; headers?: Record<string, string>; after?: Promise<unknown> }
  | 'cut'

export interface Receiver {
  readonly url: string
  got: Received[]
  /** Asked for each message; the nth of the path, from 1. Set anew by each test. */
  reply: (got: Received, nth: number) => Reply
}

/** Call it at the top of a file; it runs while its tests run. */
export function testReceiver(): Receiver {
  let server: Server
  let port = 0
  const receiver: Receiver = {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    got: [],
    reply: () => ({}),
  }
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      const url = new URL(request.url ?? '/', receiver.url)
      const one = { url, headers: request.headers, text, body: JSON.parse(text) }
      receiver.got.push(one)
      const nth = receiver.got.filter((other) => other.url.pathname === url.pathname).length
      const reply = receiver.reply(one, nth)
      if (reply === 'cut') return request.socket.destroy()
      await reply.after
      const { status = 200, body = '', headers = {} } = reply
      response.writeHead(status, headers)
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  beforeEach(() => {
    receiver.got = []
    receiver.reply = () => ({})
  })
  afterAll(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return receiver
}
