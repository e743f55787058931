/** The line between a phone and the server, as bad as a test wants it. Everything on it is real HTTP. */
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { RunningServer } from './server.ts'

/** What a request asks for: an action of the server, `upload`, or a path of the login service. */
interface Passing {
  readonly what: string
  /** The path, with its query. */
  readonly url: string
  /** How often this was asked for before. */
  readonly before: number
}

/**
 * - `pass`: on to the server
 * - `cut`: the connection breaks while the body is sent
 * - `lose`: the server does it, and its answer never arrives
 * - `hang`: nothing happens until the phone gives up
 * - a number: an answer of some gateway in between; with a text: that text as its body
 */
export type Fate = 'pass' | 'cut' | 'lose' | 'hang' | number | readonly [number, string]

export interface Line {
  readonly url: string
  readonly env: string
  /** Decides about each request; set it anew at any time. */
  fate: (passing: Passing) => Fate | Promise<Fate>
  /** What was asked for so far, in order. */
  readonly seen: string[]
  /** The most requests that were under way at once. */
  busiest: number
  count(what: string): number
  close(): Promise<void>
}

export async function openLine(server: RunningServer): Promise<Line> {
  const seen: string[] = []
  let inFlight = 0
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'OPTIONS') {
      // A browser asks whether it may ask; phones do not.
      await passOn(await forward(server, request, Buffer.alloc(0)), response)
      return
    }
    inFlight += 1
    line.busiest = Math.max(line.busiest, inFlight)
    let isOver = false
    const over = () => {
      if (!isOver) inFlight -= 1
      isOver = true
    }
    // `close` alone comes when the phone has long read the answer and asked for more.
    response.once('finish', over).once('close', over)
    const isUpload = request.url?.startsWith('/u/') === true
    // Of an upload the first bytes are enough to cut it.
    const whole = isUpload ? undefined : await buffer(request)
    const { url = '' } = request
    const what = isUpload ? 'upload' : nameOf(url, whole)
    const before = line.count(what)
    seen.push(what)
    const fate = await line.fate({ what, url, before })
    if (fate === 'hang') {
      // Unread, it would not be noticed that the phone hung up.
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
  const proxy = http.createServer((request, response) => {
    // A phone that hangs up while it sends ends here.
    handle(request, response).catch(() => response.destroy())
  })
  // A browser quietly sends again what breaks on a connection that has served it before.
  proxy.maxRequestsPerSocket = 1
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const line: Line = {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    env: server.env,
    fate: () => 'pass',
    seen,
    busiest: 0,
    count: (what) => seen.filter((name) => name === what).length,
    async close() {
      proxy.close()
      proxy.closeAllConnections()
      await once(proxy, 'close')
    },
  }
  return line
}

/** The action of a call to `/web`, else the path. */
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

/** With the phone's own Host header, so that the addresses that the server makes lead over the line again. */
async function forward(server: RunningServer, request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, url, headers } = request
  const onward = http.request(`${server.url}${url}`, { method, headers, agent: false })
  onward.end(body)
  const [answer] = (await once(onward, 'response')) as [IncomingMessage]
  return answer
}
