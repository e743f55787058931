/** A folder with 100,000 files on the storage page, in a real browser: it opens by one request, and any of them is reached. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleFiles, consoleFiles } from './support/console-files.ts'
import { openConsole } from './support/e2e-console.ts'
import { storageView } from './support/e2e-console-storage.ts'
import { newScreenshots } from './support/e2e-screenshots.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'

const FILES = 100_000
const PER_REQUEST = 1_000
/** Rows of a large window, and those above and below it that make scrolling smooth. */
const MOST_ROWS = 120

const nameOf = (at: number) => `${String(at).padStart(6, '0')}.txt`

describe('a folder with 100,000 files', { skip: lacksChromium() }, () => {
  let server: RunningServer
  let browser: Browser
  let files: ConsoleFiles

  before(async () => {
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev' }), launchChromium()])
    files = consoleFiles(server, await server.apiKey())
    await files.put('one.txt', 'one')
    // Copies share the bytes of their source, so these are made quickly.
    for (let from = 0; from < FILES; from += PER_REQUEST) {
      const items = Array.from({ length: PER_REQUEST }, (_, at) => ({
        from: 'one.txt',
        to: `many/${nameOf(from + at)}`,
      }))
      assert.equal((await files.finish('/storage/moves', { items, copy: true })).done, PER_REQUEST)
    }
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })

  it('opens by one request, scrolls to the last one, and keeps few rows', async (test) => {
    const screenshots = newScreenshots('console-storage-large')
    const console = await openConsole(browser, server, { at: 'storage' })
    const { page } = console
    const view = storageView(console)
    await view.shows('many', 'one.txt')
    const before = view.lists()
    const start = performance.now()
    await view.open('many')
    await view.row(nameOf(0)).waitFor()
    test.diagnostic(`opened in ${Math.round(performance.now() - start)} ms, with what the test itself takes`)
    await page.screenshot({ path: screenshots.next('opened') })
    // Half a second without another request: it was one, and nobody has scrolled.
    await page.waitForTimeout(500)
    assert.equal(view.lists() - before, 1)

    const frames = (await page.evaluate(`(async () => {
      const box = document.querySelector('[role=grid]').parentElement
      const rows = () => document.querySelectorAll('.virtual-row').length
      const times = []
      let most = 0
      let last = performance.now()
      for (let step = 0; step < 120; step++) {
        box.scrollTop += 120
        await new Promise((done) => requestAnimationFrame(done))
        const now = performance.now()
        times.push(now - last)
        last = now
        most = Math.max(most, rows())
      }
      times.sort((a, b) => a - b)
      return { median: times[60], slowest: times[119], late: times.filter((time) => time > 34).length, most }
    })()`)) as { median: number; slowest: number; late: number; most: number }
    test.diagnostic(
      `120 steps of scrolling: a frame took ${frames.median.toFixed(1)} ms, the slowest ${frames.slowest.toFixed(1)} ms, ${frames.late} later than 34 ms`,
    )
    assert.ok(frames.most <= MOST_ROWS, `${frames.most} rows`)

    const began = performance.now()
    const reached = await page.evaluate(`(async () => {
      const box = document.querySelector('[role=grid]').parentElement
      let most = 0
      for (const end = performance.now() + 120_000; performance.now() < end; ) {
        box.scrollTop = box.scrollHeight
        await new Promise((done) => setTimeout(done, 15))
        most = Math.max(most, document.querySelectorAll('.virtual-row').length)
        if (document.querySelector('[aria-rowindex="${FILES + 1}"]')) return most
      }
      return -1
    })()`)
    test.diagnostic(
      `all 100,000 loaded while scrolling in ${Math.round(performance.now() - began)} ms, ${view.lists() - before} requests`,
    )
    assert.ok((reached as number) > 0 && (reached as number) <= MOST_ROWS, `${reached} rows`)
    await view.row(nameOf(FILES - 1)).waitFor()
    await page.getByText('100,000 items').waitFor()
    await page.screenshot({ path: screenshots.next('the-last') })

    await view.act(nameOf(FILES - 3), 'Rename')
    await view.dialog.getByLabel('New name').fill('zzz.txt')
    await view.press('Rename')
    await view.row('zzz.txt').waitFor()
    assert.equal((await view.names()).includes(nameOf(FILES - 3)), false)
    await view.row(nameOf(FILES - 1)).waitFor()
    await page.getByText('100,000 items').waitFor()

    const search = performance.now()
    await page.getByRole('searchbox').fill('0999')
    await page.getByText('119 found').waitFor()
    test.diagnostic(
      `found by a part of the name in ${Math.round(performance.now() - search)} ms, with the pause after typing`,
    )
    await page.getByRole('searchbox').fill('')
    await view.row(nameOf(0)).waitFor()

    for (const [column, name] of [
      ['Size', 'zzz.txt'],
      ['Modified', nameOf(0)],
      ['Name', nameOf(0)],
      ['Name', 'zzz.txt'],
    ] as const) {
      const sorting = performance.now()
      const before = view.lists()
      await view.grid.getByRole('columnheader', { name: column }).getByRole('button').click()
      if (column === 'Size') await view.grid.getByRole('columnheader', { name: column }).getByRole('button').click()
      await until(
        'the first row',
        async () => (await view.names())[0],
        (first) => first === name,
      )
      test.diagnostic(`sorted by ${column} in ${Math.round(performance.now() - sorting)} ms`)
      assert.ok(view.lists() - before <= 3, 'it loads the beginning and no more')
    }
    await console.close()
    assert.deepEqual(console.errors, [])
  })

  it('is counted before it is deleted', async () => {
    const console = await openConsole(browser, server, { at: 'storage' })
    const view = storageView(console)
    await view.shows('many', 'one.txt')
    await view.act('many', 'Delete')
    await view.dialog.getByText('100,000 files').first().waitFor()
    assert.ok(await view.dialog.getByRole('button', { name: 'Delete 100,000 files' }).isDisabled())
    await view.press('Cancel')
    await console.close()
    assert.deepEqual(console.errors, [])
  })
})
