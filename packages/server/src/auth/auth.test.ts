import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { APPID, type AuthSetup, DEV_WECHAT, type FakeWechat, fakeWechat, setUpAuth, ticketFor } from './auth.fixture.ts'
import { LoginError } from './login-error.ts'
import { createSignedTokens } from './signed-token.ts'

describe('logins', () => {
  let setup: AuthSetup
  let wechat: FakeWechat
  before(async () => {
    wechat = await fakeWechat()
    setup = await setUpAuth({
      wechat: { appid: APPID, secret: 'the-app-secret', apiBase: wechat.apiBase, madeUpIdentities: false },
    })
  })
  afterEach(() => {
    setup.ahead = 0
  })
  after(async () => {
    await setup.dispose()
    await wechat.close()
  })

  const wechatLogin = async (code: string) =>
    setup.auth.signInWithProvider((await setup.auth.providerToken(APPID, code)).token)

  it('the same WeChat openid or custom id is one user, also in concurrent logins', async () => {
    const key = await setup.auth.keys.createLoginKey()
    const logins = await Promise.all([
      ...Array.from({ length: 5 }, () => wechatLogin('alice')),
      ...Array.from({ length: 5 }, () => setup.auth.signInCustom(ticketFor('custom-alice', key))),
    ])
    assert.equal(new Set(logins.slice(0, 5).map(({ uid }) => uid)).size, 1)
    assert.deepEqual(new Set(logins.slice(5).map(({ uid }) => uid)), new Set(['custom-alice']))
    assert.equal(new Set(logins.map(({ accessToken }) => accessToken)).size, 10, 'each with a session of its own')
  })

  it('a caller has the ids that its login proved, and no others', async () => {
    const key = await setup.auth.keys.createLoginKey()
    const { sessionId: _1, ...custom } = (await setup.auth.callerOfToken(
      (
        await setup.auth.signInCustom(ticketFor('custom-alice', key))
      ).accessToken,
    )) as { sessionId: string }
    assert.deepEqual(custom, { kind: 'user', uid: 'custom-alice', customUserId: 'custom-alice', loginType: 'CUSTOM' })
    const login = await wechatLogin('alice')
    const { sessionId: _2, ...caller } = (await setup.auth.callerOfToken(login.accessToken)) as { sessionId: string }
    const openid = 'oalice'.padEnd(28, '0')
    assert.deepEqual(caller, { kind: 'user', uid: login.uid, openid, loginType: 'WECHAT_OPEN' })
  })

  it('anonymous login can be switched off while the server runs', async () => {
    setup.settings = { ...setup.settings, anonymous: false }
    await assert.rejects(
      setup.auth.signInAnonymously('device-of-somebody'),
      (error) => error instanceof LoginError && error.refusal === 'login_method_disabled',
    )
    setup.settings = { ...setup.settings, anonymous: true }
    assert.equal((await setup.auth.signInAnonymously('device-of-somebody')).scope, 'anonymous')
  })

  it('a caller is valid as long as its session or key', async () => {
    const login = await wechatLogin('alice')
    const caller = await setup.auth.callerOfToken(login.accessToken)
    assert.equal(await setup.auth.stillValid(caller), true)
    await setup.auth.revoke(login.accessToken)
    assert.equal(await setup.auth.stillValid(caller), false)

    const { apiKey, secretId } = await setup.auth.keys.createApiKey()
    const admin = await setup.auth.callerOfToken(apiKey)
    assert.equal(await setup.auth.stillValid(admin), true)
    await setup.auth.keys.revoke(secretId)
    assert.equal(await setup.auth.stillValid(admin), false)
    assert.equal(await setup.auth.stillValid({ kind: 'nobody' }), true)
  })

  it('a provider token has one purpose and is valid for ten minutes', async () => {
    const { token, expiresIn } = await setup.auth.providerToken(APPID, 'alice')
    assert.equal(expiresIn, 600)
    await assert.rejects(setup.auth.callerOfToken(token), /not valid/)
    setup.ahead = 600_000
    await assert.rejects(setup.auth.signInWithProvider(token), /expired/)
  })

  it('one secret per purpose: a token of another ring is neither a provider token nor an access token', async () => {
    const claims = { env: setup.auth.env, appid: APPID, openid: 'oforged', sub: 'x', sid: 'y' }
    for (const [purpose, ring] of Object.entries(setup.secrets)) {
      const forged = createSignedTokens({ ring, now: setup.now }).sign(claims, 600)
      if (purpose !== 'providerToken')
        await assert.rejects(setup.auth.signInWithProvider(forged), CloudsteadError, purpose)
      if (purpose !== 'accessToken') await assert.rejects(setup.auth.callerOfToken(forged), CloudsteadError, purpose)
    }
  })

  it('tokens of another environment with the same secrets are refused', async () => {
    const provider = createSignedTokens({ ring: setup.secrets.providerToken, now: setup.now })
    const claims = { env: 'demo-other', appid: APPID, openid: 'o1' }
    await assert.rejects(setup.auth.signInWithProvider(provider.sign(claims, 600)), /environment/)
    const { uid, accessToken } = await setup.auth.signInAnonymously('device-of-somebody')
    const access = createSignedTokens({ ring: setup.secrets.accessToken, now: setup.now })
    const sid = access.open(accessToken)?.claims.sid
    const moved = access.sign({ env: 'demo-other', sub: uid, sid }, 600)
    await assert.rejects(setup.auth.callerOfToken(moved), /not valid/)
  })

  it('no signing oracle: of what a client sends, only proven ids get into a token', async () => {
    wechat.answer = () => ({ openid: 'oX', sub: 'admin', env: 'other', exp: 9e9, sid: 'x', role: 'admin' })
    const { token } = await setup.auth.providerToken(APPID, 'alice')
    const opened = createSignedTokens({ ring: setup.secrets.providerToken, now: setup.now }).open(token)
    assert.deepEqual(Object.keys(opened?.claims ?? {}).sort(), ['appid', 'env', 'exp', 'iat', 'openid'])
  })

  it('a restart keeps all logins and identities', async () => {
    wechat.answer = (query) => ({ openid: `o${query.get('js_code')}`.padEnd(28, '0') })
    const key = await setup.auth.keys.createLoginKey()
    const before = [
      await wechatLogin('alice'),
      await setup.auth.signInCustom(ticketFor('custom-alice', key)),
      await setup.auth.signInAnonymously('device-of-somebody'),
    ]
    await setup.restart()
    for (const { accessToken, refreshToken, uid } of before) {
      const caller = await setup.auth.callerOfToken(accessToken)
      assert.ok(caller.kind === 'user' && caller.uid === uid)
      assert.equal((await setup.auth.refresh(refreshToken, 'r')).uid, uid)
      assert.equal((await setup.auth.user(uid))?.uid, uid)
    }
    assert.equal((await wechatLogin('alice')).uid, before[0]?.uid)
    assert.equal((await setup.auth.signInCustom(ticketFor('custom-alice', key))).uid, 'custom-alice')
    assert.equal((await setup.auth.signInAnonymously('device-of-somebody')).uid, before[2]?.uid)
  })

  it('no secret of any login is in the log', async () => {
    const key = await setup.auth.keys.createLoginKey()
    const ticket = ticketFor('custom-alice', key)
    const login = await setup.auth.signInCustom(ticket)
    await setup.auth.refresh(login.refreshToken, 'r1')
    await assert.rejects(setup.auth.refresh(login.refreshToken, 'r2'))
    wechat.answer = () => ({ errcode: 40029, errmsg: 'invalid code' })
    await assert.rejects(wechatLogin('code-of-mallory'))
    const logged = setup.logged()
    assert.match(logged, /refused a login code/)
    assert.match(logged, /revoked/)
    for (const secret of [ticket, login.refreshToken, login.accessToken, 'the-app-secret', 'code-of-mallory']) {
      assert.equal(logged.includes(secret), false)
    }
  })

  it('settings are read for each login', async () => {
    const old = setup.settings
    setup.settings = { ...old, wechat: DEV_WECHAT }
    assert.match((await setup.auth.user((await wechatLogin('dev:bob')).uid))?.wechat?.openid ?? '', /^oDEV/)
    setup.settings = old
    await assert.rejects(wechatLogin('dev:bob'), /cloudstead dev/)
  })
})
