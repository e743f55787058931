/** A proxy between phones and the server that simulates network failures. All traffic is real HTTP. */
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { after, beforeEach } from 'node:test'
import type { RunningServer } from './server.ts'

interface ProxiedRequest {
  /** An action of the server, `upload`, or a path of the login service. */
  readonly what: string
  /** The path, with its query. */
  readonly url: string
  /** The number of earlier requests for the same. */
  readonly before: number
}

/**
 * - `pass`: forwarded to the server
 * - `cut`: the connection breaks while the body is sent
 * - `lose`: the server handles it, but its answer never arrives
 * - `hang`: no answer until the phone gives up
 * - a number: this status from a gateway in between, optionally with a body
 */
export type Fate = 'pass' | 'cut' | 'lose' | 'hang' | number | readonly [number, string]

export interface NetworkProxy {
  readonly url: string
  readonly env: string
  /** Decides about each request; may be replaced at any time. */
  fate: (request: ProxiedRequest) => Fate | Promise<Fate>
  /** The `what` of all requests so far, in order. */
  readonly seen: string[]
  /** The maximum number of concurrent requests so far. */
  busiest: number
  count(what: string): number
  close(): Promise<void>
}

export async function openProxy(server: RunningServer): Promise<NetworkProxy> {
  const seen: string[] = []
  let inFlight = 0
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'OPTIONS') {
      // The CORS preflight of a browser; phones send none.
      await passOn(await forward(server, request, Buffer.alloc(0)), response)
      return
    }
    inFlight += 1
    proxy.busiest = Math.max(proxy.busiest, inFlight)
    let isOver = false
    const over = () => {
      if (!isOver) inFlight -= 1
      isOver = true
    }
    // `close` alone may come long after the phone has read the answer and sent the next request.
    response.once('finish', over).once('close', over)
    const isUpload = request.url?.startsWith('/u/') === true
    // An upload can be cut after its first bytes.
    const whole = isUpload ? undefined : await buffer(request)
    const { url = '' } = request
    const what = isUpload ? 'upload' : nameOf(url, whole)
    const before = proxy.count(what)
    seen.push(what)
    const fate = await proxy.fate({ what, url, before })
    if (fate === 'hang') {
      // If the body were not read, an abort by the phone would go unnoticed.
      request.resume()
      return
    }
    if (fate === 'cut') {
      if (isUpload) await once(request, 'data')
      request.socket.destroy()
      return
    }
    const body = whole ?? (await buffer(request))
    if (typeof fate === 'number' || Array.isArray(fate)) {
      const [status, text] = typeof fate === 'number' ? [fate, 'busy'] : (fate as [number, string])
      response.writeHead(status).end(text)
      return
    }
    const answer = await forward(server, request, body)
    if (fate === 'lose') {
      answer.resume()
      await once(answer, 'end')
      request.socket.destroy()
      return
    }
    await passOn(answer, response)
  }
  const listener = http.createServer((request, response) => {
    // Fails if the phone aborts while sending.
    handle(request, response).catch(() => response.destroy())
  })
  // A browser silently repeats a request that fails on a reused connection.
  listener.maxRequestsPerSocket = 1
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const proxy: NetworkProxy = {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    env: server.env,
    fate: () => 'pass',
    seen,
    busiest: 0,
    count: (what) => seen.filter((name) => name === what).length,
    async close() {
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
  return proxy
}

/** A proxy for the tests of a whole file, which each find as new. */
export async function proxyForFile(server: RunningServer): Promise<NetworkProxy> {
  const proxy = await openProxy(server)
  after(() => proxy.close())
  beforeEach(() => {
    proxy.fate = () => 'pass'
    proxy.seen.length = 0
    proxy.busiest = 0
  })
  return proxy
}

/** The action of a call to `/web`, or else the path. */
function nameOf(url: string, body: Buffer | undefined): string {
  const path = url.split('?')[0] ?? ''
  if (path !== '/web') return path
  return String((JSON.parse(body?.toString() ?? '{}') as { action?: unknown }).action)
}

async function passOn(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const { connection, ...headers } = answer.headers
  response.writeHead(answer.statusCode ?? 502, headers)
  await pipeline(answer, response)
}

/** Keeps the Host header of the phone, so that URLs from the server also point to the proxy. */
async function forward(server: RunningServer, request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, url, headers } = request
  const onward = http.request(`${server.url}${url}`, { method, headers, agent: false })
  onward.end(body)
  const [answer] = (await once(onward, 'response')) as [IncomingMessage]
  return answer
}
