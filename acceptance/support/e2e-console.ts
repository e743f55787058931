/** Opens the Console in a real browser as an operator, and records errors of the page. */
import assert from 'node:assert/strict'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { englishSentence } from './chinese.ts'
import { cloudstead, type RunningServer } from './server.ts'

type Language = 'en' | 'zh'

export interface ConsoleOptions {
  /** Default `en`. */
  readonly language?: Language
  /** Default `light`. */
  readonly scheme?: 'light' | 'dark'
  /** 375 x 812 with touch, instead of 1280 x 800 with a mouse. */
  readonly phone?: boolean
  /** Relative to `/console/`, with the query; default the overview. */
  readonly at?: string
}

export interface OpenedConsole {
  readonly page: Page
  /** Errors of the page, violations of its content policy, and requests to other origins; all unexpected. */
  readonly errors: string[]
  goto(at: string): Promise<void>
  close(): Promise<void>
}

/** Timeout for each step of a page, long enough for a busy machine. */
const STEP_TIMEOUT_MS = 15_000

/** A one-time link that signs in, from the command line. */
async function consoleLink(server: RunningServer): Promise<string> {
  const where = ['--env', server.env, '--data-dir', server.dataDir, '--url', server.url]
  const { stdout, stderr, code } = await cloudstead('console', 'link', ...where)
  if (code !== 0) throw new Error(`console link failed: ${stderr}`)
  return stdout.trim()
}

/** Opens a new browser profile, not signed in. */
export async function openBrowser(
  browser: Browser,
  server: Pick<RunningServer, 'url'>,
  options: ConsoleOptions = {},
): Promise<OpenedConsole> {
  const { language = 'en', scheme = 'light', phone = false } = options
  const context = await browser.newContext({
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: scheme,
    viewport: phone ? { width: 375, height: 812 } : { width: 1280, height: 800 },
    isMobile: phone,
    hasTouch: phone,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`)
  })
  page.on('dialog', (dialog) => {
    errors.push(`a dialog of the browser: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== server.url) errors.push(`a request to ${request.url()}`)
  })
  return {
    page,
    errors,
    async goto(at) {
      await page.goto(`${server.url}/console/${at}`)
      await page.locator('h1').first().waitFor()
    },
    close: () => context.close(),
  }
}

/** Opens a new browser profile that has signed in with a one-time link. */
export async function openConsole(
  browser: Browser,
  server: RunningServer,
  options: ConsoleOptions = {},
): Promise<OpenedConsole> {
  const opened = await openBrowser(browser, server, options)
  await opened.page.goto(await consoleLink(server))
  await opened.page.locator('#navigation').waitFor({ state: 'attached' })
  if (options.at !== undefined) await opened.goto(options.at)
  return opened
}

/** Waits for the end of animations, so that screenshots and measurements are reproducible. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => {})))',
  )
}

/** Asserts that axe finds no serious or critical accessibility problem in the current page. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  await settled(page)
  await page.evaluate(axe.source)
  const violations = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as axe.Result[]
  const found = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map(({ html }) => html.slice(0, 200)).join('\n    ')}`)
  assert.deepEqual(found, [], `${where}:\n${found.join('\n')}`)
}

/** What is code or user content by its element. */
const CODE = 'code, pre, textarea, .mono, .safe-name, bdi, .json-text, .code-editor'

/** Asserts that nothing visible is an English sentence, with the names of buttons and hints. */
export async function assertChinesePage(page: Page, where: string): Promise<void> {
  await settled(page)
  const shown = await page.evaluate<string[]>(`(() => {
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      if (element.closest('script, style, noscript, ${CODE}') === null) found.push(node.data)
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'placeholder']) {
        if (element.closest('bdi, .mono, .safe-name') === null) found.push(element.getAttribute(name) ?? '')
      }
    }
    return found.map((text) => text.trim()).filter((text) => text !== '')
  })()`)
  assert.ok(shown.length > 5, where)
  assert.deepEqual(
    shown.filter((text) => englishSentence(text) !== undefined),
    [],
    where,
  )
}
