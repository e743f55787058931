/** The routes of the admin API, with test handlers instead of the real ones. */
import assert from 'node:assert/strict'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { ErrorBody, OperationId, Progress } from '@cloudstead/admin-api'
import { operations } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import type { Operator } from '../../auth/console/operator.ts'
import { parseConfig } from '../../config/index.ts'
import { createBodyBudget } from '../body-budget.ts'
import { allowCrossOrigin } from '../cors.ts'
import type { EdgeRequest } from './edge-request.ts'
import { createGate } from './gate.ts'
import type { ConsoleContext } from './handlers.ts'
import { type ConsoleRoutesOptions, consoleRoutes } from './router.ts'
import { sessionCookie } from './session-cookie.ts'

const SCRIPT: Operator = { caller: { kind: 'admin', keyId: 'CS1' }, by: 'key', name: 'CS1' }
const OPERATOR: Operator = {
  caller: { kind: 'admin', keyId: 'console:1' },
  by: 'password',
  name: 'operator',
  session: { id: '1', since: 1, expiresAt: 2 },
}
const KEY = { authorization: 'Bearer key' }
const COOKIE = { cookie: 'other=1; cloudstead_test=good' }
const CONSOLE = { ...COOKIE, 'x-cloudstead-console': '1' }

type Call = (input: unknown, context: ConsoleContext & EdgeRequest) => unknown
let app: FastifyInstance
/** Whether the session of the current test has ended. */
let ended = false
/** The handlers of the current test. */
let handlers: Partial<Record<OperationId, Call>> = {}

before(async () => {
  app = fastify({ routerOptions: { maxParamLength: 1024 }, exposeHeadRoutes: false })
  allowCrossOrigin(app, {
    publicUrl: undefined,
    settings: () => parseConfig('{}', { mode: 'start' }),
  })
  const all = Object.keys(operations).map((id) => [
    id,
    (input: unknown, context: ConsoleContext & EdgeRequest) => handlers[id as OperationId]?.(input, context),
  ])
  const access = {
    async operatorOfApiKey(apiKey: string) {
      if (apiKey !== 'key') throw new CloudsteadError('INVALID_CREDENTIALS')
      return SCRIPT
    },
    operatorOfSession: async (token: string) => (token === 'good' ? OPERATOR : undefined),
  }
  await app.register(consoleRoutes, {
    handlers: Object.fromEntries(all) as ConsoleRoutesOptions['handlers'],
    gate: createGate({
      access,
      cookie: sessionCookie({ name: 'cloudstead_test', secure: false, maxAge: 60 }),
      publicOrigin: 'https://console.example.com',
    }),
    originOf: () => 'http://here',
    budget: createBodyBudget({ totalBytes: 48 * 1024 * 1024, knownBytes: 0 }),
    version: '1.2.3',
    stillValid: async () => !ended,
    checkEveryMs: 20,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
})
after(() => app.close())
beforeEach(() => {
  ended = false
  handlers = {}
})

interface Sent {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function open(method: string, path: string, headers: Record<string, string> = {}) {
  const { port } = app.server.address() as AddressInfo
  return httpRequest({ host: '127.0.0.1', port, agent: false, method, path: `/console/api${path}`, headers })
}

async function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Sent> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const outgoing = open(method, path, { ...length, ...headers })
  const answered = Promise.withResolvers<IncomingMessage>()
  outgoing.on('response', answered.resolve).on('error', answered.reject)
  outgoing.end(body)
  const incoming = await answered.promise
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) }
}

async function refuses(sent: Promise<Sent>, status: number, code: string, message = /./): Promise<void> {
  const answer = await sent
  const body = JSON.parse(answer.body) as ErrorBody
  assert.deepEqual([answer.status, body.code], [status, code], answer.body)
  assert.match(body.message, message)
  assert.ok(body.text.en !== '' && body.text.zh !== '' && body.advice?.en && body.advice.zh && body.requestId)
  assert.equal(answer.headers['cache-control'], 'no-store')
}

