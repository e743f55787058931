/** Files of all kinds on the storage page, in a real browser: previews, names that would be something else, keys, small screens. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleFiles, consoleFiles } from './support/console-files.ts'
import { film } from './support/e2e-album.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { type StorageView, storageView } from './support/e2e-console-storage.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { wav } from './support/sounds.ts'
import { until } from './support/until.ts'

const WICKED_PAGE = '<!doctype html><script>top.xss = 1; parent.xss = 1; window.xss = 1</script><h1>a page</h1>'
const WICKED_DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" onload="top.xss = 1"><script>top.xss = 1</script></svg>`

/** Names as they are stored, and as they are to be seen. */
const NAMES: readonly (readonly [name: string, shown: string])[] = [
  ['<img src=x onerror="xss=1">.txt', '<img src=x onerror="xss=1">.txt'],
  ['"><script>xss=1<\u2044script>.txt', '"><script>xss=1<\u2044script>.txt'],
  ["';xss=1;'.txt", "';xss=1;'.txt"],
  ['{{xss=1}}.txt', '{{xss=1}}.txt'],
  ['photo\u202egpj.exe', 'photo[U+202E]gpj.exe'],
  ['nothing\u200b.txt', 'nothing[U+200B].txt'],
  ['  two  spaces  .txt', '  two  spaces  .txt'],
  ['100%25#a?b&c=d+e.txt', '100%25#a?b&c=d+e.txt'],
  ['\\..\\up.txt', '\\..\\up.txt'],
  ['صورة.txt', 'صورة.txt'],
  [`${'很长的名字'.repeat(50)}.txt`, `${'很长的名字'.repeat(50)}.txt`],
]

