/** Settings in the Console, in a real browser: saving, the file that wins, conflicts, the history, and what is never shown. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Locator } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type SettingsApi, settingsApi } from './support/console-settings.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { act, newPerson, own, type Person, send, temporaryUrl, upload, uploadUrl } from './support/wire.ts'

const MAX_AGE = 'storage.tempUrlMaxAge'
const SIZE = 'storage.maxFileSize'
const SECRET = 'auth.wechat.secret'
/** A refused save is an answer like any other; the browser tells of it all the same. */
const REFUSED_SAVE = /status of 4(?:00|09).*\/console\/api\//

describe('the settings page', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let settings: SettingsApi
  let alice: Person
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-settings')
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev' }), launchChromium()])
    settings = settingsApi(server, await server.apiKey())
    alice = await newPerson(server)
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(
        one.errors.filter((error) => !REFUSED_SAVE.test(error)),
        [],
      )
    }
  })

  async function open(options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const console = await openConsole(browser, server, { at: 'settings', ...options })
    opened.push(console)
    return console
  }

  /** The row of a setting; its key contains what CSS would read otherwise. */
  const row = ({ page }: OpenedConsole, key: string) => page.locator(`[id="setting-${key}"]`)
  const button = (place: Locator, name: string | RegExp) => place.getByRole('button', { name })
  const dialog = ({ page }: OpenedConsole) => page.locator('dialog[open]').last()
  const back = ({ page }: OpenedConsole) => page.evaluate("dispatchEvent(new Event('focus'))")

  /** Writes the configuration, and waits until the server has it. */
  async function edited(config: object | string, key: string, source: string): Promise<void> {
    await server.writeConfig(config)
    await eventually(`${key} comes from ${source}`, async () => (await settings.setting(key)).source === source)
  }

  it('saves a size, which holds at once, is still there after a reload, and can be reset', async () => {
    const console = await open()
    const size = row(console, SIZE)
    await size.getByText('Default', { exact: true }).waitFor()
    await assertAccessible(console.page, 'the settings')
    await console.page.screenshot({ path: screenshots.next('settings') })
    await size.getByLabel('Largest file: Number').fill('1')
    await size.getByLabel('Largest file: Unit').selectOption('KB')
    await size.getByText('1,024 bytes').waitFor()
    await button(size, 'Save').click()
    await console.page.getByText('Largest file: saved and in force.').waitFor()
    await size.getByText('Saved here').waitFor()
    assert.equal(await button(size, 'Save').count(), 0)

    const put = async (bytes: number) =>
      (await send(await uploadUrl(server, alice, own(alice, 'a.bin')), { method: 'PUT', body: Buffer.alloc(bytes) }))
        .status
    assert.equal(await put(1025), 413)
    assert.equal(await put(1024), 200)

    await console.goto('settings')
    assert.equal(await size.getByLabel('Largest file: Number').inputValue(), '1')
    await button(size, /^Reset/).click()
    await console.page.screenshot({ path: screenshots.next('reset') })
    await assertAccessible(console.page, 'the question before a reset')
    await button(dialog(console), 'Reset').click()
    await size.getByText('Default', { exact: true }).waitFor()
    assert.equal(await size.getByLabel('Largest file: Number').inputValue(), '100')
    assert.equal(await put(1025), 200)
  })

  it('says what is wrong beside the field, and loses nothing that was typed', async () => {
    await settings.save('database.collections.notes.acl', 'PRIVATE')
    const console = await open()
    const age = row(console, MAX_AGE)
    await age.getByRole('textbox').fill('0')
    await button(age, 'Save').click()
    await age.getByText('Enter a whole number from 1 to 86,400.').waitFor()
    await age.getByRole('textbox').fill('3700')
    await age.getByText('Seconds = 1 h 1 min').waitFor()

    const indexes = row(console, 'database.collections.notes.indexes')
    await button(indexes, 'Edit indexes').click()
    await indexes.getByRole('textbox').fill('["a", "a"')
    await button(indexes, 'Save').click()
    await indexes.getByText('This is not valid JSON.').waitFor()
    // What only the server can know.
    await indexes.getByRole('textbox').fill('["a", "a"]')
    await button(indexes, 'Save').click()
    await indexes.getByText('database.collections.notes.indexes names a_1 twice').waitFor()
    assert.equal(await indexes.getByRole('textbox').inputValue(), '["a", "a"]')
    await console.page.screenshot({ path: screenshots.next('refused') })
    await assertAccessible(console.page, 'a refused save')
    await indexes.getByRole('textbox').fill('["a"]')
    await button(indexes, 'Save').click()
    await indexes.getByText('1 index').waitFor()
    assert.equal(await age.getByRole('textbox').inputValue(), '3700', 'what waits in another field')

    // Leaving would lose it.
    await console.page.getByRole('link', { name: 'Users' }).click()
    await dialog(console).getByText('Leave without saving?').waitFor()
    await button(dialog(console), 'Stay').click()
    assert.equal(await age.getByRole('textbox').inputValue(), '3700')
    await button(age, 'Discard').click()
    assert.equal(await age.getByRole('textbox').inputValue(), '7200')
  })

  it('lets the file win, keeps what was saved here, and says both', async () => {
    await settings.save(MAX_AGE, 60)
    const console = await open()
    const age = row(console, MAX_AGE)
    await age.getByRole('textbox').fill('90')
    await edited({ storage: { tempUrlMaxAge: 30 } }, MAX_AGE, 'file')
    await button(age, 'Save').click()
    await age.getByText('The configuration file sets this, and it takes precedence.').waitFor()
    await age.getByText('Set by cloudstead.config.json. Remove the key there to set it here.').waitFor()
    assert.match(await age.innerText(), /Your input: 90/)
    assert.match(await age.innerText(), /Takes effect when the file no longer sets it: 60/)
    assert.equal(await age.getByRole('textbox').count(), 0)
    await button(age, /^Copy the value/).click()
    assert.equal(await console.page.evaluate('navigator.clipboard.readText()'), '30')
    await assertAccessible(console.page, 'a locked setting')
    await console.page.screenshot({ path: screenshots.next('the-file-wins') })

    await edited({}, MAX_AGE, 'console')
    await back(console)
    await age.getByRole('textbox').waitFor()
    assert.equal(await age.getByRole('textbox').inputValue(), '90', 'the draft is still there')
    await button(age, 'Discard').click()
    assert.equal(await age.getByRole('textbox').inputValue(), '60')
    await settings.reset(MAX_AGE)
  })

  it('shows the file without its secrets, and why its last edit does not hold', async () => {
    await edited('{ "auth": { "wechat": { "secret": "file-secret-1234" } } }', SECRET, 'file')
    const console = await open({ at: 'settings?view=file' })
    const file = console.page.getByLabel('Content of the configuration file')
    assert.equal(await file.innerText(), '{ "auth": { "wechat": { "secret": "********" } } }')
    await server.writeConfig('{ "storge": {} } // <img src=x onerror="document.title=1">')
    await eventually('the refusal is told', async () => (await settings.api.call('GET', '/settings')).file.refused)
    await back(console)
    await console.page.getByText('The last edit of the configuration file was rejected').waitFor()
    assert.match(await console.page.locator('main').innerText(), /unknown key storge \(did you mean storage\?\)/)
    assert.match(await file.innerText(), /<img src=x onerror/)
    assert.equal(await console.page.locator('main img').count(), 0)
    await assertAccessible(console.page, 'a refused file')
    await console.page.screenshot({ path: screenshots.next('refused-file') })
    assert.doesNotMatch(await console.page.content(), /file-secret/)
    await edited({}, SECRET, 'default')
  })

  it('takes a secret and never gives it back', async () => {
    const console = await open()
    const answers: string[] = []
    console.page.on('response', async (response) => {
      if (response.url().includes('/console/api/')) answers.push(await response.text().catch(() => ''))
    })
    const secret = row(console, SECRET)
    await secret.locator('input').fill('typed-secret-1234')
    assert.equal(await secret.locator('input').getAttribute('type'), 'password')
    await button(secret, 'Save').click()
    await secret.getByText('Saved here').waitFor()
    assert.equal(await secret.locator('input').inputValue(), '')
    await console.page.getByRole('tab', { name: 'History' }).click()
    const change = console.page.locator('main').getByRole('listitem').filter({ hasText: SECRET }).first()
    await change.getByText('(secret)').first().waitFor()
    assert.equal(await button(change, /Undo/).count(), 0)
    assert.ok(answers.length >= 2)
    for (const text of [...answers, await console.page.content(), server.log()]) {
      assert.doesNotMatch(text, /typed-secret/)
    }
    await settings.reset(SECRET)
  })

  it('tells of somebody who saved the same meanwhile, and saves beside somebody who saved something else', async () => {
    const console = await open()
    const size = row(console, SIZE)
    const number = size.getByLabel('Largest file: Number')
    await number.fill('20')
    await settings.save(MAX_AGE, 61)
    await button(size, 'Save').click()
    await console.page.getByText('Largest file: saved and in force.').waitFor()

    await number.fill('21')
    await settings.save(SIZE, '33MB')
    await button(size, 'Save').click()
    await size.getByText('Somebody else has changed it in the meantime.').waitFor()
    await size.getByText('Value in force: 33MB').waitFor()
    assert.equal(await number.inputValue(), '21')
    assert.equal((await settings.setting(SIZE)).value, '33MB')
    await console.page.screenshot({ path: screenshots.next('conflict') })
    await button(size, 'Save').click()
    await eventually('the second attempt counts', async () => (await settings.setting(SIZE)).value === '21MB')
    for (const key of [SIZE, MAX_AGE]) await settings.reset(key)
  })

  it('switches anonymous login, and puts it back from the history', async () => {
    const console = await open()
    const anonymous = row(console, 'auth.anonymous')
    await anonymous.getByRole('switch', { name: 'Anonymous login' }).click()
    await anonymous.getByText('Saved here').waitFor()
    await assert.rejects(newPerson(server))
    await console.page.getByRole('tab', { name: 'History' }).click()
    const change = console.page.locator('main').getByRole('listitem').filter({ hasText: 'auth.anonymous' }).first()
    assert.match(await change.innerText(), /Operator/)
    await assertAccessible(console.page, 'the history')
    await console.page.screenshot({ path: screenshots.next('history') })
    await button(change, 'Undo the change of Anonymous login').click()
    await assertAccessible(console.page, 'the question before an undo')
    await console.page.screenshot({ path: screenshots.next('undo') })
    await button(dialog(console), 'Undo').click()
    await console.page.getByText('the earlier value is in force again').waitFor()
    assert.ok((await newPerson(server)).uid)
    // The way back is a change too.
    await console.page.locator('main').getByRole('listitem').nth(1).getByText('false').waitFor()
    assert.equal((await settings.setting('auth.anonymous')).source, 'default')
  })

  it('puts rules back as they were written, and leads to where they are edited', async () => {
    const written = '{\n  // everybody reads\n  "read": true,\n  "write": "auth != null"\n}'
    await settings.saveRules(written)
    await settings.saveRules('"ADMINONLY"')
    const path = own(alice, 'rules.txt')
    assert.equal((await act(server, alice, 'storage.getUploadMetadata', { path })).code, 'STORAGE_EXCEED_AUTHORITY')
    const console = await open({ at: 'settings?view=history&key=storage.acl' })
    const newest = console.page.locator('main').getByRole('listitem').first()
    await button(newest, 'Undo the change of Permissions of files').click()
    assert.match(await dialog(console).innerText(), /\/\/ everybody reads/)
    await button(dialog(console), 'Undo').click()
    await console.page.getByText('the earlier value is in force again').waitFor()
    assert.equal((await settings.api.call('GET', '/rules')).text, written)
    await upload(server, alice, path, 'hello')
    assert.equal((await temporaryUrl(server, undefined, path)).code, 'SUCCESS')

    await console.page.getByRole('tab', { name: 'Settings' }).click()
    const acl = row(console, 'storage.acl')
    await acl.getByText('Custom rules').waitFor()
    await acl.getByRole('link', { name: 'Edit permissions' }).click()
    await console.page.waitForURL(/\/console\/permissions$/)
    await settings.reset('storage.acl')
  })

  it('comes with the setting that a link asks for', async () => {
    const console = await open({ at: 'settings?key=auth.anonymous' })
    await row(console, 'auth.anonymous').waitFor()
    const focused = () => console.page.evaluate('document.activeElement?.textContent') as Promise<string>
    await eventually('its name has the focus', async () => (await focused()) === 'Anonymous login')
    assert.match((await row(console, 'auth.anonymous').getAttribute('class')) ?? '', /is-wanted/)
  })

  it('works by keyboard alone: type, save, reset', async () => {
    const console = await open()
    const { keyboard } = console.page
    await row(console, MAX_AGE).waitFor()
    const focused = () =>
      console.page.evaluate(
        'document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? ""',
      ) as Promise<string>
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 60; presses += 1) {
        if (name.test(await focused())) return
        await keyboard.press('Tab')
      }
      assert.fail(`Tab does not lead to ${name}, but to ${await focused()}`)
    }
    await tabTo(/^Lifetime of temporary URLs: Seconds$/)
    await keyboard.press('ControlOrMeta+a')
    await keyboard.type('600')
    await keyboard.press('Enter')
    await row(console, MAX_AGE).getByText('Saved here').waitFor()
    assert.equal((await settings.setting(MAX_AGE)).value, 600)
    await eventually('the focus stays in the row', async () => /: Seconds$/.test(await focused()))
    await tabTo(/^Reset Lifetime of temporary URLs$/)
    await keyboard.press('Enter')
    await dialog(console).waitFor()
    // The harmless answer has the focus.
    assert.equal(await focused(), 'Cancel')
    await keyboard.press('Escape')
    assert.match(await focused(), /^Reset/)
    await keyboard.press('Enter')
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await row(console, MAX_AGE).getByText('Default', { exact: true }).waitFor()
    await tabTo(/^Settings$/)
  })

  for (const options of [
    { language: 'zh', phone: true },
    { language: 'zh', scheme: 'dark' },
    { language: 'en', scheme: 'dark', phone: true },
  ] as const) {
    const name = Object.values({ ...options, phone: 'phone' in options ? 'phone' : 'desktop' }).join('-')
    it(`is whole in ${name}`, async () => {
      await settings.save(SIZE, '50MB')
      const console = await open(options)
      for (const view of ['', '?view=file', '?view=history']) {
        await console.goto(`settings${view}`)
        await console.page.locator('.card').first().waitFor()
        await assertAccessible(console.page, `${name}: ${view}`)
        await console.page.screenshot({ path: screenshots.next(`${name}${view.replace('?view=', '-')}`) })
        const wide = await console.page.evaluate(
          'document.documentElement.scrollWidth > document.documentElement.clientWidth',
        )
        assert.equal(wide, false, 'nothing is wider than the window')
        const words = await console.page.locator('main').innerText()
        if (options.language === 'zh') assert.match(words, /设置/)
        else assert.doesNotMatch(words, /[\u4e00-\u9fff]/)
      }
    })
  }
})
