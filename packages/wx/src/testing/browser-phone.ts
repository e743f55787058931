/** Simulated phones in Chromium, for the tests of `wx`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../../../acceptance/support/chromium.ts'

const ENTRY = fileURLToPath(new URL('../../browser/wx/testing/page.ts', import.meta.url))

/** A page that scrolls, below the overlay. */
const HTML = `<!doctype html><meta charset="utf-8"><title>wx</title>
<style>
  body { margin: 0; background: #ededed; font: 16px system-ui }
  #page { position: absolute; inset: 0; overflow-y: auto }
  #overlay { position: absolute; inset: 0; pointer-events: none }
</style>
<div id="page"><button id="go" style="font-size: 20px; margin: 80px 20px">go</button></div><div id="overlay"></div>
<script src="/page.js"></script>`

/** Timeout for each step of a page. */
const STEP_TIMEOUT_MS = 10_000

/** A GIF of one pixel. */
const ONE_DOT = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** Options of the phone; the default user is `tester`. */
export interface BrowserPhoneOptions {
  readonly user?: string
  readonly language?: 'zh_CN' | 'en'
  readonly privacy?: 'granted' | 'ask' | 'undeclared'
  readonly app?: object
  readonly endpoint?: string
  readonly env?: string
  readonly colorScheme?: 'light' | 'dark'
}

/** A phone in its own page. */
export class BrowserPhone {
  readonly page: Page
  /** Messages of the console, oldest first. */
  readonly console: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('console', (message) => this.console.push(message.text()))
  }

  /**
   * Runs `code` in the page, with the variables `wx`, `phone` and `args` and two helpers: `settle(call)` returns the outcome of a
   * call with callbacks, `{ ok }` or `{ failed }`; `later(ms)` waits.
   */
  run<Result = unknown>(code: string, args?: unknown): Promise<Result> {
    return this.page.evaluate(`(async (phone, args) => {
      const { wx } = phone
      const settle = (start) => new Promise((resolve) => start({
        success: (ok) => resolve({ ok }), fail: (failed) => resolve({ failed }) }))
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
      ${code}
    })(window.phone, ${JSON.stringify(args) ?? 'undefined'})`)
  }

  /** Taps the button of the page, which runs `code` in the user's gesture; `answer` returns the outcome. */
  async onTap(code: string): Promise<void> {
    await this.run(`document.getElementById('go').onclick = () => { window.answer = (async () => {
      try { return { ok: await (async () => { ${code} })() } } catch (failed) { return { failed } } })() }`)
    await this.page.locator('#go').click()
  }

  /** The outcome of the last `onTap`. */
  answer<Result = { ok?: unknown; failed?: unknown }>(): Promise<Result> {
    return this.page.evaluate('window.answer')
  }
}

/** Opens phones in Chromium, for the tests of one file; call `close` in `after`. */
export interface Phones {
  readonly url: string
  open(options?: BrowserPhoneOptions): Promise<BrowserPhone>
  /** Serves a script beside the page and returns its path. */
  addScript(name: string, text: string): string
  close(): Promise<void>
}

/** Starts one browser with one bundle; every phone has its own browser context, and so its own storage. */
export async function openPhones(): Promise<Phones> {
  const scripts = new Map<string, string>()
  const [bundle, browser] = await Promise.all([bundled(), launchChromium()])
  scripts.set('/page.js', bundle)
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const script = scripts.get(path)
    if (script !== undefined) response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script)
    else if (path === '/') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML)
    else if (path === '/assets/icon.svg') {
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="red"/></svg>'
      response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(svg)
    } else if (path === '/assets/dot.gif') {
      response.writeHead(200, { 'content-type': 'image/gif' }).end(ONE_DOT)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    open: (options = {}) => openPhone(browser, url, options),
    addScript: (name, text) => {
      scripts.set(`/${name}`, text)
      return `/${name}`
    },
    close: async () => {
      await browser.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

async function openPhone(browser: Browser, url: string, options: BrowserPhoneOptions): Promise<BrowserPhone> {
  const { colorScheme = 'light', ...given } = options
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme, acceptDownloads: true })
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  const phone = new BrowserPhone(page)
  await page.goto(url)
  await startPhone(phone, given)
  return phone
}

/** Starts the phone again in the same page, as after a reload. */
export async function startPhone(phone: BrowserPhone, options: BrowserPhoneOptions = {}): Promise<void> {
  const given = { user: 'tester', language: 'en', ...options }
  await phone.page.evaluate(`window.start(${JSON.stringify(given)}).then((phone) => { window.phone = phone })`)
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@cloudstead/source'],
    charset: 'utf8',
    logLevel: 'error',
    tsconfigRaw: {},
  })
  return outputFiles[0]?.text ?? ''
}
