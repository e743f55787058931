import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError, type UserCaller } from '@cloudstead/protocol'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { FunctionError } from '../../functions/call.ts'
import { fakeRunner } from '../../functions/runner.fixture.ts'
import { createBodyBudget } from '../body-budget.ts'
import { createLargeAnswers } from '../large-answers.ts'
import { createServer } from '../server.ts'
import { functionRoutes } from './functions.ts'

const MB = 1024 * 1024
const ALICE: UserCaller = { kind: 'user', uid: 'alice', loginType: 'CUSTOM', sessionId: 's' }

describe('/v1/functions', () => {
  const runner = fakeRunner()
  let http: FastifyInstance
  before(async () => {
    const answers = createLargeAnswers({ totalBytes: 20 * MB, knownBytes: 0 })
    http = createServer({
      log: pino({ level: 'silent' }),
      denials: { record: () => {} },
      answers,
      trustedProxies: [],
    })
    const auth = {
      async callerOfToken(token: string) {
        if (token === 'alice') return ALICE
        if (token === 'reader') return { kind: 'admin' as const, keyId: 'k', scopes: ['functions:read' as const] }
        throw new CloudsteadError('INVALID_ACCESS_TOKEN')
      },
    }
    const budget = createBodyBudget({ totalBytes: 40 * MB, knownBytes: 0 })
    await http.register(functionRoutes, { prefix: '/v1', auth, runner, originOf: () => 'http://here:1', budget })
  })
  after(() => http.close())

  async function ask(options: InjectOptions & { readonly name?: string }) {
    const { name = 'hello', ...others } = options
    return http.inject({ method: 'POST', url: `/v1/functions/${name}`, remoteAddress: '10.1.2.3', ...others })
  }
  async function codeOf(options: InjectOptions & { readonly name?: string }) {
    const response = await ask(options)
    const { code, message, requestId } = response.json()
    assert.ok(message)
    assert.equal(requestId, response.headers['x-request-id'])
    return [response.statusCode, code]
  }

  it('passes the body on and answers with the result itself', async () => {
    const id = 'request-of-the-client'
    const headers = { authorization: 'Bearer alice', 'x-request-id': id, 'content-type': 'text/plain' }
    const response = await ask({ payload: '{ "a": "图" }', headers })
    assert.deepEqual([response.statusCode, response.body], [200, '{ "a": "图" }'])
    assert.equal(response.headers['content-type'], 'application/json; charset=utf-8')
    assert.equal(response.headers['x-request-id'], id)
    assert.deepEqual(runner.last(), {
      name: 'hello',
      event: '{ "a": "图" }',
      caller: ALICE,
      trigger: 'sdk',
      requestId: id,
      sourceIp: '10.1.2.3',
      origin: 'http://here:1',
    })
    await ask({ payload: '' })
    assert.deepEqual([runner.last().event, runner.last().caller], ['', { kind: 'nobody' }])
  })

  it('takes the data of GET and HEAD from the query, as texts', async () => {
    await ask({ method: 'GET', name: 'hello?a=1&b=x%20y&c=1&c=2&webfn=false&__proto__=1' })
    assert.equal(runner.last().event, '{"a":"1","b":"x y","c":"2","__proto__":"1"}')
    const head = await ask({ method: 'HEAD', name: 'hello?a=1' })
    assert.deepEqual([head.statusCode, head.body, runner.last().event], [200, '', '{"a":"1"}'])
    await ask({ method: 'GET' })
    assert.equal(runner.last().event, '')
  })

  it('refuses data that is no JSON object', async () => {
    for (const payload of ['[1]', '"text"', '1', 'null', 'a=1']) {
      assert.deepEqual(await codeOf({ payload }), [400, 'FUNCTION_PARAM_INVALID'], payload.slice(0, 20))
    }
    const large = JSON.stringify({ a: 'x'.repeat(6 * MB) })
    assert.deepEqual(await codeOf({ payload: large }), [413, 'EXCEED_REQUEST_SIZE_LIMIT'])
  })

  it('answers failures with the codes and statuses of the HTTP API', async (t) => {
    const own = runner.answer
    t.after(() => {
      runner.answer = own
    })
    const cases = [
      ['FUNCTIONS_EXECUTE_FAIL', 500, 'FUNCTION_INVOCATION_FAILED'],
      ['FUNCTIONS_TIME_LIMIT_EXCEEDED', 504, 'FUNCTION_TIME_LIMIT_EXCEEDED'],
      ['FUNCTIONS_MEMORY_LIMIT_EXCEEDED', 500, 'FUNCTION_MEMORY_LIMIT_EXCEEDED'],
      ['EXCEED_CONCURRENT_REQUEST_LIMIT', 429, 'EXCEED_CONCURRENT_REQUEST_LIMIT'],
      ['PERMISSION_DENIED', 403, 'EXCEED_AUTHORITY'],
    ] as const
    for (const [thrown, status, code] of cases) {
      runner.answer = () => {
        throw new FunctionError(thrown, undefined, { name: 'Error', message: 'secret', stack: 'at /home' })
      }
      const response = await ask({})
      assert.deepEqual([response.statusCode, response.json().code], [status, code])
      assert.doesNotMatch(response.body, /secret|home/)
    }
    assert.deepEqual(await codeOf({ name: 'no-such' }), [404, 'FUNCTION_NOT_FOUND'])
    assert.deepEqual(await codeOf({ name: 'no-such/a%2Fb' }), [404, 'FUNCTION_NOT_FOUND'])
  })

  it('refuses a bad token, a key without the scope, other versions, web functions and containers', async () => {
    const calls = runner.calls.length
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
    assert.deepEqual(await codeOf(bearer('eve')), [401, 'INVALID_ACCESS_TOKEN'])
    const large = JSON.stringify({ a: 'x'.repeat(MB) })
    assert.deepEqual(await codeOf({ ...bearer('eve'), payload: large }), [401, 'INVALID_ACCESS_TOKEN'])
    assert.deepEqual(await codeOf(bearer('reader')), [403, 'ACTION_FORBIDDEN'])
    assert.deepEqual(await codeOf({ headers: { 'x-qualifier': '1' } }), [404, 'FUNCTION_QUALIFIER_NOT_FOUND'])
    assert.deepEqual(await codeOf({ headers: { 'x-tcb-webfn': 'true' } }), [501, 'UNIMPLEMENTED'])
    assert.deepEqual(await codeOf({ name: 'hello?webfn=true' }), [501, 'UNIMPLEMENTED'])
    const container = { url: '/v1/cloudrun/name/path', payload: 'any bytes' }
    assert.deepEqual(await codeOf({ ...container, method: 'PUT' }), [501, 'UNIMPLEMENTED'])
    assert.equal(runner.calls.length, calls)
    assert.equal((await ask({ headers: { 'x-qualifier': '$LATEST' } })).statusCode, 200)
  })
})
