/** Names of people in the Console, in a real browser: wherever the id of a user stands, the name stands beside it. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { consoleApi } from './support/console-api.ts'
import { assertAccessible, type OpenedConsole, openBrowser, openConsole, settled } from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { createUser, type User } from './support/users.ts'

const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }
/** The browser reports the answer to an operator who may not see users. */
const MAY_NOT = /status of 403 .*\/console\/api\/users\/names$/

describe('names in the Console', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  const users: User[] = []
  let server: RunningServer
  let browser: Browser
  let mia: User
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-names')
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config: CONFIG }), launchChromium()])
    mia = await user('dev:mia')
    const leo = await user('dev:leo')
    const fileID = await mia.upload(`users/${mia.openid}/photo.png`, png(64, 64))
    await leo.upload(`users/${leo.openid}/photo.png`, png(64, 64))
    for (const { app } of [mia, leo]) await app.database().collection('orders').add({ what: 'tea' })
    for (const { app } of [leo, mia]) await app.getTempFileURL({ fileList: [fileID.replace(mia.openid, 'nobody')] })
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
        one.errors.filter((error) => !MAY_NOT.test(error)),
        [],
      )
    }
  })

  async function user(code: string): Promise<User> {
    const made = await createUser(server, { code })
    users.push(made)
    return made
  }
  const person = (page: Page, name: string) => page.locator('main .person', { hasText: name }).first()
  /** Counts the requests for names from now on. */
  function namesAsked(page: Page): () => number {
    let asked = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/console/api/users/names')) asked += 1
    })
    return () => asked
  }

  for (const language of ['en', 'zh'] as const) {
    it(`stand beside the ids of documents, folders and denied requests (${language})`, async () => {
      const one = await openConsole(browser, server, { language })
      opened.push(one)
      const { page } = one
      const asked = namesAsked(page)
      for (const [at, where] of [
        ['storage?folder=users%2F', 'folders'],
        ['database?collection=orders', 'documents'],
        ['denials', 'denials'],
      ] as const) {
        const before = asked()
        await one.goto(at)
        for (const [name, id] of [
          ['mia', mia.openid],
          ['leo', users[1]?.openid ?? ''],
        ] as const) {
          await person(page, name).waitFor()
          assert.match(await person(page, name).innerText(), new RegExp(`^${name}\\s+${id}$`), where)
        }
        assert.equal(asked() - before, 1, `one request for the names of ${where}`)
        await assertAccessible(page, where)
        await settled(page)
        await page.screenshot({ path: screenshots.next(`${where}-${language}`) })
      }
    })
  }

  it('stand in the details of a file, a document, a denied request and a user, where the id can be copied', async () => {
    const one = await openConsole(browser, server)
    opened.push(one)
    const { page } = one
    const panel = page.locator('aside.side-panel')

    await one.goto(`storage?folder=${encodeURIComponent(`users/${mia.openid}/`)}`)
    await page.locator('nav.crumbs .person', { hasText: 'mia' }).waitFor()
    await page.locator('.entry-open').first().click()
    for (const name of ['mia', mia.openid, mia.uid]) await panel.getByText(name).first().waitFor()
    assert.equal(await panel.locator('.person-name', { hasText: 'mia' }).count(), 2, 'owner and creator')
    await page.screenshot({ path: screenshots.next('file') })

    await one.goto('database?collection=orders')
    await page.locator('[role=row]', { hasText: 'mia' }).getByText('tea').click()
    await panel.locator('.owner-name', { hasText: 'mia' }).waitFor()
    assert.equal(await panel.getByLabel('_openid', { exact: true }).inputValue(), mia.openid)
    await page.screenshot({ path: screenshots.next('document') })

    await one.goto('database?collection=orders&view=json')
    await page.locator('.document-card', { hasText: mia.openid }).locator('.owner-name', { hasText: 'mia' }).waitFor()
    await page.screenshot({ path: screenshots.next('cards') })

    await one.goto('denials')
    await page.locator('[role=row]', { hasText: 'mia' }).first().click()
    await panel.getByRole('link', { name: `mia ${mia.openid}` }).click()
    await panel.getByRole('heading', { name: `mia ${mia.uid}` }).waitFor()
    await panel.locator('dd', { hasText: mia.openid }).getByRole('button').click()
    assert.equal(await page.evaluate<string>('navigator.clipboard.readText()'), mia.openid)
    await page.screenshot({ path: screenshots.next('user') })
    await assertAccessible(page, 'a user')
  })

  it('find users, on the page of users and in the simulator', async () => {
    const one = await openConsole(browser, server, { at: 'users' })
    opened.push(one)
    const { page } = one
    await page.getByRole('searchbox').fill('le')
    await page.keyboard.press('Enter')
    await person(page, 'mia').waitFor({ state: 'detached' })
    assert.match(await person(page, 'leo').innerText(), /^leo\s+\w{32}$/)
    await page.screenshot({ path: screenshots.next('users') })
  })

  it('are not shown to an operator who may not see users', async () => {
    const { apiKey } = await consoleApi(server, await server.apiKey()).call(
      'POST',
      '/keys/api?scopes=storage:read,database:read,settings:read',
    )
    const one = await openBrowser(browser, server)
    opened.push(one)
    const { page } = one
    await one.goto('')
    await page.locator('input[type=password]').fill(apiKey)
    await page.keyboard.press('Enter')
    await page.locator('#navigation').waitFor({ state: 'attached' })
    const refused = page.waitForResponse((response) => response.url().endsWith('/users/names'))
    await one.goto('storage?folder=users%2F')
    assert.equal((await refused).status(), 403)
    await page.getByText(mia.openid).waitFor()
    assert.equal(await page.locator('.person-name').count(), 0)
  })
})
