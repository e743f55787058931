/** An operator in front of the Console, in a real browser; and everything that goes wrong behind the page. */
import assert from 'node:assert/strict'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { cloudstead, type RunningServer } from './server.ts'

type Language = 'en' | 'zh'

export interface ConsoleOptions {
  /** `en` unless told. */
  readonly language?: Language
  /** `light` unless told. */
  readonly scheme?: 'light' | 'dark'
  /** 375 x 812 and fingers, instead of 1280 x 800 and a mouse. */
  readonly phone?: boolean
  /** Below `/console/`, with the query; the overview unless told. */
  readonly at?: string
}

export interface OpenedConsole {
  readonly page: Page
  /** Errors of the page, violations of its content policy, and requests to another origin. None is wanted. */
  readonly errors: string[]
  goto(at: string): Promise<void>
  close(): Promise<void>
}

/** What a page does not do within this time, it never does; a busy machine has its share in it. */
const STEP_TIMEOUT_MS = 15_000

/** A one-time link that signs in, from the command line beside the running server. */
async function consoleLink(server: RunningServer): Promise<string> {
  const where = ['--env', server.env, '--data-dir', server.dataDir, '--url', server.url]
  const { stdout, stderr, code } = await cloudstead('console', 'link', ...where)
  if (code !== 0) throw new Error(`console link failed: ${stderr}`)
  return stdout.trim()
}

/** A browser of its own, not signed in. */
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

/** A browser of its own that has signed in by a one-time link. */
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

/** Waits until nothing moves, so that pictures and measurements are the same each time. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => {})))',
  )
}

/** Whether the page, as it is now, is usable for everybody: nothing serious or critical for axe. */
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
