/** Cloud functions in the Console, in a real browser: the list, running one, its log as it happens, timers, and its rules. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
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
import { projectForFile } from './support/functions.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type User } from './support/users.ts'

/** The answer of a call that fails, which the browser reports. */
const FAILED_CALL = /status of 500 /

const FILES = {
  'cloudfunctions/hello/index.js': `exports.main = async (event) => {
  console.log('hello from', event.name)
  return { hello: event.name ?? 'world', uid: process.env.TCB_UUID }
}
`,
  'cloudfunctions/pay/index.js': `const { total } = require('./lib/total.js')

exports.main = async (event) => {
  console.log('paying', event.order?.id)
  console.error('no price list')
  return { total: total(event.order) }
}
`,
  'cloudfunctions/pay/lib/total.js': `exports.total = (order) =>
  order.items.reduce((sum, { price }) => sum + price, 0)
`,
  'cloudfunctions/pay/config.json': JSON.stringify({
    triggers: [{ name: 'nightly', type: 'timer', config: '0 0 2 * * * *' }],
  }),
  'cloudfunctions/slow/index.js': `exports.main = async () => {
  console.log('step one')
  await new Promise((done) => setTimeout(done, 3000))
  console.log('step two')
}
`,
  'cloudfunctions/unparsed/index.js': 'exports.main = () => {\n  return 1 +\n}\n',
}
const CONFIG = {
  functions: {
    http: { '/hello': 'hello', '/pay': { function: 'pay', auth: true } },
    settings: { pay: { env: { PRICE_KEY: 'swordfish' } } },
  },
}

