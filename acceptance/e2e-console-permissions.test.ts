/** R17 by hand: rules are pasted, checked, simulated, compared and saved in the Console, in a real browser; phones feel it. */
import assert from 'node:assert/strict'
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
import { type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type User } from './support/users.ts'

const REFUSED = 'STORAGE_EXCEED_AUTHORITY'
/** As the recipe has it. */
const RECIPE = `{
  "read": "auth != null && resource.openid == auth.openid",
  "write": "auth != null && resource.openid == auth.openid"
}`
const CONFIG = {
  database: { collections: { goods: {}, orders: {}, secrets: { acl: 'ADMINONLY' } } },
}

describe('the permissions page', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let api: ConsoleApi
  let alice: User
  let bob: User
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-permissions')
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config: CONFIG }), launchChromium()])
    const [key, apiKey] = await Promise.all([server.loginKey(), server.apiKey()])
    api = consoleApi(server, apiKey)
    ;[alice, bob] = await Promise.all([
      createUser(server, { key, id: 'alice' }),
      createUser(server, { key, id: 'bobby' }, { sdk: '3.7.0' }),
    ])
  })
  after(async () => {
    for (const user of [alice, bob]) user?.phone.dispose()
    await browser?.close()
    await server?.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(one.errors, [])
    }
  })

  async function open(options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const console = await openConsole(browser, server, { at: 'permissions', ...options })
    opened.push(console)
    await ready(console.page)
    return console
  }
  /** The rules are there, and what the simulator says about them. */
  async function ready(page: Page): Promise<void> {
    await page.locator('.modes').waitFor()
    await page.locator('.decision:not(.is-stale)').waitFor()
  }
  async function shot(page: Page, name: string): Promise<void> {
    await settled(page)
    await page.screenshot({ path: screenshots.next(name) })
  }

  const mode = (page: Page, name: string | RegExp) => page.locator('.modes').getByRole('radio', { name })
  const editor = (page: Page) => page.getByRole('textbox', { name: /Rules as JSON|JSON 格式的规则/ })
  const problems = (page: Page | Locator) => page.locator('.problems').first()
  const simulator = (page: Page) => page.locator('.simulator')
  const verdict = (page: Page) => page.locator('.decision:not(.is-stale) .decision-verdict')
  const dialog = (page: Page) => page.locator('dialog[open]').last()
  const button = (place: Page | Locator, name: string | RegExp) => place.getByRole('button', { name })
  const said = (page: Page, text: string | RegExp) => page.getByRole('status').getByText(text).first().waitFor()

  async function custom(page: Page, text: string): Promise<void> {
    await mode(page, /Custom security rules/).check()
    await editor(page).fill(text)
  }
  async function save(page: Page): Promise<void> {
    await button(page, 'Review and save').click()
    await button(dialog(page), 'Save').click()
    await dialog(page).waitFor({ state: 'detached' })
    await said(page, 'The new permissions are in force')
  }
  const rulesNow = async (collection?: string) =>
    api.call('GET', `/rules${collection === undefined ? '' : `?collection=${collection}`}`)
  async function setRules(text: string, collection?: string): Promise<void> {
    const { version } = await rulesNow(collection)
    await api.call('PUT', '/rules', { text, version, ...(collection === undefined ? {} : { collection }) })
  }

  it('begins with public read, and says so', async () => {
    const { page } = await open()
    assert.equal(await mode(page, /Everyone can read, only the owner can write/).isChecked(), true)
    await problems(page).getByText('everyone can read every file').waitFor()
    await page.getByText('Default', { exact: true }).first().waitFor()
    await assertAccessible(page, 'a preset')
    await shot(page, 'preset')
  })

  it('R17: the recipe’s rule is pasted, checked, simulated, compared and saved; then it holds for phones', async () => {
    const fileID = await alice.upload('users/alice/photo.jpg', Buffer.alloc(100, 'x'))
    assert.equal((await bob.urlOf(fileID)).code, 'SUCCESS')

    const { page } = await open()
    await custom(page, RECIPE.replace('auth.openid', 'auth.opnid'))
    const problem = problems(page).getByRole('button', { name: /opnid/ })
    await problem.click()
    const selected = await editor(page).evaluate(
      (field: { value: string; selectionStart: number; selectionEnd: number }) =>
        field.value.slice(field.selectionStart, field.selectionEnd),
    )
    assert.equal(selected, 'auth.opnid')
    await shot(page, 'problem')

    await editor(page).fill(RECIPE)
    await problems(page).getByText('No problems found.').waitFor()
    // As alice on her own file, then on that of another.
    await verdict(page).getByText('Allowed', { exact: true }).waitFor()
    await simulator(page).getByLabel('cloudPath').fill('users/bobby/photo.jpg')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await verdict(page).getByText('"bobby" is not the caller ("alice")').waitFor()
    const tree = simulator(page).getByRole('list', { name: 'The rule, part by part' })
    await tree.getByText('resource.openid and auth.openid must be the same user').waitFor()
    await assertAccessible(page, 'custom rules')
    await shot(page, 'simulated')
    // Nothing is saved yet.
    assert.equal((await bob.urlOf(fileID)).code, 'SUCCESS')

    await button(page, 'Review and save').click()
    assert.deepEqual(await dialog(page).locator('tr.is-removed .diff-text').allInnerTexts(), ['"READONLY"'])
    assert.deepEqual(await dialog(page).locator('tr.is-added .diff-text').allInnerTexts(), RECIPE.split('\n'))
    await assertAccessible(page, 'the comparison')
    await shot(page, 'review')
    await button(dialog(page), 'Save').click()
    await said(page, 'The new permissions are in force')
    await page.getByText('Saved here', { exact: true }).first().waitFor()
    assert.equal((await rulesNow()).text, RECIPE)

    assert.equal((await bob.urlOf(fileID)).code, REFUSED)
    assert.equal((await alice.urlOf(fileID)).code, 'SUCCESS')
    await assert.rejects(bob.upload('users/alice/other.jpg', Buffer.alloc(9)))
  })

  it('asks as a real user, about an upload, about files that are not there', async () => {
    await setRules(
      `{ "read": true, "write": "${'auth != null && resource.openid == auth.openid && (resource.size == null || resource.size <= 1000)'}" }`,
    )
    const { page } = await open()
    const fields = simulator(page)
    await fields.getByLabel('Who').selectOption({ label: 'A user of this environment' })
    await fields.getByRole('searchbox').fill('bob')
    await button(fields, /^bobby/).click()
    await fields.getByLabel('Action').selectOption({ label: 'Upload or overwrite' })
    // Another person is asked about, and the path stays: bobby about the file of alice.
    assert.equal(await fields.getByLabel('cloudPath').inputValue(), 'users/alice/photo.jpg')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    const others = fields.getByRole('region', { name: 'The same request by others' }).getByRole('listitem')
    await until(
      'the answers for others',
      async () => (await others.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ')),
      (texts) =>
        texts.join('; ') === 'The owner, alice Allowed; Another user Denied; An anonymous user Denied; Nobody Denied',
    )
    await others.first().scrollIntoViewIfNeeded()
    await shot(page, 'others')
    await assertAccessible(page, 'the same request by others')
    await fields.getByLabel('cloudPath').fill('users/bobby/photo.jpg')
    await fields.getByLabel('Size in bytes').fill('1000')
    await verdict(page).getByText('Allowed', { exact: true }).waitFor()
    await fields.getByLabel('Size in bytes').fill('1001')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await fields.getByLabel('Size in bytes').fill('many')
    await fields.getByText('Enter a whole number of bytes.').waitFor()
    await fields.getByLabel('Who').selectOption({ label: 'Nobody (not logged in)' })
    await fields.getByLabel('Action').selectOption({ label: 'Read' })
    await verdict(page).getByText('Allowed', { exact: true }).waitFor()
    // It follows the editor, saved or not.
    await editor(page).fill('{ "read": "auth != null", "write": false }')
    await verdict(page).getByText('nobody is logged in').waitFor()
    await editor(page).fill('{ "read": "auth !=" }')
    await fields.getByText('The rules have an error').waitFor()
    await button(page, 'Review and save').click()
    assert.equal(await button(dialog(page), 'Save').isDisabled(), true)
    await page.keyboard.press('Escape')
    await button(page, 'Discard').click()
    await button(dialog(page), 'Discard').click()
    assert.match(await editor(page).inputValue(), /1000/)
  })

  it('copies what was asked as a test case that the command line accepts', async () => {
    await setRules(RECIPE)
    const { page } = await open()
    await simulator(page).getByLabel('cloudPath').fill('users/bobby/图 1.jpg')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await button(simulator(page), 'Copy as a test case').click()
    const copied: unknown = JSON.parse(await page.evaluate('navigator.clipboard.readText()'))
    assert.deepEqual(copied, {
      as: { uid: 'alice', customUserId: 'alice', loginType: 'CUSTOM' },
      action: 'read',
      file: 'users/bobby/图 1.jpg',
      expect: 'denied',
    })
  })

  it('warns before files become public, and goes back by the history', async () => {
    await setRules(RECIPE)
    const fileID = await alice.upload('users/alice/back.jpg', Buffer.alloc(9, 'x'))
    const { page } = await open()
    await mode(page, /Everyone can read, only administrators can write/).check()
    await button(page, 'Review and save').click()
    await dialog(page).getByText('This makes files or documents public').waitFor()
    await shot(page, 'public')
    await button(dialog(page), 'Save').click()
    await said(page, 'The new permissions are in force')
    assert.equal((await bob.urlOf(fileID)).code, 'SUCCESS')

    await button(page, 'History').click()
    const changes = dialog(page).locator('.change')
    assert.match(await changes.first().innerText(), /ADMINWRITE/)
    await assertAccessible(page, 'the history')
    await shot(page, 'history')
    await button(changes.first(), 'Undo this change').click()
    assert.equal(await editor(page).inputValue(), RECIPE)
    assert.equal((await rulesNow()).preset, 'ADMINWRITE')
    await save(page)
    assert.equal((await bob.urlOf(fileID)).code, REFUSED)
  })

  it('when somebody was faster: shows both, and nothing typed is lost', async () => {
    await setRules(RECIPE)
    const mine = '{ "read": "auth != null", "write": false }'
    const theirs = '{ "read": false, "write": false }'
    const { page, errors } = await open()
    await custom(page, mine)
    await setRules(theirs)
    await button(page, 'Review and save').click()
    await button(dialog(page), 'Save').click()
    await dialog(page).getByText('Somebody else saved meanwhile').waitFor()
    const sections = dialog(page).locator('.diff')
    assert.deepEqual(await sections.nth(0).locator('tr.is-added .diff-text').allInnerTexts(), [theirs])
    assert.deepEqual(await sections.nth(1).locator('tr.is-removed .diff-text').allInnerTexts(), [theirs])
    assert.deepEqual(await sections.nth(1).locator('tr.is-added .diff-text').allInnerTexts(), [mine])
    await assertAccessible(page, 'the conflict')
    await shot(page, 'conflict')
    await button(dialog(page), 'Go on editing').click()
    assert.equal(await editor(page).inputValue(), mine)
    assert.equal((await rulesNow()).text, theirs)
    await save(page)
    assert.equal((await rulesNow()).text, mine)

    await setRules(theirs)
    await editor(page).fill(RECIPE)
    await button(page, 'Review and save').click()
    await button(dialog(page), 'Save').click()
    await button(dialog(page), 'Take theirs').click()
    assert.equal(await editor(page).inputValue(), theirs)
    assert.equal(await button(page, 'Review and save').count(), 0)
    assert.deepEqual(errors.splice(0).map(statusIn), ['409', '409'])
  })

  it('a save that fails is told where it happened, and can be made again', async () => {
    await setRules(RECIPE)
    const { page, errors } = await open()
    await mode(page, /Only the owner can read and write/).check()
    await button(page, 'Review and save').click()
    await page.route('**/console/api/rules', (route) => route.abort(), { times: 1 })
    await button(dialog(page), 'Save').click()
    await dialog(page).getByText('The server cannot be reached.').waitFor()
    assert.equal(errors.splice(0).length, 1)
    await button(dialog(page), 'Save').click()
    await said(page, 'The new permissions are in force')
    assert.equal((await rulesNow()).preset, 'PRIVATE')
  })

  it('asks before edits are lost', async () => {
    const { page } = await open()
    await custom(page, '{ "read": true }')
    await page
      .locator('.targets')
      .getByRole('link', { name: /orders/ })
      .click()
    await dialog(page).getByText('Leave without saving?').waitFor()
    await button(dialog(page), 'Stay').click()
    assert.equal(await editor(page).inputValue(), '{ "read": true }')
    await page
      .locator('.targets')
      .getByRole('link', { name: /orders/ })
      .click()
    await button(dialog(page), 'Leave').click()
    await page.getByRole('heading', { name: 'orders' }).waitFor()
  })

  it('a collection: a template, a document by its id, a query that is refused, and what phones meet', async () => {
    const { page } = await open({ at: 'permissions?collection=orders' })
    await page.getByText('This mode filters').waitFor()
    await mode(page, /Custom security rules/).check()
    await button(page, 'Templates').click()
    await assertAccessible(page, 'templates')
    await shot(page, 'templates')
    await button(dialog(page), /Orders with a fixed total/).click()
    await problems(page).getByText('rules do not filter').first().waitFor()

    const fields = simulator(page)
    await fields.getByLabel('Query').fill('{ "status": "paid" }')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await fields.getByText("add _openid: '{openid}' to the query").first().waitFor()
    await fields.getByLabel('Query').fill('{ "status": ')
    await fields.getByText('Invalid JSON').waitFor()
    await fields.getByLabel('Action').selectOption({ label: 'Update' })
    await fields.getByLabel('Which documents').selectOption({ label: 'One, by its id' })
    await fields.getByLabel('Document id').fill('o1')
    await fields.getByLabel('Existing document').selectOption({ label: 'As entered here' })
    await fields.getByLabel('Fields to change').fill('{ "status": "sent" }')
    await verdict(page).getByText('Allowed', { exact: true }).waitFor()
    await fields.getByLabel('Fields to change').fill('{ "total": { "$inc": -1 } }')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await assertAccessible(page, 'a document is simulated')
    await shot(page, 'collection')
    await save(page)

    const orders = alice.app.database().collection('orders')
    const { id } = (await orders.add({ total: 3 })) as unknown as { id: string }
    assert.equal(((await orders.doc(id).update({ total: 1 })) as { code?: string }).code, 'DATABASE_PERMISSION_DENIED')
    assert.equal(((await orders.doc(id).update({ status: 'sent' })) as { updated?: number }).updated, 1)
  })

  it('completes names while they are typed', async () => {
    const { page } = await open({ at: 'permissions?collection=orders' })
    await custom(page, '{\n  "read": "doc."\n}')
    const place = '{\n  "read": "doc.'.length
    await editor(page).evaluate(
      (field: { setSelectionRange(from: number, to: number): void }, at) => field.setSelectionRange(at, at),
      place,
    )
    await page.keyboard.type('to')
    await page.getByRole('option', { name: /total/ }).waitFor()
    await page.keyboard.press('Enter')
    assert.match(await editor(page).inputValue(), /"doc\.total"/)
    await button(page, 'Discard').click()
    await button(dialog(page), 'Discard').click()
  })

  it('what the file sets can be tried and copied, not saved', async () => {
    const { page } = await open({ at: 'permissions?collection=secrets' })
    await page.getByText('Set by the configuration file').waitFor()
    await mode(page, /Only the creator can read and write/).check()
    await verdict(page).getByText('Allowed', { exact: true }).waitFor()
    await page.getByText('For testing only: nothing here is saved.').waitFor()
    assert.equal(await button(page, 'Review and save').count(), 0)
    await shot(page, 'locked')
    await button(page, 'Copy for the file').click()
    const copied: string = await page.evaluate('navigator.clipboard.readText()')
    const pasted = JSON.parse(`{ ${copied} }`) as typeof CONFIG
    assert.equal(pasted.database.collections.secrets.acl, 'PRIVATE')
    // Pasted into the file it holds, and the page says so.
    await server.writeConfig({
      database: { collections: { ...CONFIG.database.collections, ...pasted.database.collections } },
    })
    await until(
      'the edited file holds',
      () => rulesNow('secrets'),
      ({ preset }) => preset === 'PRIVATE',
    )
    await page.reload()
    await ready(page)
    assert.equal(await mode(page, /Only the creator can read and write/).isChecked(), true)
  })

  it('what was saved before the file had a say is shown, and can be tried', async () => {
    await setRules('"READONLY"', 'goods')
    const collections = { ...CONFIG.database.collections, goods: { acl: 'ADMINONLY' } }
    await server.writeConfig({ database: { collections } })
    await until(
      'the file has a say',
      () => rulesNow('goods'),
      ({ locked }) => locked,
    )
    const { page } = await open({ at: 'permissions?collection=goods' })
    await page.getByText('Saved here before').waitFor()
    await button(page, 'Put it into the editor').click()
    assert.equal(await mode(page, /Everyone can read, only the creator can write/).isChecked(), true)
    assert.equal(await button(page, 'Copy for the file').count(), 1)
    await server.writeConfig(CONFIG)
    await until(
      'the file says nothing of it',
      () => rulesNow('goods'),
      ({ preset, locked }) => preset === 'READONLY' && !locked,
    )
  })

  it('R14: sets how long temporary URLs live', async () => {
    await setRules('"PRIVATE"')
    const fileID = await alice.upload('users/alice/expiring.jpg', Buffer.alloc(9, 'x'))
    const { page } = await open()
    await page.getByLabel('A temporary URL is valid for').selectOption({ label: '10 minutes' })
    const card = page.locator('.card').filter({ hasText: 'Temporary URLs' })
    await button(card, 'Save').click()
    await said(page, 'It applies to URLs that are created from now on')
    assert.equal((await alice.urlOf(fileID)).maxAge, 600)
    await page.getByLabel('A temporary URL is valid for').selectOption({ label: 'Other' })
    await card.getByLabel('Seconds').fill('90000')
    await card.getByText('Enter a whole number from 1 to 86,400.').waitFor()
    await card.getByLabel('Seconds').fill('90')
    await page.keyboard.press('Enter')
    await until(
      'the setting holds',
      () => alice.urlOf(fileID),
      ({ maxAge }) => maxAge === 90,
    )
    await setRules('{ "read": "auth != null", "write": false, "maxAge": 300 }')
    await page.reload()
    await page.getByText('The rules in force set maxAge to 5 min').waitFor()
  })

  it('says whose file it is, and changes it after asking', async () => {
    await setRules('{ "read": "resource.openid == auth.openid", "write": false }')
    const { page } = await open()
    const fields = simulator(page)
    await fields.getByLabel('cloudPath').fill('temp/x.jpg')
    await fields.getByLabel('Existing file').selectOption({ label: 'Uploaded by another user' })
    await fields.getByLabel('Id of the uploader').fill('alice')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await page.getByRole('radio', { name: /The user who uploaded it/ }).click()
    await button(dialog(page), 'Change').click()
    await dialog(page).waitFor({ state: 'detached' })
    assert.equal((await rulesNow()).resourceOpenid, 'creator')
    await fields.getByLabel('Id of the uploader').fill('alice ')
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await fields.getByLabel('Id of the uploader').fill('alice')
    await verdict(page).getByText('Allowed', { exact: true }).waitFor()
    await page.getByRole('radio', { name: /The user in the path/ }).click()
    await button(dialog(page), 'Change').click()
    await dialog(page).waitFor({ state: 'detached' })
  })

  it('comes from a user or a file with the simulator filled in', async () => {
    const { page } = await open({ at: `permissions?uid=bobby&path=${encodeURIComponent('users/alice/a b.jpg')}` })
    await simulator(page).getByText('bobby', { exact: true }).waitFor()
    assert.equal(await simulator(page).getByLabel('cloudPath').inputValue(), 'users/alice/a b.jpg')
  })

  it('by keyboard alone: a mode is chosen, reviewed and saved', async () => {
    await setRules(RECIPE)
    const { page } = await open()
    const tabTo = async (wanted: string) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab')
        const name: string = await page.evaluate(
          "[document.activeElement?.textContent, document.activeElement?.getAttribute('aria-label'), document.activeElement?.type].join('|')",
        )
        if (name.includes(wanted)) return
      }
      assert.fail(`Tab does not lead to ${wanted}`)
    }
    await page.locator('h1').focus()
    await tabTo('radio')
    // From the custom rules up to the one before them.
    await page.keyboard.press('ArrowUp')
    assert.equal(await mode(page, /Only administrators can read and write/).isChecked(), true)
    // The answers about the chosen mode draw the page anew.
    await page.waitForLoadState('networkidle')
    await tabTo('Review and save')
    await page.keyboard.press('Enter')
    await dialog(page).waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Review and save')
    await page.keyboard.press('Enter')
    await dialog(page).waitFor()
    assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Save')
    await page.keyboard.press('Enter')
    await said(page, 'The new permissions are in force')
    assert.equal((await rulesNow()).preset, 'ADMINONLY')
  })

  const ALL: readonly (readonly [name: string, options: ConsoleOptions])[] = [
    ['zh', { language: 'zh' }],
    ['zh-dark', { language: 'zh', scheme: 'dark' }],
    ['phone', { phone: true }],
    ['phone-zh-dark', { phone: true, language: 'zh', scheme: 'dark' }],
  ]
  for (const [name, options] of ALL) {
    it(`in every light: ${name}`, async () => {
      await setRules(RECIPE)
      const { page } = await open(options)
      if (options.language === 'zh') await page.getByText('仅创建者及管理员可读写').waitFor()
      const wide: number = await page.evaluate(
        "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth",
      )
      assert.equal(wide, 0, 'no sideways scrolling')
      await assertAccessible(page, name)
      await shot(page, name)
      await editor(page).scrollIntoViewIfNeeded()
      await shot(page, `${name}-editor`)
      await simulator(page).locator('.decision').scrollIntoViewIfNeeded()
      await shot(page, `${name}-simulator`)
      if (options.phone) {
        await page.getByRole('combobox', { name: /Whose permissions|权限对象/ }).selectOption('goods')
        await page.getByRole('heading', { name: 'goods' }).waitFor()
      }
    })
  }

  it('nothing that somebody wrote becomes a part of the page', async () => {
    const wicked = '<img src=x onerror=alert(1)>'
    await createUser(server, { key: await server.loginKey(), id: '<script>xss()<' }).then(({ phone }) =>
      phone.dispose(),
    )
    const goods = api.call('POST', '/database/collections/goods/documents', {
      document: { _id: 'x', [wicked]: wicked },
    })
    await goods.catch(() => {})
    await setRules(`{ "read": "resource.path == '${wicked}'" }`)
    const { page, errors } = await open()
    await page.evaluate("window.xss = () => document.body.append('XSS')")
    const fields = simulator(page)
    await fields.getByLabel('cloudPath').fill(`users/${wicked}/"'&<b>.jpg`)
    await verdict(page).getByText('Denied', { exact: true }).waitFor()
    await fields.getByText(wicked).first().waitFor()
    await fields.getByLabel('Who').selectOption({ label: 'A user of this environment' })
    await button(fields, /<script>xss/).click()
    await editor(page).fill(`{ "${wicked}": "${wicked}" }`)
    await problems(page).getByText(wicked).first().waitFor()
    await shot(page, 'wicked')
    assert.deepEqual(
      await page.evaluate(
        "[document.querySelectorAll('main img, main script').length, document.body.textContent.includes('XSS')]",
      ),
      [0, false],
    )
    await button(page, 'Discard').click()
    await button(dialog(page), 'Discard').click()
    await page.goto(`${server.url}/console/permissions?collection=${encodeURIComponent(wicked)}`)
    await page.getByText('INVALID_PARAM').waitFor()
    assert.equal(await page.locator('main img').count(), 0)
    assert.deepEqual(new Set(errors.splice(0).map(statusIn)), new Set(['400']))
  })
})

/** Of a refused request that the browser writes into its console. */
function statusIn(error: string): string | undefined {
  return /status of (\d+)/.exec(error)?.[1]
}
