import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type ElementsPage, openElements } from '../testing/elements-page.ts'

describe('view, text, icon, button, progress and navigator, in Chromium', { skip: lacksChromium() }, () => {
  let elements: Awaited<ReturnType<typeof openElements>>
  let page: ElementsPage
  before(async () => {
    elements = await openElements()
    page = await elements.open('basic')
  })
  after(() => elements.close())

  it('view: shows its hover-class while it is pressed', async () => {
    await page.find('#hover').hover()
    await page.page.mouse.down()
    await page.find('#hover.pressed').waitFor()
    await page.page.mouse.up()
    await page.find('#hover:not(.pressed)').waitFor()
    assert.equal(typeof (await page.event('hover', 'tap')), 'object')
  })

  it('view: a tap bubbles unless catchtap stops it; hidden hides', async () => {
    await page.find('#inner').click()
    await page.event('inner', 'tap')
    assert.deepEqual(await page.events('outer'), [])
    assert.equal(await page.find('#gone').isVisible(), false)
  })

  it('view: a long press follows touchstart and is not a tap', async () => {
    await page.find('#hold').hover()
    await page.page.mouse.down()
    await page.event('hold', 'longpress')
    await page.page.mouse.up()
    await page.event('hold', 'touchend')
    const types = (await page.events('hold')).map(([, type]) => type)
    assert.deepEqual(types, ['touchstart', 'longpress', 'touchend'])
  })

  it('view: is found by aria-role and aria-label, and works with the keyboard', async () => {
    await page.page.getByRole('button', { name: 'press' }).press('Enter')
    await page.event('pressable', 'tap')
  })

  it('text: breaks at \\n, keeps spaces, decodes entities, can be selected', async () => {
    assert.equal(await page.find('#lines').innerText(), 'first\nsecond')
    assert.equal(await page.find('#spaces').textContent(), 'a\u2002\u2002b')
    assert.equal(await page.find('#entities').textContent(), '<b> & c\u00a0d')
    assert.equal(await page.style('#selectable', 'user-select'), 'text')
    assert.equal(await page.style('#lines', 'user-select'), 'none')
  })

  it('icon: has the given size and colour', async () => {
    assert.deepEqual(await page.size('#red'), [40, 40])
    assert.equal(await page.style('#red > svg', 'color'), 'rgb(255, 0, 0)')
    assert.equal(await page.find('#red').getAttribute('aria-label'), 'done')
    assert.equal(await page.style('wx-icon > svg', 'color'), 'rgb(7, 193, 96)')
  })

  it('button: looks as in WeChat', async () => {
    assert.equal(await page.style('#primary', 'background-color'), 'rgb(7, 193, 96)')
    assert.equal(await page.style('#primary', 'font-size'), '17px')
    assert.equal(await page.style('#default', 'color'), 'rgb(6, 174, 86)')
    assert.deepEqual((await page.size('#primary'))[0], 184)
    assert.equal(await page.style('#plain', 'background-color'), 'rgba(0, 0, 0, 0)')
  })

  it('button: taps by mouse and keyboard, not if it is disabled', async () => {
    await page.find('#default').click()
    await page.event('default', 'tap')
    await page.find('#default').press('Enter')
    await page.find('#default').press(' ')
    await page.event('default', 'tap', 3)
    await page.find('#disabled').click({ force: true })
    await page.find('#primary').click()
    await page.event('primary', 'tap')
    assert.deepEqual(await page.events('disabled'), [])
    assert.equal(await page.find('#disabled').getAttribute('aria-disabled'), 'true')
  })

  it('button: an open-type shows that it is simulated, and triggers its event', async () => {
    await page.find('#phone').click()
    const { errMsg, code } = (await page.event('phone', 'getphonenumber')) as Record<string, string>
    assert.deepEqual([errMsg, code], ['getPhoneNumber:ok', 'simulated-phone-number-code'])
    await page.page.locator('.element-note', { hasText: 'simulated' }).first().waitFor()
    await page.find('#contact').click()
    assert.deepEqual(await page.event('contact', 'contact'), { errMsg: 'enterContact:ok', path: '', query: {} })
  })

  it('progress: shows its percentage, and triggers an event at the end', async () => {
    assert.equal(await page.find('#progress').innerText(), '60%')
    assert.equal(await page.find('#progress').getAttribute('aria-valuenow'), '60')
    const [whole] = await page.size('#progress > div')
    assert.equal((await page.size('#progress > div > b'))[0], Math.round(whole * 0.6))
    assert.deepEqual(await page.event('active', 'activeend'), { curPercent: 40 })
  })

  it('navigator: opens pages with their query, and fails for missing ones', async () => {
    const fresh = await elements.open('basic')
    await fresh.find('#nowhere').click()
    const { errMsg } = (await fresh.event('nowhere', 'fail')) as { errMsg: string }
    assert.match(errMsg, /^navigateTo:fail /)
    await fresh.find('#go').press('Enter')
    await fresh.find('#query').waitFor()
    assert.equal(await fresh.find('#query').innerText(), 'basic')
  })
})
