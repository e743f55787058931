import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '../../../../acceptance/support/chromium.ts'
import { type MiniProgramServer, type ServeOptions, serveMiniProgram } from '../harness/index.ts'

/** The path of a project in the folder `fixtures`. */
export function fixture(name: string): string {
  return new URL(`../../fixtures/${name}`, import.meta.url).pathname
}

/** A program in the harness, in a real browser. */
export interface OpenProgram {
  readonly page: Page
  readonly server: MiniProgramServer
  /** The errors on the console of the browser. */
  readonly errors: readonly string[]
}

/** A computed style of the first element that matches a selector. */
export function styleOf(page: Page, selector: string, property: string): Promise<string> {
  const [element, name] = [JSON.stringify(selector), JSON.stringify(property)]
  return page.evaluate(`getComputedStyle(document.querySelector(${element})).getPropertyValue(${name})`)
}

/** The screen has to change within this time. */
const SETTLE_MS = 5_000

/** Asserts the text of an element, waiting for it if necessary. */
export async function assertText(page: Page, selector: string, expected: string | RegExp): Promise<void> {
  const end = performance.now() + SETTLE_MS
  for (;;) {
    const actual = await page.innerText(selector)
    if (typeof expected === 'string' ? actual === expected : expected.test(actual)) return
    if (performance.now() > end) {
      if (typeof expected === 'string') assert.equal(actual, expected)
      else assert.match(actual, expected)
    }
    await setTimeout(20)
  }
}

/** Serves programs and opens them in one browser; `close` ends both. */
export class ProgramBrowser {
  readonly #browser: Browser
  readonly #servers: MiniProgramServer[] = []

  constructor(browser: Browser) {
    this.#browser = browser
  }

  static async launch(): Promise<ProgramBrowser> {
    return new ProgramBrowser(await launchChromium())
  }

  async serve(options: ServeOptions): Promise<MiniProgramServer> {
    const server = await serveMiniProgram({ watch: false, ...options })
    this.#servers.push(server)
    return server
  }

  /** Opens an address of a server in a new browser profile, and waits for the first page. */
  async open(
    server: MiniProgramServer,
    address = '/',
    size = { width: 1280, height: 900 },
    prepare: (context: BrowserContext) => Promise<void> = async () => {},
  ): Promise<OpenProgram> {
    const context = await this.#browser.newContext({ viewport: size, locale: 'en-US' })
    await prepare(context)
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const errors: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(server.url + address)
    await page.waitForSelector('.page-frame.is-shown, .missing-page, .build-problems:not([hidden])')
    return { page, server, errors }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    for (const server of this.#servers) await server.close()
  }
}
