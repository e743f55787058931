/** Denied requests in the Console, in a real browser: they come by themselves, explain themselves, and can be tried again. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleApi, consoleApi } from './support/console-api.ts'
import {
  assertAccessible,
  type ConsoleOptions,
  type OpenedConsole,
  openConsole,
  settled,
} from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { cloudstead, type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type User } from './support/users.ts'
import { act } from './support/wire.ts'

const REFUSED = 'STORAGE_EXCEED_AUTHORITY'
const OWN = 'auth != null && resource.openid == auth.openid'
const RECIPE = { read: OWN, write: OWN }
const ORDERS = { read: 'auth != null && doc._openid == auth.openid', create: 'auth != null' }

describe('the page of denied requests', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  const users: User[] = []
  let server: RunningServer
  let browser: Browser
  let api: ConsoleApi
  let alice: User
  let bob: User
  let fileID: string
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-denials')
    const config = { database: { collections: { orders: { acl: ORDERS } } } }
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config }), launchChromium()])
    api = consoleApi(server, await server.apiKey())
    alice = await user('alice')
    bob = await user('bobby')
    const { version } = await api.call('GET', '/rules')
    await api.call('PUT', '/rules', { text: JSON.stringify(RECIPE, null, 2), version })
    fileID = await alice.upload('users/alice/photo.jpg', Buffer.alloc(100, 'x'))
  })
  after(async () => {
    for (const { phone } of users) phone.dispose()
    await browser?.close()
    await server?.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(one.errors, [])
    }
  })

  async function user(id: string): Promise<User> {
    const made = await createUser(server, { key: await server.loginKey(), id })
    users.push(made)
    return made
  }
  /** A request of bob's that is denied; resolves to its id. */
  async function deny(who = bob): Promise<string> {
    const { requestId, fileList } = await who.app.getTempFileURL({ fileList: [fileID] })
    assert.equal(fileList[0]?.code, REFUSED)
    return requestId ?? assert.fail('there is no request id')
  }
  async function open(options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const console = await openConsole(browser, server, { at: 'denials', ...options })
    opened.push(console)
    await console.page.locator('[role=grid][aria-busy=false]').waitFor()
    return console
  }
  async function shot(page: Page, name: string): Promise<void> {
    await settled(page)
    await page.screenshot({ path: screenshots.next(name) })
  }

  const rows = (page: Page) => page.locator('[role=grid] [role=rowgroup] [role=row]')
  const panel = (page: Page) => page.locator('aside.side-panel')
  const dialog = (page: Page) => page.locator('dialog[open]').last()
  const button = (place: Page | Locator, name: string | RegExp) => place.getByRole('button', { name })
  const editor = (page: Page) => page.getByRole('textbox', { name: /Rules as JSON|JSON 格式的规则/ })
  const verdict = (page: Page) => page.locator('.decision:not(.is-stale) .decision-verdict')
  async function show(page: Page, text: string): Promise<void> {
    await rows(page).filter({ hasText: text }).first().click()
    await panel(page).waitFor()
  }

  it('says what would appear, then shows the first by itself, and counts', async () => {
    const { page } = await open()
    await page.getByText('Nothing was denied').waitFor()
    await assertAccessible(page, 'nothing')
    await shot(page, 'nothing')
    await deny()
    await rows(page).first().waitFor()
    assert.match(await rows(page).first().innerText(), /bobby[\s\S]*read users\/alice\/photo\.jpg/)
    await deny()
    await rows(page).getByText('× 2').waitFor()
    assert.equal(await rows(page).count(), 1)
    await shot(page, 'counted')
  })

  it('tells politely how many came', async () => {
    const { page } = await open()
    await page.evaluate(`{
      window.told = []
      const status = document.querySelector('main p[role=status]')
      new MutationObserver(() => status.textContent && window.told.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true })
    }`)
    await deny(await user('carol'))
    await rows(page).getByText('carol', { exact: true }).waitFor()
    const told = await until(
      'it is told',
      () => page.evaluate<string[]>('window.told'),
      ({ length }) => length > 0,
    )
    assert.deepEqual(told, ['One new denied request'])
  })

  it('rests while it is paused, and catches up', async () => {
    const { page } = await open()
    await button(page, 'Pause').click()
    await page.getByText('Paused', { exact: true }).waitFor()
    let asked = 0
    page.on('request', (request) => {
      if (request.url().includes('/api/denials')) asked += 1
    })
    await deny(await user('dave'))
    // Longer than the time between two looks: there is no event for something that does not happen.
    await page.waitForTimeout(2_500)
    assert.equal(asked, 0)
    assert.equal(await rows(page).getByText('dave', { exact: true }).count(), 0)
    await button(page, 'Go on').click()
    await rows(page).getByText('dave', { exact: true }).waitFor()
  })

  it('shows who, what, why and the request id; and copies a case that the command line runs', async (t) => {
    const requestId = await deny()
    const { page } = await open({ at: `denials?search=${requestId}` })
    await show(page, 'bobby')
    const words = await panel(page).innerText()
    for (const told of ['bobby', 'CUSTOM', REFUSED, requestId, '"alice" is not the caller ("bobby")']) {
      assert.ok(words.includes(told), `${told} in ${words}`)
    }
    await panel(page).getByText('resource.openid and auth.openid must be the same user').waitFor()
    await assertAccessible(page, 'a denied request')
    await shot(page, 'detail')
    await button(panel(page), 'Copy as a test case').click()
    const copied: unknown = JSON.parse(await page.evaluate('navigator.clipboard.readText()'))
    const folder = await mkdtemp(join(tmpdir(), 'cloudstead-copied-'))
    t.after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'cases.json'), JSON.stringify({ cases: [copied] }))
    await writeFile(join(folder, 'cloudstead.config.json'), JSON.stringify({ storage: { acl: RECIPE } }))
    const { code, stdout } = await cloudstead('rules', 'test', join(folder, 'cases.json'))
    assert.equal(code, 0, stdout)
    // The address leads back here.
    await page.reload()
    await panel(page).getByText(requestId).waitFor()
  })

  it('tries an edited rule on it; saved in Permissions, it lets the phone in', async () => {
    await deny()
    const { page } = await open()
    await show(page, 'bobby')
    await button(panel(page), 'Try with an edited rule').click()
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await editor(page).fill('{ "read": "auth !=" }')
    await dialog(page).getByText('The rules have an error').waitFor()
    const edited = `{\n  "read": "auth != null && auth.openid in [resource.openid, 'bobby']",\n  "write": "${OWN}"\n}`
    await editor(page).fill(edited)
    await dialog(page).getByText('It would be allowed now.').waitFor()
    assert.equal(await dialog(page).locator('tr.is-added').count(), 1)
    await assertAccessible(page, 'trying')
    await shot(page, 'tried')
    await deny()

    await button(dialog(page), 'Go on in Permissions').click()
    await page.getByRole('heading', { name: 'Permissions', level: 1 }).waitFor()
    assert.equal(await editor(page).inputValue(), edited)
    await button(page, 'Review and save').click()
    await button(dialog(page), 'Save').click()
    await page.getByText('The new permissions are in force').waitFor()
    const { fileList } = await bob.app.getTempFileURL({ fileList: [fileID] })
    assert.equal(fileList[0]?.code, 'SUCCESS')
    const { version } = await api.call('GET', '/rules')
    await api.call('PUT', '/rules', { text: JSON.stringify(RECIPE, null, 2), version })
  })

  it('opens it in the simulator: the same person, file and decision, and what others may', async () => {
    await deny()
    const { page } = await open()
    await show(page, 'bobby')
    await panel(page).getByRole('link', { name: 'Open this request in the simulator' }).click()
    const fields = page.locator('.simulator')
    await fields.getByText('bobby').first().waitFor()
    assert.equal(await fields.getByLabel('cloudPath').inputValue(), fileID.split('/').slice(3).join('/'))
    await fields.getByText('"alice" is not the caller ("bobby"').first().waitFor()
    await fields.getByRole('listitem').filter({ hasText: 'The owner, alice' }).getByText('Allowed').waitFor()
  })

  it('asks before an edited rule is lost', async () => {
    await deny()
    const { page } = await open()
    await show(page, 'bobby')
    await button(panel(page), 'Try with an edited rule').click()
    await verdict(page).waitFor()
    await editor(page).fill('{ "read": true }')
    await button(dialog(page), 'Close').last().click()
    await dialog(page).getByText('Close without keeping the edited rules?').waitFor()
    await button(dialog(page), 'Stay').click()
    assert.equal(await editor(page).inputValue(), '{ "read": true }')
    await button(dialog(page), 'Close').last().click()
    await button(dialog(page), 'Close').last().click()
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
  })

  it('documents: a query that rules refuse, tried under rules that let it pass', async () => {
    const { code } = (await bob.app.database().collection('orders').where({ public: true }).get()) as { code?: string }
    assert.equal(code, 'DATABASE_PERMISSION_DENIED')
    const { page } = await open()
    await page.getByRole('combobox', { name: 'About' }).selectOption({ label: 'Documents' })
    // The rows of before go first, so that the first one that is there says nothing.
    await until(
      'only documents are listed',
      () => rows(page).allInnerTexts(),
      (texts) => texts.length === 1 && texts[0]?.includes('orders where') === true,
    )
    await show(page, 'orders where')
    await button(panel(page), 'Try with an edited rule').click()
    await verdict(page).getByText('the query does not imply').waitFor()
    await editor(page).fill('{ "read": "doc.public == true" }')
    await dialog(page).getByText('It would be allowed now.').waitFor()
    await shot(page, 'query-tried')
  })

  it('many at once: none is missed', async () => {
    const { page } = await open()
    await page.getByRole('searchbox').fill('burst-')
    await page.keyboard.press('Enter')
    await page.getByText('No denied request found').waitFor()
    const names = Array.from({ length: 130 }, (_, n) => `cloud://${server.env}/users/alice/burst-${n}.jpg`)
    for (let from = 0; from < names.length; from += 50) {
      await bob.app.getTempFileURL({ fileList: names.slice(from, from + 50) })
    }
    const counted = () => page.locator('[role=grid]').getAttribute('aria-rowcount')
    await until('all of them are listed', counted, (count) => count === '131')
  })

  it('is searched by user, path and request, and shows all again', async () => {
    const requestId = await deny(await user('searched'))
    const { page } = await open()
    for (const text of ['SEARCHED', requestId]) {
      await page.getByRole('searchbox').fill(text)
      await page.keyboard.press('Enter')
      await rows(page).filter({ hasText: 'searched' }).waitFor()
      await until(
        'only one is left',
        () => rows(page).count(),
        (count) => count === 1,
      )
    }
    await page.getByRole('searchbox').fill('nobody has this name')
    await page.keyboard.press('Enter')
    await page.getByText('No denied request found').waitFor()
    await button(page, 'Show all').click()
    await rows(page).nth(1).waitFor()
  })

  it('by keyboard alone', async () => {
    await deny()
    const { page } = await open()
    await rows(page).first().waitFor()
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await panel(page).waitFor()
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate('document.activeElement?.textContent')) === 'Try with an edited rule') break
    }
    await page.keyboard.press('Enter')
    await verdict(page).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Try with an edited rule')
    await page.keyboard.press('Escape')
    await panel(page).waitFor({ state: 'detached' })
  })

  it('a server that cannot be reached is told, and forgotten once it can', async () => {
    await deny()
    const { page, errors } = await open()
    await rows(page).first().waitFor()
    await page.route('**/console/api/denials**', (route) => route.abort(), { times: 1 })
    await page.getByText('The server cannot be reached.').waitFor()
    // What was there stays.
    assert.ok((await rows(page).count()) > 0)
    await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' })
    assert.equal(errors.splice(0).length, 1)
  })

  for (const [name, options] of [
    ['zh', { language: 'zh' }],
    ['zh-dark', { language: 'zh', scheme: 'dark' }],
    ['phone', { phone: true }],
    ['phone-zh-dark', { phone: true, language: 'zh', scheme: 'dark' }],
  ] as const satisfies readonly (readonly [string, ConsoleOptions])[]) {
    it(`in every light: ${name}`, async () => {
      await deny()
      const { page } = await open(options)
      await rows(page).first().waitFor()
      await assertAccessible(page, name)
      await shot(page, name)
      await show(page, 'photo.jpg')
      if ('language' in options) await panel(page).getByText('不是当前用户').first().waitFor()
      const wide: number = await page.evaluate(
        "Math.max(...['main', '.side-panel-body'].map((name) => document.querySelector(name)).map((box) => box.scrollWidth - box.clientWidth))",
      )
      assert.equal(wide, 0, 'no sideways scrolling')
      await assertAccessible(page, `${name}: detail`)
      await shot(page, `${name}-detail`)
      await button(panel(page), /Try with an edited rule|用修改后的规则重试/).click()
      await verdict(page).waitFor()
      await assertAccessible(page, `${name}: trying`)
      await shot(page, `${name}-try`)
    })
  }

  it('nothing that somebody wrote becomes a part of the page', async () => {
    const wicked = '<img src=x onerror=alert(1)>'
    const eve = await user('<script>xss()<')
    const path = `users/alice/${wicked}"'&amp;<b>.jpg`
    await act(server, undefined, 'storage.getUploadMetadata', { path })
    await deny(eve)
    const { code } = (await eve.app
      .database()
      .collection('orders')
      .where({ [wicked]: wicked })
      .get()) as { code?: string }
    assert.equal(code, 'DATABASE_PERMISSION_DENIED')
    const { page } = await open()
    await page.evaluate("window.xss = () => document.body.append('XSS')")
    for (const text of [path, '<script>xss()<', 'orders where']) {
      await show(page, text)
      await panel(page).getByText(text).first().waitFor()
      await button(panel(page), 'Try with an edited rule').click()
      await verdict(page).waitFor()
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    await shot(page, 'wicked')
    const found =
      "[document.querySelectorAll('main img, main script').length, document.body.textContent.includes('XSS')]"
    assert.deepEqual(await page.evaluate(found), [0, false])
  })
})