describe('authentication', () => {
  test('an API key is enough for scripts, without a cookie or the header of the Console', async () => {
    let caller: unknown
    handlers.createFolder = async (_input, context) => {
      caller = [context.caller, context.by, context.origin]
      return { done: true }
    }
    const { status, body } = await send('POST', '/storage/folders', KEY, '{"path":"a/"}')
    assert.deepEqual([status, body], [200, '{"done":true}'])
    assert.deepEqual(caller, [SCRIPT.caller, 'CS1', 'http://here'])
  })

  test('a wrong API key is refused, even with a valid session', () =>
    refuses(send('GET', '/keys', { ...CONSOLE, authorization: 'Bearer no' }), 401, 'INVALID_CREDENTIALS'))

  for (const [id, { method, path, open: isOpen }] of Object.entries<(typeof operations)[OperationId]>(operations)) {
    if (isOpen === true) continue
    test(`${id} needs a signed-in caller`, async () => {
      handlers[id as OperationId] = () => assert.fail('it ran')
      const url = path.replaceAll(/\{\w+\}/g, 'x')
      await refuses(send(method, url), 401, 'CONSOLE_SIGN_IN_REQUIRED')
      await refuses(send(method, url, { cookie: 'cloudstead_test=ended' }), 401, 'CONSOLE_SIGN_IN_REQUIRED')
    })
  }

  test('a session is enough to read in a browser', async () => {
    handlers.listKeys = async (_input, { caller, by }) => ({ items: [], caller, by })
    const { body } = await send('GET', '/keys', COOKIE)
    assert.deepEqual(JSON.parse(body), { items: [], caller: OPERATOR.caller, by: 'operator' })
  })

  const FOREIGN: readonly (readonly [what: string, headers: Record<string, string>])[] = [
    ['without the header of the Console', COOKIE],
    ['with another value of this header', { ...COOKIE, 'x-cloudstead-console': 'true' }],
    ['from another origin', { ...CONSOLE, origin: 'https://evil.example' }],
    ['from a page without origin', { ...CONSOLE, origin: 'null' }],
    ['from another port of this machine', { ...CONSOLE, origin: 'http://127.0.0.1:1' }],
    ['from another site', { ...CONSOLE, 'sec-fetch-site': 'cross-site' }],
    ['from the same site', { ...CONSOLE, 'sec-fetch-site': 'same-site' }],
  ]
  for (const [what, headers] of FOREIGN) {
    test(`a request with a session that changes something is refused ${what}`, async () => {
      handlers.createFolder = () => assert.fail('it ran')
      await refuses(send('POST', '/storage/folders', headers, '{"path":"a/"}'), 403, 'CONSOLE_REQUEST_REFUSED')
      if (headers['sec-fetch-site'] === undefined) return
      await refuses(send('GET', '/keys', headers), 403, 'CONSOLE_REQUEST_REFUSED')
    })
  }

  test('a cookie of the same name that another page has set first does not hide the session', async () => {
    handlers.listKeys = async () => ({ items: [] })
    for (const cookie of ['cloudstead_test=evil; cloudstead_test=good', 'cloudstead_test=good; cloudstead_test=evil']) {
      assert.equal((await send('GET', '/keys', { cookie })).status, 200, cookie)
    }
    assert.equal((await send('GET', '/keys', { cookie: 'cloudstead_test=evil; xcloudstead_test=good' })).status, 401)
  })

  test("the server's own origin and the public one are allowed", async () => {
    handlers.createFolder = async () => ({ done: true })
    const { port } = app.server.address() as AddressInfo
    for (const origin of [`http://127.0.0.1:${port}`, 'https://console.example.com']) {
      const headers = { ...CONSOLE, origin, 'sec-fetch-site': 'same-origin' }
      assert.equal((await send('POST', '/storage/folders', headers, '{"path":"a/"}')).status, 200)
    }
  })

  test('RustFS GHSA-x5xv-223c-8vm7: no CORS headers for other origins, however the path is written', async () => {
    const { port } = app.server.address() as AddressInfo
    for (const path of ['/console/api/keys', '/%63onsole/api/keys', `http://127.0.0.1:${port}/console/api/keys`]) {
      for (const method of ['OPTIONS', 'GET']) {
        const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
        const outgoing = httpRequest({ host: '127.0.0.1', port, agent: false, method, path, headers })
        const answered = Promise.withResolvers<IncomingMessage>()
        outgoing.on('response', answered.resolve).end()
        const { statusCode, headers: got } = (await answered.promise).resume()
        assert.equal(statusCode, method === 'OPTIONS' ? 404 : 401)
        assert.deepEqual(
          Object.keys(got).filter((name) => name.startsWith('access-control-')),
          [],
        )
      }
    }
  })
})

