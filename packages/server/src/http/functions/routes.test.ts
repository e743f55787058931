import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { CloudsteadError, type UserCaller } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { parseConfig } from '../../config/index.ts'
import { FunctionError } from '../../functions/call.ts'
import { fakeRunner } from '../../functions/runner.fixture.ts'
import type { FunctionRoute } from '../../settings.ts'
import { createBodyBudget } from '../body-budget.ts'
import { allowCrossOrigin } from '../cors.ts'
import { createLargeAnswers } from '../large-answers.ts'
import { createServer } from '../server.ts'
import { httpAccess } from './routes.ts'

const MB = 1024 * 1024
const ALICE: UserCaller = { kind: 'user', uid: 'alice', loginType: 'CUSTOM', sessionId: 's' }
const SITE = 'https://shop.example.com'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

describe('/fn', () => {
  const runner = fakeRunner()
  const echo = runner.answer
  let routes: readonly FunctionRoute[] = []
  let http: FastifyInstance
  let port = 0
  before(async () => {
    const answers = createLargeAnswers({ totalBytes: 20 * MB, knownBytes: 0 })
    http = createServer({ log: pino({ level: 'silent' }), denials: { record: () => {} }, answers, trustedProxies: [] })
    const text = JSON.stringify({ security: { webDomains: [SITE] } })
    const settings = parseConfig(text, { mode: 'start' })
    allowCrossOrigin(http, { publicUrl: undefined, settings: () => settings })
    const auth = {
      async callerOfToken(token: string) {
        if (token === 'alice') return ALICE
        if (token === 'key') return { kind: 'admin' as const, keyId: 'k' }
        if (token === 'reader') return { kind: 'admin' as const, keyId: 'k', scopes: ['functions:read' as const] }
        throw new CloudsteadError(token === 'busy' ? 'SERVER_BUSY' : 'INVALID_ACCESS_TOKEN')
      },
    }
    await http.register(httpAccess, {
      env: 'demo-1abcde',
      auth,
      runner,
      routes: () => routes,
      originOf: () => 'http://here:1',
      budget: createBodyBudget({ totalBytes: 20 * MB, knownBytes: 0 }),
    })
    await http.listen({ host: '127.0.0.1', port: 0 })
    port = (http.server.address() as AddressInfo).port
  })
  after(() => http.close())
  beforeEach(() => {
    runner.answer = echo
    const route = { function: 'hello', auth: false, wholePath: false }
    routes = [
      { ...route, path: '/private', function: 'secret', auth: true },
      { ...route, path: '/a' },
    ]
  })

  /** The path goes out as it is. */
  async function ask(method: string, path: string, body?: string | Buffer, headers: RequestOptions['headers'] = {}) {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
    sent.end(body)
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    const answer: Answer = { status: response.statusCode, headers: response.headers, text }
    return answer
  }
  function codeOf({ status, headers, text }: Answer) {
    const { code, message, requestId } = JSON.parse(text)
    assert.ok(message)
    assert.equal(requestId, headers['x-request-id'])
    assert.equal(headers['cache-control'], 'no-store')
    return [status, code]
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  it('makes a request an event, with every method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'GET' ? '' : '{"code":"dev:图"}'
      const length = { 'content-length': Buffer.byteLength(body) }
      const own = { 'x-request-id': 'id-of-the-client', 'content-type': 'application/json', host: 'h:1' }
      const headers = { ...own, ...(body !== '' && length) }
      const { status, headers: answered, text } = await ask(method, '/fn/a/b%20c?x=1', body, headers)
      assert.equal(status, 200, method)
      assert.equal(answered['x-request-id'], 'id-of-the-client')
      const event = JSON.parse(text)
      assert.deepEqual(
        [event.path, event.httpMethod, event.queryStringParameters, event.body, event.isBase64Encoded],
        ['/b%20c', method, { x: '1' }, body, false],
      )
      assert.deepEqual([event.headers.host, event.headers['content-type']], ['h:1', 'application/json'])
      assert.equal(event.requestContext.requestId, 'id-of-the-client')
      assert.equal(event.requestContext.envId, 'demo-1abcde')
    }
    const { event, ...call } = runner.last()
    assert.deepEqual(call, {
      name: 'hello',
      caller: { kind: 'nobody' },
      trigger: 'http',
      requestId: 'id-of-the-client',
      sourceIp: '127.0.0.1',
      origin: 'http://here:1',
    })
    await ask('POST', '/fn/a', 'x', {})
    assert.equal('content-type' in JSON.parse(runner.last().event).headers, false, 'no type was sent')
  })

  it('answers HEAD without the body', async () => {
    for (const length of [5, MB]) {
      runner.answer = () => JSON.stringify('x'.repeat(length))
      const { status, headers, text } = await ask('HEAD', '/fn/a')
      assert.deepEqual([status, headers['content-length'], text], [200, `${length}`, ''])
      assert.equal((await ask('GET', '/fn/a')).text.length, length)
    }
  })

  it('answers as the function says, within what protects the server', async () => {
    runner.answer = () =>
      JSON.stringify({
        statusCode: 302,
        headers: { location: '/x', 'set-cookie': ['a=1', 'b=2'], 'access-control-allow-origin': '*' },
      })
    const { status, headers } = await ask('GET', '/fn/a', '', { origin: SITE })
    assert.deepEqual([status, headers.location, headers['set-cookie']], [302, '/x', ['a=1', 'b=2']])
    assert.equal(headers['access-control-allow-origin'], SITE)
    assert.match(String(headers['content-security-policy']), /^sandbox /)
    assert.equal(headers.vary, 'origin')
    runner.answer = () => '{"statusCode":204}'
    assert.equal((await ask('GET', '/fn/a')).status, 204)
  })

  it('refuses other web sites, and answers preflights itself', async () => {
    const calls = runner.calls.length
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
    const { status, headers } = await ask('OPTIONS', '/fn/a', '', { origin: SITE, ...asked })
    assert.deepEqual([status, headers['access-control-allow-origin']], [204, SITE])
    for (const origin of ['https://evil.example', 'null']) {
      assert.equal((await ask('POST', '/fn/a', '{}', { origin })).status, 403)
    }
    assert.equal(runner.calls.length, calls)
  })

  it('has nothing but its routes, which can change', async () => {
    for (const path of ['/fn', '/fn/', '/fn/ab', '/fn/hello', '/fn//a', '/%66n/a', '/fn/A']) {
      assert.deepEqual(codeOf(await ask('GET', path)), [404, 'NOT_FOUND'], path)
    }
    assert.deepEqual((await ask('GET', '/fna')).status, 404)
    for (const path of [
      '/fn/a/../b',
      '/fn/a/%2e%2e/b',
      '/fn/../fn/a',
      '/fn/a%2fb',
      '/fn/a\\b',
      '/fn/a%5c',
      '/fn/a%00',
    ]) {
      assert.deepEqual(codeOf(await ask('GET', path)), [400, 'FUNCTION_PARAM_INVALID'], path)
    }
    routes = [{ path: '/', function: 'root', auth: false, wholePath: false }]
    for (const path of ['/fn', '/fn?x=1', '/fn/', '/fn/a']) assert.equal((await ask('GET', path)).status, 200, path)
    assert.equal(runner.last().name, 'root')
  })

  it('asks for a token where the route does, before the body is read', async () => {
    const calls = runner.calls.length
    assert.deepEqual(codeOf(await ask('POST', '/fn/private', '{}')), [401, 'CHECK_LOGIN_FAILED'])
    const bad = await ask('POST', '/fn/private', Buffer.alloc(7 * MB), bearer('eve'))
    assert.deepEqual(codeOf(bad), [401, 'INVALID_ACCESS_TOKEN'])
    assert.deepEqual(codeOf(await ask('GET', '/fn/private', '', bearer('reader'))), [403, 'ACTION_FORBIDDEN'])
    assert.equal(runner.calls.length, calls)
    assert.equal((await ask('GET', '/fn/private', '', bearer('alice'))).status, 200)
    assert.deepEqual([runner.last().name, runner.last().caller], ['secret', ALICE])
    assert.equal((await ask('GET', '/fn/private', '', bearer('key'))).status, 200)
    assert.deepEqual(runner.last().caller, { kind: 'admin', keyId: 'k' })
  })

  it('knows the user of an open route by a valid token, and otherwise nobody', async () => {
    const callerFor = async (authorization: string) => {
      assert.equal((await ask('GET', '/fn/a', '', { authorization })).status, 200)
      return runner.last().caller
    }
    assert.deepEqual(await callerFor('Bearer alice'), ALICE)
    for (const other of ['Bearer eve', 'Basic YTpi', 'Bearer key', 'x', '']) {
      assert.deepEqual(await callerFor(other), { kind: 'nobody' }, other)
    }
    assert.deepEqual(codeOf(await ask('GET', '/fn/a', '', bearer('busy'))), [503, 'SERVER_BUSY'])
  })

  it('takes bodies of 6 MB, of any kind', async () => {
    const type = { 'content-type': 'application/octet-stream' }
    runner.answer = ({ event }) => String(JSON.parse(event).body.length)
    assert.equal((await ask('POST', '/fn/a', Buffer.alloc(6 * MB), type)).text, String(8 * MB))
    const calls = runner.calls.length
    const large = Buffer.alloc(6 * MB + 1)
    assert.deepEqual(codeOf(await ask('POST', '/fn/a', large, type)), [413, 'EXCEED_REQUEST_SIZE_LIMIT'])
    const chunked = { 'transfer-encoding': 'chunked' }
    assert.deepEqual(codeOf(await ask('POST', '/fn/a', large, chunked)), [413, 'EXCEED_REQUEST_SIZE_LIMIT'])
    assert.equal(runner.calls.length, calls)
  })

  it('answers failures with the codes of the HTTP API', async () => {
    const cases = [
      ['FUNCTIONS_EXECUTE_FAIL', 500, 'FUNCTION_INVOCATION_FAILED'],
      ['FUNCTIONS_TIME_LIMIT_EXCEEDED', 504, 'FUNCTION_TIME_LIMIT_EXCEEDED'],
      ['FUNCTIONS_MEMORY_LIMIT_EXCEEDED', 500, 'FUNCTION_MEMORY_LIMIT_EXCEEDED'],
      ['EXCEED_CONCURRENT_REQUEST_LIMIT', 429, 'EXCEED_CONCURRENT_REQUEST_LIMIT'],
    ] as const
    for (const [thrown, status, code] of cases) {
      runner.answer = () => {
        throw new FunctionError(thrown, undefined, { name: 'Error', message: 'secret', stack: 'at /home' })
      }
      const answer = await ask('GET', '/fn/a')
      assert.deepEqual(codeOf(answer), [status, code])
      assert.doesNotMatch(answer.text, /secret|home/)
    }
    runner.answer = () => '{"statusCode":99}'
    assert.deepEqual(codeOf(await ask('GET', '/fn/a')), [500, 'FUNCTION_INVOCATION_FAILED'])
  })
})
