/** R14, R26: temporary URLs expire, and the pages of the example renew them automatically. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from './support/chromium.ts'
import { photos } from './support/e2e-album.ts'
import { type OrdersApp, openOrders, recipeConfig } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'
import { until } from './support/until.ts'

const MAX_AGE_SECONDS = 2
const PICTURES = 2

describe('temporary URLs that expire after two seconds', { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone
  let urls: readonly string[]

  const statusOf = async (url: string) => (await fetch(url)).status
  const ended = (url: string) =>
    until(
      'the URL ends',
      () => statusOf(url),
      (status) => status === 403,
    )

  before(async () => {
    app = await openOrders('expiry', recipeConfig(MAX_AGE_SECONDS))
    alice = await app.open()
    await alice.newOrder('很快过期')
    await alice.pick(await photos(alice.page, PICTURES))
    await alice.upload()
  })
  after(async () => {
    await alice?.close()
    await app?.close()
  })

  it('R14: an expired URL and an unsigned one answer 403; the picture stays on the page', async () => {
    urls = (await alice.pictures(PICTURES)).map(({ url }) => url)
    for (const url of urls) {
      await ended(url)
      assert.equal(await statusOf(url.split('?')[0] ?? ''), 403)
    }
    await alice.pictures(PICTURES)
    await alice.shot('ended')
  })

  it('R26: returning to the page shows the pictures with new URLs', async () => {
    await alice.button('切到后台').first().click()
    await alice.shot('background')
    await alice.button('回到小程序').first().click()
    const renewed = await until(
      'new URLs',
      () => alice.pictures(PICTURES),
      (pictures) => pictures.every(({ url }) => !urls.includes(url)),
    )
    assert.deepEqual(
      renewed.map(({ url }) => url.split('?')[0]),
      urls.map((url) => url.split('?')[0]),
      'the same files',
    )
    await alice.shot('renewed')
  })

  for (const [name, open, within] of [
    ['the order page', '.order', '#pictures'],
    ['the list, by <cloud-image>', '', '#order-list'],
  ] as const) {
    it(`R26: ${name}: a picture whose URL expires during the request is refused, and then shown with a new one`, async () => {
      const late: string[] = []
      app.proxy.fate = async ({ what, url }): Promise<'pass'> => {
        if (what.startsWith('/o/') && !late.includes(what)) {
          late.push(what)
          await ended(app.server.url + url)
        }
        return 'pass'
      }
      const page = await app.open({ path: 'pages/orders/orders' })
      if (open !== '') await page.tap(open)
      const expected = within === '#pictures' ? PICTURES : 1
      await page.pictures(expected, within)
      assert.ok(late.length >= expected)
      assert.equal(await page.at('.broken').count(), 0)
      await page.shot(`late-${within.slice(1)}`)
      app.proxy.fate = () => 'pass'
      await page.close()
    })
  }

  it('R26: a picture that cannot be loaded shows an error, and appears when the user returns to the page', async () => {
    app.proxy.fate = ({ what }) => (what.startsWith('/o/') ? 'cut' : 'pass')
    const page = await app.open({ path: 'pages/orders/orders' })
    await page.tap('.order')
    await page
      .at('.broken')
      .nth(PICTURES - 1)
      .waitFor()
    await page.shot('not-loaded')
    app.proxy.fate = () => 'pass'
    await page.button('切到后台').first().click()
    await page.button('回到小程序').first().click()
    await page.pictures(PICTURES)
    await page.close()
  })
})
