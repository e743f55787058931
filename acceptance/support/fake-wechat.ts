/** A fake of WeChat's jscode2session, as far as logins use it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeWechat {
  /** The value for `auth.wechat.apiBase`. */
  readonly apiBase: string
  /** The received queries, oldest first. */
  readonly asked: readonly URLSearchParams[]
  /** The answers to the next codes; by default each code is a user. */
  answer(query: URLSearchParams): object
  close(): Promise<void>
}

/** The openid of the fake for a code: 28 characters, like real ones. */
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
