import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A request as the server received it. */
export interface Seen {
  method: string
  url: string
  headers: http.IncomingHttpHeaders
  body: Buffer
}

export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  url: string
  seen: Seen[]
}

export type Answer = (seen: Seen, response: ServerResponse) => void | Promise<void>

/** Starts an HTTP server for one test: `answer` is called once the whole request has arrived. */
export function startServer(t: TestContext, answer: Answer): Promise<TestServer> {
  const seen: Seen[] = []
  return startRawServer(t, seen, async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
    const entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(pieces),
    }
    seen.push(entry)
    await answer(entry, response)
  })
}

/** Starts an HTTP server whose handler is called before the body arrives. */
export async function startRawServer(
  t: TestContext,
  seen: Seen[],
  handler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<TestServer> {
  const server = http.createServer((request, response) => {
    // Many tests abort a request.
    Promise.resolve(handler(request, response)).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** A port without a listener. */
export async function closedPort(): Promise<number> {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The parts of a multipart body, in order. */
export function readMultipart(seen: Seen): Array<{ name: string; filename?: string; type?: string; data: Buffer }> {
  const boundary = /boundary=(.+)$/.exec(seen.headers['content-type'] ?? '')?.[1] ?? ''
  return seen.body
    .toString('latin1')
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [head = '', ...rest] = part.slice(2, -2).split('\r\n\r\n')
      const text = Buffer.from(head, 'latin1').toString('utf8')
      const filename = /filename="([^"]*)"/.exec(text)?.[1]
      const type = /Content-Type: (.+)/.exec(text)?.[1]
      return {
        name: / name="([^"]*)"/.exec(text)?.[1] ?? '',
        ...(filename === undefined ? {} : { filename }),
        ...(type === undefined ? {} : { type }),
        data: Buffer.from(rest.join('\r\n\r\n'), 'latin1'),
      }
    })
}
