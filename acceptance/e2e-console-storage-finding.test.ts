/** Finding files in the Console, in a real browser: sorting, searching, selecting while doing so, and names that are taken. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleFiles, consoleFiles } from './support/console-files.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { type StorageView, storageView } from './support/e2e-console-storage.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'

describe('finding files on the storage page', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let files: ConsoleFiles
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-storage-finding')
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev' }), launchChromium()])
    files = consoleFiles(server, await server.apiKey())
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })
  beforeEach(async () => {
    const all = await files.list()
    if (all.length > 0) await files.finish('/storage/deletions', { paths: all })
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(one.errors, [])
    }
  })

  async function open(query: string, options: ConsoleOptions = {}): Promise<StorageView> {
    const console = await openConsole(browser, server, { at: `storage?${query}`, ...options })
    opened.push(console)
    const view = storageView(console)
    await view.page.locator('[role=grid][aria-busy=false]').waitFor()
    return view
  }

  const shot = ({ page }: StorageView, name: string) => page.screenshot({ path: screenshots.next(name) })
  const head = ({ grid }: StorageView, name: string) => grid.getByRole('columnheader', { name })
  const sort = (view: StorageView, column: string) => head(view, column).getByRole('button').click()
  const sorting = (view: StorageView) =>
    Promise.all(['Name', 'Type', 'Size', 'Modified'].map((name) => head(view, name).getAttribute('aria-sort')))
  const selection = ({ page }: StorageView, name: string) => page.getByRole('region', { name })
  const stored = async (path: string): Promise<string> =>
    (await fetch((await files.call('POST', '/storage/file-urls', { path })).url)).text()

  const PICTURES = [
    ['p/medium.png', 500],
    ['p/small.txt', 5],
    ['p/large.pdf', 5000],
    ['p/z-dir/inside small.txt', 7],
    ['p/a-dir/deeper/SMALLER.txt', 3],
  ] as const

  it('sorts by every column in both directions, folders first, and says so to screen readers', async () => {
    for (const [path, size] of PICTURES) await files.put(path, 'x'.repeat(size))
    const view = await open('folder=p/')
    await view.shows('a-dir', 'z-dir', 'large.pdf', 'medium.png', 'small.txt')
    assert.deepEqual(await sorting(view), ['ascending', 'none', 'none', 'none'])
    await sort(view, 'Name')
    await view.shows('z-dir', 'a-dir', 'small.txt', 'medium.png', 'large.pdf')
    await sort(view, 'Size')
    await view.shows('a-dir', 'z-dir', 'small.txt', 'medium.png', 'large.pdf')
    assert.deepEqual(await sorting(view), ['none', 'none', 'ascending', 'none'])
    await sort(view, 'Size')
    await view.shows('a-dir', 'z-dir', 'large.pdf', 'medium.png', 'small.txt')
    assert.deepEqual(await sorting(view), ['none', 'none', 'descending', 'none'])
    await assertAccessible(view.page, 'a sorted list')
    await shot(view, 'sorted')
    await sort(view, 'Type')
    await view.shows('a-dir', 'z-dir', 'large.pdf', 'medium.png', 'small.txt')
    await sort(view, 'Modified')
    await view.shows('a-dir', 'z-dir', 'medium.png', 'small.txt', 'large.pdf')
    await view.page.reload()
    await view.shows('a-dir', 'z-dir', 'medium.png', 'small.txt', 'large.pdf')

    await view.act('small.txt', 'Rename')
    await view.dialog.getByLabel('New name').fill('renamed.txt')
    await view.press('Rename')
    await view.shows('a-dir', 'z-dir', 'medium.png', 'large.pdf', 'renamed.txt')
    await view.open('a-dir')
    await view.shows('deeper')
    assert.deepEqual(await sorting(view), ['none', 'none', 'none', 'ascending'], 'the order stays in another folder')
  })

  it('finds any part of a name in the folder and below it, and sorts what it found', async () => {
    for (const [path, size] of PICTURES) await files.put(path, 'x'.repeat(size))
    const view = await open('folder=p/')
    const search = view.page.getByRole('searchbox')
    await search.fill('MALL')
    await view.shows('a-dir/deeper/SMALLER.txt', 'small.txt', 'z-dir/inside small.txt')
    await view.page.getByText('3 found').waitFor()
    await sort(view, 'Size')
    await view.shows('a-dir/deeper/SMALLER.txt', 'small.txt', 'z-dir/inside small.txt')
    await sort(view, 'Size')
    await view.shows('z-dir/inside small.txt', 'small.txt', 'a-dir/deeper/SMALLER.txt')
    await assertAccessible(view.page, 'what was found')
    await shot(view, 'found')
    await search.fill('dir')
    await view.shows('a-dir', 'z-dir')
    await view.act('a-dir', 'Rename')
    await view.dialog.getByLabel('New name').fill('b-dir')
    await view.press('Rename')
    await view.shows('b-dir', 'z-dir')
    await view.open('b-dir')
    await view.shows('deeper')
    assert.equal(await search.inputValue(), '')
  })

  it('a long search says how far it is, and can be stopped and continued', async () => {
    await files.put('many/one.txt', 'x')
    for (let from = 0; from < 21_000; from += 1_000) {
      const items = Array.from({ length: 1_000 }, (_, at) => ({ from: 'many/one.txt', to: `many/${from + at}.txt` }))
      await files.finish('/storage/moves', { items, copy: true })
    }
    await files.put('z/last one.txt', 'x')
    const view = await open('')
    const held = Promise.withResolvers<void>()
    await view.page.route(/contains=one.*after=|after=.*contains=one/, async (route) => {
      await held.promise
      await route.continue().catch(() => {})
    })
    await view.page.getByRole('searchbox').fill('one')
    await view.page.getByText('Searching… 20,000 files searched, 0 found').waitFor()
    await assertAccessible(view.page, 'a search that takes long')
    await shot(view, 'searching')
    await view.page.getByRole('button', { name: 'Stop' }).click()
    await view.page.getByText('Stopped after 20,000 files, 0 found').waitFor()
    await view.page.getByRole('button', { name: 'Continue' }).click()
    await view.page.getByText(/^Searching/).waitFor()
    held.resolve()
    await view.shows('many/one.txt', 'z/last one.txt')
    await view.page.getByText('2 found').waitFor()
  })

  it('the selection stays while one searches and sorts, and acts on what is not shown too', async () => {
    for (const name of ['1.txt', '2.txt', '3.txt', 'other.txt']) await files.put(`s/${name}`, name)
    const view = await open('folder=s/')
    await view.select('1.txt', 'other.txt')
    await sort(view, 'Size')
    await view.shows('1.txt', '2.txt', '3.txt', 'other.txt')
    await selection(view, '2 selected').waitFor()
    await view.page.getByRole('searchbox').fill('2')
    await view.shows('2.txt')
    await selection(view, '2 selected').getByText('2 of them not in this list').waitFor()
    await view.grid.getByLabel('Select all loaded rows').check()
    await selection(view, '3 selected').waitFor()
    await assertAccessible(view.page, 'selected rows that a search hides')
    await shot(view, 'selected')
    await view.grid.getByLabel('Select all loaded rows').uncheck()
    await selection(view, '2 selected').getByRole('button', { name: 'Delete' }).click()
    await view.press('Delete 2 files')
    await view.page.getByText('2 files deleted').waitFor()
    await view.page.getByRole('searchbox').fill('')
    await view.shows('2.txt', '3.txt')
  })

  it('a new name that is taken: another name is offered, or the file is replaced', async () => {
    for (const name of ['a.txt', 'b.txt', 'b (2).txt']) await files.put(`r/${name}`, `this was ${name}`)
    const view = await open('folder=r/')
    const rename = async (from: string, to: string) => {
      await view.act(from, 'Rename')
      await view.dialog.getByLabel('New name').fill(to)
      await view.press('Rename')
    }
    await rename('a.txt', 'b.txt')
    await view.dialog.getByText('A file with this name already exists.').waitFor()
    await assertAccessible(view.page, 'a new name that is taken')
    await shot(view, 'taken')
    await view.dialog.getByRole('button', { name: 'Use “b (3).txt”' }).click()
    assert.equal(await view.dialog.getByLabel('New name').inputValue(), 'b (3).txt')
    await view.press('Rename')
    await view.shows('b (2).txt', 'b (3).txt', 'b.txt')
    await rename('b (3).txt', 'b.txt')
    await view.dialog.getByRole('button', { name: 'Replace that file' }).click()
    await view.shows('b (2).txt', 'b.txt')
    assert.equal(await stored('r/b.txt'), 'this was a.txt')
  })

  it('a new name of a folder that is taken: another name is offered, or the folders are merged', async () => {
    for (const path of ['f/one/1.txt', 'f/two/1.txt', 'f/two/2.txt']) await files.put(path, path)
    const view = await open('folder=f/')
    const rename = async (from: string, to: string) => {
      await view.act(from, 'Rename')
      await view.dialog.getByLabel('New name').fill(to)
      await view.press('Rename')
      await view.dialog.getByText('A folder with this name already exists.').waitFor()
    }
    await rename('one', 'two')
    await view.dialog.getByRole('button', { name: 'Use “two (2)”' }).click()
    await view.press('Rename')
    await view.shows('two (2)', 'two')
    await rename('two (2)', 'two')
    await view.dialog.getByRole('button', { name: 'Merge the folders' }).click()
    await view.dialog.getByText('1 failed').waitFor()
    await view.press('Close')
    await files.finish('/storage/deletions', { paths: ['f/two/1.txt'] })
    await rename('two (2)', 'two')
    await view.dialog.getByRole('button', { name: 'Merge the folders' }).click()
    await view.shows('two')
    assert.equal(await stored('f/two/1.txt'), 'f/one/1.txt')
  })

  for (const language of ['en', 'zh'] as const) {
    it(`is sorted and searched on a phone, in ${language}`, async () => {
      for (const [path, size] of PICTURES) await files.put(path, 'x'.repeat(size))
      const view = await open('folder=p/', { language, phone: true })
      const choice = view.page.getByLabel(language === 'en' ? 'Sort by' : '排序方式')
      await choice.selectOption({ label: language === 'en' ? 'Size ↓' : '大小 ↓' })
      await view.shows('a-dir', 'z-dir', 'large.pdf', 'medium.png', 'small.txt')
      await view.select('large.pdf')
      await shot(view, `phone-${language}-sorted`)
      await view.page.getByRole('searchbox').fill('small')
      await until(
        'what was found',
        () => view.names(),
        (names) => names.length === 3,
      )
      await assertAccessible(view.page, `phone, ${language}: found`)
      await shot(view, `phone-${language}-found`)
      const wide = await view.page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      )
      assert.equal(wide, false, 'nothing sticks out at the side')
    })
  }
})
