/**
 * The unmodified official SDK on the simulated phone: it must detect WeChat, and each of its adapters must send the same
 * requests as on a phone.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Answer, readMultipart, type Seen, startServer, type TestServer } from '../testing/http-server.ts'
import { phoneFor } from '../testing/phone.ts'
import type { WxInstance } from './create-wx.ts'
import { createMiniProgramRuntime, type MiniProgramRuntime } from './module-loader.ts'

const ENV = 'demo-1abcde'
const PACKAGES = fileURLToPath(new URL('../../../../node_modules/@cloudbase/', import.meta.url))

interface Auth {
  signInAnonymously(options: object): Promise<{ error?: unknown }>
  signInWithOpenId(options: object): Promise<{ error?: unknown }>
  hasLoginState(): unknown
}

interface CloudbaseApp {
  registerEndPoint(url: string, protocol: string): void
  registerEndPointWithKey(options: object): void
  auth(options?: object): Auth
  uploadFile(options: object): Promise<{ fileID: string }>
  downloadFile(options: object): Promise<{ statusCode: number; tempFilePath: string }>
}

interface Cloudbase {
  init(options: object): CloudbaseApp
  useAdapters(adapter: unknown): void
}

const token = {
  token_type: 'Bearer',
  access_token: 'access',
  refresh_token: 'refresh',
  expires_in: 7200,
  scope: 'anonymous',
  sub: 'uid-1',
  groups: [],
}

/** A minimal fake of a CloudBase server: login, upload tickets, download URLs. */
function cloud(origin: () => string, uploadStatus: (method: string) => number): Answer {
  const json = (body: object): string => JSON.stringify(body)
  return ({ method, url, body }, response) => {
    if (url.startsWith('/auth/v1/signin/')) response.end(json(token))
    else if (url.startsWith('/auth/v1/provider/token'))
      response.end(json({ provider_token: 'provider', expires_in: 3600 }))
    else if (url.startsWith('/auth/v1/user/me')) response.end(json({ sub: 'uid-1', name: 'anonymous' }))
    else if (url.startsWith('/bytes')) response.end('the bytes')
    else if (url.startsWith('/up')) response.writeHead(uploadStatus(method)).end()
    else if (url.startsWith('/web')) {
      const { action } = JSON.parse(body.toString())
      const item = {
        fileID: 'cloud://x',
        code: 'SUCCESS',
        download_url: `${origin()}/bytes`,
        tempFileURL: `${origin()}/bytes`,
      }
      const upload = {
        url: `${origin()}/up?ticket=1`,
        authorization: 'sig',
        token: 'tok',
        fileId: 'cloud://x',
        cosFileId: 'cos',
      }
      const data = action === 'storage.getUploadMetadata' ? upload : { download_list: [item] }
      response.end(json({ data, requestId: 'r' }))
    } else response.writeHead(404).end(json({ error: 'not_found' }))
  }
}

async function startCloud(
  t: TestContext,
  uploadStatus = (method: string): number => (method === 'PUT' ? 200 : 201),
): Promise<TestServer> {
  const server: TestServer = await startServer(t, (seen, response) =>
    cloud(() => server.url, uploadStatus)(seen, response),
  )
  return server
}

function runtimeFor(t: TestContext, phone: WxInstance): MiniProgramRuntime {
  const quiet = {
    log: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    debug: () => undefined,
  }
  const runtime = createMiniProgramRuntime({ wx: phone.wx, Page: phone.Page, App: phone.App, console: quiet })
  t.after(() => runtime.dispose())
  return runtime
}

function connect(cloudbase: Cloudbase, server: TestServer): CloudbaseApp {
  const host = server.url.slice('http:'.length)
  const app = cloudbase.init({ env: ENV, endPointMode: 'CLOUD_API' })
  app.registerEndPoint(`${host}/web`, 'http')
  app.registerEndPointWithKey({ key: 'GATEWAY', url: `${host}/v1`, protocol: 'http' })
  app.auth({ persistence: 'local' })
  return app
}

const paths = (server: TestServer): string[] => server.seen.map(({ method, url }) => `${method} ${url.split('?')[0]}`)

function uploadLeg(server: TestServer): Seen {
  const seen = server.seen.find(({ url }) => url.startsWith('/up'))
  assert.ok(seen)
  return seen
}

