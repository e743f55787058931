/**
 * The unmodified official SDK with the `wx` of the browser harness, in the scope of programs: it must detect WeChat, log in,
 * upload and resolve URLs, and send the same requests as on a phone.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones } from '../testing/browser-phone.ts'
import { readMultipart, startServer, type TestServer } from '../testing/http-server.ts'

const ENV = 'demo-1abcde'
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': '*',
}

/** The bundle of WeChat's npm build: the SDK's build for Mini Programs, and the adapter. */
async function programWith(sdk: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `const cloudbase = require('${sdk}'), adapter = require('@cloudbase/adapter-wx_mp')
        export default () => ({ cloudbase: cloudbase.default ?? cloudbase, adapter: adapter.default ?? adapter, seen: [typeof window, typeof fetch, typeof Blob] })`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'program',
    footer: { js: 'return program.default' },
    platform: 'neutral',
    mainFields: ['miniprogram-main', 'main'],
    conditions: ['require'],
    target: 'es2020',
    logLevel: 'error',
    plugins: [
      {
        name: 'miniprogram_dist',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^@cloudbase\/js-sdk(-3)?$/ }, ({ path }) => ({
            path: fileURLToPath(new URL(`../../../../node_modules/${path}/miniprogram_dist/index.js`, import.meta.url)),
          })),
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}

/** A minimal fake of a CloudBase server. */
async function startCloud(t: Parameters<typeof startServer>[0]): Promise<TestServer> {
  const token = {
    token_type: 'Bearer',
    access_token: 'access',
    refresh_token: 'refresh',
    expires_in: 7200,
    scope: 'x',
    sub: 'uid-1',
    groups: [],
  }
  const server: TestServer = await startServer(t, ({ method, url, body }, response) => {
    const json = (data: object): void => void response.writeHead(200, CORS).end(JSON.stringify(data))
    if (method === 'OPTIONS') response.writeHead(204, CORS).end()
    else if (url.startsWith('/auth/v1/signin/')) json(token)
    else if (url.startsWith('/auth/v1/provider/token')) json({ provider_token: 'provider', expires_in: 3600 })
    else if (url.startsWith('/auth/v1/user/me')) json({ sub: 'uid-1', name: 'x' })
    else if (url.startsWith('/up')) response.writeHead(201, CORS).end()
    else if (url.startsWith('/web')) {
      const { action } = JSON.parse(body.toString())
      const ticket = {
        url: `${server.url}/up?ticket=1`,
        authorization: 'sig',
        token: 'tok',
        fileId: 'cloud://x/a.jpg',
        cosFileId: 'cos',
      }
      const item = {
        fileID: 'cloud://x/a.jpg',
        code: 'SUCCESS',
        download_url: `${server.url}/o/1`,
        tempFileURL: `${server.url}/o/1`,
        maxAge: 7200,
      }
      json({ data: action === 'storage.getUploadMetadata' ? ticket : { download_list: [item] }, requestId: 'r' })
    } else response.writeHead(404, CORS).end('{}')
  })
  return server
}

describe('the official SDK in the browser harness', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  for (const sdk of ['js-sdk', 'js-sdk-3']) {
    it(`${sdk} logs in by OpenID, uploads a file of the phone and resolves its URL`, async (t) => {
      const server = await startCloud(t)
      const phone = await phones.open({ user: 'alice' })
      const script = phones.addScript(`${sdk}.js`, await programWith(`@cloudbase/${sdk}`))
      const result = await phone.run<Record<string, unknown>>(
        `const { cloudbase, adapter, seen } = await phone.sdk(args.script)
        cloudbase.useAdapters(adapter)
        const app = cloudbase.init({ env: args.env, endPointMode: 'CLOUD_API' })
        app.registerEndPoint(args.host + '/web', 'http')
        app.registerEndPointWithKey({ key: 'GATEWAY', url: args.host + '/v1', protocol: 'http' })
        const auth = app.auth({ persistence: 'local' })
        const { error } = await auth.signInWithOpenId({ useWxCloud: false })
        const fs = wx.getFileSystemManager(), filePath = wx.env.USER_DATA_PATH + '/a.jpg'
        fs.writeFileSync(filePath, new Uint8Array(70000).fill(9).buffer)
        const progress = []
        const { fileID } = await app.uploadFile({ cloudPath: 'users/u/照片.jpg', filePath, method: 'post', onUploadProgress: (e) => progress.push(e.progress) })
        const { fileList } = await app.getTempFileURL({ fileList: [fileID] })
        return { seen, error: error ?? null, loggedIn: Boolean(auth.hasLoginState()), fileID, url: fileList[0].tempFileURL,
          progress: progress.at(-1), kept: wx.getStorageInfoSync().keys.includes('credentials_' + args.env) }`,
        { script, env: ENV, host: server.url.slice('http:'.length) },
      )
      assert.deepEqual(result, {
        seen: ['undefined', 'undefined', 'undefined'],
        error: null,
        loggedIn: true,
        fileID: 'cloud://x/a.jpg',
        url: `${server.url}/o/1`,
        progress: 100,
        kept: true,
      })
      const login = server.seen.find(
        ({ url, method }) => url.startsWith('/auth/v1/provider/token') && method === 'POST',
      )
      assert.equal(JSON.parse(String(login?.body)).provider_code, 'dev:alice')
      const upload = server.seen.find(({ url, method }) => url.startsWith('/up') && method === 'POST')
      assert.ok(upload)
      const parts = readMultipart(upload)
      assert.deepEqual(
        parts.slice(0, 2).map(({ name }) => name),
        ['key', 'signature'],
      )
      assert.deepEqual([parts.at(-1)?.name, parts.at(-1)?.data.length], ['file', 70000])
    })
  }
})
