/** Logins with the kit: shared, refused and expired ones, and lost answers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ConnectOptions } from '@cloudstead/kit'
import { createTicket } from './support/clients.ts'
import { type KitPhone, kitForFile, pick } from './support/kit.ts'
import { proxyForFile } from './support/network-proxy.ts'
import type { SdkLine } from './support/sdk.ts'
import { serverForFile } from './support/server.ts'

const server = await serverForFile({ mode: 'dev', config: { storage: { acl: 'PRIVATE' } } })
const strict = await serverForFile({ config: { auth: { anonymous: false } } })
const key = await server.loginKey()
const proxy = await proxyForFile(server)
const { phone } = await kitForFile()

async function upload(who: KitPhone, count = 1) {
  const files = await pick(
    who,
    Array.from({ length: count }, (_, index) => ({ name: `${index}.png`, bytes: Buffer.from('x') })),
  )
  const results = await who.cloud.uploadAll(files, { concurrency: 8, retryDelayMs: 5 }).done
  return results.map((result) => (result.ok ? 'ok' : result.error.code))
}

/** The same phone after a restart, with the login in its storage changed by `change`. */
function withCredentials(
  who: KitPhone,
  change: (credentials: Record<string, unknown>) => Record<string, unknown>,
  options: { sdk: SdkLine; login: ConnectOptions['login'] },
): KitPhone {
  const name = `credentials_${server.env}`
  const snapshot = who.device.storageSnapshot()
  const changed = change(JSON.parse(String(snapshot[name])))
  return phone(proxy, {
    ...options,
    wx: { loginCode: 'dev:carol', storage: { ...snapshot, [name]: JSON.stringify(changed) } },
  })
}

for (const sdk of ['2.27.2', '3.7.0'] as const) {
  describe(`js-sdk ${sdk}`, () => {
    const LOGINS: Readonly<Record<string, ConnectOptions['login'] & {}>> = {
      ticket: { ticket: async () => createTicket(key, 'carol') },
      openid: 'openid',
      anonymous: 'anonymous',
    }

    it('concurrent calls on a new phone: one login', async () => {
      const who = phone(proxy, { sdk, login: 'anonymous' })
      const all = await Promise.all([
        who.cloud.ensureLogin(),
        upload(who, 5),
        who.cloud.resolveImages(['cloud://demo-1abcde.x/a.png']),
        who.cloud.saveFileIDs('orders', 'x', 'images', []),
      ])
      assert.ok(all[0].ok)
      assert.deepEqual(new Set(all[1]), new Set(['ok']))
      assert.equal(proxy.count('/auth/v1/signin/anonymously'), 1)
      assert.equal(proxy.count('/auth/v1/user/me'), 1)
      const before = proxy.seen.length
      await who.cloud.ensureLogin()
      assert.equal(proxy.seen.length, before, 'the user is known without a request')
    })

    for (const [name, login] of Object.entries(LOGINS)) {
      it(`${name}: a token that the server no longer accepts is replaced once, during a call`, async () => {
        const first = phone(proxy, { sdk, login, wx: { loginCode: 'dev:carol' } })
        const before = await first.cloud.ensureLogin()
        const broken = (token: unknown) => `${String(token).slice(0, -8)}AAAAAAAA`
        const who = withCredentials(first, (c) => ({ ...c, access_token: broken(c.access_token) }), { sdk, login })
        proxy.seen.length = 0
        assert.deepEqual(await upload(who, 4), ['ok', 'ok', 'ok', 'ok'])
        assert.equal(proxy.count('/auth/v1/user/me'), 1)
        assert.deepEqual(await who.cloud.ensureLogin(), before)
      })

      it(`${name}: after a lost answer to a refresh, the next call logs in again as the same user`, async () => {
        const first = phone(proxy, { sdk, login, wx: { loginCode: 'dev:carol' } })
        const before = await first.cloud.ensureLogin()
        proxy.fate = ({ what, before }) => (what === '/auth/v1/token' && before === 0 ? 'lose' : 'pass')
        const old = new Date(1000).toISOString()
        const who = withCredentials(first, (c) => ({ ...c, expires_at: old }), { sdk, login })
        assert.deepEqual(await upload(who), ['ok'])
        assert.deepEqual(await who.cloud.ensureLogin(), before)
      })
    }

    it('refused, failing and missing logins have different codes', async () => {
      const cases: readonly (readonly [string, ConnectOptions['login'], string])[] = [
        ['an invalid ticket', { ticket: async () => 'nonsense' }, 'LOGIN_REFUSED'],
        ['a ticket of another key', { ticket: async () => `${createTicket(key, 'carol')}x` }, 'LOGIN_REFUSED'],
        ['no method', undefined, 'NOT_LOGGED_IN'],
      ]
      for (const [name, login, code] of cases) {
        const who = phone(proxy, { sdk, login })
        const user = await who.cloud.ensureLogin()
        assert.equal(!user.ok && user.error.code, code, name)
        assert.deepEqual(await upload(who), [code], name)
        assert.equal((await who.cloud.resolveImages(['cloud://a.b/c']))[0]?.error?.code, code, name)
        const saved = await who.cloud.saveFileIDs('orders', '1', 'images', [])
        assert.equal(!saved.ok && saved.error.code, code, name)
      }
      const off = await phone(strict, { sdk, login: 'anonymous' }).cloud.ensureLogin()
      assert.equal(!off.ok && off.error.code, 'LOGIN_DISABLED')
    })

    it('a failing ticket function is called again; then its error is the cause', async () => {
      const boom = new Error('my server is down')
      let asked = 0
      const ticket = async () => {
        asked += 1
        if (asked < 3) throw boom
        return createTicket(key, 'carol')
      }
      const [user, never] = await Promise.all([
        phone(proxy, { sdk, login: { ticket } }).cloud.ensureLogin(),
        phone(proxy, { sdk, login: { ticket: () => Promise.reject(boom) } }).cloud.ensureLogin(),
      ])
      assert.ok(user.ok)
      assert.deepEqual([!never.ok && never.error.code, !never.ok && never.error.cause], ['TICKET_FAILED', boom])
    })

    it('offline: NETWORK_ERROR; the next call works', async () => {
      const who = phone(proxy, { sdk, login: 'anonymous' })
      who.device.setNetwork({ type: 'none' })
      const user = await who.cloud.ensureLogin()
      assert.equal(!user.ok && user.error.code, 'NETWORK_ERROR')
      who.device.setNetwork({ type: 'wifi' })
      assert.ok((await who.cloud.ensureLogin()).ok)
    })

    it('an anonymous login of an earlier version is replaced by a real one', async () => {
      const first = phone(proxy, { sdk, login: 'anonymous' })
      await first.cloud.ensureLogin()
      const who = phone(proxy, {
        sdk,
        login: 'openid',
        wx: { loginCode: 'dev:carol', storage: first.device.storageSnapshot() },
      })
      const user = await who.cloud.ensureLogin()
      assert.match((user.ok && user.openid) || '', /^oDEV/)
    })
  })
}