describe('requests', () => {
  test('numbers and booleans in the query are parsed, strings stay strings', async () => {
    let seen: unknown
    handlers.listFiles = async (input) => {
      seen = input
      return { items: [] }
    }
    await send('GET', '/storage/files?folder=12&deep=true&limit=5', KEY)
    assert.deepEqual({ ...(seen as { query: object }).query }, { folder: '12', deep: true, limit: 5 })
  })

  const WRONG: readonly (readonly [what: string, method: string, path: string, body: string | undefined, RegExp])[] = [
    [
      'an unknown query member',
      'GET',
      '/storage/files?foldr=a',
      undefined,
      /the query has no member "foldr".*folder\?/,
    ],
    [
      'a query for an operation without one',
      'GET',
      '/keys?x=1',
      undefined,
      /the query has no member "x" \(it has none\)/,
    ],
    ['a duplicate query member', 'GET', '/storage/files?folder=a&folder=b', undefined, /folder.*more than once/],
    ['a word for a number', 'GET', '/storage/files?limit=many', undefined, /limit in the query must be integer/],
    ['an empty number', 'GET', '/storage/files?limit=', undefined, /limit in the query must be integer/],
    ['a number too large', 'GET', '/storage/files?limit=1001', undefined, /limit in the query must be <= 1000/],
    ['a missing query member', 'GET', '/storage/file', undefined, /the query lacks path/],
    ['a missing body', 'POST', '/storage/folders', undefined, /the body must be object/],
    ['a body that is not JSON', 'POST', '/storage/folders', '{', /not valid JSON/],
    ['a body that is a list', 'POST', '/storage/folders', '[]', /must be a JSON object/],
    [
      'an unknown body member',
      'POST',
      '/storage/folders',
      '{"path":"a","paht":1}',
      /the body has no member "paht".*path\?/,
    ],
    ['a dangerous body member', 'POST', '/storage/folders', '{"path":"a","__proto__":{}}', /no member "__proto__"/],
    ['a wrong type', 'POST', '/storage/folders', '{"path":1}', /path in the body must be string/],
    [
      'a missing member of an item',
      'POST',
      '/storage/moves',
      '{"items":[{"from":"a"}]}',
      /items\.0 in the body lacks to/,
    ],
    [
      'a value that is not one of the allowed ones',
      'GET',
      '/database/collections/a/export?format=xml',
      undefined,
      /json, jsonl, csv/,
    ],
    ['a body for an operation without one', 'DELETE', '/keys/a', '{"a":1}', /takes no body/],
  ]
  for (const [what, method, path, body, message] of WRONG) {
    test(`${what} is refused with a message that names it`, () =>
      refuses(send(method, path, KEY, body), 400, 'INVALID_PARAM', message))
  }

  test('bodies are limited to 1 MB, with documents to 20 MB, without signing in to 16 kB', async () => {
    handlers.createDocument = async () => ({ id: '1', version: 1, document: {} })
    const body = JSON.stringify({ path: 'a'.repeat(1024 * 1024) })
    await refuses(send('POST', '/storage/folders', KEY, body), 413, 'EXCEED_REQUEST_SIZE_LIMIT')
    const document = JSON.stringify({ document: { text: 'a'.repeat(2 * 1024 * 1024) } })
    assert.equal((await send('POST', '/database/collections/a/documents', KEY, document)).status, 200)
    const secret = JSON.stringify({ secret: 'a'.repeat(16 * 1024) })
    await refuses(send('POST', '/session', { 'x-cloudstead-console': '1' }, secret), 413, 'EXCEED_REQUEST_SIZE_LIMIT')
  })

  test('slow bodies of callers who are not signed in do not use up the budget', async () => {
    handlers.createFolder = async () => ({ done: true })
    const slowRequests = 60
    const arrived = Promise.withResolvers<void>()
    let count = 0
    const noteRequest = () => {
      count += 1
      if (count === slowRequests) arrived.resolve()
    }
    app.server.on('request', noteRequest)
    const slow = Array.from({ length: slowRequests }, () => {
      const outgoing = open('POST', '/session', { 'x-cloudstead-console': '1', 'transfer-encoding': 'chunked' })
      outgoing.on('error', () => {}).write('{')
      return outgoing
    })
    try {
      await arrived.promise
      const large = JSON.stringify({ path: 'a/', pad: 'a'.repeat(100 * 1024) })
      await refuses(send('POST', '/storage/folders', KEY, large), 400, 'INVALID_PARAM', /no member "pad"/)
    } finally {
      app.server.off('request', noteRequest)
      for (const outgoing of slow) outgoing.destroy()
    }
  })

  test('CVE-2026-33806 Fastify: bodies are validated with any Content-Type', async () => {
    handlers.createFolder = () => assert.fail('it ran')
    for (const type of ['text/plain', 'application/json; charset=x', 'multipart/form-data', ' ', 'a/b\ta']) {
      const headers = { ...KEY, 'content-type': type }
      await refuses(send('POST', '/storage/folders', headers, '{"path":1}'), 400, 'INVALID_PARAM', /path/)
    }
  })

  test('the path is decoded once', async () => {
    let seen: unknown
    handlers.revokeKey = async (input) => {
      seen = (input as { params: { id: string } }).params.id
      return { done: true }
    }
    await send('DELETE', `/keys/${encodeURIComponent('a/b%41 ä')}`, KEY)
    assert.equal(seen, 'a/b%41 ä')
  })

  test('a raw body reaches the handler unchanged', async () => {
    handlers.importDocuments = async function* (_input, { bytes }) {
      yield { done: (await text(bytes)).length, finished: true }
    }
    const headers = { ...KEY, 'content-type': 'application/json' }
    const { body } = await send('POST', '/database/collections/a/import?format=json', headers, '{"not json')
    assert.equal(body, '{"done":10,"finished":true}\n')
  })
})

