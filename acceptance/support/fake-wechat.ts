/** WeChat's jscode2session, as far as a login needs it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeWechat {
  /** For `auth.wechat.apiBase`. */
  readonly apiBase: string
  /** The queries that came, oldest first. */
  readonly asked: readonly URLSearchParams[]
  /** What the next codes get; by default each code is somebody. */
  answer(query: URLSearchParams): object
  close(): Promise<void>
}

/** The openid that the fake gives for a code: 28 characters, as real ones. */
export function openidOf(code: string): string {
  return `o${code}`.padEnd(28, '0').slice(0, 28)
}

export async function startFakeWechat(): Promise<FakeWechat> {
  const asked: URLSearchParams[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://wechat')
    if (request.method !== 'GET' || url.pathname !== '/sns/jscode2session') {
      response.writeHead(404).end()
      return
    }
    asked.push(url.searchParams)
    // WeChat sends its JSON as plain text.
    response.setHeader('content-type', 'text/plain')
    response.end(JSON.stringify(fake.answer(url.searchParams)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fake: FakeWechat = {
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (query) => ({ openid: openidOf(query.get('js_code') ?? ''), session_key: 'c2Vzc2lvbi1rZXk=' }),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return fake
}