for (const sdk of ['js-sdk', 'js-sdk-3']) {
  test(`${sdk}: detects WeChat, logs in with wx.request and keeps the login in the storage of the phone`, async (t) => {
    const server = await startCloud(t)
    const phone = phoneFor(t)
    const app = connect(runtimeFor(t, phone).require<Cloudbase>(`${PACKAGES}${sdk}`), server)
    assert.equal(Boolean(app.auth().hasLoginState()), false)
    assert.equal((await app.auth().signInAnonymously({})).error ?? null, null)
    assert.deepEqual(paths(server).slice(0, 2), ['POST /auth/v1/signin/anonymously', 'GET /auth/v1/user/me'])
    for (const { headers } of server.seen) assert.match(headers.referer ?? '', /servicewechat\.com/)
    assert.ok(app.auth().hasLoginState())
    assert.match(String(phone.storageSnapshot()[`credentials_${ENV}`]), /"access_token":"access"/)

    const restarted = phoneFor(t, { storage: phone.storageSnapshot() })
    const again = connect(runtimeFor(t, restarted).require<Cloudbase>(`${PACKAGES}${sdk}`), server)
    assert.ok(again.auth().hasLoginState())
  })

  test(`${sdk}: OpenID login sends the appid and the code of wx.login`, async (t) => {
    const server = await startCloud(t)
    const phone = phoneFor(t, { appid: 'wxabc', loginCode: 'dev:alice' })
    const app = connect(runtimeFor(t, phone).require<Cloudbase>(`${PACKAGES}${sdk}`), server)
    assert.equal((await app.auth().signInWithOpenId({ useWxCloud: false })).error ?? null, null)
    const request = JSON.parse(server.seen[0]?.body.toString() ?? '')
    assert.equal(request.provider_id, 'wxabc')
    assert.equal(request.provider_code, 'dev:alice')
  })

  const ownAdapter = [
    ['the build for Mini Programs', ''],
    ['the build for bundlers, with the shared adapter', '/dist/index.cjs.js'],
  ]
  for (const [build, file] of ownAdapter) {
    for (const method of ['put', 'post'] as const) {
      test(`${sdk}, ${build}, ${method}: raw bytes by wx.request`, async (t) => {
        const server = await startCloud(t)
        const phone = phoneFor(t)
        const app = connect(runtimeFor(t, phone).require<Cloudbase>(`${PACKAGES}${sdk}${file}`), server)
        await app.auth().signInAnonymously({})
        const bytes = randomBytes(100_000)
        const filePath = phone.files.add('a.jpg', bytes)
        const { fileID } = await app.uploadFile({ cloudPath: 'users/u/照片.jpg', filePath, method })
        assert.equal(fileID, 'cloud://x')
        const seen = uploadLeg(server)
        assert.equal(seen.method, method.toUpperCase())
        assert.equal(seen.headers['content-type'], '')
        assert.ok(seen.body.equals(bytes))
        assert.equal(seen.headers.authorization, method === 'put' ? 'sig' : undefined)
      })
    }
  }
  for (const method of ['put', 'post'] as const) {
    test(`${sdk}, with its own copy of the adapter, ${method}: multipart by wx.uploadFile`, async (t) => {
      const server = await startCloud(t)
      const phone = phoneFor(t)
      const runtime = runtimeFor(t, phone)
      const cloudbase = runtime.require<Cloudbase>(`${PACKAGES}${sdk}`)
      const adapter = runtime.require<{ default: unknown }>(`${PACKAGES}adapter-wx_mp`)
      cloudbase.useAdapters(adapter.default)
      const app = connect(cloudbase, server)
      await app.auth().signInAnonymously({})
      const bytes = randomBytes(100_000)
      const filePath = phone.files.add('a.jpg', bytes)
      const progress: number[] = []
      const onUploadProgress = (event: { progress: number }): void => void progress.push(event.progress)
      await app.uploadFile({ cloudPath: 'users/u/a.jpg', filePath, method, onUploadProgress })
      const seen = uploadLeg(server)
      assert.equal(seen.method, 'POST')
      const parts = readMultipart(seen)
      const fields = parts.slice(0, -1).map(({ name }) => name)
      const file = parts.at(-1)
      assert.equal(file?.name, 'file')
      assert.ok(file?.data.equals(bytes))
      if (method === 'put') assert.deepEqual(fields, [])
      else assert.deepEqual(fields.slice(0, 4), ['key', 'signature', 'x-cos-meta-fileid', 'success_action_status'])
      assert.equal(progress.at(-1), 100)
    })
  }

  test(`${sdk}: downloadFile stores a file on the phone`, async (t) => {
    const server = await startCloud(t)
    const phone = phoneFor(t)
    const app = connect(runtimeFor(t, phone).require<Cloudbase>(`${PACKAGES}${sdk}`), server)
    await app.auth().signInAnonymously({})
    const { statusCode, tempFilePath } = await app.downloadFile({ fileID: 'cloud://x' })
    assert.equal(statusCode, 200)
    assert.equal(phone.wx.getFileSystemManager().readFileSync(tempFilePath, 'utf8'), 'the bytes')
  })
}

test('two users with a phone and a runtime each are logged in at the same time', async (t) => {
  const server = await startCloud(t)
  const phones = ['alice', 'bob'].map((name) => phoneFor(t, { loginCode: `dev:${name}` }))
  const apps = phones.map((phone) => connect(runtimeFor(t, phone).require<Cloudbase>(`${PACKAGES}js-sdk`), server))
  await Promise.all(apps.map((app) => app.auth().signInWithOpenId({ useWxCloud: false })))
  const codes = server.seen
    .filter(({ url }) => url.includes('provider/token'))
    .map(({ body }) => JSON.parse(String(body)).provider_code)
  assert.deepEqual(codes.sort(), ['dev:alice', 'dev:bob'])
  const [alice, bob] = phones
  assert.notEqual(alice?.storageSnapshot().device_id, bob?.storageSnapshot().device_id)
})

test('a library that throws in its own callback hangs, as on a phone, and the error is reported', async (t) => {
  // The separate adapter fails on a 200 in put mode: its `success` reads a property of undefined.
  const server = await startCloud(t, () => 200)
  const reported = Promise.withResolvers<unknown>()
  const phone = phoneFor(t, { onCallbackError: reported.resolve })
  const runtime = runtimeFor(t, phone)
  const cloudbase = runtime.require<Cloudbase>(`${PACKAGES}js-sdk`)
  cloudbase.useAdapters(runtime.require<{ default: unknown }>(`${PACKAGES}adapter-wx_mp`).default)
  const app = connect(cloudbase, server)
  await app.auth().signInAnonymously({})
  const filePath = phone.files.add('a.jpg', randomBytes(10))
  let settled = false
  const note = (): void => {
    settled = true
  }
  app.uploadFile({ cloudPath: 'a.jpg', filePath, method: 'put' }).then(note, note)
  assert.ok((await reported.promise) instanceof TypeError)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(settled, false)
})
