import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { assertText, fixture, ProgramBrowser, styleOf } from '../testing/program-browser.ts'
import type { MiniProgramServer } from './index.ts'

const SHOWN = '.page-frame.is-shown'

describe('a Mini Program in Chromium', { skip: lacksChromium() }, () => {
  let browser: ProgramBrowser
  let server: MiniProgramServer

  before(async () => {
    browser = await ProgramBrowser.launch()
    server = await browser.serve({ project: fixture('two-pages'), user: 'alice' })
  })
  after(() => browser.close())

  const assertShown = (page: Page, selector: string, expected: string | RegExp) =>
    assertText(page, `${SHOWN} ${selector}`, expected)

  it('renders WXML with loops, conditions and wxs', async () => {
    const { page } = await browser.open(server)
    await assertShown(page, '#title', 'HELLO WORLD')
    assert.deepEqual(await page.locator('.item').allInnerTexts(), ['1. first', '2. second'])
    await assertShown(page, '.chosen', 'Nothing chosen')
    assert.equal(await page.title(), 'two-pages · alice')
    await assertShown(page, '.scope', 'undefined undefined undefined undefined object')
  })

  it('supports rpx in style sheets and style attributes', async () => {
    const { page } = await browser.open(server)
    assert.equal(await page.$eval('.phone-screen', ({ clientWidth }) => clientWidth), 375)
    assert.equal(await styleOf(page, '#title', 'font-size'), '20px')
    assert.equal(await styleOf(page, '#title', 'margin-bottom'), '10px')
  })

  it('isolates the styles of a component and its page', async () => {
    const { page } = await browser.open(server)
    assert.equal(await styleOf(page, '#counter > wx-view', 'color'), 'rgb(0, 0, 255)')
    assert.equal(await styleOf(page, '.is-done wx-text', 'color'), 'rgb(7, 193, 96)')
  })

  it('handles taps, setData with paths, component events and behaviors', async () => {
    const { page } = await browser.open(server)
    await page.click('.item >> nth=1')
    await assertShown(page, '.chosen', 'Chosen: b')
    assert.equal(await page.locator('.item.is-done').count(), 2)
    for (let tap = 0; tap < 4; tap += 1) await page.click('#counter > wx-view >> nth=0')
    await assertShown(page, '#counter', 'Component: 5\nCounter of the page: 5')
  })

  it('calls lifecycles in the order of WeChat', async () => {
    const { page } = await browser.open(server, '/?path=pages/index/index%3Ffrom%3Dtest')
    await page.click('#go')
    const opened = [
      ...['App.onLaunch', 'App.onShow', 'counter.created', 'counter.attached', 'index.onLoad {"from":"test"}'],
      ...['counter.show', 'index.onShow', 'counter.ready', 'index.onReady', 'counter.hide', 'index.onHide'],
    ]
    await assertShown(page, '#log', opened.join('\n'))
    await assertText(page, '.navigation-title', 'Second')
    await page.click('.navigation-left button[aria-label=Back]')
    await assertText(page, '.navigation-title', 'Two pages')
    await page.click(`${SHOWN} #go`)
    const again = [...opened, 'counter.show', 'index.onShow', 'counter.hide', 'index.onHide']
    await assertShown(page, '#log', again.join('\n'))
  })

  it('passes the query unchanged, and events both ways', async () => {
    const { page } = await browser.open(server)
    await page.click('#go')
    await assertShown(page, '#id', 'id: 7')
    await assertShown(page, '#name', 'name: %E4%B8%AD')
    await assertShown(page, '#message', 'message: hello second')
    await page.click('#answer')
    await assertShown(page, '.chosen', 'Chosen: the answer')
  })

  it('shows and logs errors of the program', async () => {
    const { page, errors } = await browser.open(server, '/?path=pages/second/second')
    await page.click('#fail')
    assert.match(await page.innerText('.error-panel'), /Error: thrown by the program/)
    assert.match(errors.join('\n'), /thrown by the program/)
    await page.click('.error-panel summary')
    // The stack points to the lines of the program, through the source map.
    assert.match(await page.innerText('.error-panel pre'), /program\/scripts\.js:\d+:\d+/)
  })

  it('goes to the background and back', async () => {
    const { page } = await browser.open(server, '/?path=pages/second/second')
    await page.click('text=To background')
    assert.ok(await page.isVisible('.background-cover'))
    await page.click('.background-cover button')
    assert.equal(await page.isVisible('.background-cover'), false)
    await assertShown(page, '#log', 'App.onLaunch\nApp.onShow\nApp.onHide\nApp.onShow')
  })

  it('has its own dark mode', async () => {
    const { page } = await browser.open(server)
    assert.equal(await styleOf(page, 'wx-page', 'background-color'), 'rgb(246, 247, 248)')
    await page.check('text=Dark mode')
    assert.equal(await styleOf(page, 'wx-page', 'background-color'), 'rgb(17, 18, 19)')
    assert.equal(await styleOf(page, '.card', 'background-color'), 'rgb(34, 36, 38)')
  })

  it('opens as another user, by the address and by the shell', async () => {
    const { page } = await browser.open(server, '/?user=bob')
    assert.equal(await page.title(), 'two-pages · bob')
    await page.fill('.controls input[type=text]', 'carol')
    await page.press('.controls input[type=text]', 'Enter')
    await page.waitForURL(/user=carol/)
    await page.waitForSelector(SHOWN)
    assert.equal(await page.title(), 'two-pages · carol')
  })

  it('reports a missing page', async () => {
    const { page } = await browser.open(server, '/?path=pages/none/none')
    assert.match(await page.innerText('.missing-page'), /pages\/none\/none/)
    assert.match(await page.innerText('.error-panel'), /page "pages\/none\/none" is not found/)
  })

  it('fits a small window', async () => {
    const { page } = await browser.open(server, '/', { width: 390, height: 780 })
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    assert.ok(overflow <= 0, `${overflow} px too wide`)
    await page.click('#go')
    await assertShown(page, '#id', 'id: 7')
  })

  it('shows an edit immediately, an error in an edit, and its correction', async () => {
    const project = await mkdtemp(join(tmpdir(), 'harness-'))
    try {
      await cp(fixture('two-pages'), project, { recursive: true })
      const watching = await browser.serve({ project, watch: true })
      const { page } = await browser.open(watching)
      const file = join(project, 'miniprogram/pages/index/index.wxml')
      const original = await readFile(file, 'utf8')
      const start = performance.now()
      writeFileSync(file, original.replace('Nothing chosen', 'Edited'))
      await assertShown(page, '.chosen', 'Edited')
      console.log(`an edited WXML is on the screen after ${Math.round(performance.now() - start)} ms`)
      writeFileSync(file, original.replace('{{ chosen }}"', '{{ chosen + }}"'))
      await page.waitForSelector('.build-problems:not([hidden])')
      assert.match(await page.innerText('.build-problems'), /miniprogram\/pages\/index\/index\.wxml:7:\d+/)
      await assertShown(page, '.chosen', 'Edited')
      writeFileSync(file, original)
      await assertShown(page, '.chosen', 'Nothing chosen')
    } finally {
      await rm(project, { recursive: true })
    }
  })
})
