/** Logins with `cloudstead start`: WeChat is asked, simulated identities are refused, and a restart changes nothing. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loginAnonymously, loginByOpenId, loginByTicket, type Phone } from './support/clients.ts'
import { type FakeWechat, openidOf, startFakeWechat } from './support/fake-wechat.ts'
import { phoneMaker } from './support/phones.ts'
import { type RunningServer, startServer } from './support/server.ts'

const APPID = 'wx0123456789abcdef'
const SECRET = 'secret-of-the-app'

let wechat: FakeWechat

before(async () => {
  wechat = await startFakeWechat()
})
after(() => wechat.close())

async function openIdError(phone: Phone): Promise<string> {
  const { error } = await phone.auth.signInWithOpenId({ useWxCloud: false })
  assert.ok(!phone.auth.hasLoginState())
  return error?.message ?? ''
}

/** Sets the answer of WeChat while `work` runs. */
async function whileWechatSays<T>(answer: object, work: () => Promise<T>): Promise<T> {
  const usual = wechat.answer
  wechat.answer = () => answer
  try {
    return await work()
  } finally {
    wechat.answer = usual
  }
}

const auth = () => ({ wechat: { appid: APPID, secret: SECRET, apiBase: wechat.apiBase } })

describe('WeChat login through jscode2session', () => {
  const newPhone = phoneMaker()
  let server: RunningServer

  before(async () => {
    server = await startServer({ config: { auth: auth() } })
  })
  after(() => server.stop())

  function phone(loginCode: string, appid = APPID): Phone {
    return newPhone(server, { loginCode, wx: { appid } })
  }

  it('sends appid, secret and code, and uses the openid in the answer', async () => {
    const { openid } = await loginByOpenId(phone('code-1'))
    assert.equal(openid, openidOf('code-1'))
    assert.deepEqual(Object.fromEntries(wechat.asked.at(-1) ?? []), {
      appid: APPID,
      secret: SECRET,
      js_code: 'code-1',
      grant_type: 'authorization_code',
    })
  })

  it('two codes of one openid are one user', async () => {
    const answer = { openid: 'oOneAndTheSame00000000000001', session_key: 'k', unionid: 'u' }
    const [first, second] = await whileWechatSays(answer, async () => [
      await loginByOpenId(phone('code-a')),
      await loginByOpenId(phone('code-b')),
    ])
    assert.equal(first?.openid, answer.openid)
    assert.deepEqual(second, first)
    assert.notEqual((await loginByOpenId(phone('code-c'))).uid, first?.uid)
  })

  for (const [errcode, errmsg, advice] of [
    [40029, 'invalid code', /40029.*once/],
    [40163, 'code been used', /40163.*used before/],
    [40125, 'invalid appsecret', /40125.*auth\.wechat\.secret/],
    [45011, 'api minute-quota reach limit', /45011.*too many logins/],
    [-1, 'system error', /-1.*try again/],
  ] as const) {
    it(`errcode ${errcode} of WeChat reaches the app with a hint, and without the secret`, async () => {
      const answer = { errcode, errmsg: `${errmsg}, secret ${SECRET}` }
      const message = await whileWechatSays(answer, () => openIdError(phone('code-x')))
      assert.match(message, /AUTH_WX_OAUTH_FAILED/)
      assert.match(message, advice)
      assert.ok(!message.includes(SECRET))
    })
  }

  it('an answer without an openid is refused', async () => {
    const message = await whileWechatSays({ session_key: 'k' }, () => openIdError(phone('code-y')))
    assert.match(message, /AUTH_WX_OAUTH_FAILED.*no openid/)
  })

  it('codes such as dev:alice are refused without asking WeChat', async () => {
    const before = wechat.asked.length
    assert.match(await openIdError(phone('dev:alice')), /AUTH_WX_OAUTH_FAILED.*cloudstead dev/)
    assert.equal(wechat.asked.length, before)
  })

  it('a program with another appid is refused', async () => {
    assert.match(await openIdError(phone('code-z', 'wxfedcba9876543210')), /wxfedcba9876543210.*wx0123456789abcdef/)
  })

  it('the secret is in no line of the log', () => {
    assert.ok(server.log().includes('jscode2session'))
    assert.ok(!server.log().includes(SECRET))
  })
})

