/** An access token that has expired on the server while the page was open: js-sdk 3 refreshes it once and goes on. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { SDK_PACKAGES } from './support/clients.ts'
import { scriptSite } from './support/sdk-site.ts'
import { type RunningServer, startLater, startServer } from './support/server.ts'
import type { WebSite } from './support/web-site.ts'

/** The life of an access token, and more. */
const LATER_MS = 121 * 60_000
const CONFIG = { storage: { acl: 'PRIVATE' } }

/** The page's clock stands still, so the SDK believes in its token until the server refuses it. */
const PROGRAM = `
import cloudbase from '${SDK_PACKAGES['3.7.0']}'
let app
window.login = async (host) => {
  app = cloudbase.init({ env: 'demo-1abcde' })
  app.registerHost(host, 'http')
  await app.auth.signInAnonymously({})
}
window.metadata = async () => {
  const { uid } = (await app.auth.getLoginState()).user
  return (await app.getUploadMetadata({ cloudPath: 'users/' + uid + '/a.txt' })).data.fileId
}`

interface Program {
  login(host: string): Promise<void>
  metadata(): Promise<string>
}

describe('a page with an expired token', { skip: lacksChromium() }, () => {
  let dataDir: string
  let server: RunningServer
  let site: WebSite
  let browser: Browser

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-web-expiry-'))
    site = await scriptSite(PROGRAM, import.meta.dirname)
    ;[server, browser] = await Promise.all([startServer({ dataDir, config: CONFIG }), launchChromium()])
  })
  after(async () => {
    await browser.close()
    site.close()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  test('js-sdk 3.7.0 in GATEWAY mode refreshes it once and repeats the call', async () => {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${site.port}/`)
    await page.evaluate((host) => (globalThis as unknown as Program).login(host), server.host)
    const { port } = server
    await server.stop()
    server = await startLater(LATER_MS, { dataDir, config: CONFIG, port })
    const asked: string[] = []
    page.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (response.request().method() !== 'OPTIONS') asked.push(`${response.status()} ${pathname}`)
    })
    const fileID = await page.evaluate(() => (globalThis as unknown as Program).metadata())
    assert.match(fileID, /^cloud:\/\/demo-1abcde\..*\/a\.txt$/)
    assert.deepEqual(
      asked.filter((line) => !line.includes('/user/me')),
      ['401 /v1/storages/get-objects-upload-info', '200 /auth/v1/token', '200 /v1/storages/get-objects-upload-info'],
    )
  })
})
