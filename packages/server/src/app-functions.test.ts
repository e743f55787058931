/** The ways to a function through a whole server, with a runner that has no functions. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pino } from 'pino'
import { type App, createApp } from './app.ts'
import { openConfigFile } from './config/index.ts'
import { fakeRunner } from './functions/runner.fixture.ts'

// Without it, the SDK first looks for a cloud's metadata service.
process.env.TENCENTCLOUD = 'true'

const ENV = 'demo-1abcde'

describe('a server with functions', () => {
  const runner = fakeRunner()
  let folder: string
  let app: App
  let url: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'app-functions-'))
    const config = openConfigFile({
      path: join(folder, 'config.json'),
      optional: true,
      context: { mode: 'dev' },
      events: { reloaded: () => {}, warned: () => {}, refused: () => {} },
    })
    app = await createApp({
      env: ENV,
      places: { dataDir: join(folder, 'data') },
      version: '0.0.0',
      config,
      trustedProxies: [],
      keepDeletedMs: 0,
      log: pino({ level: 'silent' }),
      mode: 'dev',
      functions: { runner, routes: () => [{ path: '/a', function: 'hello', auth: false, wholePath: false }] },
    })
    url = await app.listen('127.0.0.1', 0)
  })
  after(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  async function post(path: string, body: object, token?: string): Promise<Record<string, unknown>> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
    return (await response.json()) as Record<string, unknown>
  }

  it('calls them in dialects A and C for the user of the token, and over HTTP', async () => {
    const { access_token, sub } = await post('/auth/v1/signin/anonymously', {})
    const token = String(access_token)
    const uidOf = ({ caller } = runner.last()) => caller.kind === 'user' && caller.uid
    const call = { env: ENV, action: 'functions.invokeFunction', function_name: 'hello', request_data: '{"a":1}' }
    const { data } = await post('/web', { ...call, access_token: token })
    assert.deepEqual(data, { response_data: '{"a":1}' })
    assert.equal(uidOf(), sub)
    assert.deepEqual(await post('/v1/functions/hello', { b: 1 }, token), { b: 1 })
    assert.deepEqual([uidOf(), runner.last().event, runner.last().origin], [sub, '{"b":1}', url])
    const event = await post('/fn/a/b', { code: 'dev:alice' })
    assert.deepEqual([event.path, event.body], ['/b', '{"code":"dev:alice"}'])
    assert.equal((await fetch(`${url}/fn/b`)).status, 404)
    const session = await fetch(`${url}/sns/jscode2session?js_code=dev:alice`)
    assert.match(JSON.parse(await session.text()).openid, /^oDEV/)
  })

  it('refuses keys that are not of its functions', async () => {
    const sdk = createRequire(import.meta.url)('@cloudbase/node-sdk')
    const pair = { secretId: `CSF${'0'.repeat(24)}`, secretKey: 'x' }
    const server = sdk.init({ env: ENV, serviceUrl: `${url}/admin`, ...pair })
    const calls = runner.calls.length
    await assert.rejects(server.callFunction({ name: 'hello' }), { code: 'INVALID_CREDENTIALS' })
    assert.equal(runner.calls.length, calls)
  })
})
