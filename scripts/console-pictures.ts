/**
 * `node scripts/console-pictures.ts`, after `npm run build`: takes the screenshots of the Console for the documents, in English
 * and in Chinese. Needs Chromium.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../acceptance/support/chromium.ts'
import { openConsole, settled } from '../acceptance/support/e2e-console.ts'
import { type RunningServer, startServer } from '../acceptance/support/server.ts'
import { createUser, type User } from '../acceptance/support/users.ts'

const ROOT = join(import.meta.dirname, '..')
const PICTURES = join(ROOT, 'docs/images')
const PHOTOS = join(ROOT, 'examples/quickstart/pictures')
const RULES = { read: 'auth != null && resource.openid == auth.openid', write: 'resource.openid == auth.openid' }
const PAY = `const PRICES = { lamp: 49.5, chair: 99 }

exports.main = async ({ order }) => {
  console.log('paying', order.id)
  return { total: order.items.reduce((sum, { name, count }) => sum + PRICES[name].price * count, 0) }
}
`
const EVENT = { order: { id: 'order-1', items: [{ name: 'sofa', count: 1 }] } }
const CONFIG = {
  functions: { http: { '/pay': { function: 'pay', auth: true } } },
  database: { collections: { goods: { acl: 'READONLY' }, orders: { acl: 'PRIVATE' } } },
}
const TITLES = ['Two lamps', 'A chair', 'Tea set', 'Bicycle', 'Camera', 'Old books']
const DAY_MS = 86_400_000

type Language = 'en' | 'zh'

type People = readonly [mia: User, tom: User]

/** A folder of functions, one of which fails. */
function functionFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'cloudstead-pictures-'))
  mkdirSync(join(root, 'pay'))
  writeFileSync(join(root, 'pay/index.js'), PAY)
  return root
}

/** Mia has photos and orders; Tom has nothing. */
async function prepare(server: RunningServer): Promise<People> {
  const mia = await createUser(server, { code: 'dev:mia' })
  const fileIDs: string[] = []
  for (const name of ['dunes.png', 'mountains.jpg', '湖上清晨.jpg'])
    fileIDs.push(await mia.upload(`users/${mia.openid}/${name}`, readFileSync(join(PHOTOS, name))))
  const orders = mia.app.database().collection('orders')
  for (const [at, title] of TITLES.entries()) {
    await orders.add({
      _id: `order-${at + 1}`,
      title,
      images: fileIDs.slice(0, (at % fileIDs.length) + 1),
      total: 49.5 * (at + 1),
      createdAt: new Date(Date.now() - at * DAY_MS),
    })
  }
  return [mia, await createUser(server, { code: 'dev:tom' })]
}

async function takePictures(
  browser: Browser,
  server: RunningServer,
  [mia, tom]: People,
  language: Language,
): Promise<void> {
  const console = await openConsole(browser, server, { language })
  const { page } = console
  await page.setViewportSize({ width: 1440, height: 960 })
  const shot = async (name: string) => {
    await settled(page)
    // Thumbnails come after the list.
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: join(PICTURES, `console-${name}${language === 'zh' ? '.zh-CN' : ''}.png`) })
  }

  const folder = `users/${mia.openid}/`
  await console.goto(`storage?${new URLSearchParams({ folder, file: `${folder}mountains.jpg` })}`)
  await shot('storage')

  await console.goto('database?collection=orders')
  await page.getByText('order-1', { exact: true }).waitFor()
  await shot('database')

  await console.goto('functions?name=pay')
  await page.getByRole('textbox', { name: /Event as JSON|JSON 格式的事件/ }).fill(JSON.stringify(EVENT, undefined, 2))
  await page.getByRole('button', { name: /^(Run|运行)$/ }).click()
  await page.locator('.thrown').waitFor()
  await shot('functions')

  // Last: the page does not let go of rules that are not saved.
  await console.goto(`permissions?${new URLSearchParams({ uid: tom.uid, path: `${folder}mountains.jpg` })}`)
  await page
    .locator('.modes')
    .getByRole('radio', { name: /Custom|自定义/ })
    .click()
  const editor = page.getByRole('textbox', { name: /Rules as JSON|JSON 格式的规则/ })
  await editor.fill(JSON.stringify(RULES, undefined, 2))
  await page.locator('.decision:not(.is-stale) .decision-verdict').waitFor()
  await page.locator('.decision-verdict').hover()
  await page.mouse.wheel(0, 200)
  await shot('permissions')
  await console.close()
}

const browser = await launchChromium()
const functions = functionFolder()
const server = await startServer({ mode: 'dev', config: CONFIG, args: ['--functions', functions] })
try {
  const people = await prepare(server)
  for (const language of ['en', 'zh'] as const) await takePictures(browser, server, people, language)
} finally {
  await server.stop()
  await browser.close()
  rmSync(functions, { recursive: true })
}
process.exit()
