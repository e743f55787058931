/** R24: weak networks with the example Mini Program in a real browser: what its pages show, and what is stored. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { lacksChromium } from './support/chromium.ts'
import { assertStored, newOrder, type OrdersApp, openOrders, ordersNamed } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'

describe('uploads over bad networks', { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone

  before(async () => {
    app = await openOrders('network')
  })
  afterEach(async () => {
    app.proxy.fate = () => 'pass'
    await alice?.close()
  })
  after(() => app?.close())

  it('a slow network: the progress moves, and the pictures arrive', async () => {
    alice = await newOrder(app, '慢速网络', 2, 1280)
    await alice.page.locator('.controls select').selectOption('slow')
    await alice.page.evaluate(`window.seen = new Set(); new MutationObserver(() => {
      for (const { innerText } of document.querySelectorAll('.percent')) window.seen.add(parseInt(innerText))
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
    const uploading = alice.upload()
    await alice.at('.percent:text-matches("[1-9]%")').first().waitFor()
    await alice.shot('slow')
    const fileIDs = await uploading
    const seen: number[] = await alice.page.evaluate('[...window.seen]')
    assert.ok(seen.filter((percent) => percent > 0 && percent < 100).length >= 2, `seen: ${seen}`)
    await alice.pictures(2)
    await assertStored(app, fileIDs)
  })

  it('broken connections: the page shows the number of the attempt, and all pictures arrive', async () => {
    alice = await newOrder(app, '断断续续', 3)
    const gate = Promise.withResolvers<'pass'>()
    const from = app.proxy.count('upload')
    // Once all three are sent, so that none of them is a second attempt.
    const allThere = Promise.withResolvers<'cut'>()
    app.proxy.fate = ({ what, before }) => {
      if (what !== 'upload') return 'pass'
      if (before === from + 2) allThere.resolve('cut')
      return before < from + 3 ? allThere.promise : gate.promise
    }
    const uploading = alice.upload()
    await alice.at('.attempt').nth(2).waitFor()
    assert.deepEqual(new Set(await alice.at('.attempt').allInnerTexts()), new Set(['第 2 次尝试']))
    await alice.shot('second-attempt')
    gate.resolve('pass')
    const fileIDs = await uploading
    await alice.pictures(3)
    await assertStored(app, fileIDs)
    assert.equal(app.proxy.count('upload') - from, 6)
  })

  it('one file that always fails: the others are stored, its error is shown, and a tap retries it', async () => {
    alice = await newOrder(app, '只差一张', 3)
    let uploads = 0
    let fails = true
    app.proxy.fate = ({ what }) => {
      if (what !== 'upload' || !fails) return 'pass'
      uploads += 1
      return uploads === 1 || uploads > 3 ? 'cut' : 'pass'
    }
    const kept = await alice.upload()
    await alice.tiles('failed').waitFor()
    assert.equal(kept.length, 2)
    assert.equal(await alice.at('#summary').innerText(), '2 个已上传，1 个失败')
    const { code, hint } = await alice.problem()
    assert.equal(code, 'NETWORK_ERROR')
    assert.match(hint, /网络/)
    await alice.shot('one-failed')
    assert.deepEqual((await ordersNamed(app, '只差一张'))[0]?.images, kept)

    fails = false
    const all = await alice.upload('.tile.failed')
    assert.equal(all.length, 3)
    assert.deepEqual(all.filter((fileID) => kept.includes(fileID)).toSorted(), [...kept].toSorted())
    await alice.pictures(3)
    await assertStored(app, all)
  })
})