describe('the page of functions', { skip: lacksChromium() }, async () => {
  const project = await projectForFile(FILES)
  const opened: OpenedConsole[] = []
  const users: User[] = []
  let server: RunningServer
  let browser: Browser
  let api: ConsoleApi
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-functions')
    const args = ['--functions', project.root]
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config: CONFIG, args }), launchChromium()])
    api = consoleApi(server, await server.apiKey())
    users.push(await createUser(server, { code: 'dev:mia' }))
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
        one.errors.filter((error) => !FAILED_CALL.test(error)),
        [],
      )
    }
  })

  async function open(at = 'functions', options: ConsoleOptions = {}): Promise<OpenedConsole> {
    const console = await openConsole(browser, server, { at, ...options })
    opened.push(console)
    return console
  }
  async function shot(page: Page, name: string): Promise<void> {
    await settled(page)
    await page.screenshot({ path: screenshots.next(name) })
  }
  const invoke = (name: string, data: object) => api.ask('POST', `/functions/${name}/invoke`, { data })
  const button = (place: Page | Locator, name: string | RegExp) => place.getByRole('button', { name, exact: true })
  const event = (page: Page) => page.getByRole('textbox', { name: /Event as JSON|JSON 格式的事件/ })
  const result = (page: Page) => page.getByRole('region', { name: /^(Result|结果)$/ })
  const calls = (page: Page) => page.locator('.call')
  async function run(page: Page, text: string): Promise<void> {
    await event(page).fill(text)
    await button(page, /^(Run|运行)$/).click()
  }
  async function assertNarrow(page: Page, where: string): Promise<void> {
    const wide: number = await page.evaluate(
      "Math.max(...[document.documentElement, document.querySelector('main')].map((box) => box.scrollWidth - box.clientWidth))",
    )
    assert.equal(wide, 0, `${where}: no sideways scrolling`)
  }

  it('lists them, and follows what they do', async () => {
    await invoke('hello', { name: 'x' })
    const { page } = await open()
    const row = page.getByRole('row').filter({ hasText: 'hello' })
    await row.getByText('Succeeded').waitFor()
    const pay = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'pay', exact: true }) })
    await pay.getByText('Not yet').waitFor()
    await pay.getByText('nightly').waitFor()
    await pay.getByText('/pay', { exact: true }).waitFor()
    await invoke('pay', {})
    await pay.getByText('Failed', { exact: true }).waitFor()
    await assertAccessible(page, 'list')
    await shot(page, 'list')
    await page.getByRole('link', { name: 'hello', exact: true }).click()
    await page.getByRole('heading', { name: 'hello', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'All functions' }).click()
    await page.getByRole('heading', { name: 'Functions', level: 1 }).waitFor()
  })

  it('runs one: result, time and output; and says where JSON is wrong', async () => {
    const { page } = await open('functions?name=hello')
    await run(page, '{ "name": "mia" }')
    await result(page).getByText('"hello": "mia"').waitFor()
    await result(page)
      .getByText(/^\d+ ms$/)
      .waitFor()
    await result(page).getByText('hello from mia').waitFor()
    await event(page).fill('{ "name": mia }')
    await page.getByText('Invalid JSON at line 1, column 11.').first().waitFor()
    assert.equal(await button(page, 'Run').isDisabled(), true)
    await assertAccessible(page, 'run')
    // The event is still there after another page.
    await event(page).fill('{ "name": "tom" }')
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByRole('tab', { name: 'Run' }).click()
    assert.equal(await event(page).inputValue(), '{ "name": "tom" }')
  })

  it('runs one as somebody', async () => {
    const { page } = await open('functions?name=hello')
    await page.getByLabel('Who').selectOption('A user of this environment')
    assert.equal(await button(page, 'Run').isDisabled(), true)
    await page.locator('.person-search').getByRole('button').filter({ hasText: 'mia' }).click()
    await run(page, '{}')
    await result(page).getByText(`"uid": "${users[0]?.uid}"`).waitFor()
    await page.getByLabel('Who').selectOption('Nobody (not logged in)')
    await run(page, '{}')
    await result(page).getByText(`"uid": "${users[0]?.uid}"`).waitFor({ state: 'detached' })
    await result(page).getByText('"hello": "world"').waitFor()
  })

  it('shows the file and the line of an error, also of code that cannot be parsed', async () => {
    const { page } = await open('functions?name=pay')
    await run(page, '{ "order": { "id": "order-1" } }')
    const thrown = page.locator('.thrown')
    await thrown.getByText('pay/lib/total.js:2', { exact: true }).waitFor()
    await thrown.getByText(/pay\/index\.js:6:\d+/).waitFor()
    await result(page).getByText('FUNCTIONS_EXECUTE_FAIL').waitFor()
    await result(page).getByText('no price list').waitFor()
    await assertAccessible(page, 'failed run')
    await shot(page, 'failed-run')
    const other = await open('functions?name=unparsed')
    await run(other.page, '{}')
    await other.page.locator('.thrown').getByText('unparsed/index.js:3', { exact: true }).waitFor()
  })

  it('follows the log: lines of a call that runs, the call when it ends; filtered, searched, paused', async () => {
    const { page } = await open('functions?name=slow&tab=log')
    await page.getByText('Live', { exact: true }).waitFor()
    const running = invoke('slow', {})
    const first = calls(page).first()
    await first.getByText('Running').waitFor()
    await first.locator('summary').click()
    await first.getByText('step one').last().waitFor()
    await running
    await first.getByText('Succeeded').waitFor()
    await first.locator('summary').click()
    await first.locator('.call-lines').getByText('step two').waitFor()
    await first.getByText('Admin API', { exact: true }).last().waitFor()
    await first.getByText('Administrator').waitFor()

    const all = await open('functions?tab=log')
    await invoke('pay', {})
    await calls(all.page).first().getByText('FUNCTIONS_EXECUTE_FAIL').waitFor()
    await all.page.getByRole('combobox', { name: 'Which calls' }).selectOption({ label: 'Failed calls' })
    await until(
      'only failed calls are listed',
      () => all.page.locator('.call .badge.is-success').count(),
      (count) => count === 0,
    )
    await calls(all.page).first().locator('summary').click()
    await all.page.locator('.thrown').getByText('pay/lib/total.js:2', { exact: true }).waitFor()
    await assertAccessible(all.page, 'log')
    await shot(all.page, 'log')
    await all.page.getByRole('searchbox').fill('nothing like it')
    await all.page.getByText('No call found').waitFor()
    await button(all.page, 'Show all').click()
    await calls(all.page).nth(1).waitFor()

    await button(all.page, 'Pause').click()
    await all.page.getByText('Paused', { exact: true }).waitFor()
    const before = await calls(all.page).count()
    await invoke('hello', { name: 'while-paused' })
    assert.equal(await calls(all.page).count(), before)
    await button(all.page, 'Go on').click()
    await calls(all.page).getByText('while-paused').first().waitFor()
  })

  it('connects again when the connection breaks off, and has what came meanwhile', async () => {
    const { page, goto } = await open('users')
    // The first connection ends after its first line.
    await page.route('**/logs/follow', (route) => route.fulfill({ status: 200, body: '{}\n' }), { times: 1 })
    await goto('functions?name=hello&tab=log')
    await page.getByText('Connecting …').waitFor()
    await invoke('hello', { name: 'meanwhile' })
    await page.getByText('Live', { exact: true }).waitFor()
    await calls(page).getByText('meanwhile').first().waitFor()
    await invoke('hello', { name: 'afterwards' })
    await calls(page).getByText('afterwards').first().waitFor()
    assert.equal(await page.locator('.banner.is-danger').count(), 0)
  })

  it('has timers to run now, routes with a command that works, names of variables, instances and limits', async () => {
    const { page } = await open('functions?name=pay&tab=details')
    await page.getByRole('row').filter({ hasText: 'nightly' }).getByRole('button', { name: 'Run now' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Run now' }).click()
    await page.getByRole('region', { name: 'Result of nightly' }).getByText('FUNCTIONS_EXECUTE_FAIL').waitFor()
    await page.getByRole('table', { name: 'Instances' }).getByText('Idle').first().waitFor()
    await page.getByText('PRICE_KEY').waitFor()
    assert.equal((await page.content()).includes('swordfish'), false)
    await page.getByText('256 MB').waitFor()
    await page.getByText("-H 'Authorization: Bearer ACCESS_TOKEN'").waitFor()
    await assertAccessible(page, 'details')
    await shot(page, 'details')
    const open2 = await open('functions?name=hello&tab=details')
    await open2.page.getByRole('button', { name: 'Copy the command' }).click()
    const command = await open2.page.evaluate<string>('navigator.clipboard.readText()')
    const [, url = ''] = /curl -X POST (\S+)/.exec(command) ?? []
    const response = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
    assert.equal(response.status, 200, command)
    assert.equal(((await response.json()) as { hello: string }).hello, 'world')
  })

  it('has rules beside those of files: edited, tried, saved, in force; a denied call is among the denials', async () => {
    const { page } = await open('permissions')
    await page.getByRole('link', { name: 'Functions', exact: true }).last().click()
    const editor = page.getByRole('textbox', { name: 'Rules as JSON' })
    await page.getByText('Who may call functions through the SDKs').waitFor()
    const verdict = page.locator('.decision:not(.is-stale) .decision-verdict')
    await verdict.getByText('Allowed', { exact: true }).waitFor()
    await editor.fill('{ "*": { "invoke": "auth != null" }, "pay": { "invoke": false } }')
    await page.getByLabel('Function', { exact: true }).fill('pay')
    await verdict.getByText('Denied', { exact: true }).waitFor()
    await assertAccessible(page, 'rules')
    await shot(page, 'rules')
    await button(page, 'Review and save').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('The new permissions are in force').waitFor()
    const app = users[0]?.app as unknown as { callFunction(options: object): Promise<unknown> }
    await assert.rejects(app.callFunction({ name: 'pay', data: {} }), /PERMISSION_DENIED/)
    await button(page, 'History').click()
    await page.getByRole('dialog').getByText('"pay": { "invoke": false }').first().waitFor()
    await page.keyboard.press('Escape')

    const denials = await open('denials?about=functions')
    await denials.page.locator('[role=rowgroup] [role=row]').filter({ hasText: 'pay' }).first().click()
    const panel = denials.page.locator('aside.side-panel')
    await panel.getByText('the rule "pay.invoke" is false').first().waitFor()
    await assertAccessible(denials.page, 'denied call')
    await shot(denials.page, 'denied')
    await button(panel, 'Try with an edited rule').click()
    await denials.page.getByRole('textbox', { name: 'Rules as JSON' }).fill('{ "*": { "invoke": true } }')
    await denials.page.getByText('It would be allowed now.').waitFor()
    await button(denials.page.getByRole('dialog'), 'Go on in Permissions').click()
    await denials.page.getByRole('heading', { name: 'Functions', level: 2 }).waitFor()
    await denials.page.getByText('Not saved yet').waitFor()
    // What is not saved is not asked about when the test ends.
    await button(denials.page, 'Discard').click()
    await button(denials.page.getByRole('alertdialog'), 'Discard').click()

    const again = await open('denials?about=functions')
    await again.page.locator('[role=rowgroup] [role=row]').filter({ hasText: 'pay' }).first().click()
    await again.page.getByRole('link', { name: 'Open this request in the simulator' }).click()
    await again.page.locator('.simulator').getByText('the rule "pay.invoke" is false').first().waitFor()
    assert.equal(await again.page.getByLabel('Function', { exact: true }).inputValue(), 'pay')
  })

  for (const [name, options] of [
    ['zh', { language: 'zh' }],
    ['zh-dark', { language: 'zh', scheme: 'dark' }],
    ['phone-zh', { phone: true, language: 'zh' }],
    ['phone-dark', { phone: true, scheme: 'dark' }],
  ] as const satisfies readonly (readonly [string, ConsoleOptions])[]) {
    it(`in every light: ${name}`, async () => {
      await invoke('pay', {})
      const { page, goto } = await open('functions', options)
      await page.getByRole('link', { name: 'pay', exact: true }).waitFor()
      const check = async (part: string) => {
        if ('language' in options) await assertChinesePage(page, `${name} ${part}`)
        await assertAccessible(page, `${name} ${part}`)
        await assertNarrow(page, `${name} ${part}`)
        await shot(page, `${name}-${part}`)
      }
      await check('list')
      await page.getByRole('link', { name: 'pay', exact: true }).click()
      await run(page, '{ "order": { "id": "order-1" } }')
      await page.locator('.thrown').waitFor()
      await check('failed-run')
      await goto('functions?name=pay&tab=log')
      await calls(page).first().locator('summary').click()
      await page.locator('.thrown').waitFor()
      await check('log')
      await goto('functions?name=pay&tab=details')
      await page.getByText('PRICE_KEY').waitFor()
      await check('details')
      await goto('permissions?functions=1')
      await page.locator('.decision-verdict').waitFor()
      await check('rules')
    })
  }
})

describe('without functions', { skip: lacksChromium() }, () => {
  it('the page says how to add one, with an example to copy', async (t) => {
    const server = await startServer()
    const browser = await launchChromium()
    t.after(async () => {
      await browser.close()
      await server.stop()
    })
    const { page, errors } = await openConsole(browser, server, { at: 'functions' })
    await page.getByText('There are no functions yet').waitFor()
    await page.getByRole('button', { name: 'Copy the example' }).click()
    assert.match(await page.evaluate<string>('navigator.clipboard.readText()'), /exports\.main = async/)
    await assertAccessible(page, 'no functions')
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByText('No calls yet').waitFor()
    assert.deepEqual(errors, [])
  })
})
