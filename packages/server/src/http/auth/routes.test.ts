import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { type AuthSetup, DEV_WECHAT, ENV, setUpAuth, ticketFor } from '../../auth/auth.fixture.ts'
import type { LoginErrorBody } from './errors.ts'
import { authRoutes } from './routes.ts'

const DEVICE = '0123456789abcdef0123456789abcdef'

interface Tokens {
  readonly token_type: string
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
  readonly sub: string
  readonly groups: readonly string[]
}

describe('the login routes', () => {
  let setup: AuthSetup
  let app: FastifyInstance
  before(async () => {
    setup = await setUpAuth()
    app = Fastify()
    await app.register(authRoutes, { prefix: '/auth', auth: setup.auth })
    await app.ready()
  })
  beforeEach(() => {
    setup.settings = { anonymous: true, wechat: DEV_WECHAT }
  })
  after(async () => {
    await app.close()
    await setup.dispose()
  })

  async function call(options: InjectOptions) {
    const response = await app.inject(options)
    assert.equal(response.headers['cache-control'], 'no-store', `${options.method} ${options.url}`)
    return { status: response.statusCode, body: response.json() }
  }

  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    call({
      method: 'POST',
      url,
      headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })

  const get = (url: string, token: string) =>
    call({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } })

  async function anonymous(device = DEVICE): Promise<Tokens> {
    const { status, body } = await post(`/auth/v1/signin/anonymously?client_id=${ENV}`, {}, { 'x-device-id': device })
    assert.equal(status, 200)
    return body
  }

  function assertError(
    { status, body }: { status: number; body: LoginErrorBody },
    expected: [number, string, number],
    text: RegExp,
  ) {
    assert.deepEqual([status, body.error, body.error_code], expected, body.error_description)
    assert.match(body.error_description, text)
    assert.match(body.error_uri, /^\//)
    assert.deepEqual(body.details, [])
    assert.equal('code' in body, false, 'with a code, clients would see another kind of error')
  }

  const ARGUMENT: [number, string, number] = [400, 'invalid_argument', 3]
  const UNAUTHENTICATED: [number, string, number] = [401, 'unauthenticated', 16]

  describe('answers', () => {
    it('a login has every member that clients need, at the top level', async () => {
      const body = await anonymous()
      assert.deepEqual(
        { ...body, access_token: '', refresh_token: '', sub: '' },
        {
          token_type: 'Bearer',
          access_token: '',
          refresh_token: '',
          expires_in: 7200,
          scope: 'anonymous',
          sub: '',
          groups: [],
        },
      )
      assert.ok(body.access_token.length <= 4096 && body.refresh_token.length <= 128)
    })

    it('the same device gets the same anonymous user', async () => {
      assert.equal((await anonymous()).sub, (await anonymous()).sub)
      assert.notEqual((await anonymous()).sub, (await anonymous('f'.repeat(32))).sub)
    })

    it('user/me of an anonymous user, in both versions', async () => {
      const { access_token, sub } = await anonymous()
      for (const version of ['v1', 'v2']) {
        const { status, body } = await get(`/auth/${version}/user/me`, access_token)
        assert.equal(status, 200)
        const { created_at, updated_at, ...rest } = body
        assert.equal(new Date(created_at).toISOString(), updated_at)
        assert.deepEqual(rest, {
          sub,
          name: 'anonymous',
          groups: [],
          providers: [],
          loginType: 'ANONYMOUS',
          hasPassword: false,
        })
      }
    })

    it('custom ticket: uid, provider, and no name, even for the id anonymous', async () => {
      const key = await setup.auth.keys.createLoginKey()
      const { body } = await post(`/auth/v1/signin/custom?client_id=${ENV}`, {
        provider_id: 'custom',
        ticket: ticketFor('anonymous', key),
      })
      assert.equal(body.sub, 'anonymous')
      assert.equal(body.scope, 'user')
      const me = (await get('/auth/v1/user/me', body.access_token)).body
      assert.equal(me.sub, 'anonymous')
      assert.equal('name' in me, false)
      assert.deepEqual(me.providers, [{ id: 'custom', provider_user_id: 'anonymous', name: 'custom' }])
    })

    it('WeChat: the provider has the appid as id and the openid as user', async () => {
      const step = await post('/auth/v1/provider/token', {
        provider_id: 'wxabc',
        provider_code: 'dev:alice',
        provider_params: { provider_code_type: 'open_id', appid: 'wxabc' },
      })
      assert.deepEqual(Object.keys(step.body).sort(), ['expires_in', 'provider_token'])
      const { body } = await post('/auth/v1/signin/with/provider', { provider_token: step.body.provider_token })
      const me = (await get('/auth/v1/user/me', body.access_token)).body
      assert.equal(me.providers.length, 1)
      assert.equal(me.providers[0].id, 'wxabc')
      assert.match(me.providers[0].provider_user_id, /^oDEV.{24}$/)
      const listed = (await get('/auth/v1/user/provider', body.access_token)).body
      assert.equal(listed.total, 1)
      assert.deepEqual(listed.data, [
        { id: 'wxabc', name: 'wechat', provider_user_name: me.providers[0].provider_user_id, bind: true },
      ])
    })

    it('refresh rotates; a second use ends the session with invalid_grant', async () => {
      const first = await anonymous()
      const exchange = (refresh_token: string, id: string) =>
        post(
          `/auth/v1/token?client_id=${ENV}`,
          { client_id: ENV, client_secret: '', grant_type: 'refresh_token', refresh_token },
          { 'x-request-id': id },
        )
      const second = await exchange(first.refresh_token, 'one')
      assert.deepEqual(Object.keys(second.body).sort(), Object.keys(first).sort())
      assert.equal((await exchange(first.refresh_token, 'one')).body.refresh_token, second.body.refresh_token)
      assertError(await exchange(first.refresh_token, 'two'), [400, 'invalid_grant', 16], /used before/)
      assertError(await exchange(second.body.refresh_token, 'three'), [400, 'invalid_grant', 16], /ended/)
      assertError(await get('/auth/v1/user/me', second.body.access_token), UNAUTHENTICATED, /INVALID_ACCESS_TOKEN/)
    })

    it('revoke and signout end the session; revoking a token without a session is not an error', async () => {
      const one = await anonymous()
      assert.deepEqual(await post('/auth/v1/revoke', { token: one.access_token }), { status: 200, body: {} })
      assertError(await get('/auth/v1/user/me', one.access_token), UNAUTHENTICATED, /ended/)
      assert.deepEqual(await post('/auth/v1/revoke', { token: one.access_token }), { status: 200, body: {} })

      const two = await anonymous()
      const authorization = `Bearer ${two.access_token}`
      assert.deepEqual(await post('/auth/v1/user/signout', {}, { authorization }), { status: 200, body: {} })
      assertError(await post('/auth/v1/user/signout', {}, { authorization }), UNAUTHENTICATED, /ended/)
    })
  })

  describe('bodies', () => {
    it('are JSON, with any Content-Type or none', async () => {
      for (const type of [
        'text/plain;charset=UTF-8',
        'application/json',
        'application/json; charset=utf-8',
        'application/x-www-form-urlencoded',
        'application/octet-stream',
        'multipart/form-data',
        'text/html; charset=gbk; boundary="',
        'application/json;',
        '\tapplication/json',
        '',
        ' ',
        ';',
        'x',
        'a/b/c',
        'é/é',
      ]) {
        const { status, body } = await post('/auth/v1/revoke', { token: 'x' }, { 'content-type': type })
        assert.deepEqual([status, body], [200, {}], type)
        assertError(await post('/auth/v1/revoke', '[]', { 'content-type': type }), ARGUMENT, /object/)
      }
      const bare = await call({ method: 'POST', url: '/auth/v1/revoke', payload: Buffer.from('{"token":"x"}') })
      assert.deepEqual([bare.status, bare.body], [200, {}])
      const none = await call({ method: 'POST', url: '/auth/v1/signin/anonymously' })
      assert.equal(none.status, 200)
    })

    it('that are not a JSON object are refused', async () => {
      for (const payload of ['{', 'null', '[]', '"text"', '5', 'token=x', '{"token":"x"}{}', '\u0000']) {
        assertError(await post('/auth/v1/revoke', payload), ARGUMENT, /body/)
      }
    })

    it('larger than 64 KiB are refused', async () => {
      const token = 'x'.repeat(65 * 1024)
      assertError(await post('/auth/v1/revoke', { token }), [413, 'resource_exhausted', 8], /too large/)
    })

    it('with a wrong type get an error naming the member', async () => {
      const fields: [string, Record<string, unknown>, string[]][] = [
        ['/auth/v1/signin/custom', { provider_id: 'custom', ticket: 'x' }, ['provider_id', 'ticket']],
        [
          '/auth/v1/provider/token',
          { provider_id: 'wxabc', provider_code: 'dev:a', provider_params: {} },
          ['provider_id', 'provider_code', 'provider_params'],
        ],
        ['/auth/v1/signin/with/provider', { provider_token: 'x' }, ['provider_token', 'provider_id']],
        ['/auth/v1/token', { grant_type: 'refresh_token', refresh_token: 'x' }, ['grant_type', 'refresh_token']],
        ['/auth/v1/revoke', { token: 'x' }, ['token']],
      ]
      for (const [url, good, names] of fields) {
        for (const name of names) {
          for (const value of [null, 5, true, [], ['x'], { $ne: '' }, '']) {
            if (name === 'provider_params' && !Array.isArray(value) && typeof value === 'object' && value !== null)
              continue
            assertError(await post(url, { ...good, [name]: value }), ARGUMENT, new RegExp(name))
          }
        }
      }
      for (const [url, good] of fields) {
        assertError(await post(url, Object.create(null)), ARGUMENT, /must be/)
        assertError(await post(url, `{"__proto__":${JSON.stringify(good)}}`), ARGUMENT, /must be/)
      }
    })

    it('property: no JSON crashes any route', async () => {
      const urls = [
        'signin/anonymously',
        'signin/custom',
        'provider/token',
        'signin/with/provider',
        'token',
        'revoke',
        'user/signout',
      ]
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...urls), fc.json(), async (url, json) => {
          const { status, body } = await post(`/auth/v1/${url}`, json)
          assert.ok(status < 500, `${url} ${json}`)
          assert.equal(typeof body, 'object')
        }),
      )
    })
  })

  describe('refusals', () => {
    it('another environment in client_id, in the query or in the body', async () => {
      const wrong = /demo-other.*demo-1abcde/
      assertError(await post('/auth/v1/signin/anonymously?client_id=demo-other', {}), ARGUMENT, wrong)
      const grant = { client_id: 'demo-other', grant_type: 'refresh_token', refresh_token: 'x' }
      assertError(await post('/auth/v1/token', grant), ARGUMENT, wrong)
      assertError(await post(`/auth/v1/signin/anonymously?client_id=${ENV}&client_id=x`, {}), ARGUMENT, /INVALID_ENV/)
      assertError(await post('/auth/v1/token', { ...grant, client_id: { a: 1 } }), ARGUMENT, /INVALID_ENV/)
      const nested = (levels: number) =>
        post('/auth/v1/token', `{"grant_type":"refresh_token","client_id":${'['.repeat(levels)}${']'.repeat(levels)}}`)
      assertError(await nested(199), ARGUMENT, /INVALID_ENV/)
      assertError(await nested(20_000), ARGUMENT, /INVALID_PARAM.*200 levels/)
    })

    it('anonymous login when it is turned off', async () => {
      setup.settings = { ...setup.settings, anonymous: false }
      assertError(
        await post('/auth/v1/signin/anonymously', {}),
        [403, 'login_method_disabled', 4045],
        /auth\.anonymous/,
      )
    })

    it('an invalid device id', async () => {
      for (const id of ['short', 'x'.repeat(65), `${DEVICE}/..`, '']) {
        const answer = await post('/auth/v1/signin/anonymously', {}, { 'x-device-id': id })
        assertError(answer, ARGUMENT, /x-device-id/)
      }
    })

    it('forged and foreign tickets', async () => {
      const key = await setup.auth.keys.createLoginKey()
      const ticket = ticketFor('alice', key)
      const sign = (changed: string) => post('/auth/v1/signin/custom', { provider_id: 'custom', ticket: changed })
      const code = /AUTH_INVALID_CUSTOM_LOGIN_TICKET/
      assertError(await sign('x'), UNAUTHENTICATED, code)
      assertError(await sign(ticket.replace(key.private_key_id, 'unknown')), UNAUTHENTICATED, /unknown/)
      assertError(await sign(ticket.slice(0, -10)), UNAUTHENTICATED, code)
      assertError(await sign(ticketFor('alice', { ...key, env_id: 'demo-other' })), UNAUTHENTICATED, /demo-other/)
      setup.ahead = 601_000
      assertError(await sign(ticket), UNAUTHENTICATED, /expired/)
      setup.ahead = 0
    })

    it('WeChat codes of the wrong kind, and forged provider tokens', async () => {
      const ask = (provider_code: string, provider_params = {}) =>
        post('/auth/v1/provider/token', { provider_id: 'wxabc', provider_code, provider_params })
      assertError(await ask('0a1b2c'), [401, 'provider_error', 4019], /dev:alice/)
      assertError(await ask('dev:alice', { provider_code_type: 'phone' }), ARGUMENT, /phone/)
      setup.settings = { anonymous: true, wechat: { ...DEV_WECHAT, madeUpIdentities: false } }
      assertError(await ask('dev:alice'), [401, 'provider_error', 4019], /cloudstead dev/)
      assertError(await ask('0a1b2c'), [403, 'provider_not_enabled', 9], /auth\.wechat/)
      const { access_token } = await anonymous()
      for (const provider_token of ['x', access_token]) {
        const answer = await post('/auth/v1/signin/with/provider', { provider_token })
        assertError(answer, [401, 'provider_error', 4019], /provider_token/)
      }
    })

    it('missing, foreign and administrator tokens for routes that need a user', async () => {
      const { apiKey } = await setup.auth.keys.createApiKey()
      for (const url of ['/auth/v1/user/me', '/auth/v2/user/me', '/auth/v1/user/provider']) {
        assertError(await call({ method: 'GET', url }), UNAUTHENTICATED, /CHECK_LOGIN_FAILED/)
        for (const authorization of ['Bearer', 'undefined x', 'Basic eDo=', 'Bearer  ', `Bearer a b`]) {
          assertError(await call({ method: 'GET', url, headers: { authorization } }), UNAUTHENTICATED, /CHECK_LOGIN/)
        }
        assertError(await get(url, 'x.y.z'), UNAUTHENTICATED, /INVALID_ACCESS_TOKEN/)
        assertError(await get(url, apiKey), [403, 'permission_denied', 7], /API key/)
        assertError(await get(url, `${apiKey}x`), UNAUTHENTICATED, /INVALID_CREDENTIALS/)
      }
    })

    it('an expired token', async () => {
      const { access_token } = await anonymous()
      setup.ahead = 7_201_000
      assertError(await get('/auth/v1/user/me', access_token), UNAUTHENTICATED, /ACCESS_TOKEN_EXPIRED/)
      setup.ahead = 0
    })

    it('other login methods, other calls and other paths, each with its own error', async () => {
      const disabled: [number, string, number] = [403, 'login_method_disabled', 4045]
      for (const url of [
        '/signin',
        '/signup',
        '/verification',
        '/verification/verify',
        '/reset',
        '/user/sudo',
        '/captcha/data',
      ]) {
        assertError(await post(`/auth/v1${url}`, { username: 'a', password: 'b' }), disabled, /password, SMS/)
      }
      assertError(await post('/auth/v2/signin/publichkey', {}), disabled, /password/)
      const unimplemented: [number, string, number] = [501, 'unimplemented', 12]
      assertError(await post('/auth/v1/user/contact', {}), unimplemented, /not supported/)
      assertError(await call({ method: 'DELETE', url: '/auth/v1/user/me' }), unimplemented, /DELETE/)
      for (const url of ['/auth', '/auth/', '/auth/v1', '/auth/v1/constructor', '/auth/v9/token', '/auth/v1/signinx']) {
        assertError(await call({ method: 'GET', url }), [404, 'not_found', 5], /NOT_FOUND/)
      }
    })

    it('a POST with X-HTTP-Method-Override: PATCH counts as PATCH', async () => {
      const patch = { 'x-http-method-override': 'PATCH' }
      assertError(await post('/auth/v1/user/profile', {}, patch), [501, 'unimplemented', 12], /PATCH/)
      assertError(await post('/auth/v1/user/password', {}, patch), [403, 'login_method_disabled', 4045], /PATCH/)
      const { access_token } = await anonymous()
      assert.notEqual((await post('/auth/v1/revoke', { token: access_token }, patch)).status, 200)
      assert.equal((await get('/auth/v1/user/me', access_token)).status, 200, 'nothing was revoked')
      assertError(
        await post('/auth/v1/revoke', { token: 'x' }, { 'x-http-method-override': 'DELETE' }),
        ARGUMENT,
        /PATCH/,
      )
      assert.equal((await post('/auth/v1/revoke', { token: 'x' }, { 'x-http-method-override': 'post' })).status, 200)
    })

    it('an internal error does not reveal its cause', async () => {
      const broken = Fastify()
      const failing = { ...setup.auth, revoke: () => Promise.reject(new Error('disk on fire at /secret/path')) }
      await broken.register(authRoutes, { prefix: '/auth', auth: failing })
      const response = await broken.inject({ method: 'POST', url: '/auth/v1/revoke', payload: { token: 'x' } })
      const { status, body } = { status: response.statusCode, body: response.json() }
      assertError({ status, body }, [500, 'internal', 13], /SYS_ERR/)
      assert.doesNotMatch(response.body, /fire|secret/)
      await broken.close()
    })
  })
})
