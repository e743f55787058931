/** Users in the admin API: listing, finding, ending sessions, blocking; and the effect on the apps of these users. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTicket, loginAnonymously, loginByOpenId, loginByTicket, type Phone } from './support/clients.ts'
import { consoleApi } from './support/console-api.ts'
import { kitForFile } from './support/kit.ts'
import { phoneMaker, whoAmI } from './support/phones.ts'
import { serverForFile } from './support/server.ts'

const newPhone = phoneMaker()
const server = await serverForFile({ mode: 'dev', config: { storage: { acl: 'PRIVATE' } } })
const key = await server.loginKey()
const api = consoleApi(server, await server.apiKey())
const { phone: kitPhone } = await kitForFile()

/** The code of a call with a token of an ended session. */
const ENDED = /INVALID_ACCESS_TOKEN|CHECK_LOGIN_FAILED/
/** All characters of custom ids. */
const ODD = '_-#@~=*(){}[]:.,<>+aZ9'

const pathOf = (uid: string) => `/users/${encodeURIComponent(uid)}`
const block = (uid: string, blocked: boolean) => api.call('PUT', `${pathOf(uid)}/blocked`, { blocked })
const sessionsOf = async (uid: string): Promise<{ id: string }[]> => (await api.call('GET', pathOf(uid))).sessions

async function customUser(id: string, sdk: '2.27.2' | '3.7.0' = '2.27.2'): Promise<Phone> {
  const phone = newPhone(server, { sdk })
  await loginByTicket(phone, key, id)
  return phone
}

describe('the list of users', () => {
  it('has every user once, newest first, in pages', async () => {
    await customUser('list-1')
    const wechat = await loginByOpenId(newPhone(server, { loginCode: 'dev:list' }))
    const anonymous = await loginAnonymously(newPhone(server))
    await customUser(ODD)
    const { items, next } = await api.call('GET', '/users')
    assert.equal(next, undefined)
    assert.deepEqual(
      items.map(({ uid, loginType, blocked }: Record<string, unknown>) => [uid, loginType, blocked]),
      [
        [ODD, 'CUSTOM', false],
        [anonymous.uid, 'ANONYMOUS', false],
        [wechat.uid, 'WECHAT_OPEN', false],
        ['list-1', 'CUSTOM', false],
      ],
    )
    assert.equal(items[2].wechat.openid, wechat.openid)
    assert.ok(items.every(({ createdAt }: { createdAt: number }) => Math.abs(Date.now() - createdAt) < 60_000))

    const paged: unknown[] = []
    let after = ''
    do {
      const page = await api.call('GET', `/users?limit=1${after}`)
      assert.equal(page.items.length, 1)
      paged.push(...page.items)
      after = page.next === undefined ? '' : `&after=${encodeURIComponent(page.next)}`
    } while (after !== '')
    assert.deepEqual(paged, items)
  })

  it('finds by uid, openid and custom id, and by login type', async () => {
    const { uid, openid = '' } = await loginByOpenId(newPhone(server, { loginCode: 'dev:find' }))
    const find = async (query: Record<string, string>) =>
      (await api.call('GET', `/users?${new URLSearchParams(query)}`)).items.map((user: { uid: string }) => user.uid)
    assert.deepEqual(await find({ search: uid.slice(0, 20) }), [uid])
    assert.deepEqual(await find({ search: openid }), [uid])
    assert.deepEqual(await find({ search: ODD }), [ODD])
    assert.deepEqual(await find({ search: ODD.slice(0, 5) }), [ODD])
    assert.deepEqual(await find({ search: openid, loginType: 'CUSTOM' }), [])
    assert.ok((await find({ loginType: 'WECHAT_OPEN' })).includes(uid))
    assert.deepEqual(await find({ search: '%' }), [])
  })

  it('refuses invalid queries and unknown users', async () => {
    for (const query of [
      'limit=0',
      'limit=1001',
      'limit=x',
      'loginType=ADMIN',
      'after=nonsense',
      `search=${'x'.repeat(129)}`,
      'x=1',
    ]) {
      const { status, body } = await api.ask('GET', `/users?${query}`)
      assert.deepEqual([status, body.code], [400, 'INVALID_PARAM'], query)
    }
    for (const [method, path, body] of [
      ['GET', '/users/nobody-here'],
      ['PUT', '/users/nobody-here/blocked', { blocked: true }],
      ['DELETE', '/users/nobody-here/sessions'],
      ['DELETE', `${pathOf(ODD)}/sessions?id=nothing`],
    ] as const) {
      const answer = await api.ask(method, path, body)
      assert.deepEqual([answer.status, answer.body.code], [404, 'NOT_FOUND'], path)
    }
    assert.equal((await api.ask('PUT', `${pathOf(ODD)}/blocked`, { blocked: 'yes' })).status, 400)
  })

  it('is only for administrators', async () => {
    const { accessToken } = await (await customUser('curious')).auth.getAccessToken()
    for (const apiKey of [accessToken, 'cs_x', undefined]) {
      const asking = consoleApi(server, apiKey === undefined ? undefined : { apiKey })
      for (const [method, path] of [
        ['GET', '/users'],
        ['GET', '/users/curious'],
        ['GET', '/keys'],
        ['POST', '/keys/api'],
      ] as const) {
        const { status } = await asking.ask(method, path)
        assert.equal(status, 401, `${method} ${path}`)
      }
    }
  })
})

