/** The example Mini Program in a real browser, against a real server over a line that can be made bad. */
import assert from 'node:assert/strict'
import { join, relative } from 'node:path'
import { type MiniProgramServer, serveMiniProgram } from '@cloudstead/wx/harness'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { createAdmin, type Database } from './clients.ts'
import { photos } from './e2e-album.ts'
import { OrdersPhone } from './e2e-phone.ts'
import { newScreenshots } from './e2e-screenshots.ts'
import { type Line, openLine } from './kit-line.ts'
import { type RunningServer, startServer } from './server.ts'
import { eventually } from './until.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROJECT = join(ROOT, 'examples/orders')

/** The recipe's custom rule, and a collection in which each user sees their own documents. */
export function recipeConfig(maxAge?: number): object {
  const own = 'auth != null && resource.openid == auth.openid'
  const acl = { read: own, write: own, ...(maxAge === undefined ? {} : { maxAge }) }
  return { storage: { acl }, database: { collections: { orders: { acl: 'PRIVATE' } } } }
}

interface OpenOptions {
  /** Default alice. */
  readonly user?: string
  /** The page that opens first, with its query. */
  readonly path?: string
  readonly privacy?: 'ask'
  /** Default `zh`, the language of the recipe. */
  readonly language?: 'zh' | 'en'
  readonly browser?: BrowserContextOptions
}

/** What stands under a fileID, as the administrator sees it. */
type StoredFile = Buffer | string

export interface OrdersLab {
  readonly server: RunningServer
  /** Between the phones and the server. */
  readonly line: Line
  /** The database, as the administrator sees it. */
  readonly database: Database
  /** A browser of its own, in which nobody has been before. */
  open(options?: OpenOptions): Promise<OrdersPhone>
  /** A file's bytes, or the code that says why there are none: the administrator asks. */
  stored(fileID: string): Promise<StoredFile>
  close(): Promise<void>
}

/** Starts all of it; `suite` names the folder of the screenshots. Call `close` in `after`. */
export async function openOrders(suite: string, config: object = recipeConfig()): Promise<OrdersLab> {
  const screenshots = newScreenshots(suite)
  const opened: { close(): Promise<unknown> }[] = []
  const close = async () => {
    for (const one of opened.reverse()) await one.close()
  }
  const opening = async () => {
    const server = await startServer({ mode: 'dev', config })
    opened.push({ close: () => server.stop() })
    const line = await openLine(server)
    opened.push(line)
    return [server, line, await serveOrders(line, opened)] as const
  }
  const launching = async (): Promise<Browser> => {
    const browser = await launchChromium()
    opened.push(browser)
    return browser
  }
  // All have to end, well or badly, before anything is closed.
  const [started, launched] = await Promise.allSettled([opening(), launching()])
  if (started.status === 'rejected' || launched.status === 'rejected') {
    await close()
    throw started.status === 'rejected' ? started.reason : (launched as PromiseRejectedResult).reason
  }
  const [server, line, site] = started.value
  const browser = launched.value
  const admin = createAdmin(server, await server.apiKey())
  return {
    server,
    line,
    database: admin.database() as unknown as Database,
    async open({ user = 'alice', path, privacy, language = 'zh', browser: options } = {}) {
      const locale = language === 'zh' ? 'zh-CN' : 'en-US'
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale, ...options })
      const query = new URLSearchParams({ user, ...(path && { path }), ...(privacy && { privacy }) })
      return OrdersPhone.open(context, `${site.url}/?${query}`, screenshots)
    },
    async stored(fileID) {
      const { fileList } = await admin.getTempFileURL({ fileList: [fileID] })
      const item = fileList[0] as { readonly code: string; readonly tempFileURL: string } | undefined
      assert.ok(item)
      if (item.code !== 'SUCCESS') return item.code
      const answer = await fetch(item.tempFileURL)
      return answer.ok ? Buffer.from(await answer.arrayBuffer()) : `HTTP ${answer.status}`
    },
    async close() {
      console.info(`screenshots: ${relative(process.cwd(), screenshots.directory)}`)
      await close()
    },
  }
}

/** A new order with this title and so many pictures chosen, in a browser in which nobody has been before. */
export async function newOrder(lab: OrdersLab, title: string, count: number, width?: number): Promise<OrdersPhone> {
  const phone = await lab.open()
  const files = await photos(phone.page, count, width)
  await phone.newOrder(title)
  await phone.pick(files)
  return phone
}

/** Asserts that each of the files is there. */
export async function assertStored(lab: OrdersLab, fileIDs: readonly string[]): Promise<void> {
  for (const fileID of fileIDs) assert.ok(Buffer.isBuffer(await lab.stored(fileID)), fileID)
}

/** The orders of this title, as the administrator sees them. */
export async function ordersNamed(lab: OrdersLab, title: string): Promise<readonly Record<string, unknown>[]> {
  return (await lab.database.collection('orders').where({ title }).get()).data
}

export interface HeldUploads {
  /** Resolves when so many have begun to send and wait. */
  waiting(count: number): Promise<void>
  open(): void
}

/** Lets the first uploads through; the others wait on the line until `open` is called. */
export function holdUploads(line: Line, letThrough = 0): HeldUploads {
  const gate = Promise.withResolvers<'pass'>()
  const from = line.count('upload') + letThrough
  line.fate = ({ what, before }) => (what === 'upload' && before >= from ? gate.promise : 'pass')
  return {
    waiting: (count) => eventually(`${count} uploads wait`, () => line.count('upload') - from >= count),
    open() {
      line.fate = () => 'pass'
      gate.resolve('pass')
    },
  }
}

async function serveOrders(line: Line, opened: { close(): Promise<unknown> }[]): Promise<MiniProgramServer> {
  const site = await serveMiniProgram({ project: PROJECT, endpoint: line.url, env: line.env, watch: false })
  opened.push(site)
  return site
}
