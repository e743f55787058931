/** Users in the Console, in a real browser: finding, ending sessions, blocking, login methods; with phones that feel it. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Locator } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { loginAnonymously, loginByOpenId, loginByTicket, type Phone } from './support/clients.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { phoneMaker, whoAmI } from './support/phones.ts'
import { type LoginKey, type RunningServer, startServer } from './support/server.ts'

/** What a call with a token of an ended session gets. */
const ENDED = /INVALID_ACCESS_TOKEN|CHECK_LOGIN_FAILED/
/** As wicked as the characters allow that a custom id may have: no quote, no slash, no space. */
const WICKED = [
  '<script>xss()<',
  '<img>onerror=xss()',
  '<b>bold<b>',
  '{{xss()}}',
  'javascript:xss()',
  '#uid=@x[1].(a)*,~+',
]

describe('the users page', { skip: lacksChromium() }, () => {
  const newPhone = phoneMaker()
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let key: LoginKey
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-users')
    const config = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config }), launchChromium()])
    key = await server.loginKey()
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(one.errors, [])
    }
  })

  async function open(options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const console = await openConsole(browser, server, { at: 'users', ...options })
    opened.push(console)
    return console
  }

  async function customUser(id: string): Promise<Phone> {
    const phone = newPhone(server)
    await loginByTicket(phone, key, id)
    return phone
  }

  const rows = ({ page }: OpenedConsole) => page.locator('[role=grid] [role=rowgroup] [role=row]')
  const panel = ({ page }: OpenedConsole) => page.locator('aside.side-panel')
  const dialog = ({ page }: OpenedConsole) => page.locator('dialog[open]').last()
  const button = (place: Locator, name: string | RegExp) => place.getByRole('button', { name })

  async function search(console: OpenedConsole, text: string): Promise<void> {
    const answered = console.page.waitForResponse(
      (response) => new URL(response.url()).searchParams.get('search') === (text === '' ? null : text),
    )
    await console.page.getByRole('searchbox').fill(text)
    await console.page.keyboard.press('Enter')
    await answered
    await console.page.locator('[role=grid][aria-busy=false]').waitFor()
  }

  async function show(console: OpenedConsole, uid: string): Promise<void> {
    await rows(console).filter({ hasText: uid }).first().click()
    await panel(console).getByRole('heading', { name: uid, exact: true }).waitFor()
    await panel(console).getByText('See also').waitFor()
  }

  it('says how somebody logs in, as long as nobody has', async () => {
    const console = await open()
    const lines = console.page.getByLabel('Lines for your app', { exact: true })
    assert.match(await lines.innerText(), new RegExp(`env: '${server.env}'`))
    assert.match(await lines.innerText(), new RegExp(`registerHost\\('${server.host}', 'http'\\)`))
    await assertAccessible(console.page, 'no users')
    await console.page.screenshot({ path: screenshots.next('nobody') })
  })

  it('lists everybody, newest first, finds by any id, and filters', async () => {
    await customUser('alice')
    const wechat = await loginByOpenId(newPhone(server, { loginCode: 'dev:wendy' }))
    const anonymous = await loginAnonymously(newPhone(server))
    const console = await open()
    await rows(console).nth(2).waitFor()
    const texts = await rows(console).allInnerTexts()
    assert.equal(texts.length, 3)
    for (const [index, uid] of [anonymous.uid, wechat.uid, 'alice'].entries()) assert.ok(texts[index]?.includes(uid))
    assert.match(texts[0] ?? '', /Anonymous/)
    assert.match(texts[1] ?? '', /WeChat/)
    await console.page.screenshot({ path: screenshots.next('list') })
    await assertAccessible(console.page, 'the list')

    await search(console, wechat.openid?.slice(0, 10) ?? '')
    await rows(console).filter({ hasText: wechat.uid }).waitFor()
    assert.equal(await rows(console).count(), 1)
    assert.match(console.page.url(), /search=oDEV/)
    await console.page.getByRole('combobox', { name: 'Login type' }).selectOption('CUSTOM')
    await console.page.getByText('No user found').waitFor()
    await console.page.screenshot({ path: screenshots.next('nothing-found') })
    await assertAccessible(console.page, 'nothing found')
    await button(console.page.locator('main'), 'Show all users').click()
    await rows(console).nth(2).waitFor()
    assert.equal(await console.page.getByRole('searchbox').inputValue(), '')
  })

  it('shows a user with all ids and sessions, and ends one session', async () => {
    const first = await customUser('two-phones')
    await first.auth.refreshTokenForce()
    const second = await customUser('two-phones')
    const console = await open()
    await show(console, 'two-phones')
    const sessions = panel(console).locator('.user-sessions > li')
    assert.equal(await sessions.count(), 2)
    assert.match(await sessions.nth(1).innerText(), /Last refreshed/)
    await assertAccessible(console.page, 'the panel of a user')
    await console.page.screenshot({ path: screenshots.next('user') })

    await button(panel(console), 'Copy').first().click()
    assert.equal(await console.page.evaluate('navigator.clipboard.readText()'), 'two-phones')

    // The newest is on top.
    await button(sessions.nth(0), /End the session/).click()
    await console.page.screenshot({ path: screenshots.next('end-session') })
    await assertAccessible(console.page, 'the question about a session')
    await button(dialog(console), 'End this session').click()
    await dialog(console).waitFor({ state: 'detached' })
    assert.equal(await sessions.count(), 1)
    await assert.rejects(whoAmI(second, 'two-phones'), ENDED)
    assert.ok(await whoAmI(first, 'two-phones'))
  })

  it('blocks after it has said what happens, and lets in again', async () => {
    const phone = await customUser('to-be-blocked')
    const console = await open()
    await show(console, 'to-be-blocked')
    await button(panel(console), 'Block').click()
    assert.match(await dialog(console).innerText(), /Every open session ends at once/)
    await assertAccessible(console.page, 'the question before a block')
    await console.page.screenshot({ path: screenshots.next('block') })
    // Nothing has happened yet, and Esc takes it back.
    await console.page.keyboard.press('Escape')
    assert.ok(await whoAmI(phone, 'to-be-blocked'))

    await button(panel(console), 'Block').click()
    await button(dialog(console), 'Block this user').click()
    await panel(console).getByText('This user cannot log in').waitFor()
    await assert.rejects(whoAmI(phone, 'to-be-blocked'), ENDED)
    await assert.rejects(loginByTicket(phone, key, 'to-be-blocked'), /USER_BLOCKED/)
    assert.match(await rows(console).filter({ hasText: 'to-be-blocked' }).innerText(), /Blocked/)
    await console.page.screenshot({ path: screenshots.next('blocked') })
    await assertAccessible(console.page, 'a blocked user')

    await button(panel(console), 'Let in again').click()
    await button(dialog(console), 'Let in again').click()
    await button(panel(console), 'Block').waitFor()
    await loginByTicket(phone, key, 'to-be-blocked')
    assert.ok(await whoAmI(phone, 'to-be-blocked'))
  })

  it('leads to the files, the documents and the rules of a user', async () => {
    await customUser('linked')
    const console = await open()
    await show(console, 'linked')
    const follow = (name: string) => panel(console).getByRole('link', { name }).click()
    const back = async () => {
      await console.page.goBack()
      await panel(console).getByText('See also').waitFor()
    }
    await follow('Files in users/linked/')
    await console.page.getByRole('heading', { name: 'Storage' }).waitFor()
    assert.equal(new URL(console.page.url()).searchParams.get('folder'), 'users/linked/')
    await back()
    await follow('What the rules allow this user')
    await console.page.getByRole('heading', { name: 'Permissions' }).waitFor()
    assert.equal(new URL(console.page.url()).searchParams.get('uid'), 'linked')
    await back()
    await button(panel(console), 'Documents of this user').click()
    await console.page.getByRole('menuitem', { name: 'orders' }).click()
    await console.page.waitForURL(/\/console\/database/)
    const { searchParams } = new URL(console.page.url())
    assert.equal(searchParams.get('collection'), 'orders')
    assert.deepEqual(JSON.parse(searchParams.get('query') ?? ''), { _openid: 'linked' })
    await back()
  })

  it('takes no id for markup, whatever is in it', async () => {
    for (const id of WICKED) await customUser(id)
    const console = await open()
    await console.page.evaluate('globalThis.xss = () => { globalThis.hit = true }')
    for (const id of WICKED) {
      await show(console, id)
      await panel(console)
        .getByRole('link', { name: `Files in users/${id}/` })
        .waitFor()
      await button(panel(console), 'Block').click()
      assert.ok((await dialog(console).innerText()).includes(id))
      await console.page.keyboard.press('Escape')
      await search(console, id)
      assert.equal(await rows(console).count(), 1, id)
      assert.ok((await rows(console).innerText()).includes(id))
      await search(console, '')
    }
    await console.goto(`users?uid=${encodeURIComponent(WICKED[0] ?? '')}&search=${encodeURIComponent('<b>bold')}`)
    await panel(console).getByText('See also').waitFor()
    assert.equal(await console.page.locator('main script, main img, main b').count(), 0)
    assert.equal(await console.page.evaluate('globalThis.hit'), undefined)
    await console.page.screenshot({ path: screenshots.next('wicked-ids') })
  })

  it('loads further users while one scrolls, page by page', async () => {
    const logIn = (device: string) =>
      fetch(`${server.url}/auth/v1/signin/anonymously`, {
        method: 'POST',
        headers: { 'x-device-id': device },
        body: '{}',
      })
    // The first of them is the oldest, so it comes on the last page.
    const first = (await (await logIn('the-first-device-of-all')).json()) as { sub: string }
    for (let n = 0; n < 450; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => logIn(`device-number-${String(n + i).padStart(6, '0')}`)))
    }
    const console = await open({ at: 'keys' })
    const asked: string[] = []
    console.page.on('request', (request) => {
      if (request.url().includes('/console/api/users?'))
        asked.push(new URL(request.url()).searchParams.get('after') ?? '')
    })
    await console.goto('users')
    await rows(console).first().waitFor()
    await console.page.getByRole('grid').hover()
    const found = rows(console).filter({ hasText: first.sub })
    for (let step = 0; step < 40 && (await found.count()) === 0; step += 1) {
      await console.page.mouse.wheel(0, 3_000)
      await console.page.waitForTimeout(50)
    }
    await found.waitFor()
    assert.ok((await rows(console).count()) < 100, 'only what is seen is in the document')
    assert.ok(asked.filter((after) => after !== '').length >= 2)
  })

  it('switches anonymous login off and on, and says so when the file has decided', async () => {
    const console = await open()
    await button(console.page.locator('main'), 'Login methods').click()
    const anonymous = dialog(console).getByRole('switch', { name: /People may log in anonymously/ })
    assert.ok(await anonymous.isChecked())
    for (const text of ['There is 1 login key', 'The AppSecret is missing'])
      await dialog(console).getByText(text).waitFor()
    await assertAccessible(console.page, 'login methods')
    await console.page.screenshot({ path: screenshots.next('login-methods') })
    await anonymous.click()
    await console.page.getByText('Anonymous login is off').waitFor()
    await assert.rejects(loginAnonymously(newPhone(server)), /Anonymous login is off/)
    await anonymous.click()
    await console.page.getByText('Anonymous login is on').waitFor()
    await loginAnonymously(newPhone(server))

    const decided = await startServer({ config: { auth: { anonymous: false } } })
    const other = await openConsole(browser, decided, { at: 'users' })
    try {
      await button(other.page.locator('main'), 'Login methods').click()
      const locked = dialog(other).getByRole('switch', { name: /People may log in anonymously/ })
      assert.ok(await locked.isDisabled())
      assert.ok(!(await locked.isChecked()))
      await dialog(other)
        .getByText(/Set by the configuration file/)
        .waitFor()
      assert.deepEqual(other.errors, [])
    } finally {
      await other.close()
      await decided.stop()
    }
  })

  it('works by keyboard alone: find, open, block, close', async () => {
    const phone = await customUser('by-keyboard')
    const console = await open()
    const { keyboard } = console.page
    const focused = () =>
      console.page.evaluate(
        'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? ""',
      ) as Promise<string>
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 40; presses += 1) {
        if (name.test(await focused())) return
        await keyboard.press('Tab')
      }
      assert.fail(`Tab does not lead to ${name}, but to ${await focused()}`)
    }
    await tabTo(/^Search users$/)
    await keyboard.type('by-key')
    await keyboard.press('Enter')
    await rows(console).filter({ hasText: 'by-keyboard' }).waitFor()
    await tabTo(/^Users$/)
    await keyboard.press('Enter')
    await panel(console).getByText('See also').waitFor()
    await tabTo(/^Block$/)
    await keyboard.press('Enter')
    // The harmless answer has the focus.
    await dialog(console).waitFor()
    assert.equal(await focused(), 'Cancel')
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await panel(console).getByText('This user cannot log in').waitFor()
    await assert.rejects(whoAmI(phone, 'by-keyboard'), ENDED)
    await tabTo(/^Close the panel$/)
    await keyboard.press('Escape')
    await panel(console).waitFor({ state: 'detached' })
  })

  for (const options of [
    { language: 'zh', phone: true },
    { language: 'zh', scheme: 'dark' },
    { language: 'en', scheme: 'dark', phone: true },
  ] as const) {
    const name = Object.values({ ...options, phone: 'phone' in options ? 'phone' : 'desktop' }).join('-')
    it(`is whole in ${name}`, async () => {
      const console = await open(options)
      await rows(console).first().waitFor()
      await console.page.screenshot({ path: screenshots.next(`${name}-list`) })
      await assertAccessible(console.page, `${name}: the list`)
      await search(console, 'alice')
      await rows(console).filter({ hasText: 'alice' }).first().click()
      await panel(console).locator('.user-links a').first().waitFor()
      await assertAccessible(console.page, `${name}: a user`)
      await console.page.screenshot({ path: screenshots.next(`${name}-user`) })
      const wide = await console.page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      )
      assert.equal(wide, false, 'nothing sticks out at the side')
    })
  }
})