describe('the names of users', () => {
  const name = async (ids: readonly string[]) => (await api.call('POST', '/users/names', { ids })).items

  it('are those of login codes, else the custom ids, by any id of the user', async () => {
    const { uid, openid = '' } = await loginByOpenId(newPhone(server, { loginCode: 'dev:米娅' }))
    await customUser('named')
    const anonymous = await loginAnonymously(newPhone(server))
    const wechat = { uid, loginType: 'WECHAT_OPEN', name: '米娅' }
    const found: { id: string }[] = await name([openid, uid, 'named', anonymous.uid, 'nobody-here'])
    assert.deepEqual(
      found.toSorted((a, b) => [openid, uid, 'named'].indexOf(a.id) - [openid, uid, 'named'].indexOf(b.id)),
      [
        { id: anonymous.uid, uid: anonymous.uid, loginType: 'ANONYMOUS' },
        { id: openid, ...wechat },
        { id: uid, ...wechat },
        { id: 'named', uid: 'named', loginType: 'CUSTOM', name: 'named' },
      ],
    )
    const { user } = await api.call('GET', pathOf(uid))
    assert.equal(user.name, '米娅')
    const { items } = await api.call('GET', `/users?search=${encodeURIComponent('米')}`)
    assert.deepEqual(items, [user])
  })

  for (const sdk of ['2.27.2', '3.7.0'] as const) {
    it(`are the nicknames that apps set with js-sdk ${sdk}, which logins keep`, async () => {
      const phone = newPhone(server, { sdk, loginCode: `dev:nick-${sdk}` })
      const { uid } = await loginByOpenId(phone)
      const nickname = `小明 ${sdk}`
      await (await phone.auth.getLoginState())?.user.updateUserBasicInfo({ nickname })
      assert.equal((await phone.auth.getLoginState())?.user.name, nickname)
      await loginByOpenId(newPhone(server, { sdk, loginCode: `dev:nick-${sdk}` }))
      assert.deepEqual(await name([uid]), [{ id: uid, uid, loginType: 'WECHAT_OPEN', name: nickname }])
    })
  }

  it('are only for keys that may read users', async () => {
    for (const [scopes, status] of [
      ['users:read', 200],
      ['storage:read,database:read,settings:read', 403],
    ] as const) {
      const scoped = consoleApi(server, await api.call('POST', `/keys/api?scopes=${scopes}`))
      assert.equal((await scoped.ask('POST', '/users/names', { ids: ['named'] })).status, status)
    }
    assert.equal((await consoleApi(server).ask('POST', '/users/names', { ids: ['named'] })).status, 401)
  })

  it('refuses an empty list, too many ids and texts that are no ids', async () => {
    for (const ids of [[], Array.from({ length: 501 }, (_, at) => `id${at}`), [''], ['x'.repeat(129)], [5]]) {
      const { status, body } = await api.ask('POST', '/users/names', { ids })
      assert.deepEqual([status, body.code], [400, 'INVALID_PARAM'])
    }
  })
})

describe('ending sessions', () => {
  it('one: that phone is logged out, the other one is not', async () => {
    const first = await customUser('two-phones')
    const second = await customUser('two-phones')
    const [newest, oldest] = await sessionsOf('two-phones')
    assert.ok(newest !== undefined && oldest !== undefined)
    await api.call('DELETE', `${pathOf('two-phones')}/sessions?id=${newest.id}`)
    await assert.rejects(whoAmI(second, 'two-phones'), ENDED)
    assert.ok(await whoAmI(first, 'two-phones'))
    assert.deepEqual(await sessionsOf('two-phones'), [oldest])
  })

  it('all: every phone is logged out, and may log in again', async () => {
    const phones = [await customUser('all-out'), await customUser('all-out')]
    await api.call('DELETE', `${pathOf('all-out')}/sessions`)
    for (const phone of phones) await assert.rejects(whoAmI(phone, 'all-out'), ENDED)
    assert.deepEqual(await sessionsOf('all-out'), [])
    assert.ok(await whoAmI(await customUser('all-out'), 'all-out'))
  })

  it('reveals no credentials of a session', async () => {
    const phone = await customUser('no-secrets')
    const login = JSON.parse(String(phone.device.storageSnapshot()[`credentials_${server.env}`]))
    const { text } = await api.ask('GET', pathOf('no-secrets'))
    assert.equal(text.includes(login.access_token), false)
    assert.equal(text.includes(login.refresh_token.split('.')[1]), false)
  })
})