describe('answers', () => {
  test('an internal error does not reveal its message', async () => {
    handlers.listKeys = async () => {
      throw new Error('the secret of the database')
    }
    const answer = await send('GET', '/keys', KEY)
    assert.equal(answer.status, 500)
    assert.ok(!answer.body.includes('secret of'))
    await refuses(Promise.resolve(answer), 500, 'SYS_ERR')
  })

  test('unknown addresses answer NOT_FOUND', async () => {
    for (const path of ['', '/', '/nothing', '/keys/a/b']) await refuses(send('GET', path, KEY), 404, 'NOT_FOUND')
  })

  test('the OpenAPI document is public', async () => {
    const { status, body } = await send('GET', '/openapi.json')
    assert.equal(status, 200)
    assert.equal((JSON.parse(body) as { info: { version: string } }).info.version, '1.2.3')
  })

  test('a file is a download, whatever its name', async () => {
    handlers.getZip = async () => ({
      name: 'фото "1"\r\nset-cookie: a=b.html',
      contentType: 'text/html',
      body: Readable.from(['<script>']),
    })
    const { headers, body } = await send('GET', '/storage/zips/1', KEY)
    assert.equal(body, '<script>')
    assert.match(
      headers['content-disposition'] ?? '',
      /^attachment; filename="[A-Za-z0-9 ._-]+"; filename\*=UTF-8''%D1/,
    )
    assert.equal(headers['set-cookie'], undefined)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(String(headers['content-security-policy']), /sandbox/)
  })
})

