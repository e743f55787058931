/** The lines that `cloudstead dev` prints direct every version of js-sdk to the server, in a web page of another origin. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { SDK_PACKAGES } from './support/clients.ts'
import { type Journey, journey, linesFor, printedLines, SDK_LINES } from './support/pointing.ts'
import { type RunningServer, startServer } from './support/server.ts'

async function bundle(sdk: (typeof SDK_LINES)[number], lines: string): Promise<string> {
  const contents = `
    import cloudbase from '${SDK_PACKAGES[sdk]}'
    ${lines}
    const journey = ${journey}
    window.run = () => journey(app, new File(['hello'], 'a.txt'))
    window.refusal = () => app.database().collection('notices').add({ value: 1 }).catch((error) => error)`
  const stdin = { contents, resolveDir: import.meta.dirname }
  const { outputFiles } = await build({ stdin, bundle: true, write: false, platform: 'browser', logLevel: 'error' })
  return outputFiles[0]?.text ?? ''
}

describe('a web page', { skip: lacksChromium() }, () => {
  /** The programs by their path, below that of their page; the address of the server is known only after that of the site. */
  const scripts = new Map<string, string>()
  let site: Server
  let origin: string
  let server: RunningServer
  let browser: Browser

  before(async () => {
    site = createServer(({ url = '' }, response) => {
      const script = scripts.get(url)
      response.writeHead(200, { 'content-type': script === undefined ? 'text/html' : 'text/javascript; charset=utf-8' })
      response.end(script ?? `<!doctype html><title>site</title><script src="${url}/app.js"></script>`)
    }).listen(0, '127.0.0.1')
    await once(site, 'listening')
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    const config = {
      database: { collections: { orders: { acl: 'PRIVATE' }, notices: { acl: 'ADMINONLY' } } },
      security: { webDomains: [new URL(origin).host] },
    }
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config }), launchChromium()])
    for (const sdk of SDK_LINES) scripts.set(`/${sdk}/app.js`, await bundle(sdk, await linesFor(server, sdk)))
    const { registerHost } = await printedLines(server)
    scripts.set('/default-mode/app.js', await bundle('3.7.0', registerHost.replace(", endPointMode: 'CLOUD_API'", '')))
  })
  after(async () => {
    await browser.close()
    site.close()
    await server.stop()
  })

  for (const name of [...SDK_LINES, 'default-mode']) {
    const title = name === 'default-mode' ? '3.7.0 in its default mode' : name
    test(`with js-sdk ${title} does everything with the server`, async () => {
      const page = await browser.newPage()
      const hosts = new Set<string>()
      page.on('request', (request) => hosts.add(new URL(request.url()).host))
      try {
        await page.goto(`${origin}/${name}`)
        const done = await page.evaluate(() => (globalThis as unknown as { run(): Promise<Journey> }).run())
        assert.deepEqual([...hosts], [new URL(origin).host, server.host])
        assert.equal(await (await fetch(done.url)).text(), 'hello')
        assert.deepEqual([done.updated, done.value], [1, 2])
        const refusal = await page.evaluate(async () => {
          const { code } = await (globalThis as unknown as { refusal(): Promise<{ code: string }> }).refusal()
          return code
        })
        assert.equal(refusal, 'DATABASE_PERMISSION_DENIED')
      } finally {
        await page.close()
      }
    })
  }
})