describe('connect', () => {
  it('reports invalid options', () => {
    for (const endpoint of ['127.0.0.1:8787', '//127.0.0.1:8787', 'http://host/path', '']) {
      assert.throws(() => phone(server, { endpoint }), TypeError, endpoint)
    }
    assert.throws(() => phone({ ...server, env: '' }), TypeError)
  })

  it('R25: a wrong environment has its own code, with every login', async () => {
    for (const sdk of ['2.27.2', '3.7.0'] as const) {
      for (const login of ['anonymous', 'openid', { ticket: async () => createTicket(key, 'carol') }] as const) {
        const who = phone({ ...proxy, env: 'other-1abcde' }, { sdk, login })
        assert.deepEqual(await upload(who), ['WRONG_ENVIRONMENT'])
      }
    }
  })

  it('without a method, the app logs in through the SDK', async () => {
    const who = phone(proxy)
    assert.deepEqual(await upload(who), ['NOT_LOGGED_IN'])
    await who.cloud.auth.signInAnonymously({})
    assert.deepEqual(await upload(who), ['ok'])
    const broken = withCredentials(who, (c) => ({ ...c, access_token: 'dead' }), { sdk: '2.27.2', login: undefined })
    assert.deepEqual(await upload(broken), ['LOGIN_EXPIRED'])
  })

  it('call: any call of the SDK, with errors as values, and a new login if it has expired', async () => {
    const first = phone(proxy, { login: 'anonymous' })
    const refused = await first.cloud.call(() => first.cloud.db.collection('nobody-made-this').doc('x').get())
    assert.equal(!refused.ok && refused.error.code, 'DATABASE_COLLECTION_NOT_EXIST')
    const dead = withCredentials(first, (c) => ({ ...c, access_token: 'dead' }), { sdk: '2.27.2', login: 'anonymous' })
    const done = await dead.cloud.call(() => dead.cloud.app.deleteFile({ fileList: ['cloud://demo-1abcde.x/a.png'] }))
    assert.equal(done.ok && done.answer.fileList.length, 1)
    const thrown = await first.cloud.call(() => first.cloud.app.deleteFile({ fileList: [] }))
    assert.equal(!thrown.ok && thrown.error.code, 'INVALID_PARAM')
  })

  it('does not change the objects of the SDK, and is found by components', async () => {
    const { cloud, kit } = phone(server, { endpoint: `${server.url}/`, login: 'anonymous' })
    assert.equal(kit.connected(), cloud)
    assert.ok((await cloud.ensureLogin()).ok)
    assert.equal(cloud.app.auth(), cloud.auth)
    const created = await cloud.db.createCollection('kit')
    assert.equal(typeof created, 'object')
  })
})