describe('lines', () => {
  const lines = (body: string) =>
    body
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Progress)

  test('each line is sent at once', async () => {
    const goOn = Promise.withResolvers<void>()
    handlers.deleteFiles = async function* () {
      yield { done: 1 }
      await goOn.promise
      yield { done: 2, finished: true }
    }
    const outgoing = open('POST', '/storage/deletions', KEY)
    const answered = Promise.withResolvers<IncomingMessage>()
    outgoing.on('response', answered.resolve).end('{"paths":["a"]}')
    const incoming = await answered.promise
    assert.match(incoming.headers['content-type'] ?? '', /^application\/x-ndjson/)
    const parts: string[] = []
    for await (const part of incoming.setEncoding('utf8')) {
      parts.push(part as string)
      goOn.resolve()
    }
    assert.deepEqual(parts, ['{"done":1}\n', '{"done":2,"finished":true}\n'])
  })

  test('an error before the first line is an error answer with its status', async () => {
    // biome-ignore lint/correctness/useYield: it fails before the first value
    handlers.deleteFiles = async function* () {
      throw new CloudsteadError('STORAGE_FILE_NONEXIST')
    }
    await refuses(send('POST', '/storage/deletions', KEY, '{"paths":["a"]}'), 404, 'STORAGE_FILE_NONEXIST')
  })

  test('a later error is the last line, with the progress so far', async () => {
    handlers.deleteFiles = async function* () {
      yield { done: 7 }
      throw new Error('the secret of the disk')
    }
    const { status, body } = await send('POST', '/storage/deletions', KEY, '{"paths":["a"]}')
    assert.equal(status, 200)
    const [, last] = lines(body)
    assert.deepEqual([last?.done, last?.error?.code], [7, 'SYS_ERR'])
    assert.ok(!body.includes('secret'))
  })

  test('work ends and cleans up when the client disconnects', async () => {
    const ended = Promise.withResolvers<void>()
    let signal: AbortSignal | undefined
    handlers.deleteFiles = async function* (_input, context) {
      signal = context.signal
      try {
        for (let done = 0; ; done += 1) {
          yield { done }
          await new Promise((resolve) => setImmediate(resolve))
        }
      } finally {
        ended.resolve()
      }
    }
    const outgoing = open('POST', '/storage/deletions', KEY)
    outgoing.on('response', () => outgoing.destroy())
    outgoing.end('{"paths":["a"]}')
    await ended.promise
    assert.equal(signal?.aborted, true)
  })

  test('lines are produced only as fast as the client reads', async () => {
    let yielded = 0
    const paused = Promise.withResolvers<void>()
    handlers.deleteFiles = async function* () {
      const problems = [{ item: 'x'.repeat(64 * 1024) }]
      for (; yielded < 1000; yielded += 1) {
        const stuck = setTimeout(() => paused.resolve(), 300)
        yield { done: yielded, problems }
        clearTimeout(stuck)
      }
    }
    const outgoing = open('POST', '/storage/deletions', KEY)
    const answered = Promise.withResolvers<IncomingMessage>()
    outgoing.on('response', answered.resolve).end('{"paths":["a"]}')
    const incoming = await answered.promise
    await paused.promise
    assert.ok(yielded < 1000, `${yielded} lines of 64 kB were made for a client that reads nothing`)
    assert.equal(lines(await text(incoming)).length, 1000)
  })

  test('lines do not wait for a client that sends its whole body before it reads', async () => {
    const size = 8 * 1024 * 1024
    handlers.importDocuments = async function* (_input, { bytes }) {
      let done = 0
      for await (const chunk of bytes) {
        done += (chunk as Buffer).length
        yield { done, problems: [{ item: 'x'.repeat((chunk as Buffer).length) }] }
      }
      yield { done, finished: true }
    }
    const outgoing = open('POST', '/database/collections/a/import?format=json', KEY)
    const answered = Promise.withResolvers<IncomingMessage>()
    outgoing.on('response', answered.resolve)
    // The answer is read only after everything has been sent.
    await new Promise<void>((resolve) => outgoing.end(Buffer.alloc(size, 32), resolve))
    const all = lines(await text(await answered.promise))
    assert.deepEqual(all.at(-1), { done: size, finished: true })
  })
})

describe('a long operation ends when the session of its caller ends', () => {
  test('lines: with an error as the last line', async () => {
    let stopped = false
    handlers.deleteFiles = async function* (_input, { signal }) {
      for (let done = 0; !signal.aborted; done += 1) {
        yield { done }
        ended = true
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      stopped = true
    }
    const { status, body } = await send('POST', '/storage/deletions', KEY, '{"paths":["a"]}')
    const last = JSON.parse(body.trim().split('\n').at(-1) ?? '')
    assert.deepEqual([status, last.error.code, stopped], [200, 'CONSOLE_SIGN_IN_REQUIRED', true])
  })

  test('files: the answer is cut off', async () => {
    handlers.getZip = async () => {
      ended = true
      const body = new Readable({ read() {} })
      body.push('part')
      return { name: 'a.zip', contentType: 'application/zip', body }
    }
    await assert.rejects(send('GET', '/storage/zips/1', KEY), /aborted|ECONNRESET|hang up/)
  })
})
