/** R19 to R23 on various screens: small, narrow, dark. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import { lacksChromium } from './support/chromium.ts'
import { photos } from './support/e2e-album.ts'
import { type OrdersApp, openOrders } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'

const TOUCH = { hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

const SCREENS: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ['a large window', {}],
  ['a small window', { viewport: { width: 800, height: 600 } }],
  ['a phone', { ...TOUCH, viewport: { width: 390, height: 844 } }],
  ['a narrow phone that is dark', { ...TOUCH, viewport: { width: 320, height: 568 }, colorScheme: 'dark' }],
]

/** Mean of red, green and blue; dark colours are below. */
const DARK = 64

describe('the example on various screens', { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone

  const areDark = (selector: string): Promise<readonly boolean[]> =>
    alice.page.evaluate(`[...document.querySelectorAll('.page-frame.is-shown ${selector}')].map((element) =>
      getComputedStyle(element).backgroundColor.match(/\\d+/g).slice(0, 3).every((part) => part < ${DARK}))`)

  before(async () => {
    app = await openOrders('screens')
  })
  afterEach(() => alice?.close())
  after(() => app?.close())

  for (const [name, options] of SCREENS) {
    it(`R19 to R23 on ${name}: nothing is cut off at the sides, everything can be reached`, async () => {
      alice = await app.open({ browser: options, language: 'en' })
      const look = async (step: string) => {
        const fits: boolean = await alice.page.evaluate(
          `[document.documentElement, ...document.querySelectorAll('.page-frame.is-shown .page-scroller')]
            .every((element) => element.scrollWidth <= element.clientWidth)`,
        )
        assert.ok(fits, `${step}: no sideways scrolling`)
        await alice.shot(`${name.replaceAll(' ', '-')}-${step}`, 'window')
      }
      await alice.loggedIn()
      await look('first')
      const title = `${name}, and a title longer than its line`
      await alice.newOrder(title)
      await alice.pick(await photos(alice.page, 3))
      await look('chosen')
      await alice.upload()
      await alice.pictures(3)
      assert.equal(await alice.at('.title').innerText(), title.slice(0, 60))
      await alice.toastGone()
      await look('order')
      await alice.tap('#links')
      await look('links')
      await alice.tap('#delete')
      await alice.button('Cancel').waitFor()
      await look('delete')
      await alice.button('Cancel').click()
      assert.deepEqual(new Set(await areDark('.group')), new Set([options.colorScheme === 'dark']))
    })
  }

  it('dark mode by the switch: the page follows immediately, and keeps its state', async () => {
    alice = await app.open({ path: 'pages/orders/orders' })
    await alice.at('.order').first().waitFor()
    assert.deepEqual(new Set(await areDark('.group')), new Set([false]))
    await alice.page.getByRole('checkbox', { name: '深色模式' }).check()
    assert.deepEqual(new Set(await areDark('.group, wx-page')), new Set([true]))
    await alice.pictures(SCREENS.length, '#order-list')
    await alice.shot('dark-list', 'window')
    await alice.tap('.order')
    await alice.pictures(3)
    assert.deepEqual(new Set(await areDark('.group')), new Set([true]))
    await alice.shot('dark-order', 'window')
  })
})
