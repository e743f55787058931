/** Several servers in the Console, in a real browser: which there are, what is wrong, and pages whose data each has of its own. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleApi, consoleApi } from './support/console-api.ts'
import {
  assertAccessible,
  assertChinesePage,
  type ConsoleOptions,
  type OpenedConsole,
  openConsole,
  settled,
} from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually, until } from './support/until.ts'
import { newPerson, own, send, temporaryUrl, upload } from './support/wire.ts'
import { openWorkerBalancer, type WorkerBalancer } from './support/worker-balancer.ts'

const MAX_AGE = 'storage.tempUrlMaxAge'
/** A killed worker breaks a request of the page; the browser tells of it. */
const BROKEN = /net::ERR_|Failed to load resource/
/** One beat of a new server, and one poll of the page, on a busy machine. */
const SEEN_MS = 30_000

describe('an environment with two servers', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let balancer: WorkerBalancer
  let balanced: RunningServer
  let browser: Browser
  let api: ConsoleApi
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-servers')
    const config = { storage: { acl: 'PRIVATE' } }
    ;[server, browser] = await Promise.all([startServer({ config, args: ['--workers', '2'] }), launchChromium()])
    balancer = await openWorkerBalancer(server)
    balanced = { ...server, url: balancer.url }
    api = consoleApi(balancer, await server.apiKey())
  })
  after(async () => {
    await browser?.close()
    await balancer?.close()
    await server?.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(one.errors, [])
    }
  })

  async function open(options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const one = await openConsole(browser, balanced, { at: '', ...options })
    opened.push(one)
    return one
  }
  async function shot(page: Page, name: string): Promise<void> {
    await settled(page)
    await page.screenshot({ path: screenshots.next(name) })
  }
  /** The page scrolls inside the window, so that the whole of it needs a high window. */
  async function highShot(page: Page, name: string): Promise<void> {
    await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height: 1_700 })
    await shot(page, name)
  }
  /** The names of the two servers, when they have found each other. */
  async function names(): Promise<readonly string[]> {
    const { nodes } = await until(
      'there are two servers',
      () => api.call('GET', '/overview'),
      (overview) => overview.nodes.length === 2,
      SEEN_MS,
    )
    return (nodes as { name: string }[]).map(({ name }) => name).sort()
  }
  const rows = (page: Page) => page.getByRole('group', { name: /Servers|服务器/ }).locator('tbody tr')
  /** The names of the servers in the table. */
  const listed = async (page: Page) => (await rows(page).locator('th .mono').allInnerTexts()).sort()

  it('shows both, which of them has answered, and whose traffic it is', async () => {
    const expected = await names()
    const { page } = await open()
    await rows(page).nth(1).waitFor()
    assert.deepEqual(await listed(page), expected)
    assert.equal(await rows(page).getByText('answers this page').count(), 1)
    assert.equal(await rows(page).getByText('Serving').count(), 2)
    await page.getByText('2 servers', { exact: true }).waitFor()
    const traffic = page.getByText(/\(server \S+; each server has its own\)/)
    const shown = await traffic.innerText()
    assert.ok(expected.some((name) => shown.includes(name)))
    // Both answer in turn; the table keeps its order, and the chart its server.
    const order = await rows(page).locator('th .mono').allInnerTexts()
    const answering = () => rows(page).filter({ hasText: 'answers this page' }).locator('th .mono').innerText()
    const first = await answering()
    await eventually('the other one answers', async () => (await answering()) !== first, SEEN_MS)
    await page.getByRole('combobox', { name: 'Server' }).waitFor({ timeout: SEEN_MS })
    assert.deepEqual(await rows(page).locator('th .mono').allInnerTexts(), order)
    assert.ok((await traffic.innerText()).includes(expected.find((name) => shown.includes(name)) ?? ''))
    await assertAccessible(page, 'two servers')
    await highShot(page, 'two-servers')
  })

  it('says in both languages and on a phone what is wrong and what still works', async () => {
    const looks: readonly ConsoleOptions[] = [
      {},
      { language: 'zh', scheme: 'dark' },
      { phone: true, scheme: 'dark' },
      { language: 'zh', phone: true },
    ]
    for (const look of looks) {
      const one = await open({ ...look, at: 'settings' })
      const { page } = one
      await page.route('**/console/api/overview', async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, json: troubled(await response.json()) })
      })
      await one.goto('')
      await rows(page).nth(2).waitFor()
      const zh = look.language === 'zh'
      const words = await page.locator('main').innerText()
      const expected = zh
        ? [
            '文件存储没有响应。',
            '文档、登录和设置不受影响',
            '部分功能不可用',
            '正在升级',
            '正在停止',
            '没有响应',
            '-6.2 秒，不准',
            '偏差 1.3 秒',
          ]
        : [
            'The store of the files does not respond.',
            'Documents, logins and settings work',
            'some things do not work',
            'an upgrade is under way',
            'Stopping',
            'Not responding',
            '-6.2 s: wrong',
            '1.3 s off',
          ]
      for (const text of expected) assert.ok(words.includes(text), `${text} in ${words}`)
      if (zh) await assertChinesePage(page, 'troubles')
      await assertAccessible(page, JSON.stringify(look))
      await highShot(page, `troubles-${zh ? 'zh' : 'en'}-${look.scheme ?? 'light'}${look.phone ? '-phone' : ''}`)
    }
  })

  it('collects the denied requests of both, without flicker', async () => {
    const expected = await names()
    const [owner, stranger] = [await newPerson(balanced), await newPerson(balanced)]
    await upload(balanced, owner, own(owner, 'a.txt'), 'mine')
    const denied = 8
    for (let n = 0; n < denied; n += 1) {
      const item = await temporaryUrl(balanced, stranger, own(owner, 'a.txt'))
      assert.equal(item.code, 'STORAGE_EXCEED_AUTHORITY')
    }
    const { page } = await open({ at: `denials?search=${stranger.uid}` })
    const shown = page.locator('[role=grid] [role=rowgroup] [role=row]')
    await shown.nth(1).waitFor()
    await page.evaluate(`{
      window.sizes = []
      const grid = document.querySelector('[role=grid]')
      new MutationObserver(() => window.sizes.push(grid.querySelectorAll('[role=rowgroup] [role=row]').length)).observe(grid, { childList: true, subtree: true })
    }`)
    const texts = await shown.allInnerTexts()
    assert.deepEqual(texts.map((text) => expected.find((name) => text.includes(name))).sort(), expected)
    const counts = texts.map((text) => Number(/× (\d+)/.exec(text)?.[1] ?? 1))
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      denied,
    )
    let polls = 0
    page.on('response', (response) => {
      if (response.url().includes('/api/denials')) polls += 1
    })
    await eventually('both have answered several times', () => polls >= 4, SEEN_MS)
    assert.deepEqual(
      (await page.evaluate<number[]>('window.sizes')).filter((size) => size !== 2),
      [],
    )
    assert.deepEqual(
      (await shown.allInnerTexts()).map((text) => text.split('\n').at(-1)),
      texts.map((text) => text.split('\n').at(-1)),
    )
    await page.getByText(/^Each server has its own list; there are 2 servers\./).waitFor()
    await assertAccessible(page, 'denied requests of two servers')
    await shot(page, 'denials')
    await shown.first().click()
    await page.locator('aside.side-panel').getByText('Server', { exact: true }).waitFor()
    await shot(page, 'denial')
  })

  it('sees a setting that is saved on one on the other', async () => {
    const { page } = await open({ at: 'settings' })
    const row = page.locator(`[id="setting-${MAX_AGE}"]`)
    await row.locator('input').first().fill('3')
    await row.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Saved here').waitFor()
    const ages = async () =>
      Promise.all(
        [0, 1, 2, 3].map(async () => {
          const { values } = await api.call('GET', '/settings')
          return (values as { key: string; source: string }[]).find(({ key }) => key === MAX_AGE)?.source
        }),
      )
    await eventually('both have it', async () => (await ages()).every((source) => source === 'console'))
    const pages = await Promise.all([open({ at: 'settings' }), open({ at: 'settings' })])
    for (const other of pages) await other.page.locator(`[id="setting-${MAX_AGE}"]`).getByText('Saved here').waitFor()
  })

  it('shows a new server when one is killed', async () => {
    const before = await names()
    const one = await open()
    const { page } = one
    await rows(page).nth(1).waitFor()
    const [killed = ''] = before
    process.kill(Number(killed.split(':').at(-1)), 'SIGKILL')
    await eventually(
      'a new server is in the table',
      async () => (await listed(page)).some((name) => !before.includes(name)),
      SEEN_MS,
    )
    assert.equal((await send(`${balancer.url}/ready`)).status, 200)
    one.errors.splice(0, one.errors.length, ...one.errors.filter((error) => !BROKEN.test(error)))
  })
})

/** The overview of three servers in the middle of an upgrade, with troubles that cannot be made here. */
function troubled(overview: { readonly now: number; readonly nodes: readonly { readonly load: object }[] }) {
  const [first, second] = overview.nodes
  const { now } = overview
  return {
    ...overview,
    state: 'degraded',
    problems: ['blobs', 'clock'],
    nodes: [
      { ...first, clockOffsetMs: -6_200, feedLagMs: 14, load: { requests: 1_204.5, processors: 1.734, memory: 2.1e9 } },
      { ...second, isDraining: true, clockOffsetMs: 1_300, feedLagMs: 2_350 },
      {
        ...second,
        id: 'gone',
        name: 'cloudstead-7d9f8b6c5-x2x4k:1',
        version: '0.0.9',
        seenAt: now - 40_000,
        startedAt: now - 9e8,
      },
    ],
  }
}