describe('files on the storage page', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let files: ConsoleFiles
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-storage-files')
    ;[server, browser] = await Promise.all([
      startServer({ mode: 'dev', config: { storage: { acl: 'PRIVATE' } } }),
      launchChromium(),
    ])
    files = consoleFiles(server, await server.apiKey())
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      const xss = await one.page.evaluate('window.xss')
      await one.close()
      assert.equal(xss, undefined, 'something of a file has run')
      assert.deepEqual(one.errors, [])
    }
  })

  async function open(folder: string, options: ConsoleOptions = {}): Promise<StorageView> {
    const console = await openConsole(browser, server, {
      at: `storage?folder=${encodeURIComponent(folder)}`,
      ...options,
    })
    opened.push(console)
    const view = storageView(console)
    await view.page.locator('[role=grid][aria-busy=false]').waitFor()
    return view
  }
  const shot = ({ page }: StorageView, name: string) => page.screenshot({ path: screenshots.next(name) })

  it('shows pictures, plays video and sound, and shows text, pages and drawings as text only', async () => {
    await files.put('kinds/1 picture.png', png(64, 48))
    await files.put('kinds/3 sound.wav', wav(0.3))
    await files.put('kinds/4 text.txt', `第一行\n${'x'.repeat(300_000)}`)
    await files.put('kinds/5 page.html', WICKED_PAGE)
    await files.put('kinds/6 drawing.svg', WICKED_DRAWING)
    await files.put('kinds/7 data.json', '{"a": "<b>"}')
    await files.put('kinds/8 paper.pdf', '%PDF-1.4')
    await files.put('kinds/9 broken.png', 'this is no picture')
    const view = await open('kinds/')
    const { page, panel } = view
    const video = await film(page, 20_000)
    await files.put('kinds/2 video.webm', video.buffer)
    await page.reload()
    await view.rows.nth(8).waitFor()
    const property = (selector: string, name: string, wanted: (value: unknown) => boolean) =>
      until(`${name} of ${selector}`, () => page.evaluate(`document.querySelector('${selector}')?.${name}`), wanted)
    const isPositive = (value: unknown) => typeof value === 'number' && value > 0

    await view.open('1 picture.png')
    await property('img.preview', 'naturalWidth', (width) => width === 64)
    await view.open('2 video.webm')
    await property('video.preview', 'videoWidth', isPositive)
    await assertAccessible(page, 'a video')
    await view.open('3 sound.wav')
    await property('audio', 'duration', isPositive)
    await view.open('4 text.txt')
    await panel.getByText('Only the first 256 KB are shown.').waitFor()
    const text = await panel.locator('.preview-text').innerText()
    assert.ok(text.startsWith('第一行\nxxx') && Buffer.byteLength(text) === 256 * 1024)
    await assertAccessible(page, 'a text')
    await view.open('5 page.html')
    await panel.getByText(WICKED_PAGE, { exact: true }).waitFor()
    await view.open('6 drawing.svg')
    await panel.getByText(WICKED_DRAWING, { exact: true }).waitFor()
    await view.open('7 data.json')
    await panel.getByText('{"a": "<b>"}', { exact: true }).waitFor()
    await view.open('8 paper.pdf')
    await panel.getByText('No preview for this type of file.').waitFor()
    await view.open('9 broken.png')
    await panel.getByText('The browser cannot show this file.').waitFor()
    await shot(view, 'broken-picture')
    // Nothing of a file is ever in a frame or an object of the page.
    assert.equal(await page.locator('iframe, object, embed').count(), 0)
  })

  it('the type of a file is corrected in its details, which then show it', async () => {
    await files.put('types/sign', Buffer.from('<b>not a page</b>'))
    const view = await open('types/')
    await view.shows('sign')
    await view.open('sign')
    for (const type of ['text/html', 'image/png']) {
      await view.panel.getByRole('button', { name: 'Correct the type' }).click()
      await view.dialog.getByLabel('Type').fill(type)
      await assertAccessible(view.page, 'the dialog for the type of a file')
      await view.press('Save')
      await view.panel.getByText(type).first().waitFor()
    }
    await view.panel.getByRole('button', { name: 'Correct the type' }).click()
    await view.dialog.getByLabel('Type').fill('png')
    await view.press('Save')
    await view.dialog.getByText('INVALID_PARAM').waitFor()
    opened[0]?.errors.splice(0)
    await view.press('Cancel')
  })

  it('a long name is cut before its ending', async () => {
    const name = `${'a very long name '.repeat(30)}.jpeg`
    await files.put(`long/${name}`, 'x')
    const view = await open('long/')
    await view.shows(name)
    const shown = view.row(name).locator('.clipped-name')
    const [cut, ending] = (await view.page.evaluate(`
      const name = document.querySelector('.entry-open .clipped-name')
      const stem = name.firstElementChild
      ;[stem.scrollWidth > stem.clientWidth, getComputedStyle(name, '::after').content]
    `)) as [boolean, string]
    assert.ok(cut)
    assert.match(ending, /^"\.jpeg"/)
    assert.ok(((await shown.boundingBox())?.width ?? 0) > 100)
  })

  it('names are names, whatever they look like: in the list, the details, the menus and every dialog', async () => {
    for (const [name] of NAMES) await files.put(`wicked/<b>/${name}`, name)
    const view = await open('wicked/')
    await view.shows('<b>')
    await view.open('<b>')
    const shown = new Set(NAMES.map(([, seen]) => seen))
    await until(
      'the names',
      () => view.names(),
      (names) => names.length === NAMES.length,
    )
    assert.deepEqual(new Set(await view.names()), shown)
    await assertAccessible(view.page, 'strange names')
    await shot(view, 'strange-names')
    for (const [name, seen] of NAMES) {
      await view.row(seen).locator('.entry-open').click()
      await view.panel
        .getByText(name.startsWith(' ') ? 'two  spaces' : seen, { exact: false })
        .first()
        .waitFor()
      await view.panel.locator('.preview-text').getByText(name.trim(), { exact: false }).waitFor()
    }
    await view.panel.getByRole('button', { name: 'Rename' }).click()
    const longest = NAMES.at(-1)?.[0] ?? ''
    assert.equal(await view.dialog.getByLabel('New name').inputValue(), longest)
    await view.press('Cancel')
    const image = NAMES[0]?.[1] ?? ''
    await view.act(image, 'Delete')
    await view.dialog.getByRole('heading', { name: `Delete ${image}?` }).waitFor()
    await view.press('Cancel')
    await view.act(image, 'Move to…')
    await view.press('Cancel')
    await view.choose({ name: image, mimeType: 'text/html', buffer: Buffer.from('<b>') })
    await view.dialog.getByText(image).waitFor()
    await view.press('Replace')
    await view.uploads.getByText('1 file uploaded').waitFor()
    opened[0]?.errors.splice(0, 1)
    const [download] = await Promise.all([view.page.waitForEvent('download'), view.act(image, 'Download')])
    assert.doesNotMatch(download.suggestedFilename(), /[<>"/\\]/)
  })

  it('everything is reached by keyboard: folders, selecting, deleting, details, menus', async () => {
    for (const path of ['keys/a/1.txt', 'keys/a/2.txt', 'keys/a/3.txt', 'keys/b.txt']) await files.put(path, path)
    const view = await open('keys/')
    const { keyboard } = view.page
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await keyboard.press(key)
    }
    const focus = () =>
      view.page.evaluate("document.activeElement.getAttribute('role') ?? document.activeElement.textContent")
    for (let tabs = 0; (await focus()) !== 'grid'; tabs += 1) {
      assert.ok(tabs < 40, 'the list is not reached by Tab')
      await press('Tab')
    }
    await press('Enter')
    await view.shows('1.txt', '2.txt', '3.txt')
    assert.equal(await focus(), 'grid', 'the keyboard goes along into the folder')
    await press('ArrowDown', 'Space', 'ArrowDown', 'Space')
    await view.page.getByRole('region', { name: '2 selected' }).waitFor()
    await press('Delete')
    await view.dialog.getByText('2 files, 24 B. This cannot be undone.').waitFor()
    await press('Escape')
    await view.dialog.waitFor({ state: 'detached' })
    assert.equal(await focus(), 'grid')
    await press('Delete')
    await view.dialog.getByRole('button', { name: 'Delete 2 files' }).waitFor()
    await press('Tab', 'Enter')
    await view.shows('1.txt')
    await until('the focus', focus, (focused) => focused === 'grid')
    await press('Home', 'Enter')
    await view.panel.getByText('keys/a/1.txt', { exact: true }).first().waitFor()
    await press('F2')
    assert.equal(await view.page.evaluate('document.getSelection().toString()'), '1')
    await keyboard.type('eins')
    await press('Enter')
    await view.shows('eins.txt')
    await until('the focus', focus, (focused) => focused === 'grid')
    const label = () => view.page.evaluate("document.activeElement.getAttribute('aria-label')")
    for (let tabs = 0; (await label()) !== 'Actions for eins.txt'; tabs += 1) {
      // Before it are the heads of the columns, which sort, and the name.
      assert.ok(tabs < 7, 'the menu of the row is not reached by Tab')
      await press('Tab')
    }
    await press('Enter')
    await view.row('eins.txt').getByRole('menuitem', { name: 'Details' }).waitFor()
    await press('ArrowDown', 'Escape')
    await view.row('eins.txt').getByRole('menuitem', { name: 'Details' }).waitFor({ state: 'hidden' })
    assert.equal(await label(), 'Actions for eins.txt')
    for (let tabs = 0; (await focus()) !== 'grid'; tabs += 1) {
      assert.ok(tabs < 7, 'the way back to the list')
      await press('Shift+Tab')
    }
    await press('Backspace')
    await view.shows('a', 'b.txt')
    assert.equal(await focus(), 'grid')
    await press('Control+a')
    await view.page.getByRole('region', { name: '2 selected' }).waitFor()
    await press('Escape')
    await view.page.getByRole('region', { name: '2 selected' }).waitFor({ state: 'detached' })
  })

  it('on a phone, in Chinese and in the dark: everything fits, and can be used', async () => {
    for (const name of ['一.txt', '二.txt', `${'长'.repeat(80)}.png`]) await files.put(`手机/${name}`, name)
    for (const [name, options] of [
      ['phone', { phone: true }],
      ['phone-zh-dark', { phone: true, language: 'zh', scheme: 'dark' }],
      ['zh', { language: 'zh' }],
      ['dark', { scheme: 'dark' }],
    ] as const) {
      const view = await open('手机/', options)
      const words =
        'language' in options
          ? { move: '移动到…', cancel: '取消', path: '手机/一.txt' }
          : { move: 'Move to…', cancel: 'Cancel', path: '手机/一.txt' }
      const look = async (step: string) => {
        assert.ok(await view.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} ${step}`)
        await assertAccessible(view.page, `${name}, ${step}`)
        await shot(view, `${name}-${step}`)
      }
      await view.rows.nth(2).waitFor()
      await look('list')
      await view.select('一.txt', '二.txt')
      await look('selected')
      await view.page.locator('.selection-bar').getByRole('button', { name: words.move }).click()
      await look('move')
      await view.press(words.cancel)
      await view.open('一.txt')
      await view.panel.getByText(words.path, { exact: true }).first().waitFor()
      await look('details')
      await view.page.keyboard.press('Escape')
    }
  })
})
