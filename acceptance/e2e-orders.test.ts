/** R19 to R23: the five verifications of the recipe, with the example Mini Program in a real browser; and a second user. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { photos } from './support/e2e-album.ts'
import { openConsole } from './support/e2e-console.ts'
import { storageView } from './support/e2e-console-storage.ts'
import { holdUploads, type OrdersApp, openOrders } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'
import { until } from './support/until.ts'
import { createUser } from './support/users.ts'

const TITLE = '三月的风景'
const JPEG = 'ffd8ff'

describe('the recipe on the example Mini Program', { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone
  let openid: string
  let fileIDs: readonly string[]
  let orderId: string
  let drawn: readonly string[]

  const images = async () => (await app.database.collection('orders').doc(orderId).get()).data[0]?.images

  before(async () => {
    app = await openOrders('orders')
    alice = await app.open()
  })
  after(async () => {
    await alice?.close()
    await app?.close()
  })

  it('R19: the user is logged in automatically, and the upload page opens', async () => {
    openid = await alice.loggedIn()
    assert.match(openid, /^o[\w-]+$/)
    assert.equal(await alice.at('.status-text').innerText(), '登录状态已就绪')
    await alice.shot('logged-in')
    await alice.newOrder('')
    await alice.tap('#submit')
    assert.equal(await alice.at('.problem').count(), 2, 'reports the missing title and file')
    await alice.at('#title input').fill(TITLE)
    await alice.shot('new-order')
  })

  it('R20: nine pictures with Chinese names are picked and uploaded, the fileIDs begin with cloud://', async () => {
    const files = await photos(alice.page, 9)
    const held = holdUploads(app.proxy, 6)
    await alice.tap('#add')
    await alice.button('从手机相册选择').waitFor()
    await alice.shot('sheet')
    const dialog = await alice.choose()
    assert.ok(dialog.isMultiple())
    await dialog.setFiles([...files])
    await alice.tiles('chosen').nth(8).waitFor()
    assert.equal(await alice.at('#add').count(), 0, 'nine is the maximum')
    await alice.shot('nine-chosen')

    const uploading = alice.upload()
    await held.waiting(3)
    await alice.tiles('done').nth(5).waitFor()
    await alice.shot('uploading')
    held.open()
    fileIDs = await uploading
    assert.equal(new Set(fileIDs).size, 9)
    for (const fileID of fileIDs) assert.match(fileID, /^cloud:\/\/demo-1abcde\.[^/]+\/users\//)
  })

  it('R21: the files are complete under users/{openid}/', async () => {
    for (const fileID of fileIDs) {
      const [, owner, , order] = fileID.replace(/^cloud:\/\/[^/]+\//, '').split('/')
      assert.equal(owner, openid)
      orderId = order ?? ''
      const bytes = await app.stored(fileID)
      assert.ok(typeof bytes !== 'string' && bytes.length > 5_000, `${fileID}: ${bytes.length} bytes`)
    }
    const first = await app.stored(fileIDs[0] ?? '')
    assert.equal(Buffer.isBuffer(first) && first.subarray(0, 3).toString('hex'), JPEG)
  })

  it('R21, R25: the Console shows the files, and the environment at the top left', async () => {
    const browser = await launchChromium()
    try {
      const console = await openConsole(browser, app.server, { language: 'zh', at: 'storage' })
      const view = storageView(console)
      const [, folder = ''] = /^cloud:\/\/[^/]+\/(.*\/)/.exec(fileIDs[0] ?? '') ?? []
      assert.ok(folder.startsWith(`users/${openid}/`), folder)
      for (const name of folder.split('/').slice(0, -1)) {
        await view.shows(name)
        await view.open(name)
      }
      const names = fileIDs.map((fileID) => fileID.slice(fileID.lastIndexOf('/') + 1)).sort()
      await view.shows(...names)
      assert.equal(await view.page.locator('.env code').innerText(), app.server.env)
      await view.open(names[0] ?? '')
      const shown = fileIDs.find((fileID) => fileID.endsWith(`/${names[0]}`)) ?? ''
      await view.panel.getByText(shown, { exact: true }).waitFor()
      assert.deepEqual(console.errors, [])
    } finally {
      await browser.close()
    }
  })

  it('R22: the order has the fileIDs as an array, and the server time', async () => {
    const { data } = await app.database.collection('orders').doc(orderId).get()
    const [order] = data
    assert.deepEqual(order?.images, fileIDs)
    assert.equal(order?.title, TITLE)
    assert.ok(order?.updatedAt instanceof Date && Math.abs(order.updatedAt.getTime() - Date.now()) < 60_000)
  })

  it('R23: the order page renders every picture, from URLs that begin with http', async () => {
    const pictures = await alice.pictures(9)
    assert.equal(await alice.at('.title').innerText(), TITLE)
    for (const { url, width } of pictures) {
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/o\/.*\?sign=/)
      assert.equal(width, 480)
    }
    drawn = pictures.map(({ url }) => url)
    assert.equal(new Set(drawn).size, 9)
    assert.equal(await alice.page.locator('[src^="cloud:"]').count(), 0)
    await alice.toastGone()
    await alice.shot('order')

    await alice.tap('#links')
    assert.deepEqual(await alice.at('.file-id').allInnerTexts(), fileIDs)
    assert.deepEqual(await alice.at('.url').allInnerTexts(), drawn)
    await alice.shot('links')
    await alice.tap('#links')
  })

  it('R23: a tap previews a picture, and the list shows the order with its cover', async () => {
    await alice.tap('.frame >> nth=3')
    const preview = alice.page.getByRole('dialog', { name: '预览' })
    await preview.waitFor()
    assert.equal(await preview.locator('img').nth(3).getAttribute('src'), drawn[3])
    await alice.shot('preview')
    await alice.page.keyboard.press('Escape')
    await preview.waitFor({ state: 'detached' })

    await alice.button('返回').click()
    await alice.tap('#orders')
    const [cover] = await alice.pictures(1, '#order-list')
    assert.match(cover?.url ?? '', /^http:/)
    assert.match(await alice.at('.order').innerText(), /三月的风景\s+9 个文件/)
    await alice.shot('list')
    await alice.tap('.order')
    await alice.pictures(9)
  })

  it('R17, R27: bob sees neither the order nor its pictures', async () => {
    const bob = await app.open({ user: 'bob', path: 'pages/orders/orders' })
    await bob.at('.empty').waitFor()
    await bob.shot('bob-list')
    await bob.close()

    const path = `pages/order/order?orderId=${orderId}`
    const there = await app.open({ user: 'bob', path })
    await there.at('.wait:not(:has(.spinner))').waitFor()
    assert.equal(await there.at('wx-image').count(), 0)
    await there.shot('bob-order')
    for (const url of drawn) {
      const [bare = ''] = url.split('?')
      const status = await there.page.evaluate(`fetch(${JSON.stringify(bare)}).then((answer) => answer.status)`)
      assert.equal(status, 403, 'a URL without its signature')
    }
    await there.close()

    const user = await createUser(app.server, { code: 'dev:bob' })
    assert.notEqual(user.openid, openid)
    const { fileList } = await user.app.getTempFileURL({ fileList: [...fileIDs] })
    assert.deepEqual(new Set(fileList.map(({ code }) => code)), new Set(['STORAGE_EXCEED_AUTHORITY']))
    user.phone.dispose()
  })

  it('R8: pictures are removed from the order and added, and the database is updated', async () => {
    await alice.tap('#edit')
    await alice.pictures(9, '.pictures')
    await alice.shot('edit')
    await alice.page.getByRole('button', { name: '移除 9' }).click()
    await alice.pictures(8, '.pictures')
    await until('eight pictures in the order', images, (now) => (now as unknown[]).length === 8)
    assert.deepEqual(await images(), fileIDs.slice(0, 8))

    await alice.page.getByRole('button', { name: /^添加图片或视频/ }).click()
    const dialog = await alice.choose()
    await dialog.setFiles((await photos(alice.page, 5)).slice(4))
    await alice.pictures(9, '.pictures')
    const now = (await until('nine again', images, (all) => (all as unknown[]).length === 9)) as readonly string[]
    assert.deepEqual(now.slice(0, 8), fileIDs.slice(0, 8))
    assert.ok(now[8] !== undefined && !fileIDs.includes(now[8]))
    await alice.tap('#edit')
    await alice.pictures(9)
  })

  it('deleting an order deletes its files', async () => {
    await alice.tap('#delete')
    await alice.shot('delete')
    await alice.button('确定').click()
    await alice.at('.empty').waitFor()
    await alice.shot('deleted')
    assert.equal(await images(), undefined)
    assert.equal(await app.stored(fileIDs[0] ?? ''), 'STORAGE_FILE_NONEXIST')
  })
})
