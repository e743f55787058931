/** The example Mini Program in a real browser, with a real server behind a proxy that simulates network failures. */
import assert from 'node:assert/strict'
import { join, relative } from 'node:path'
import { type MiniProgramServer, serveMiniProgram } from '@cloudstead/wx/harness'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { copyFunctions, writeLoginKey } from '../../examples/orders/tools/functions.ts'
import { launchChromium } from './chromium.ts'
import { createAdmin } from './clients.ts'
import { photos } from './e2e-album.ts'
import { OrdersPhone } from './e2e-phone.ts'
import { newScreenshots } from './e2e-screenshots.ts'
import { type NetworkProxy, openProxy } from './network-proxy.ts'
import type { Database } from './sdk.ts'
import { type RunningServer, startServer } from './server.ts'
import { eventually } from './until.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROJECT = join(ROOT, 'examples/orders')

/** The custom rule of the recipe, and a collection in which each user only sees their own documents. */
export function recipeConfig(maxAge?: number): object {
  const own = 'auth != null && resource.openid == auth.openid'
  const acl = { read: own, write: own, ...(maxAge === undefined ? {} : { maxAge }) }
  return { storage: { acl }, database: { collections: { orders: { acl: 'PRIVATE' } } } }
}

interface OpenOptions {
  /** Default alice. */
  readonly user?: string
  /** The first page, with its query. */
  readonly path?: string
  readonly privacy?: 'ask'
  /** Default `zh`, the language of the recipe. */
  readonly language?: 'zh' | 'en'
  readonly browser?: BrowserContextOptions
}

/** The bytes of a file, or the code or status of the error. */
type StoredFile = Buffer | string

export interface OrdersApp {
  readonly server: RunningServer
  /** Between the phones and the server. */
  readonly proxy: NetworkProxy
  /** The database as administrator. */
  readonly database: Database
  /** Opens the program in a new browser profile. */
  open(options?: OpenOptions): Promise<OrdersPhone>
  /** The stored file of a fileID, read as administrator. */
  stored(fileID: string): Promise<StoredFile>
  close(): Promise<void>
}

/** Starts server, proxy, harness and browser; `suite` is the folder of the screenshots. Call `close` in `after`. */
export async function openOrders(suite: string, config: object = recipeConfig()): Promise<OrdersApp> {
  const screenshots = newScreenshots(suite)
  const opened: { close(): Promise<unknown> }[] = []
  const close = async () => {
    for (const one of opened.reverse()) await one.close()
  }
  const opening = async () => {
    const functions = copyFunctions()
    opened.push({ close: async () => functions.remove() })
    const server = await startServer({ mode: 'dev', config, args: ['--functions', functions.directory] })
    opened.push({ close: () => server.stop() })
    writeLoginKey(functions.directory, await server.loginKey())
    const proxy = await openProxy(server)
    opened.push(proxy)
    return [server, proxy, await serveOrders(proxy, opened)] as const
  }
  const launching = async (): Promise<Browser> => {
    const browser = await launchChromium()
    opened.push(browser)
    return browser
  }
  // All have to settle before anything is closed.
  const [started, launched] = await Promise.allSettled([opening(), launching()])
  if (started.status === 'rejected' || launched.status === 'rejected') {
    await close()
    throw started.status === 'rejected' ? started.reason : (launched as PromiseRejectedResult).reason
  }
  const [server, proxy, site] = started.value
  const browser = launched.value
  const admin = createAdmin(server, await server.apiKey())
  return {
    server,
    proxy,
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

/** Opens the page for a new order in a new browser profile, with a title and `count` chosen pictures. */
export async function newOrder(app: OrdersApp, title: string, count: number, width?: number): Promise<OrdersPhone> {
  const phone = await app.open()
  const files = await photos(phone.page, count, width)
  await phone.newOrder(title)
  await phone.pick(files)
  return phone
}

/** Asserts that all files are stored. */
export async function assertStored(app: OrdersApp, fileIDs: readonly string[]): Promise<void> {
  for (const fileID of fileIDs) assert.ok(Buffer.isBuffer(await app.stored(fileID)), fileID)
}

/** The orders with this title, read as administrator. */
export async function ordersNamed(app: OrdersApp, title: string): Promise<readonly Record<string, unknown>[]> {
  return (await app.database.collection('orders').where({ title }).get()).data
}

export interface HeldUploads {
  /** Resolves once `count` uploads are waiting. */
  waiting(count: number): Promise<void>
  open(): void
}

/** Lets the first uploads through; the others wait in the proxy until `open` is called. */
export function holdUploads(proxy: NetworkProxy, letThrough = 0): HeldUploads {
  const gate = Promise.withResolvers<'pass'>()
  const from = proxy.count('upload') + letThrough
  proxy.fate = ({ what, before }) => (what === 'upload' && before >= from ? gate.promise : 'pass')
  return {
    waiting: (count) => eventually(`${count} uploads wait`, () => proxy.count('upload') - from >= count),
    open() {
      proxy.fate = () => 'pass'
      gate.resolve('pass')
    },
  }
}

async function serveOrders(proxy: NetworkProxy, opened: { close(): Promise<unknown> }[]): Promise<MiniProgramServer> {
  const site = await serveMiniProgram({ project: PROJECT, endpoint: proxy.url, env: proxy.env, watch: false })
  opened.push(site)
  return site
}
