/** The login routes used by the unmodified `@cloudbase/js-sdk`, mostly in a Mini Program. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import {
  APPID,
  type AuthSetup,
  DEV_WECHAT,
  ENV,
  type FakeWechat,
  fakeWechat,
  setUpAuth,
  ticketFor,
} from '../../auth/auth.fixture.ts'
import type { LoginKeyFile } from '../../auth/keys.ts'
import { authRoutes } from './routes.ts'

interface SdkUser {
  readonly uid: string
  readonly name?: string
  readonly providers?: readonly { readonly id: string; readonly provider_user_id: string }[]
}

interface SdkResult {
  readonly error: { readonly status: string; readonly code: number; readonly message: string } | null
}

interface SdkAuth {
  signInAnonymously(): Promise<SdkResult>
  signInWithCustomTicket(getTicket: () => Promise<string>): Promise<SdkResult>
  signInWithOpenId(options: object): Promise<SdkResult>
  signInWithPassword(options: object): Promise<SdkResult>
  hasLoginState(): { readonly user: SdkUser } | null
  getLoginState(): Promise<object | null>
  getAccessToken(): Promise<{ readonly accessToken: string }>
  refreshTokenForce(): Promise<object>
  loginScope(): Promise<string>
  signOut(): Promise<SdkResult>
  readonly currentUser: SdkUser
}

interface Sdk {
  useAdapters(adapter: unknown): void
  init(config: object): {
    registerEndPoint(url: string, protocol: string): void
    registerEndPointWithKey(endpoint: object): void
    auth(config: object): SdkAuth
  }
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly sub: string
}

type WebLogin = new (
  options: object,
) => {
  initializeSession(): void
  readonly authApi: { signInAnonymously(params: object): Promise<Tokens>; refreshTokenForce(): Promise<Tokens> }
}

interface WxRequest {
  url: string
  method?: string
  data?: unknown
  header?: Record<string, string>
  success?(answer: object): void
  fail?(error: object): void
  complete?(answer: object): void
}

/** The requests of the apps. */
const calls: { readonly path: string; readonly requestId: string | undefined }[] = []

/** The part of `wx` that logins need. The storage stands for a phone: with the same one, an app starts on the same phone. */
function fakeWx(storage: Map<string, unknown>, loginCode: () => string) {
  return {
    getSystemInfoSync: () => ({ platform: 'devtools', SDKVersion: '3.0.0' }),
    getDeviceInfo: () => ({ platform: 'devtools' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: APPID } }),
    getStorageSync: (key: string) => storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => void storage.set(key, value),
    removeStorageSync: (key: string) => void storage.delete(key),
    connectSocket: () => assert.fail('no login opens a socket'),
    login(options?: { success?(answer: object): void }) {
      options?.success?.({ code: loginCode() })
      return Promise.resolve({ code: loginCode() })
    },
    request(options: WxRequest) {
      void send(options)
      return { abort() {}, onChunkReceived() {} }
    },
  }
}

async function send({ url, method = 'GET', data, header = {}, success, fail, complete }: WxRequest): Promise<void> {
  const headers = Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
  let answer: object
  try {
    const body = data === undefined || method === 'GET' ? null : typeof data === 'string' ? data : JSON.stringify(data)
    const response = await fetch(url, { method, headers: { 'content-type': 'application/json', ...headers }, body })
    const text = await response.text()
    answer = {
      data: JSON.parse(text),
      statusCode: response.status,
      header: Object.fromEntries(response.headers),
      errMsg: 'request:ok',
    }
    success?.(answer)
  } catch (error) {
    answer = { errMsg: `request:fail ${(error as Error).message}` }
    fail?.(answer)
  }
  complete?.(answer)
}

const require = createRequire(import.meta.url)

/** The storage key of the SDK's tokens. */
const CREDENTIALS = `credentials_${ENV}`

