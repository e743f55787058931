import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { APPID, type AuthSetup, setUpAuth } from '../../auth/auth.fixture.ts'
import type { Settings } from '../../settings.ts'
import { createLargeAnswers } from '../large-answers.ts'
import { createServer } from '../server.ts'
import { wechatRoutes } from './wechat.ts'

describe('/sns/jscode2session in dev', () => {
  let setup: AuthSetup
  let http: FastifyInstance
  before(async () => {
    setup = await setUpAuth()
    const answers = createLargeAnswers({ totalBytes: 1_000_000, knownBytes: 0 })
    http = createServer({ log: pino({ level: 'silent' }), denials: { record: () => {} }, answers, trustedProxies: [] })
    await http.register(wechatRoutes, { settings: () => ({ auth: setup.settings }) as Settings })
  })
  after(async () => {
    await http.close()
    await setup.dispose()
  })

  async function ask(
    code: string | undefined,
    from: { readonly remoteAddress?: string; readonly headers?: object } = {},
  ) {
    const query = { appid: 'any', secret: 'any', grant_type: 'authorization_code', ...(code && { js_code: code }) }
    const { headers, ...others } = { headers: {}, ...from }
    const url = '/sns/jscode2session'
    return http.inject({ method: 'GET', url, query, headers: { ...headers }, remoteAddress: '127.0.0.1', ...others })
  }

  it('gives a code the openid that the login gives it', async () => {
    const login = await setup.auth.signInWithProvider((await setup.auth.providerToken(APPID, 'dev:alice')).token)
    const caller = await setup.auth.callerOfToken(login.accessToken)
    const response = await ask('dev:alice')
    assert.equal(response.statusCode, 200)
    assert.match(String(response.headers['content-type']), /^text\/plain/)
    const { openid, session_key, ...others } = response.json()
    assert.equal(openid, caller.kind === 'user' && caller.openid)
    assert.equal(Buffer.from(session_key, 'base64').length, 16)
    assert.deepEqual(others, {})
    assert.notEqual((await ask('dev:bob')).json().openid, openid)
    for (const code of ['0a1b2c', 'dev:', 'dev:a b', undefined]) {
      const { errcode, errmsg } = (await ask(code)).json()
      assert.equal(errcode, 40029)
      assert.match(errmsg, /^invalid code/)
    }
  })

  it('is not there for other machines, nor where users are real', async (t) => {
    assert.equal((await ask('dev:alice', { remoteAddress: '10.0.0.7' })).statusCode, 404)
    assert.equal((await ask('dev:alice', { headers: { 'x-forwarded-for': '10.0.0.7' } })).statusCode, 404)
    const own = setup.settings
    t.after(() => {
      setup.settings = own
    })
    setup.settings = { ...own, wechat: { ...own.wechat, madeUpIdentities: false } }
    assert.equal((await ask('dev:alice')).statusCode, 404)
  })
})
