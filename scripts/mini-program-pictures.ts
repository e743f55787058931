/**
 * `node scripts/mini-program-pictures.ts`, after `npm run build`: takes the screenshots of docs/mini-program.md, in English
 * and in Chinese, of the example in the browser harness with a real server. Needs Chromium and the free port 8787, so that
 * the screenshots show the same address as the text.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { serveMiniProgram } from '@cloudstead/wx/harness'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../acceptance/support/chromium.ts'
import { photos } from '../acceptance/support/e2e-album.ts'
import { recipeConfig } from '../acceptance/support/e2e-orders.ts'
import { OrdersPhone } from '../acceptance/support/e2e-phone.ts'
import { startServer } from '../acceptance/support/server.ts'
import { copyFunctions, writeLoginKey } from '../examples/orders/tools/functions.ts'

const ROOT = join(import.meta.dirname, '..')
const PICTURES = join(ROOT, 'docs/images/mini-program')
const PORT = 8787
/** Pixels; large enough that an upload takes some seconds on a slow network. */
const PHOTO_WIDTH = 1600

type Language = 'en' | 'zh'
const TITLES: Readonly<Record<Language, string>> = { en: 'Landscapes', zh: '三月的风景' }

async function openPhone(browser: Browser, site: string, language: Language, user: string, path?: string) {
  const locale = language === 'zh' ? 'zh-CN' : 'en-US'
  const context = await browser.newContext({ viewport: { width: 900, height: 920 }, locale, colorScheme: 'light' })
  const next = (name: string) => join(PICTURES, `${name}.${language}.png`)
  const query = new URLSearchParams({ user, lang: language, ...(path && { path }) })
  return OrdersPhone.open(context, `${site}/?${query}`, { directory: PICTURES, next })
}

async function takePictures(browser: Browser, site: string, language: Language): Promise<void> {
  const alice = await openPhone(browser, site, language, 'alice')
  await alice.at('.badge').waitFor()
  await alice.shot('start', 'window')

  await alice.newOrder(TITLES[language])
  await alice.pick(await photos(alice.page, 3, PHOTO_WIDTH))
  await alice.page.locator('.controls select').selectOption('slow')
  const uploading = alice.upload()
  await alice.at('.percent:text-matches("[3-7][0-9]%")').first().waitFor()
  await alice.shot('uploading')
  await alice.page.locator('.controls select').selectOption('none')
  await uploading

  await alice.pictures(3)
  await alice.toastGone()
  await alice.shot('order')
  await alice.tap('#links')
  await alice.at('.file-id').last().scrollIntoViewIfNeeded()
  await alice.shot('links')
  await alice.close()

  const bob = await openPhone(browser, site, language, 'bob', 'pages/orders/orders')
  await bob.at('.empty').waitFor()
  await bob.shot('second-user')
  await bob.close()

  const offline = await openPhone(browser, site, language, 'carol')
  await offline.newOrder(TITLES[language])
  await offline.pick(await photos(offline.page, 1))
  await offline.page.locator('.controls select').selectOption('offline')
  await offline.tap('#submit')
  await offline.at('[role=alert]:has([class*=hint])').waitFor()
  await offline.shot('offline')
  await offline.close()
}

mkdirSync(PICTURES, { recursive: true })
const functions = copyFunctions()
const args = ['--functions', functions.directory]
const server = await startServer({ mode: 'dev', port: PORT, config: recipeConfig(), args })
writeLoginKey(functions.directory, await server.loginKey())
const site = await serveMiniProgram({
  project: join(ROOT, 'examples/orders'),
  endpoint: server.url,
  env: server.env,
  watch: false,
})
const browser = await launchChromium()
try {
  for (const language of ['en', 'zh'] as const) await takePictures(browser, site.url, language)
} finally {
  await browser.close()
  await site.close()
  await server.stop()
  functions.remove()
}