describe('the real client SDK', () => {
  let setup: AuthSetup
  let wechat: FakeWechat
  let app: FastifyInstance
  let host: string
  let key: LoginKeyFile
  /** The number of answers to refreshes, from now on, that get lost. */
  let answersToLose = 0

  async function listen(port: number): Promise<void> {
    app = Fastify({ forceCloseConnections: true })
    app.addHook('onRequest', async ({ url, headers }) => {
      calls.push({ path: url.split('?')[0] ?? '', requestId: headers['x-request-id']?.toString() })
    })
    app.addHook('onSend', async (request) => {
      if (request.url.startsWith('/auth/v1/token') && answersToLose-- > 0) request.raw.socket.destroy()
    })
    await app.register(authRoutes, { prefix: '/auth', auth: setup.auth })
    await app.listen({ port, host: '127.0.0.1' })
    host = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
  }

  /** Starts the app on a phone: loads the SDK afresh, with the given storage. */
  function start(phone: Map<string, unknown>, code = 'dev:alice'): SdkAuth {
    Object.assign(globalThis, { wx: fakeWx(phone, () => code), Page: () => {} })
    for (const file of Object.keys(require.cache)) if (file.includes('@cloudbase')) delete require.cache[file]
    const sdk: Sdk = require('@cloudbase/js-sdk/miniprogram_dist/index.js')
    const adapter = require('@cloudbase/adapter-wx_mp')
    sdk.useAdapters(adapter.default ?? adapter)
    const cloud = sdk.init({ env: ENV })
    cloud.registerEndPoint(`//${host}/web`, 'http')
    cloud.registerEndPointWithKey({ key: 'GATEWAY', url: `//${host}/v1`, protocol: 'http' })
    return cloud.auth({ persistence: 'local' })
  }

  const customLogin = (auth: SdkAuth, uid: string) => auth.signInWithCustomTicket(async () => ticketFor(uid, key))
  const loggedIn = (auth: SdkAuth) => auth.hasLoginState()?.user
  const refreshes = () => calls.filter(({ path }) => path === '/auth/v1/token')

  before(async () => {
    wechat = await fakeWechat()
    setup = await setUpAuth()
    key = await setup.auth.keys.createLoginKey()
    await listen(0)
  })
  beforeEach(() => {
    calls.length = 0
    answersToLose = 0
    setup.settings = { anonymous: true, wechat: DEV_WECHAT }
  })
  after(async () => {
    for (const name of ['wx', 'Page']) Reflect.deleteProperty(globalThis, name)
    await app.close()
    await setup.dispose()
    await wechat.close()
  })

  it('logs in anonymously: hasLoginState is truthy, and the phone keeps its user', async () => {
    const phone = new Map()
    const auth = start(phone)
    assert.equal(auth.hasLoginState(), null)
    assert.equal((await auth.signInAnonymously()).error, null)
    const user = loggedIn(auth)
    assert.equal(user?.name, 'anonymous')
    assert.equal(await auth.loginScope(), 'anonymous')
    await auth.signOut()
    assert.equal(auth.hasLoginState(), null)
    await auth.signInAnonymously()
    assert.equal(loggedIn(auth)?.uid, user?.uid)
    assert.equal(loggedIn(start(phone))?.uid, user?.uid, 'after a restart of the app')
  })

  it('logs in with a ticket of the real server SDK, with the uid of the ticket', async () => {
    const auth = start(new Map())
    assert.equal((await customLogin(auth, 'oRecipeOpenid000000000000001')).error, null)
    assert.equal(loggedIn(auth)?.uid, 'oRecipeOpenid000000000000001')
    assert.ok(await auth.getLoginState())
    assert.equal(await auth.loginScope(), 'user')
  })

  it('logs in by OpenID through jscode2session', async () => {
    setup.settings = {
      anonymous: true,
      wechat: { appid: APPID, secret: 's', apiBase: wechat.apiBase, madeUpIdentities: false },
    }
    const auth = start(new Map(), 'code-from-wx-login')
    assert.equal((await auth.signInWithOpenId({ useWxCloud: false })).error, null)
    assert.equal(wechat.asked.at(-1)?.get('js_code'), 'code-from-wx-login')
    const [provider] = loggedIn(auth)?.providers ?? []
    assert.equal(provider?.id, APPID)
    assert.equal(provider?.provider_user_id, 'ocode-from-wx-login'.padEnd(28, '0'))
  })

  it('logs in by OpenID with a made-up identity, the same user from two phones', async () => {
    const uids = []
    for (const code of ['dev:alice', 'dev:alice', 'dev:bob']) {
      const auth = start(new Map(), code)
      assert.equal((await auth.signInWithOpenId({ useWxCloud: false })).error, null)
      uids.push(loggedIn(auth)?.uid)
    }
    assert.equal(uids[0], uids[1])
    assert.notEqual(uids[0], uids[2])
  })

  it('tells the app why a login fails', async () => {
    const auth = start(new Map(), 'a-real-code')
    const wx = (await auth.signInWithOpenId({ useWxCloud: false })).error
    assert.deepEqual([wx?.status, wx?.code], ['provider_error', 4019])
    assert.match(wx?.message ?? '', /dev:alice/)
    const ticket = (await auth.signInWithCustomTicket(async () => 'x')).error
    assert.match(ticket?.message ?? '', /AUTH_INVALID_CUSTOM_LOGIN_TICKET/)
    const password = (await auth.signInWithPassword({ username: 'a', password: 'b' })).error
    assert.deepEqual([password?.status, password?.code], ['login_method_disabled', 4045])
    setup.settings = { ...setup.settings, anonymous: false }
    assert.equal((await auth.signInAnonymously()).error?.status, 'login_method_disabled')
    assert.equal(auth.hasLoginState(), null)
  })

  it('refreshes with rotation, repeatedly', async () => {
    const auth = start(new Map())
    await customLogin(auth, 'alice')
    const seen = new Set([(await auth.getAccessToken()).accessToken])
    for (let round = 1; round <= 3; round++) {
      // Access tokens issued in the same second are equal, so the clock moves on.
      setup.ahead += 2000
      await auth.refreshTokenForce()
      const { accessToken } = await auth.getAccessToken()
      const caller = await setup.auth.callerOfToken(accessToken)
      assert.ok(caller.kind === 'user' && caller.uid === 'alice')
      seen.add(accessToken)
    }
    setup.ahead = 0
    assert.equal(seen.size, 4)
    assert.equal(refreshes().length, 3)
  })

  it('loses the login after somebody else has used its refresh token', async () => {
    const phone = new Map()
    await customLogin(start(phone), 'alice')
    const stored = JSON.parse(String(phone.get(CREDENTIALS)))
    const thief = await setup.auth.refresh(stored.refresh_token, 'of-the-thief')
    phone.set(CREDENTIALS, JSON.stringify({ ...stored, expires_at: new Date(0) }))
    const auth = start(phone)
    assert.ok(auth.hasLoginState())
    assert.equal(await auth.getLoginState(), null)
    assert.equal(auth.hasLoginState(), null)
    assert.equal(refreshes().length, 1)
    await assert.rejects(setup.auth.callerOfToken(thief.accessToken), /ended/)
  })

  it('stays logged in on web pages when an answer to a refresh is lost: it repeats the call with the same x-request-id', async () => {
    // In Mini Programs the SDK does not retry, so this tests the login client that it uses in browsers.
    const { CloudbaseOAuth }: { CloudbaseOAuth: WebLogin } = require('@cloudbase/oauth')
    const stored = new Map<string, string>()
    const storage = {
      getItem: async (name: string) => stored.get(name) ?? null,
      setItem: async (name: string, value: string) => void stored.set(name, value),
      removeItem: async (name: string) => void stored.delete(name),
    }
    const web = new CloudbaseOAuth({ env: ENV, clientId: ENV, apiOrigin: `http://${host}`, storage })
    web.initializeSession()
    const { sub } = await web.authApi.signInAnonymously({})
    answersToLose = 1
    const refreshed = await web.authApi.refreshTokenForce()
    assert.equal(refreshes().length, 2)
    assert.equal(new Set(refreshes().map(({ requestId }) => requestId)).size, 1)
    const again = await web.authApi.refreshTokenForce()
    assert.notEqual(again.refresh_token, refreshed.refresh_token)
    const caller = await setup.auth.callerOfToken(again.access_token)
    assert.ok(caller.kind === 'user' && caller.uid === sub)
  })

  it('signing out ends the session on the server', async () => {
    const auth = start(new Map())
    await customLogin(auth, 'alice')
    const { accessToken } = await auth.getAccessToken()
    assert.equal((await auth.signOut()).error, null)
    assert.equal(auth.hasLoginState(), null)
    await assert.rejects(setup.auth.callerOfToken(accessToken), /ended/)
  })

  it('a login survives a restart of the server', async () => {
    const phone = new Map()
    const auth = start(phone)
    await customLogin(auth, 'alice')
    const port = Number(host.split(':')[1])
    await app.close()
    await setup.restart()
    await listen(port)
    const again = start(phone)
    assert.equal(loggedIn(again)?.uid, 'alice')
    await again.refreshTokenForce()
    const caller = await setup.auth.callerOfToken((await again.getAccessToken()).accessToken)
    assert.ok(caller.kind === 'user' && caller.uid === 'alice')
  })
})
