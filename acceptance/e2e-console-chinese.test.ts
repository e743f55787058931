/** The pages of the Console in Chinese, in a real browser: no English sentence, also where something is wrong. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { consoleApi } from './support/console-api.ts'
import { assertChinesePage, type OpenedConsole, openBrowser, openConsole } from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { createUser, type User } from './support/users.ts'

const CONFIG = {
  storage: { maxFileSize: '1KB' },
  database: { collections: { orders: { acl: { read: 'doc._openid == auth.openid', write: true } } } },
}
/** Refusals that these tests ask for; the browser reports them. */
const ASKED_FOR = /status of 4\d\d /

describe('the Console in Chinese', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  const users: User[] = []
  let server: RunningServer
  let browser: Browser
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-chinese')
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config: CONFIG }), launchChromium()])
    const mia = await createUser(server, { code: 'dev:mia' })
    users.push(mia)
    await mia.upload(`users/${mia.openid}/a.txt`, Buffer.from('x'))
    const orders = mia.app.database().collection('orders')
    await orders.add({ what: 'tea' })
    await orders.where({ what: 'tea' }).get()
  })
  after(async () => {
    for (const { phone } of users) phone.dispose()
    await browser?.close()
    await server?.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(
        one.errors.filter((error) => !ASKED_FOR.test(error)),
        [],
      )
    }
  })

  async function open(at: string): Promise<Page> {
    const one = await openConsole(browser, server, { language: 'zh', at })
    opened.push(one)
    return one.page
  }

  async function assertChinese(page: Page, where: string): Promise<void> {
    await assertChinesePage(page, where)
    await page.screenshot({ path: screenshots.next(where) })
  }

  it('has Chinese pages', async () => {
    const one = await openConsole(browser, server, { language: 'zh' })
    opened.push(one)
    for (const at of ['', 'storage?folder=users%2F', 'permissions', 'permissions?collection=orders', 'denials']) {
      await one.goto(at)
      await one.page.waitForLoadState('networkidle')
      await assertChinese(one.page, `page-${at.replaceAll(/\W/g, '-')}`)
    }
    for (const at of ['functions', 'functions?tab=log', 'permissions?functions=1']) {
      await one.goto(at)
      // Not until there is no request: the log is one that does not end.
      await one.page.locator('main .card, main .empty-state').first().waitFor()
      await assertChinese(one.page, `page-${at.replaceAll(/\W/g, '-')}`)
    }
    for (const at of ['database', 'database?collection=orders', 'users', 'keys', 'settings', 'settings?view=file']) {
      await one.goto(at)
      await one.page.waitForLoadState('networkidle')
      await assertChinese(one.page, `page-${at.replaceAll(/\W/g, '-')}`)
    }
  })

  it('says in Chinese why a sign-in fails', async () => {
    const one = await openBrowser(browser, server, { language: 'zh' })
    opened.push(one)
    await one.goto('')
    await one.page.locator('input[type=password]').fill('wrong')
    await one.page.keyboard.press('Enter')
    await one.page.getByText('链接、密码或 API 密钥不正确').waitFor()
    await assertChinese(one.page, 'sign-in')
  })

  it('says in Chinese why a query, a rule and a denied request are as they are', async () => {
    const page = await open(`database?${new URLSearchParams({ collection: 'orders', query: '{a: tea}' })}`)
    await page.getByText('第 1 行第 5 列').waitFor()
    await assertChinese(page, 'query')

    await page.goto(`${server.url}/console/denials`)
    await page.locator('[role=row]', { hasText: 'mia' }).first().click()
    await page.locator('.explanation-tree').waitFor()
    await assertChinese(page, 'denial')

    await page.goto(`${server.url}/console/permissions`)
    await page.getByRole('radio', { name: '自定义' }).check()
    const editor = page.getByRole('textbox', { name: /JSON/ })
    for (const rules of ['{ "raed": true }', '{ "read": "auth = 1" }', '{ "read": true, "write": true }']) {
      await editor.fill(rules)
      await page.locator('.problems[aria-busy=false]').waitFor()
      await assertChinese(page, 'rules')
    }
  })

  it('says in Chinese which lines of an import failed', async () => {
    const page = await open('database?collection=orders')
    await page.getByRole('button', { name: '导入' }).click()
    const content = '{"a": 1, "a": 2}\nnonsense\n{"$a": 1}\n'
    await page
      .locator('dialog[open] input[type=file]')
      .setInputFiles({ name: 'orders.jsonl', mimeType: 'text/plain', buffer: Buffer.from(content) })
    await page.locator('dialog[open] .dialog-foot').getByRole('button', { name: '导入' }).click()
    await page.getByText('出现了两次').waitFor()
    await assertChinese(page, 'import')
  })

  it('says in Chinese why an upload, a value and an edit of the file are refused', async () => {
    const page = await open('storage')
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'large.bin', mimeType: 'text/plain', buffer: Buffer.alloc(5_000) })
    await page.getByText('文件超过大小限制').first().waitFor()
    await assertChinese(page, 'upload')

    await page.goto(`${server.url}/console/settings?key=security.hosts`)
    await page.getByRole('textbox', { name: '本服务器的域名' }).fill('a/b')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('服务器不接受该值').waitFor()
    await assertChinese(page, 'value')

    await server.writeConfig('{"storage": {"maxFileSize": "9GB"}, "nope": 1}')
    const api = consoleApi(server, await server.apiKey())
    await eventually('the edit is refused', async () => (await api.call('GET', '/settings')).file.refused !== undefined)
    const another = await open('settings')
    await another.getByText('未知的键 nope').waitFor()
    await assertChinese(another, 'file')
  })
})
