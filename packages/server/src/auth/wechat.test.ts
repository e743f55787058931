import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import type { AuthSettings } from '../settings.ts'
import { APPID, DEV_WECHAT, type FakeWechat, fakeWechat } from './auth.fixture.ts'
import { LoginError } from './login-error.ts'
import { createWechat, type Wechat } from './wechat.ts'

const SECRET = 'wechat-app-secret-0123456789'

function failure(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CloudsteadError)
    assert.equal(error.code, 'AUTH_WX_OAUTH_FAILED')
    assert.match(error.message, pattern)
    assert.equal(error.message.includes(SECRET), false)
    return true
  }
}

function service(settings: AuthSettings['wechat'], timeoutMs = 5000): { wechat: Wechat; logged: string[] } {
  const logged: string[] = []
  const write = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`)
  return { wechat: createWechat({ settings: () => settings, log: { info: write, warn: write }, timeoutMs }), logged }
}

describe('a WeChat login code', () => {
  let fake: FakeWechat
  let wechat: Wechat
  let logged: string[]
  before(async () => {
    fake = await fakeWechat()
    ;({ wechat, logged } = service({ appid: APPID, secret: SECRET, apiBase: fake.apiBase, madeUpIdentities: false }))
  })
  after(() => fake.close())

  it('is exchanged for the openid with the query that WeChat expects', async () => {
    fake.answer = () => ({ openid: 'oABCDEFGHIJKLMNOPQRSTUVWXYZ0', session_key: 'top-secret-session-key' })
    const identity = await wechat.exchange(APPID, '0a1B2c+/=& ?')
    assert.deepEqual(identity, { appid: APPID, openid: 'oABCDEFGHIJKLMNOPQRSTUVWXYZ0' })
    assert.deepEqual(Object.fromEntries(fake.asked.at(-1) ?? []), {
      appid: APPID,
      secret: SECRET,
      js_code: '0a1B2c+/=& ?',
      grant_type: 'authorization_code',
    })
  })

  it('that WeChat refuses gives its errcode and advice', async () => {
    for (const [errcode, errmsg, pattern] of [
      [40163, 'code been used, rid: 1-2-3', /errcode 40163, code been used, rid: 1-2-3: .*wx\.login/],
      [40029, 'invalid code', /errcode 40029.*not valid/],
      [40125, 'invalid appsecret', /auth\.wechat\.secret is wrong/],
      [40013, 'invalid appid', /auth\.wechat\.appid is wrong/],
      [45011, 'frequency limit', /too many/],
      [-1, 'system error', /busy/],
      [99999, 'something new', /errcode 99999, something new$/],
      [40029, undefined, /errcode 40029: /],
    ] as const) {
      fake.answer = () => ({ errcode, errmsg })
      await assert.rejects(wechat.exchange(APPID, '0a1B2c3D4e5F'), failure(pattern))
    }
  })

  it('never crashes the process, whatever the answer', async () => {
    for (const answer of [
      '',
      'null',
      '[]',
      '<html>bad gateway</html>',
      '{"openid":5}',
      '{"openid":"../../etc"}',
      '{"errcode":"40029"}',
    ]) {
      fake.answer = () => answer
      await assert.rejects(wechat.exchange(APPID, 'code'), failure(/./), answer)
    }
  })

  it('that is not answered fails in time', async () => {
    fake.answer = () => undefined
    const silent = service({ appid: APPID, secret: SECRET, apiBase: fake.apiBase, madeUpIdentities: false }, 50)
    await assert.rejects(silent.wechat.exchange(APPID, 'code'), failure(/no answer within 50 ms/))

    const gone = await fakeWechat()
    await gone.close()
    const dead = service({ appid: APPID, secret: SECRET, apiBase: gone.apiBase, madeUpIdentities: false })
    await assert.rejects(dead.wechat.exchange(APPID, 'code'), failure(/ECONNREFUSED/))
    assert.ok(dead.logged.length > 0)
    assert.equal(JSON.stringify([silent.logged, dead.logged]).includes(SECRET), false)
  })

  it('that is larger than any of WeChat, or that trickles, is given up', async () => {
    fake.answer = () => ({ openid: 'x', padding: 'x'.repeat(1024 * 1024) })
    await assert.rejects(wechat.exchange(APPID, 'code'), failure(/more than 16384 bytes/))
    const slow = createServer((_request, response) => {
      const drip = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(drip))
    })
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done))
    const apiBase = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
    const trickling = service({ appid: APPID, secret: SECRET, apiBase, madeUpIdentities: false }, 200)
    await assert.rejects(trickling.wechat.exchange(APPID, 'code'), failure(/no answer within 200 ms/))
    slow.closeAllConnections()
    slow.close()
  })

  it('leaves no secret in the log or in a message, even if WeChat sends it back', async () => {
    fake.answer = (query) => ({ errcode: 40125, errmsg: `invalid secret ${query.get('secret')}`, session_key: 'sk' })
    await assert.rejects(wechat.exchange(APPID, 'code-of-alice'), failure(/invalid secret \*\*\*/))
    assert.ok(logged.length > 5)
    for (const secret of [SECRET, 'top-secret-session-key', 'code-of-alice']) {
      assert.equal(JSON.stringify(logged).includes(secret), false, secret)
    }
  })

  it('of another Mini Program, made up, empty or too long is not sent to WeChat', async () => {
    const before = fake.asked.length
    await assert.rejects(wechat.exchange('wxother', 'code'), /wxother.*wx0123456789abcdef/)
    await assert.rejects(wechat.exchange('wx/../x', 'code'), /appid/)
    await assert.rejects(wechat.exchange(APPID, 'dev:alice'), failure(/cloudstead dev/))
    await assert.rejects(wechat.exchange(APPID, ''), failure(/wx\.login/))
    await assert.rejects(wechat.exchange(APPID, 'x'.repeat(300)), failure(/wx\.login/))
    assert.equal(fake.asked.length, before)
  })

  it('without settings names the missing ones', async () => {
    const { wechat: unset } = service({ apiBase: fake.apiBase, madeUpIdentities: false })
    await assert.rejects(
      unset.exchange(APPID, 'code'),
      (error) => error instanceof LoginError && error.refusal === 'provider_not_enabled' && /appid/.test(error.message),
    )
  })
})

describe('made-up identities', () => {
  const { wechat } = service(DEV_WECHAT)

  it('are stable, look like openids and differ by name', async () => {
    const [alice, again, bob, chinese] = await Promise.all(
      ['dev:alice', 'dev:alice', 'dev:bob', 'dev:小明'].map((code) => wechat.exchange('wxany', code)),
    )
    assert.deepEqual(alice, again)
    assert.equal(new Set([alice?.openid, bob?.openid, chinese?.openid]).size, 3)
    // A literal, because it must be the same tomorrow and on another machine.
    assert.equal(alice?.openid, 'oDEVK9gGyX8OAK8aH8Myj6djqSaX')
    assert.deepEqual([alice?.name, bob?.name, chinese?.name], ['alice', 'bob', '小明'])
    assert.match(bob?.openid ?? '', /^oDEV[A-Za-z0-9_-]{24}$/)
  })

  it('need a code of the right form, and the error names it', async () => {
    for (const code of ['0a1B2c3D', 'dev:', 'dev:a b', 'DEV:alice', `dev:${'x'.repeat(65)}`, 'dev:../x']) {
      await assert.rejects(wechat.exchange('wxany', code), failure(/dev:alice/), code)
    }
  })
})