for (const sdk of ['2.27.2', '3.7.0'] as const) {
  describe(`a blocked user with js-sdk ${sdk}`, () => {
    it('is logged out immediately, cannot log in, and can after the block', async () => {
      const id = `blocked-${sdk[0]}`
      const phone = await customUser(id, sdk)
      assert.ok(await whoAmI(phone, id))
      assert.equal((await block(id, true)).blocked, true)

      await assert.rejects(whoAmI(phone, id), ENDED)
      const { error } = await phone.auth.signInWithCustomTicket(async () => createTicket(key, id))
      assert.match(String(error?.message), /\[USER_BLOCKED\] This user is blocked/)
      assert.equal(sdk === '2.27.2' ? error?.status : error?.code, 'user_blocked')
      const other = newPhone(server, { sdk })
      await assert.rejects(loginByTicket(other, key, id), /USER_BLOCKED/)
      assert.ok(!other.auth.hasLoginState())

      assert.equal((await block(id, false)).blocked, false)
      await loginByTicket(phone, key, id)
      assert.ok(await whoAmI(phone, id))
    })

    it('cannot log in with WeChat or anonymously on the same phone either', async () => {
      const code = `dev:blocked${sdk[0]}`
      const wechat = newPhone(server, { sdk, loginCode: code })
      const { uid, openid = '' } = await loginByOpenId(wechat)
      await block(uid, true)
      await assert.rejects(whoAmI(wechat, openid), ENDED)
      await assert.rejects(loginByOpenId(wechat), /USER_BLOCKED/)

      const anonymous = newPhone(server, { sdk })
      const nobody = await loginAnonymously(anonymous)
      await block(nobody.uid, true)
      await assert.rejects(whoAmI(anonymous, nobody.uid), ENDED)
      await assert.rejects(loginAnonymously(anonymous), /USER_BLOCKED/)
    })

    it('cannot refresh: the app is logged out', async () => {
      const id = `refresh-${sdk[0]}`
      const phone = await customUser(id, sdk)
      await block(id, true)
      await phone.auth.refreshTokenForce().catch(() => {})
      assert.ok(!phone.auth.hasLoginState())
      await assert.rejects(whoAmI(phone, id))
    })
  })
}

it('an anonymous app, which logs in again automatically after a refused refresh, is refused', async () => {
  const phone = newPhone(server)
  const { uid } = await loginAnonymously(phone)
  await block(uid, true)
  await assert.rejects(phone.auth.refreshTokenForce())
  assert.ok(!phone.auth.hasLoginState())
  assert.deepEqual(await sessionsOf(uid), [])
})

it('an earlier upload ticket of a blocked user is invalid', async () => {
  const phone = await customUser('with-ticket')
  const { data } = await phone.app.getUploadMetadata({ cloudPath: 'users/with-ticket/late.txt' })
  const put = () => fetch(data.url, { method: 'PUT', body: 'late' })
  await block('with-ticket', true)
  const refused = await put()
  assert.equal(refused.status, 401)
  assert.match(await refused.text(), /CHECK_LOGIN_FAILED/)
  await block('with-ticket', false)
  assert.equal((await put()).status, 401, 'ended sessions stay ended')
})

it('the kit reports that the login was refused', async () => {
  const who = kitPhone(server, { login: { ticket: async () => createTicket(key, 'kit-user') } })
  assert.ok((await who.cloud.ensureLogin()).ok)
  await block('kit-user', true)
  const later = kitPhone(server, { login: { ticket: async () => createTicket(key, 'kit-user') } })
  const login = await later.cloud.ensureLogin()
  assert.equal(!login.ok && login.error.code, 'LOGIN_REFUSED')
  assert.match(String(!login.ok && login.error.message), /USER_BLOCKED/)
})

it('logins during the block are not valid after it', async () => {
  await customUser('racing')
  const logIn = async () => {
    const response = await fetch(`${server.url}/auth/v1/signin/custom`, {
      method: 'POST',
      body: JSON.stringify({ provider_id: 'custom', ticket: createTicket(key, 'racing') }),
    })
    return (await response.json()) as { access_token?: string }
  }
  const logins = await Promise.all([
    ...Array.from({ length: 6 }, logIn),
    block('racing', true).then(() => ({})),
    ...Array.from({ length: 6 }, logIn),
  ])
  assert.deepEqual(await sessionsOf('racing'), [])
  for (const { access_token: token } of logins as { access_token?: string }[]) {
    if (token === undefined) continue
    const me = await fetch(`${server.url}/auth/v1/user/me`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(me.status, 401)
  }
})
