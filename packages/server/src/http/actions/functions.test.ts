import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type AdminCaller, NOBODY } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { type CallContext, createCallTokens } from '../../functions/call-token.ts'
import { fakeRunner } from '../../functions/runner.fixture.ts'
import { createBodyBudget } from '../body-budget.ts'
import { createLargeAnswers } from '../large-answers.ts'
import { createServer } from '../server.ts'
import { createEndpoint } from './endpoint.ts'
import { functionActions } from './functions.ts'
import { actionRoutes } from './routes.ts'
import type { ActionTable } from './table.ts'

const ENV = 'demo-1abcde'
const MB = 1024 * 1024

interface Answer {
  readonly code?: string
  readonly message?: string
  readonly data?: { readonly response_data?: unknown; readonly origin?: string }
  readonly requestId: string
}

describe('functions.invokeFunction', () => {
  const runner = fakeRunner()
  const tokens = createCallTokens()
  const logged: string[] = []
  let admin: AdminCaller = { kind: 'admin', keyId: 'k' }
  let http: FastifyInstance
  before(async () => {
    const answers = createLargeAnswers({ totalBytes: 20 * MB, knownBytes: 0 })
    const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) })
    http = createServer({ log, denials: { record: () => {} }, answers, trustedProxies: [] })
    const actions: ActionTable = {
      ...functionActions(runner),
      'storage.origin': async (_caller, _params, { origin }) => ({ data: { origin } }),
    }
    const common = {
      env: ENV,
      actions,
      originOf: () => 'http://here:1',
      answers,
      log,
    }
    const budget = createBodyBudget({ totalBytes: 40 * MB, knownBytes: 0 })
    const users = { path: '/web', envParam: 'env', envRequired: true, callerOf: async () => NOBODY, ...common } as const
    await http.register(actionRoutes, { endpoint: createEndpoint(users), budget })
    const admins = { path: '/admin', envParam: 'envName', envRequired: false, ...common } as const
    const endpoint = createEndpoint({ ...admins, callerOf: async () => admin, callTokens: tokens })
    await http.register(actionRoutes, { endpoint, budget })
  })
  after(() => http.close())

  async function ask(params: object, url = '/web', headers = {}): Promise<Answer> {
    const payload = { action: 'functions.invokeFunction', env: ENV, envName: ENV, function_name: 'hello', ...params }
    const response = await http.inject({ method: 'POST', url, payload, headers, remoteAddress: '10.1.2.3' })
    assert.equal(response.statusCode, 200)
    assert.equal(response.headers['x-request-id'], response.json().requestId)
    return response.json()
  }

  it('passes the data on as it is, and the result back as text', async () => {
    const text = '{"a": 1e2, "b":"图"}'
    const { data, requestId } = await ask({ request_data: text })
    assert.equal(data?.response_data, text)
    assert.deepEqual(runner.last(), {
      name: 'hello',
      event: text,
      caller: NOBODY,
      trigger: 'sdk',
      requestId,
      sourceIp: '10.1.2.3',
      origin: 'http://here:1',
      within: undefined,
    })
    for (const none of ['', undefined, null]) {
      await ask({ request_data: none })
      assert.equal(runner.last().event, '')
    }
  })

  it('gives the result itself when it should be parsed', async () => {
    const asked = { request_data: '{"a":[1]}' }
    assert.deepEqual((await ask({ ...asked, parse: true })).data, { response_data: { a: [1] } })
    assert.deepEqual((await ask({ ...asked, parse: 'true' })).data, { response_data: { a: [1] } })
    assert.deepEqual((await ask(asked, `/web?env=${ENV}&parse=true`)).data, { response_data: { a: [1] } })
    assert.deepEqual((await ask({ ...asked, parse: 'false' })).data, { response_data: '{"a":[1]}' })
  })

  it('refuses what is no call, without calling', async () => {
    const calls = runner.calls.length
    const refused: readonly (readonly [params: object, code: string])[] = [
      [{ function_name: undefined }, 'INVALID_PARAM'],
      [{ function_name: '' }, 'INVALID_PARAM'],
      [{ function_name: ['hello'] }, 'INVALID_PARAM'],
      [{ FUNCTION_NAME: 'x', function_name: undefined }, 'INVALID_PARAM'],
      [{ request_data: { a: 1 } }, 'INVALID_PARAM'],
      [{ qualifier: '1' }, 'FUNCTION_QUALIFIER_NOT_FOUND'],
      [{ qualifier: { a: 1 } }, 'FUNCTION_QUALIFIER_NOT_FOUND'],
    ]
    for (const [params, code] of refused) assert.equal((await ask(params)).code, code, Object.keys(params).join())
    assert.equal(runner.calls.length, calls)
    assert.equal((await ask({ function_name: 'no-such' })).code, 'FUNCTION_NOT_FOUND')
    const tooLarge = JSON.stringify('x'.repeat(6 * MB))
    assert.equal((await ask({ request_data: tooLarge })).code, 'EXCEED_REQUEST_SIZE_LIMIT')
    const largest = JSON.stringify('x'.repeat(6 * MB - 2))
    assert.equal((await ask({ request_data: largest, qualifier: '$LATEST' })).data?.response_data, largest)
  })

  it('keeps the request id of the client', async () => {
    const id = '0198c5a2-6f1e-7cc3-98a1-2f6b1de3c4aa'
    assert.equal((await ask({}, '/web', { 'x-request-id': id })).requestId, id)
    assert.equal(runner.last().requestId, id)
    const { requestId } = await ask({}, '/web', { 'x-request-id': 'not an id' })
    assert.match(requestId, /^[0-9a-f-]{36}$/)
  })

  it('needs the scope functions:write of an API key', async () => {
    admin = { kind: 'admin', keyId: 'k', scopes: ['functions:read', 'users:write'] }
    assert.equal((await ask({}, '/admin')).code, 'ACTION_FORBIDDEN')
    admin = { kind: 'admin', keyId: 'k', scopes: ['functions:write'] }
    assert.equal((await ask({}, '/admin')).code, undefined)
    assert.deepEqual(runner.last().caller, admin)
    admin = { kind: 'admin', keyId: 'k' }
  })

  it('is told from within which call it comes, and URLs are for the client of that call', async () => {
    const call: CallContext = {
      requestId: 'outer-call',
      function: 'outer',
      depth: 0,
      origin: 'https://files.example.com',
      person: null,
      sourceIp: '10.0.0.7',
    }
    const token = tokens.issue(call)
    await ask({ tcb_sessionToken: token }, '/admin')
    assert.deepEqual([runner.last().within, runner.last().origin], [token, call.origin])
    const origin = async (params: object, url: string) =>
      (await ask({ action: 'storage.origin', ...params }, url)).data?.origin
    assert.equal(await origin({ tcb_sessionToken: token }, '/admin'), call.origin)

    for (const other of ['', `${token}x`, createCallTokens().issue(call), undefined, 5]) {
      await ask({ tcb_sessionToken: other }, '/admin')
      assert.deepEqual([runner.last().within, runner.last().origin], [undefined, 'http://here:1'])
    }
    assert.equal(await origin({ tcb_sessionToken: token }, '/web'), 'http://here:1', 'users have no calls')
  })

  it('logs the requests of a call under its id', async () => {
    const token = tokens.issue({
      requestId: 'logged-call',
      function: 'f',
      depth: 0,
      origin: 'http://x',
      person: null,
      sourceIp: undefined,
    })
    logged.length = 0
    await ask({ action: 'storage.origin' }, '/admin')
    assert.equal(logged.length, 0, 'of others nothing')
    await ask({ action: 'storage.origin', tcb_sessionToken: token }, '/admin')
    await ask({ function_name: 'no-such', tcb_sessionToken: token }, '/admin')
    const lines = logged.map((line) => JSON.parse(line)).filter(({ call }) => call === 'logged-call')
    assert.deepEqual(
      lines.map(({ action, code }) => [action, code]),
      [
        ['storage.origin', 'ok'],
        ['functions.invokeFunction', 'FUNCTION_NOT_FOUND'],
      ],
    )
  })
})