describe('missing configuration', () => {
  const newPhone = phoneMaker()

  it('start without auth.wechat: the WeChat login reports what is missing, the others work', async () => {
    const server = await startServer()
    const phone = newPhone(server, { loginCode: 'a-real-code' })
    assert.match(await openIdError(phone), /auth\.wechat\.appid and auth\.wechat\.secret/)
    await loginAnonymously(phone)
    await server.stop()
  })

  it('dev with a secret also asks WeChat, and refuses simulated codes', async () => {
    const server = await startServer({ mode: 'dev', config: { auth: auth() } })
    const made = newPhone(server, { loginCode: 'dev:alice', wx: { appid: APPID } })
    assert.match(await openIdError(made), /AUTH_WX_OAUTH_FAILED/)
    const real = newPhone(server, { loginCode: 'code-dev', wx: { appid: APPID } })
    assert.equal((await loginByOpenId(real)).openid, openidOf('code-dev'))
    await server.stop()
  })

  it('dev without a secret refuses real codes and lists the valid ones', async () => {
    const server = await startServer({ mode: 'dev' })
    const phone = newPhone(server, { loginCode: '0a1b2c3d4e5f' })
    assert.match(await openIdError(phone), /dev:alice/)
    await server.stop()
  })

  it('auth.anonymous false: the anonymous login is refused with a reason, tickets still work', async () => {
    const server = await startServer({ config: { auth: { anonymous: false } } })
    const phone = newPhone(server)
    const { error } = await phone.auth.signInAnonymously({})
    assert.match(error?.message ?? '', /auth\.anonymous/)
    assert.ok(!phone.auth.hasLoginState())
    assert.equal((await loginByTicket(phone, await server.loginKey(), 'alice')).uid, 'alice')
    await server.stop()
  })
})

describe('a restart of the server', () => {
  const newPhone = phoneMaker()
  let dataDir: string
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-restart-'))
  })
  after(() => rm(dataDir, { recursive: true }))

  it('logins, uids, login keys, api keys and temporary URLs survive it', async () => {
    const config = { storage: { acl: 'PRIVATE' }, auth: auth() }
    const first = await startServer({ dataDir, config })
    const [key, apiKey] = [await first.loginKey(), await first.apiKey()]
    const weixin = newPhone(first, { loginCode: 'code-r', wx: { appid: APPID } })
    const custom = newPhone(first)
    const anonymous = newPhone(first)
    const identities = [
      await loginByOpenId(weixin),
      await loginByTicket(custom, key, 'alice'),
      await loginAnonymously(anonymous),
    ]
    const filePath = custom.device.files.add('a.txt', Buffer.from('kept'))
    const { fileID } = await custom.app.uploadFile({ cloudPath: 'users/alice/a.txt', filePath })
    const { tempFileURL = '' } = (await custom.app.getTempFileURL({ fileList: [fileID] })).fileList[0] ?? {}
    const { data: ticket } = await custom.app.getUploadMetadata({ cloudPath: 'users/alice/late.txt' })
    assert.equal(await first.stop(), 0)

    const second = await startServer({ dataDir, port: first.port, config })
    // Running apps continue, and so do apps that restart on the same phones.
    for (const [index, phone] of [weixin, custom, anonymous].entries()) {
      const { uid, openid = uid } = identities[index] ?? { uid: '', openid: undefined }
      const again = newPhone(second, { wx: { storage: phone.device.storageSnapshot(), appid: APPID } })
      for (const running of [phone, again]) {
        assert.equal((await running.auth.getLoginState())?.user.uid, uid)
        assert.ok(await running.app.getUploadMetadata({ cloudPath: `users/${openid}/x.txt` }))
      }
      await again.auth.refreshTokenForce()
      assert.ok(await again.app.getUploadMetadata({ cloudPath: `users/${openid}/x.txt` }))
    }
    assert.equal(await (await fetch(tempFileURL)).text(), 'kept')
    assert.equal((await fetch(ticket.url, { method: 'PUT', body: 'late' })).status, 200)
    const fresh = newPhone(second, { loginCode: 'code-r', wx: { appid: APPID } })
    assert.deepEqual(await loginByOpenId(fresh), identities[0])
    assert.equal((await loginByTicket(newPhone(second), key, 'alice')).uid, 'alice')
    const admin = newPhone(second, { init: { accessKey: apiKey.apiKey } })
    assert.ok(await admin.app.getUploadMetadata({ cloudPath: 'anywhere/x.txt' }))
    await second.stop()
  })
})
