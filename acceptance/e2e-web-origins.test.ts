/** What pages of listed and of foreign web sites can do in a real browser, with the SDK and with the browser's own requests. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { SDK_PACKAGES } from './support/clients.ts'
import type { SdkLine } from './support/sdk.ts'
import { scriptSite } from './support/sdk-site.ts'
import { type RunningServer, startServer } from './support/server.ts'
import type { WebSite } from './support/web-site.ts'
import { newPerson, own, type Person, stored, upload, uploadUrl } from './support/wire.ts'

const LISTED = 'shop.example'
const FOREIGN = 'foreign.example'
const SDKS: readonly SdkLine[] = ['2.27.2', '3.7.0']

/** Calls on a page; each resolves to what its promise gave, or to the error. */
const PROGRAM =
  SDKS.map((sdk, at) => `import sdk${at} from '${SDK_PACKAGES[sdk]}'`).join('\n') +
  `
const SDKS = { ${SDKS.map((sdk, at) => `'${sdk}': sdk${at}`).join(', ')} }
const shown = (error) => error.message || JSON.stringify(error)
window.login = async (version, mode, host) => {
  const app = SDKS[version].init({ env: 'demo-1abcde', endPointMode: mode })
  app.registerEndPoint('//' + host + '/web', 'http')
  app.registerEndPointWithKey({ key: 'GATEWAY', url: '//' + host + '/v1', protocol: 'http' })
  try {
    const { error } = await app.auth({ persistence: 'none' }).signInAnonymously({})
    return error ? shown(error) : 'logged in'
  } catch (error) { return shown(error) }
}
window.send = async (url, options) => {
  try {
    const response = await fetch(url, options)
    return { status: response.status, text: await response.text(), headers: Object.fromEntries(response.headers) }
  } catch (error) { return { status: 0, text: shown(error), headers: {} } }
}`

interface Sent {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Program {
  login(version: string, mode: string, host: string): Promise<string>
  send(url: string, asked: Asked): Promise<Sent>
}

describe('web sites', { skip: lacksChromium() }, () => {
  let server: RunningServer
  let browser: Browser
  let site: WebSite
  let alice: Person

  before(async () => {
    site = await scriptSite(PROGRAM, import.meta.dirname)
    const config = { storage: { acl: 'PRIVATE' }, security: { webDomains: [`${LISTED}:${site.port}`] } }
    ;[server, browser] = await Promise.all([startServer({ config }), launchChromium([LISTED, FOREIGN])])
    alice = await newPerson(server)
  })
  after(async () => {
    await browser.close()
    site.close()
    await server.stop()
  })

  async function on<T>(host: string, work: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      await page.goto(`http://${host}:${site.port}/`)
      return await work(page)
    } finally {
      await context.close()
    }
  }

  const login = (page: Page, sdk: SdkLine, mode: string) =>
    page.evaluate(([version, way, host]) => (globalThis as unknown as Program).login(version, way, host), [
      sdk,
      mode,
      server.host,
    ] as const)
  const send = (page: Page, url: string, options: Asked = {}) =>
    page.evaluate(([to, how]) => (globalThis as unknown as Program).send(to, how), [url, options] as const)

  /** Requests of all kinds to the server, each with what a preflight would have to allow. */
  async function requests(page: Page): Promise<Readonly<Record<string, Sent>>> {
    const path = own(alice, 'page.txt')
    const token = { authorization: `Bearer ${alice.accessToken}` }
    const put = await send(page, await uploadUrl(server, alice, path), {
      method: 'PUT',
      body: 'from a page',
      headers: { 'x-cos-meta-fileid': 'x', 'x-cos-security-token': 'x', 'cache-control': 'max-age=60', ...token },
    })
    const id = await upload(server, alice, own(alice, 'read.txt'), '0123456789')
    const json = { 'content-type': 'application/json', 'x-sdk-version': 'x', 'x-request-id': '1', ...token }
    const urls = await send(page, `${server.url}/v1/storages/get-objects-download-info`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify([{ cloudObjectId: id }]),
    })
    const { text } = urls
    const [{ downloadUrl = '' } = {}] = text.startsWith('[') ? (JSON.parse(text) as { downloadUrl?: string }[]) : []
    const url = downloadUrl || `${server.url}/o/none/x.txt`
    const documents = `${server.url}/v1/database/instances/(default)/databases/(default)/collections/none/documents`
    return {
      put,
      urls,
      head: await send(page, url, { method: 'HEAD', headers: { ...token, 'x-sdk-version': 'x' } }),
      range: await send(page, url, { headers: { range: 'bytes=2-4' } }),
      patch: await send(page, documents, { method: 'PATCH', headers: json, body: '{"query":{"_id":"a"},"data":{}}' }),
      web: await send(page, `${server.url}/web?env=demo-1abcde`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ action: 'storage.getUploadMetadata', env: 'demo-1abcde', path: 'a.txt' }),
      }),
    }
  }

  test('a listed site logs in with every SDK and mode, and every kind of request is answered', async () => {
    await on(LISTED, async (page) => {
      for (const sdk of SDKS)
        for (const mode of ['CLOUD_API', 'GATEWAY']) assert.equal(await login(page, sdk, mode), 'logged in')
      const { put, urls, head, range, patch, web } = await requests(page)
      assert.equal(put?.status, 200)
      assert.equal(String(await stored(server, alice, own(alice, 'page.txt'))), 'from a page')
      assert.equal(urls?.status, 200)
      assert.deepEqual([head?.status, head?.headers['content-length']], [200, '10'])
      assert.deepEqual([range?.status, range?.text, range?.headers['content-range']], [206, '234', 'bytes 2-4/10'])
      // The page can read errors with their codes.
      assert.equal(patch?.status, 404)
      assert.match(patch?.text ?? '', /DATABASE_COLLECTION_NOT_EXIST/)
      assert.match(web?.text ?? '', /STORAGE_EXCEED_AUTHORITY/)
    })
  })

  test('a foreign site cannot log in or read an answer, and nothing is done', async () => {
    await on(FOREIGN, async (page) => {
      const printed: string[] = []
      page.on('console', (message) => printed.push(message.text()))
      for (const sdk of SDKS) {
        for (const mode of ['CLOUD_API', 'GATEWAY']) {
          const outcome = await login(page, sdk, mode)
          assert.match(outcome, /fetch|network/i, `${sdk} ${mode}: ${outcome}`)
        }
      }
      // The browser names the reason and the site, in its console.
      assert.ok(printed.some((text) => text.includes(`http://${FOREIGN}:${site.port}`) && text.includes('CORS')))
      for (const [what, { status, text }] of Object.entries(await requests(page)))
        assert.deepEqual([status, text], [0, 'Failed to fetch'], what)
      assert.notEqual(String(await stored(server, alice, own(alice, 'none.txt'))), 'from a page')
      assert.match(server.log(), new RegExp(`ORIGIN_NOT_ALLOWED.*${FOREIGN}`))
    })
  })
})
