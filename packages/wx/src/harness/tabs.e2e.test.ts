import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { assertText, fixture, ProgramBrowser, styleOf } from '../testing/program-browser.ts'
import type { MiniProgramServer } from './index.ts'

const SHOWN = '.page-frame.is-shown'

describe('pages, tabs and components in Chromium', { skip: lacksChromium() }, () => {
  let browser: ProgramBrowser
  let server: MiniProgramServer

  before(async () => {
    browser = await ProgramBrowser.launch()
    server = await browser.serve({ project: fixture('tabs') })
  })
  after(() => browser.close())

  const open = async (address = '/') => (await browser.open(server, address)).page
  const assertShown = (page: Page, selector: string, expected: string | RegExp) =>
    assertText(page, `${SHOWN} ${selector}`, expected)
  const tap = (page: Page, selector: string) => page.click(`${SHOWN} ${selector}`)
  const color = (page: Page, selector: string) => styleOf(page, `${SHOWN} ${selector}`, 'color')

  it('keeps tab pages and unloads the others', async () => {
    const page = await open()
    await assertShown(page, '#where', 'home 1')
    await page.click('.tab >> nth=1')
    await assertShown(page, '#where', 'mine 1')
    await assertText(page, '.navigation-title', 'Mine')
    await tap(page, '#detail')
    await assertShown(page, '#where', 'detail 2')
    assert.equal(await page.isVisible('.tab-bar'), false)
    await tap(page, '#tab')
    await assertShown(page, '#where', 'mine 1')
    await assertShown(
      page,
      '#log',
      [
        ...['home.onLoad', 'home.onShow', 'home.onHide', 'mine.onLoad', 'mine.onShow', 'mine.onTabItemTap Mine'],
        ...['mine.onHide', 'detail.onLoad', 'detail.onShow', 'detail.onUnload', 'mine.onShow'],
      ].join('\n'),
    )
  })

  it('redirects, relaunches and shows the home button', async () => {
    const page = await open()
    await tap(page, '#detail')
    await assertShown(page, '#where', 'detail 2')
    await assertShown(page, '#query', '1')
    await tap(page, '#redirect')
    await assertShown(page, '#query', '2')
    await assertShown(page, '#where', 'detail 2')
    await tap(page, '#relaunch')
    await assertShown(page, '#query', '3')
    await assertShown(page, '#where', 'detail 1')
    await assertShown(page, '#query', '3')
    await page.click('.navigation-left button[aria-label=Home]')
    await assertShown(page, '#where', 'home 1')
    assert.equal(await page.isVisible('.navigation-left button'), false)
  })

  it('refuses what WeChat refuses', async () => {
    const page = await open()
    await tap(page, '#wrong')
    await assertShown(page, '#failure', 'navigateTo:fail can not navigateTo a tabbar page')
    await tap(page, '#nowhere')
    await assertShown(page, '#failure', 'navigateTo:fail page "pages/nowhere" is not found')
    for (let depth = 2; depth <= 10; depth += 1) {
      await tap(page, '#detail')
      await assertShown(page, '#where', `detail ${depth}`)
    }
    await tap(page, '#detail')
    await assertShown(page, '#failure', 'navigateTo:fail webview count limit exceed')
  })

  it('calls onPageNotFound for a missing page', async () => {
    const page = await open('/?path=pages/lost')
    await page.waitForSelector(SHOWN)
    await assertShown(page, '#query', 'pages/lost')
  })

  it('forwards a page', async () => {
    const page = await open()
    await page.click('.capsule button[aria-label=More]')
    await page.click('.menu-panel >> text=Share')
    await assertText(page, '.menu-answer', 'Shared: Look at home · /pages/home/home')
  })

  it('scrolls to the bottom, and refreshes when pulled down', async () => {
    const page = await open('/?path=pages/list/list')
    await page.hover(`${SHOWN} #status`)
    await page.mouse.wheel(0, 10_000)
    await assertShown(page, '#status', /bottom 1 scroll yes/)
    await page.mouse.wheel(0, -10_000)
    await page.waitForFunction(`document.querySelector('.is-shown .page-scroller').scrollTop === 0`)
    const box = await page.locator('.phone-pages').boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + 100, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + 100, box.y + 250, { steps: 5 })
    await page.mouse.up()
    await assertShown(page, '#status', /refresh 1/)
  })

  it('restores a page as it was, alone in the document', async () => {
    const page = await open('/?path=pages/list/list')
    await page.evaluate(`document.querySelector('.page-scroller').scrollTo(0, 700)`)
    await assertShown(page, '#status', /scroll yes/)
    await tap(page, '.row >> nth=8')
    await assertShown(page, '#where', 'detail 2')
    assert.equal(await page.locator('wx-page').count(), 1)
    await page.click('.navigation-left button[aria-label=Back]')
    await assertShown(page, '#status', /scroll yes/)
    assert.equal(await page.evaluate(`document.querySelector('.page-scroller').scrollTop`), 700)
  })

  it('runs a page created with Component(), with properties from the query', async () => {
    const page = await open('/?path=pages/made/made%3Fid%3Dx7')
    await assertShown(page, '#made', 'x7 loaded x7 11')
    assert.equal(await color(page, '#made'), 'rgb(1, 2, 3)')
    await tap(page, '#ask')
    await assertShown(page, '#made', 'x7 chip CHIP 11')
    await tap(page, '#chip wx-view')
    await assertShown(page, '#made', 'x7 chip chosen 13')
  })

  it('supports external classes, shared styles and named slots', async () => {
    const page = await open('/?path=pages/made/made%3Fid%3Dx7')
    assert.equal(await color(page, '#chip wx-view'), 'rgb(9, 9, 9)')
    assert.equal(await color(page, '#shared .shared'), 'rgb(7, 7, 7)')
    assert.match(await page.$eval('#box', ({ textContent }) => textContent ?? ''), /head.*foot/s)
    assert.equal(await page.locator('#box wx-view wx-view').count(), 2)
  })

  it('bubbles taps, except caught ones', async () => {
    const page = await open('/?path=pages/made/made%3Fid%3Dx7')
    await tap(page, '#inner-bind')
    await assertShown(page, '#taps', 'inner outer')
    await tap(page, '#inner-catch')
    await assertShown(page, '#taps', 'inner outer inner')
  })
})
