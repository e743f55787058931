import dns from 'node:dns'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { mock, type TestContext } from 'node:test'
import { type Caller, toCloudsteadError } from '@cloudstead/protocol'
import { ADMIN, user } from '../../database/database.fixture.ts'
import type { ActionContext, ActionTable } from './table.ts'

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/**
 * Makes every lookup of a host name fail in this process. The SDKs send telemetry to their vendor: tests must not, and
 * without a network the lookups would slow the tests down.
 */
export function blockHostNames(): void {
  const real = dns.lookup
  mock.method(dns, 'lookup', (host: string, ...rest: unknown[]) => {
    if (isIP(host) !== 0) return Reflect.apply(real, dns, [host, ...rest])
    const done = rest.at(-1) as (error: Error) => void
    queueMicrotask(() => done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })))
  })
}

/** Of a request with room for any result. */
export const CONTEXT: ActionContext = {
  origin: '',
  denied: () => {},
  room: { has: () => true, hold: () => undefined },
  requestId: 'request-1',
  clientAddress: () => '127.0.0.1',
  query: () => ({}),
  within: undefined,
}

export interface TestServer {
  /** Host and port. */
  readonly host: string
  /** The bodies of the requests to /web and /admin. */
  readonly bodies: Record<string, unknown>[]
}

/**
 * Starts a server with /web for users, /admin for an administrator, and as much of the login as the SDK needs. The access
 * token of a user is the uid. The server stops at the end of the test.
 */
export async function startTestServer(t: TestContext, web: ActionTable, admin: ActionTable): Promise<TestServer> {
  const bodies: Record<string, unknown>[] = []
  let logins = 0
  const answer = async (path: string, request: IncomingMessage): Promise<unknown> => {
    const body = await bodyOf(request)
    if (path.startsWith('/auth/v1/signin/anonymously')) {
      logins += 1
      const uid = `uid-${logins}`
      return {
        token_type: 'Bearer',
        access_token: uid,
        refresh_token: `r-${uid}`,
        expires_in: 7200,
        sub: uid,
        scope: '',
      }
    }
    if (path.startsWith('/auth/v1/user/me')) {
      return { sub: request.headers.authorization?.replace('Bearer ', ''), name: 'anonymous' }
    }
    bodies.push(body)
    const onWeb = path.startsWith('/web')
    const caller: Caller = onWeb ? user(String(body.access_token)) : ADMIN
    const handler = (onWeb ? web : admin)[String(body.action)]
    if (handler === undefined) return { code: 'INVALID_ACTION', message: String(body.action), requestId: 'r' }
    try {
      return { ...(await handler(caller, body, CONTEXT)), requestId: 'r' }
    } catch (thrown) {
      const error = toCloudsteadError(thrown)
      return {
        code: error.code,
        message: error.message,
        requestId: 'r',
        ...(error.code === 'SYS_ERR' && { stack: `${error.cause}` }),
      }
    }
  }
  const server = createServer((request, response) => {
    answer(request.url ?? '', request).then(
      (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, bodies }
}
