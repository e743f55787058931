import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type ElementsPage, openElements } from '../testing/elements-page.ts'

const LIST = "document.querySelector('#list > .element-scroller')"

describe('scroll-view, swiper and movable-view, in Chromium', { skip: lacksChromium() }, () => {
  let elements: Awaited<ReturnType<typeof openElements>>
  let page: ElementsPage
  before(async () => {
    elements = await openElements()
  })
  beforeEach(async () => {
    page = await elements.open('scroll')
  })
  afterEach(() => page.close())
  after(() => elements.close())

  it('scroll-view: reports scrolling and reaching its ends', async () => {
    await page.page.evaluate(`${LIST}.scrollTop = 60`)
    const detail = (await page.event('list', 'scroll')) as Record<string, number>
    assert.deepEqual([detail.scrollTop, detail.scrollLeft, detail.deltaY], [60, 0, -60])
    await page.page.evaluate(`${LIST}.scrollTop = 100000`)
    assert.deepEqual(await page.event('list', 'scrolltolower'), { direction: 'bottom' })
    await page.page.evaluate(`${LIST}.scrollTop = 0`)
    assert.deepEqual(await page.event('list', 'scrolltoupper'), { direction: 'top' })
  })

  it('scroll-view: follows scroll-left; scrolls sideways', async () => {
    await page.until("document.querySelector('#strip > .element-scroller').scrollLeft === 60")
    await page.page.evaluate("document.querySelector('#strip > .element-scroller').scrollLeft = 100000")
    assert.deepEqual(await page.event('strip', 'scrolltolower'), { direction: 'right' })
  })

  it('scroll-view: scrolls to a child by scroll-into-view', async () => {
    await page.find('#into').click()
    const offset = `document.querySelector('#row-12').getBoundingClientRect().top - ${LIST}.getBoundingClientRect().top`
    await page.until(`Math.abs(${offset}) < 1`)
    await page.find('#top').click()
    await page.until(`${LIST}.scrollTop === 7`)
  })

  it('scroll-view: refreshes when pulled', async () => {
    await page.drag('#row-1', 0, 140)
    await page.event('list', 'refresherrefresh')
    await page.event('list', 'refresherrestore')
    assert.equal((await page.size('#list .element-refresher'))[1], 0)
  })

  it('swiper: turns by finger, and reports the change and the end of the animation', async () => {
    await page.drag('#swiper', -150, 0)
    assert.deepEqual(await page.event('swiper', 'change'), { current: 1, currentItemId: 'tomato', source: 'touch' })
    const finished = await page.event('swiper', 'animationfinish')
    assert.deepEqual(finished, { current: 1, currentItemId: 'tomato', source: 'touch' })
    const dot = "getComputedStyle(document.querySelector('#swiper .element-dots i:nth-child(2)')).backgroundColor"
    await page.until(`${dot} === 'rgb(255, 255, 255)'`)
    assert.equal(await page.find('#swiper wx-swiper-item >> nth=0').getAttribute('aria-hidden'), 'true')
  })

  it('swiper: a short drag snaps back, and the first item has none before it', async () => {
    await page.drag('#swiper', -40, 0)
    await page.event('swiper', 'animationfinish')
    await page.drag('#swiper', 150, 0)
    await page.event('swiper', 'animationfinish', 2)
    assert.deepEqual(await page.events('swiper', 'change'), [])
  })

  it('swiper: follows current, and advances in a circle with autoplay', async () => {
    await page.find('#last').click()
    assert.deepEqual(await page.event('swiper', 'change'), { current: 2, currentItemId: 'goldenrod', source: '' })
    assert.deepEqual(await page.event('auto', 'change', 3), { current: 0, currentItemId: '', source: 'autoplay' })
  })

  it('movable-view: follows the finger inside its area', async () => {
    assert.deepEqual(await page.event('movable', 'change'), { x: 10, y: 10, source: '' })
    await page.drag('#movable', 400, 20)
    await page.until("document.querySelector('#movable').style.transform.startsWith('translate(150px')")
    const last = (await page.events('movable')).at(-1)?.[2]
    assert.deepEqual(last, { x: 150, y: 30, source: 'touch' })
  })
})
