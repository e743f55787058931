/** Keys in the Console, in a real browser: made, downloaded, used by the official server SDK, replaced and revoked. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Locator } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { loginByTicket } from './support/clients.ts'
import { consoleApi } from './support/console-api.ts'
import {
  assertAccessible,
  type ConsoleOptions,
  type OpenedConsole,
  openBrowser,
  openConsole,
} from './support/e2e-console.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { phoneMaker } from './support/phones.ts'
import { runNode } from './support/run-node.ts'
import { type ApiKey, type LoginKey, type RunningServer, startServer } from './support/server.ts'

describe('the keys page', { skip: lacksChromium() }, () => {
  const newPhone = phoneMaker()
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let folder: string
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-keys')
    folder = await mkdtemp(join(tmpdir(), 'cloudstead-keys-'))
    ;[server, browser] = await Promise.all([startServer(), launchChromium()])
  })
  after(async () => {
    await browser.close()
    await server.stop()
    await rm(folder, { recursive: true })
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(one.errors, [])
    }
  })

  async function open(options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const console = await openConsole(browser, server, { at: 'keys', ...options })
    opened.push(console)
    return console
  }

  const dialog = ({ page }: OpenedConsole) => page.locator('dialog[open]').last()
  const button = (place: Locator, name: string | RegExp) => place.getByRole('button', { name })
  const section = ({ page }: OpenedConsole, kind: 'Login keys' | 'API keys') =>
    page.locator('section.card').filter({ hasText: kind }).first()

  /** Presses the button that makes a key, and for an API key the one of its form. */
  async function make(console: OpenedConsole, name: 'New login key' | 'New API key') {
    await button(console.page.locator('main'), name).click()
    if (name === 'New API key') await button(dialog(console), 'Create the key').click()
  }

  /** Makes a key, downloads it as the dialog offers it, and keeps it in the folder. */
  async function makeAndDownload<Key>(console: OpenedConsole, name: 'New login key' | 'New API key') {
    await make(console, name)
    const [download] = await Promise.all([
      console.page.waitForEvent('download'),
      button(dialog(console), 'Download as JSON').click(),
    ])
    const file = join(folder, download.suggestedFilename())
    await download.saveAs(file)
    return { file, key: JSON.parse(await readFile(file, 'utf8')) as Key }
  }

  /** Runs the lines that the dialog shows, unchanged, beside the file that was downloaded, with some more after them. */
  async function runShownLines(console: OpenedConsole, further: string): Promise<string> {
    const lines = await dialog(console).getByLabel('Lines for your server', { exact: true }).innerText()
    const program = join(folder, 'program.cjs')
    await writeFile(program, `${lines}\n${further}\n`)
    return runNode(program)
  }

  const CALL = `app.getTempFileURL({ fileList: ['cloud://demo-1abcde.x/no.png'] }).then(
    ({ fileList }) => console.log('answered ' + fileList.length),
    ({ code }) => console.log('refused ' + code),
  )`

  it('says what each kind is for, and that there is none yet', async () => {
    const console = await open()
    assert.match(await section(console, 'Login keys').innerText(), /No login key/)
    assert.match(await section(console, 'API keys').innerText(), /No API key/)
    await assertAccessible(console.page, 'no keys')
    await console.page.screenshot({ path: screenshots.next('none') })
  })

  it('an api key works with the server SDK as it was downloaded, by the lines that are shown; until it is revoked', async () => {
    const console = await open()
    const { key } = await makeAndDownload<ApiKey>(console, 'New API key')
    assert.match(await dialog(console).innerText(), /It is shown only now/)
    await assertAccessible(console.page, 'a new key')
    assert.equal(await runShownLines(console, CALL), 'answered 1')
    await button(dialog(console), 'Done').click()
    await dialog(console).waitFor({ state: 'detached' })

    await button(section(console, 'API keys'), `Revoke ${key.secretId}`).click()
    assert.match(await dialog(console).innerText(), /refused at once/)
    await assertAccessible(console.page, 'the question before a key is revoked')
    await console.page.screenshot({ path: screenshots.next('revoke') })
    await button(dialog(console), 'Revoke the key').click()
    await dialog(console).waitFor({ state: 'detached' })
    await section(console, 'API keys').getByText(key.secretId).waitFor({ state: 'detached' })
    assert.equal(await runNode(join(folder, 'program.cjs')), 'refused INVALID_CREDENTIALS')
  })

  it('a login key makes tickets by the lines that are shown', async () => {
    const console = await open()
    const { key } = await makeAndDownload<LoginKey>(console, 'New login key')
    await console.page.screenshot({ path: screenshots.next('new-login-key') })
    const lines = await dialog(console).getByLabel('Lines for your server', { exact: true }).innerText()
    const program = join(folder, 'ticket.cjs')
    await writeFile(program, `const userId = 'by-ticket'\n${lines}\nconsole.log(ticket)\n`)
    const ticket = await runNode(program)
    assert.ok(ticket.startsWith(`${key.private_key_id}/@@/`))
    const phone = newPhone(server)
    const { error } = await phone.auth.signInWithCustomTicket(async () => ticket)
    assert.equal(error ?? null, null)
    // The same key in the hands of the test.
    assert.equal((await loginByTicket(newPhone(server), key, 'by-ticket')).uid, 'by-ticket')
    await button(dialog(console), 'Done').click()
  })

  it('a secret is nowhere but in its dialog', async () => {
    const console = await open()
    const toasts: string[] = []
    await make(console, 'New API key')
    const text = await dialog(console).getByLabel('The key file').innerText()
    const key = JSON.parse(text) as ApiKey
    const secrets = [key.secretKey, key.apiKey]
    const places = async () => [
      console.page.url(),
      (await console.page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state])',
      )) as string,
      ...toasts,
    ]
    await button(dialog(console), 'Copy').first().click()
    assert.equal(await console.page.evaluate('navigator.clipboard.readText()'), `${JSON.stringify(key, null, 2)}\n`)
    toasts.push(...(await console.page.locator('.toasts').allInnerTexts()))
    for (const place of await places()) for (const secret of secrets) assert.equal(place.includes(secret), false)
    // It was copied, so nobody asks.
    await button(dialog(console), 'Done').click()
    await dialog(console).waitFor({ state: 'detached' })
    const whole = await console.page.content()
    for (const place of [whole, ...(await places())])
      for (const secret of secrets) assert.equal(place.includes(secret), false)
    await console.page.reload()
    await section(console, 'API keys').getByText(key.secretId).waitFor()
    const again = await console.page.content()
    for (const secret of secrets) assert.equal(again.includes(secret), false)
  })

  it('asks before a key is lost that was neither downloaded nor copied, whichever way one leaves', async () => {
    const console = await open()
    await make(console, 'New API key')
    await dialog(console).getByLabel('The key file').waitFor()
    const leaving = {
      Esc: () => console.page.keyboard.press('Escape'),
      cross: () => button(dialog(console), 'Close').click(),
      Done: () => button(dialog(console), 'Done').click(),
    }
    for (const [way, leave] of Object.entries(leaving)) {
      await leave()
      const question = console.page.getByRole('alertdialog')
      await question.getByText('Close without saving the key?').waitFor()
      if (way === 'Esc') await console.page.screenshot({ path: screenshots.next('not-saved') })
      if (way === 'Esc') await assertAccessible(console.page, 'the question about a key that was not saved')
      await button(question, 'Go back').click()
      await question.waitFor({ state: 'detached' })
      await dialog(console).getByLabel('The key file').waitFor()
    }
    await console.page.keyboard.press('Escape')
    await button(console.page.getByRole('alertdialog'), 'Close anyway').click()
    await console.page.locator('dialog[open]').waitFor({ state: 'detached' })
  })

  it('replaces a key in steps: the new one works before the old one goes', async () => {
    const console = await open()
    const old = (await makeAndDownload<ApiKey>(console, 'New API key')).key
    await button(dialog(console), 'Done').click()
    await button(section(console, 'API keys'), `Replace ${old.secretId}`).click()
    await assertAccessible(console.page, 'replacing, step 1')
    await button(dialog(console), 'Make the new key').click()
    const [download] = await Promise.all([
      console.page.waitForEvent('download'),
      button(dialog(console), 'Download as JSON').click(),
    ])
    const fresh = JSON.parse(await readFile(await download.path(), 'utf8')) as ApiKey
    const status = async (key: ApiKey) => (await consoleApi(server, key).ask('GET', '/keys')).status
    assert.deepEqual([await status(old), await status(fresh)], [200, 200])
    await button(dialog(console), 'Next').click()
    await assertAccessible(console.page, 'replacing, step 3')
    await console.page.screenshot({ path: screenshots.next('replace') })
    const revoke = button(dialog(console), 'Revoke the key')
    assert.ok(await revoke.isDisabled())
    await dialog(console).getByRole('checkbox', { name: 'Nothing uses the old key any more' }).check()
    await revoke.click()
    await console.page.locator('dialog[open]').waitFor({ state: 'detached' })
    assert.deepEqual([await status(old), await status(fresh)], [401, 200])
    await section(console, 'API keys').getByText(fresh.secretId).waitFor()
    assert.equal(await section(console, 'API keys').getByText(old.secretId).count(), 0)
  })

  it('revoking the key that one is signed in with is said beforehand, and asks for a new sign-in', async () => {
    const key = await server.apiKey()
    const console = await openBrowser(browser, server)
    await console.goto('')
    await console.page.getByRole('textbox').fill(key.apiKey)
    await console.page.keyboard.press('Enter')
    await console.page.locator('#navigation').waitFor({ state: 'attached' })
    await console.goto('keys')
    await section(console, 'API keys').getByText('You are signed in with it').waitFor()
    await button(section(console, 'API keys'), `Revoke ${key.secretId}`).click()
    assert.match(await dialog(console).innerText(), /you will have to sign in again/)
    await button(dialog(console), 'Revoke the key').click()
    await console.page.getByText('The session has ended').waitFor()
    await console.page.screenshot({ path: screenshots.next('signed-out') })
    await console.close()
  })

  it('an API key gets the scopes that were chosen for it, which the list shows', async () => {
    const console = await open()
    await button(console.page.locator('main'), 'New API key').click()
    await dialog(console).getByRole('radio', { name: 'Only some of it' }).check()
    await button(dialog(console), 'Create the key').click()
    await dialog(console).getByText('Choose at least one area.').waitFor()
    await dialog(console).getByLabel('Storage').selectOption('Read')
    await dialog(console).getByLabel('Users and keys').selectOption('Read and write')
    await assertAccessible(console.page, 'the scopes of a new key')
    await console.page.screenshot({ path: screenshots.next('scopes') })
    await button(dialog(console), 'Create the key').click()
    await button(dialog(console), 'Copy').first().click()
    const key = JSON.parse(await dialog(console).getByLabel('The key file').innerText()) as ApiKey
    await button(dialog(console), 'Done').click()
    await section(console, 'API keys')
      .getByText(/Only Storage: read, Users and keys: read and write/)
      .waitFor()
    const status = async (path: string) => (await consoleApi(server, key).ask('GET', path)).status
    assert.deepEqual(await Promise.all(['/storage/files', '/keys', '/settings'].map(status)), [200, 200, 403])
  })

  it('revoking a key names the keys that it created, and revokes them too', async () => {
    const maker = await server.apiKey()
    const made = (await consoleApi(server, maker).call('POST', '/keys/api')) as ApiKey
    const madeByMade = (await consoleApi(server, made).call('POST', '/keys/login')) as LoginKey
    const console = await open()
    await button(section(console, 'API keys'), `Revoke ${maker.secretId}`).click()
    await dialog(console).getByText('It created these 2 keys, which are revoked too:').waitFor()
    const text = await dialog(console).innerText()
    assert.ok(text.includes(made.secretId) && text.includes(madeByMade.private_key_id))
    await assertAccessible(console.page, 'the keys that are revoked too')
    await console.page.screenshot({ path: screenshots.next('revoke-made') })
    await button(dialog(console), 'Revoke 3 keys').click()
    await console.page.getByText('3 keys are revoked').waitFor()
    for (const id of [maker.secretId, made.secretId]) {
      await section(console, 'API keys').locator('tbody').getByText(id).waitFor({ state: 'detached' })
    }
    assert.equal((await consoleApi(server, made).ask('GET', '/keys')).status, 401)
  })

  it('a key that replaces the one that one is signed in with stays valid', async () => {
    const key = await server.apiKey()
    const console = await openBrowser(browser, server)
    await console.goto('')
    await console.page.getByRole('textbox').fill(key.apiKey)
    await console.page.keyboard.press('Enter')
    await console.page.locator('#navigation').waitFor({ state: 'attached' })
    await console.goto('keys')
    await button(section(console, 'API keys'), `Replace ${key.secretId}`).click()
    await button(dialog(console), 'Make the new key').click()
    await button(dialog(console), 'Copy').first().click()
    const fresh = JSON.parse(await dialog(console).getByLabel('The key file').innerText()) as ApiKey
    await button(dialog(console), 'Next').click()
    await dialog(console).getByRole('checkbox', { name: 'Nothing uses the old key any more' }).check()
    await button(dialog(console), 'Revoke the key').click()
    await console.page.getByText('The session has ended').waitFor()
    const status = async (one: ApiKey) => (await consoleApi(server, one).ask('GET', '/keys')).status
    assert.deepEqual([await status(key), await status(fresh)], [401, 200])
    await console.close()
  })

  it('works by keyboard alone: make, copy, close, revoke', async () => {
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
    await tabTo(/^New API key$/)
    await keyboard.press('Enter')
    await dialog(console).getByRole('radio', { name: 'Everything' }).waitFor()
    await keyboard.press('Enter')
    await dialog(console).getByLabel('The key file').waitFor()
    const { secretId } = JSON.parse(await dialog(console).getByLabel('The key file').innerText()) as ApiKey
    await tabTo(/^Copy$/)
    await keyboard.press('Enter')
    await dialog(console).getByRole('button', { name: 'Copied' }).waitFor()
    await keyboard.press('Escape')
    await dialog(console).waitFor({ state: 'detached' })
    assert.equal(await focused(), 'New API key', 'the focus goes back to where it was')
    await tabTo(new RegExp(`^Revoke ${secretId}$`))
    await keyboard.press('Enter')
    await dialog(console).waitFor()
    assert.equal(await focused(), 'Cancel')
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await console.page.getByRole('table', { name: 'API keys' }).getByText(secretId).waitFor({ state: 'detached' })
  })

  for (const options of [
    { language: 'zh', phone: true },
    { language: 'zh', scheme: 'dark' },
    { language: 'en', scheme: 'dark', phone: true },
  ] as const) {
    const name = Object.values({ ...options, phone: 'phone' in options ? 'phone' : 'desktop' }).join('-')
    it(`is whole in ${name}`, async () => {
      const console = await open(options)
      await console.page.locator('section.card').nth(1).waitFor()
      await assertAccessible(console.page, `${name}: the page`)
      await console.page.screenshot({ path: screenshots.next(`${name}-page`) })
      await console.page.locator('.card-actions button').nth(1).click()
      await dialog(console).getByRole('radio').nth(1).check()
      await dialog(console).getByRole('combobox').nth(0).selectOption('read')
      await assertAccessible(console.page, `${name}: what a new key may do`)
      await console.page.screenshot({ path: screenshots.next(`${name}-scopes`) })
      await dialog(console).locator('.dialog-foot button').last().click()
      await dialog(console).locator('pre').first().waitFor()
      await assertAccessible(console.page, `${name}: a new key`)
      await console.page.screenshot({ path: screenshots.next(`${name}-new`) })
      const wide = await console.page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      )
      assert.equal(wide, false, 'nothing sticks out at the side')
    })
  }
})
