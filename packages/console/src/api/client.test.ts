import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, test } from 'node:test'
import { operations } from '@cloudstead/admin-api'
import { call, lines, onSignInRequired } from './client.ts'
import { ApiError, isAbort } from './errors.ts'

// As vite.config.ts does it.
Object.assign(globalThis, {
  __OPERATIONS__: Object.fromEntries(Object.entries(operations).map(([id, { method, path }]) => [id, [method, path]])),
})

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
type Answer = (seen: Seen, response: ServerResponse, turn: number) => void

const browserFetch = globalThis.fetch
const closing: (() => void)[] = []
afterEach(() => {
  globalThis.fetch = browserFetch
  onSignInRequired(async () => false)
  for (const close of closing.splice(0)) close()
})

/** A server of our own behind the relative addresses of the page. */
async function serve(answer: Answer): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += String(piece)
    const one = { method: request.method, url: request.url, headers: request.headers, body }
    seen.push(one)
    answer(one, response, seen.length)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  globalThis.fetch = (path, init) => browserFetch(`http://127.0.0.1:${port}${String(path)}`, init)
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return seen
}

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
const problem = (code: string) => ({ code, message: code, text: { en: code, zh: code }, requestId: 'r' })

test('a call sends its header, query and body to its address', async () => {
  const seen = await serve((_, response) => json(response, 200, { items: [] }))
  await call('listFiles', { query: { folder: 'a b/', limit: 5 } })
  await call('createFolder', { body: { path: '中文/' } })
  await call('listKeys')
  assert.deepEqual(
    seen.map(({ method, url, body }) => [method, url, body]),
    [
      ['GET', '/console/api/storage/files?folder=a+b%2F&limit=5', ''],
      ['POST', '/console/api/storage/folders', '{"path":"中文/"}'],
      ['GET', '/console/api/keys', ''],
    ],
  )
  assert.ok(seen.every(({ headers }) => headers['x-cloudstead-console'] === '1'))
  assert.equal(seen[1]?.headers['content-type'], 'application/json')
})

test('an error answer is thrown with its details, and the HTML answer of a proxy becomes an error too', async () => {
  await serve((_, response, turn) => {
    if (turn === 1) json(response, 404, problem('STORAGE_FILE_NONEXIST'))
    else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
  })
  await assert.rejects(call('getFile', { query: { path: 'a' } }), { status: 404, code: 'STORAGE_FILE_NONEXIST' })
  await assert.rejects(call('getFile', { query: { path: 'a' } }), { status: 502, code: 'UNREADABLE' })
})

test('an unreachable server is an error in both languages', async () => {
  await serve((_, response) => response.destroy())
  await assert.rejects(call('listKeys'), (error: unknown) => {
    assert.ok(error instanceof ApiError && error.code === 'NETWORK' && error.text.zh !== '')
    return true
  })
})

test('when the session has ended, the call is repeated after signing in', async () => {
  const seen = await serve((_, response, turn) =>
    turn === 1 ? json(response, 401, problem('CONSOLE_SIGN_IN_REQUIRED')) : json(response, 200, { done: true }),
  )
  let asked = 0
  onSignInRequired(async () => {
    asked++
    return true
  })
  assert.deepEqual(await call('createFolder', { body: { path: 'kept/' } }), { done: true })
  assert.equal(asked, 1)
  assert.deepEqual(
    seen.map(({ body }) => body),
    ['{"path":"kept/"}', '{"path":"kept/"}'],
  )
})

test('without signing in again, the call fails with the error of the server', async () => {
  const seen = await serve((_, response) => json(response, 401, problem('CONSOLE_SIGN_IN_REQUIRED')))
  await assert.rejects(call('listKeys'), { code: 'CONSOLE_SIGN_IN_REQUIRED' })
  assert.equal(seen.length, 1)
})

test('lines arrive one by one, and the last line is the result', async () => {
  await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.write('{"done":1,"to')
    response.write('tal":2}\n{"done":2,"total":2}\n')
    response.end('{"done":2,"total":2,"finished":true}\n')
  })
  const came: number[] = []
  const last = await lines('deleteFiles', { body: { paths: ['a'] } }, { onLine: ({ done }) => came.push(done) })
  assert.deepEqual([came, last], [[1, 2, 2], { done: 2, total: 2, finished: true }])
})

test('an error line, a missing last line and an incomplete line are errors', async () => {
  const bodies = [`{"done":1,"error":${JSON.stringify(problem('SYS_ERR'))}}\n`, '{"done":1}\n', '{"done":1}\n{"do']
  await serve((_, response, turn) => response.writeHead(200).end(bodies[turn - 1]))
  const run = () => lines('deleteFiles', { body: { paths: ['a'] } })
  await assert.rejects(run, { code: 'SYS_ERR' })
  await assert.rejects(run, { code: 'BROKEN_OFF' })
  await assert.rejects(run, { code: 'BROKEN_OFF' })
})

test('aborting ends the stream of lines in the client and on the server', async () => {
  let gone: () => void = () => undefined
  const left = new Promise<void>((done) => {
    gone = done
  })
  await serve((_, response) => {
    response.on('close', gone)
    response.writeHead(200)
    response.write('{"done":1}\n')
  })
  const controller = new AbortController()
  const running = lines(
    'deleteFiles',
    { body: { paths: ['a'] } },
    { signal: controller.signal, onLine: () => controller.abort() },
  )
  await assert.rejects(running, (error: unknown) => isAbort(error))
  await left
})

test('a raw body is sent unchanged', async () => {
  const seen = await serve((_, response) => response.writeHead(200).end('{"done":1,"finished":true}'))
  await lines('importDocuments', {
    params: { name: 'orders' },
    query: { format: 'jsonl' },
    body: new Blob(['{"a":1}\n']),
  })
  assert.equal(seen[0]?.url, '/console/api/database/collections/orders/import?format=jsonl')
  assert.equal(seen[0]?.body, '{"a":1}\n')
  assert.equal(seen[0]?.headers['content-type'], 'application/octet-stream')
})
