/** R24: interrupted uploads: no network, stopped by the user, in the background. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { lacksChromium } from './support/chromium.ts'
import { assertStored, holdUploads, newOrder, type OrdersApp, openOrders, ordersNamed } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'

describe('uploads that are interrupted', { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone

  before(async () => {
    app = await openOrders('interrupted')
  })
  afterEach(async () => {
    app.proxy.fate = () => 'pass'
    await alice?.close()
  })
  after(() => app?.close())

  it('offline: a clear error, soon, and the input is kept; back online it works', async () => {
    alice = await newOrder(app, '断网', 2)
    const network = alice.page.locator('.controls select')
    await network.selectOption('offline')
    await alice.tap('#submit')
    const { code, hint } = await alice.problem()
    assert.equal(code, 'NETWORK_ERROR')
    assert.equal(hint, '网络异常：请检查网络后重试，大文件请先压缩。')
    assert.equal(await alice.tiles('chosen').count(), 2)
    await alice.shot('offline')
    assert.deepEqual(await ordersNamed(app, '断网'), [])
    await network.selectOption('none')
    await assertStored(app, await alice.upload())
    await alice.pictures(2)
    assert.equal((await ordersNamed(app, '断网')).length, 1, 'one order, despite several tries')
  })

  it('a stopped upload: nothing is stored, and it can be restarted', async () => {
    alice = await newOrder(app, '取消', 2)
    const asked: string[] = []
    alice.page.on('response', async (response) => {
      if (!response.request().postData()?.includes('storage.getUploadMetadata')) return
      const { data } = (await response.json()) as { data?: { fileId?: string } }
      if (data?.fileId !== undefined) asked.push(data.fileId)
    })
    const gate = holdUploads(app.proxy)
    await alice.tap('#submit')
    await gate.waiting(2)
    const stopped = Promise.all(
      [0, 1].map(() => alice.page.waitForEvent('requestfailed', (request) => request.url().includes('/u/'))),
    )
    await alice.tap('#cancel')
    await stopped
    await alice.tiles('chosen').nth(1).waitFor()
    assert.match(await alice.at('#summary').innerText(), /已取消/)
    await alice.shot('stopped')
    gate.open()
    assert.equal(asked.length, 2)
    for (const fileID of asked) assert.equal(await app.stored(fileID), 'STORAGE_FILE_NONEXIST')
    assert.deepEqual((await ordersNamed(app, '取消'))[0]?.images, [])

    await assertStored(app, await alice.upload())
    await alice.pictures(2)
  })

  it('in the background transfers are interrupted; in the foreground they continue automatically', async () => {
    alice = await newOrder(app, '切到后台', 2)
    const gate = holdUploads(app.proxy)
    const uploading = alice.upload()
    await gate.waiting(2)
    const interrupted = alice.page.waitForEvent('requestfailed', (request) => request.url().includes('/u/'))
    await alice.page.locator('.capsule button').nth(1).click()
    await alice.shot('background')
    await interrupted
    gate.open()
    await alice.page.locator('.background-cover button').click()
    const fileIDs = await uploading
    assert.equal(fileIDs.length, 2)
    await assertStored(app, fileIDs)
    await alice.pictures(2)
    await alice.shot('back-again')
  })
})
