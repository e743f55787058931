/** Documents in the Console, in a real browser: files in and out, values that want to be more than text, keys, a phone. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleDocuments, consoleDocuments } from './support/console-documents.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { type DatabaseView, databaseView } from './support/e2e-console-database.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'

const DOCUMENTS = [
  { _id: 'a', n: 1, at: { $date: '2026-01-02T03:04:05.678Z' }, images: ['cloud://x.y/a.png'], text: '=1+1' },
  { _id: 'b', nested: { deep: [null, true] }, text: '\'<b>\n,"' },
  { _id: 'c', text: '007', place: { type: 'Point', coordinates: [113.5, 23] } },
]
/** What the server refuses here on purpose, and pictures of files that are not there; the browser calls it an error. */
const REFUSED = /status of (400|404|409) .*\/console\/api\/(database\/|storage\/file-urls$)/

describe('the database page with files, and with anything in its documents', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let api: ConsoleDocuments
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-database-transfer')
    const config = { database: { collections: { orders: { acl: 'PRIVATE' }, copy: { acl: 'PRIVATE' } } } }
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config }), launchChromium()])
    api = consoleDocuments(server, await server.apiKey())
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })
  beforeEach(async () => {
    await api.drop('orders')
    await api.drop('copy')
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(
        one.errors.filter((error) => !REFUSED.test(error)),
        [],
      )
    }
  })

  async function open(query: Record<string, string>, options: ConsoleOptions = {}): Promise<DatabaseView> {
    const console = await openConsole(browser, server, { at: `database?${new URLSearchParams(query)}`, ...options })
    opened.push(console)
    return databaseView(console)
  }
  const shot = ({ page }: DatabaseView, name: string) => page.screenshot({ path: screenshots.next(name) })
  const fill = (documents: readonly unknown[]) => api.import('orders', { format: 'json' }, JSON.stringify(documents))
  const choose = (view: DatabaseView, name: string, content: string) =>
    view.dialog.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })

  for (const [label, name] of [
    ['JSON', 'orders.json'],
    ['JSON lines', 'orders.jsonl'],
    ['CSV', 'orders.csv'],
  ] as const) {
    it(`what is exported as ${label} comes back the same`, async () => {
      await fill(DOCUMENTS)
      const view = await open({ collection: 'orders' })
      await view.shows('_id', 'a', 'b', 'c')
      const file = await view.download(label)
      await view.page.goto(`${server.url}/console/database?collection=copy`)
      await view.page.getByRole('button', { name: 'Import', exact: true }).click()
      await choose(view, name, file)
      assert.equal(await view.dialog.getByLabel('Format').locator('option:checked').innerText(), label)
      await view.answer('Import')
      await view.dialog.getByText('3 documents were imported').waitFor()
      await view.answer('Close')
      await view.shows('_id', 'a', 'b', 'c')
      assert.deepEqual(
        (await api.list('copy')).map(({ document }) => document),
        DOCUMENTS,
      )
    })
  }

  it('exports only what the query finds', async () => {
    await fill(DOCUMENTS)
    const view = await open({ collection: 'orders', query: '{ n: 1 }' })
    await view.shows('_id', 'a')
    await view.page.getByRole('button', { name: 'Export', exact: true }).click()
    await view.dialog.getByText('{ n: 1 }').waitFor()
    await assertAccessible(view.page, 'exporting')
    await shot(view, 'exporting')
    await view.answer('Cancel')
    assert.deepEqual(JSON.parse(await view.download('JSON')), [DOCUMENTS[0]])
  })

  it('tells of an import what failed and why, recognises the format, and can be cancelled', async () => {
    await fill(DOCUMENTS)
    const view = await open({ collection: 'orders' })
    await view.page.getByRole('button', { name: 'Import', exact: true }).click()
    await choose(
      view,
      'from-mongoexport.json',
      '{"_id":"a"}\n{"_id":"new","at":{"$date":"2026-01-01T00:00:00Z"}}\noops\n',
    )
    assert.equal(await view.dialog.getByLabel('Format').locator('option:checked').innerText(), 'JSON lines')
    await assertAccessible(view.page, 'importing')
    await shot(view, 'importing')
    await view.answer('Import')
    await view.dialog.getByText('1 document was imported').waitFor()
    await view.dialog.getByText('2 failed').waitFor()
    const problems = await view.dialog.locator('tbody tr').allInnerTexts()
    assert.deepEqual(
      problems.map((one) => one.split(/\s*\n|\t/)[0]),
      ['Line 1', 'Line 3'],
    )
    await view.dialog.getByText('a document with this _id exists already').waitFor()
    await assertAccessible(view.page, 'what failed')
    await shot(view, 'import-failed')

    await choose(view, 'broken.json', '[{"_id":"first"}, oops')
    await view.answer('Import')
    await view.dialog.getByText('line 1: unexpected "o"').waitFor()
    await view.answer('Close')
    await view.page.getByText('5 documents').waitFor()

    await view.page.getByRole('button', { name: 'Import', exact: true }).click()
    const line = (n: number) => `{"_id":"x${n}","text":"${'x'.repeat(1000)}"}\n`
    await choose(view, 'large.jsonl', Array.from({ length: 20_000 }, (_, n) => line(n)).join(''))
    await view.answer('Import')
    await view.dialog.getByRole('progressbar').waitFor()
    await eventually('some of it', async () => (await api.call('GET', '/database/collections/orders/count')).count > 5)
    await shot(view, 'import-running')
    await view.answer('Cancel')
    await view.dialog.getByText('Cancelled. The documents that were already imported stay.').waitFor()
    await view.answer('Close')
    const { count } = await api.call('GET', '/database/collections/orders/count')
    assert.ok(count > 5 && count < 20_005, `${count} documents`)
  })

  it('shows values as text and never as anything else', async () => {
    const evil = '<img src=x onerror="document.title=1;alert(1)"><script>alert(2)</script>'
    await fill([
      {
        _id: evil,
        [`<b onmouseover=alert(3)>${'x'}`]: evil,
        link: 'javascript:alert(4)',
        files: ['cloud://demo-1abcde.x/"><script>alert(5)</script>.png'],
        turned: 'a\u202egpj.exe',
        nested: { [evil.replaceAll('.', '')]: [evil] },
      },
    ])
    const view = await open({ collection: 'orders' })
    await view.row('onerror').waitFor()
    assert.equal((await view.column('_id'))[0], evil)
    await view.open('onerror')
    assert.equal(await view.field('_id').inputValue(), evil)
    assert.equal(await view.field('link').inputValue(), 'javascript:alert(4)')
    await shot(view, 'values-as-text')
    await view.panel.getByRole('tab', { name: 'JSON' }).click()
    await view.panel.getByRole('textbox', { name: 'JSON' }).waitFor()
    await view.page.getByRole('button', { name: 'Close the panel' }).click()
    await view.page.locator('.view-choice').getByRole('button', { name: 'JSON' }).click()
    await view.page.locator('.document-card').waitFor()
    await view.page.locator('.view-choice').getByRole('button', { name: 'Table' }).click()
    await view.page.getByRole('button', { name: 'Columns' }).click()
    await view.answer('Close')
    await view.row('onerror').getByRole('checkbox').check()
    await view.page.locator('.documents-bar').getByRole('button', { name: 'Delete' }).click()
    await view.dialog.getByText(evil).waitFor()
    assert.equal(await view.page.locator('main script, dialog script, main [onerror], main [onmouseover]').count(), 0)
    await view.answer('Delete')
    await view.page.getByText('No documents yet').waitFor()
    assert.match(await view.page.title(), /^Database/)
  })

  it('is used by keyboard alone: choose, find, open, edit, save, delete', async () => {
    await fill([
      { _id: 'a', n: 1 },
      { _id: 'b', n: 2 },
      { _id: 'c', n: 3 },
    ])
    const view = await open({})
    const { keyboard } = view.page
    const focused = (): Promise<string> =>
      view.page.evaluate(
        "document.activeElement.tagName + ' ' + (document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent)",
      )
    /** Presses Tab until the focus is where it has to get. */
    const tabTo = async (wanted: RegExp, key = 'Tab') => {
      for (let count = 0; count < 60; count += 1) {
        if (wanted.test(await focused())) return
        await keyboard.press(key)
      }
      assert.fail(`the focus never comes to ${wanted}`)
    }
    await tabTo(/^A orders/)
    await keyboard.press('Enter')
    await view.shows('_id', 'a', 'b', 'c')
    await tabTo(/^INPUT Query$/)
    await keyboard.type('{ n: { $gt: 1 } }')
    await keyboard.press('Enter')
    await view.shows('_id', 'b', 'c')
    await tabTo(/^DIV Database$/)
    await keyboard.press('ArrowDown')
    await view.field('n').waitFor()
    assert.equal(await view.field('n').inputValue(), '3')
    await tabTo(/^INPUT n$/)
    await keyboard.press('Control+A')
    await keyboard.type('30')
    await keyboard.press('Control+S')
    await view.page.getByText('Saved', { exact: true }).waitFor()
    assert.equal((await api.list('orders'))[2]?.document.n, 30)
    await keyboard.press('Escape')
    await view.panel.waitFor({ state: 'detached' })
    await tabTo(/^DIV Database$/, 'Shift+Tab')
    await keyboard.press('Delete')
    await tabTo(/^BUTTON Delete$/)
    await keyboard.press('Enter')
    await view.shows('_id', 'b')
    assert.deepEqual(
      (await api.list('orders')).map(({ id }) => id),
      ['a', 'b'],
    )
  })

  it('fits a phone, in Chinese and in the dark', async () => {
    await fill([
      ...DOCUMENTS,
      ...Array.from({ length: 20 }, (_, n) => ({ _id: `d${n}`, n, text: '一段比较长的中文文本'.repeat(5) })),
    ])
    const view = await open({ collection: 'orders' }, { phone: true, language: 'zh', scheme: 'dark' })
    await view.rows.first().waitFor()
    const fits = async (where: string) => {
      const wide = await view.page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.equal(wide, 0, where)
    }
    await fits('the table')
    await assertAccessible(view.page, 'the table on a phone')
    await shot(view, 'phone-zh-dark')
    await view.row('007').click()
    await view.panel.getByLabel('经度').waitFor()
    await fits('a document')
    await assertAccessible(view.page, 'a document on a phone')
    await shot(view, 'phone-document')
    await view.panel.getByLabel('text', { exact: true }).fill('改过了')
    await view.panel.getByRole('button', { name: '保存' }).click()
    await eventually('the save', async () => (await api.list('orders'))[2]?.document.text === '改过了')
    await view.panel.getByRole('button', { name: '关闭面板' }).click()
    await view.page.getByRole('button', { name: '更多集合操作' }).click()
    await view.page.getByRole('menuitem', { name: '导入' }).click()
    await view.dialog.getByRole('button', { name: '选择文件' }).waitFor()
    await fits('importing')
    await shot(view, 'phone-import')
    await view.answer('取消')
    await view.page.locator('select').first().selectOption('copy')
    await view.page.getByText('还没有文档').waitFor()
    await fits('an empty collection')
    await assertAccessible(view.page, 'an empty collection on a phone')
    await shot(view, 'phone-empty')
  })
})
