/** R3, R24: the picker of the example when users cancel it or refuse the privacy guideline, and a large video. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { lacksChromium } from './support/chromium.ts'
import { film, photos } from './support/e2e-album.ts'
import { type OrdersApp, openOrders } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'

const VIDEO_BYTES = 20 * 1024 * 1024
/** Upload speed while the video is sent: slow enough to observe, fast enough for a test. */
const VIDEO_BYTES_PER_SECOND = 8 * 1024 * 1024

describe('choosing files', { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone
  const folder = mkdtempSync(join(tmpdir(), 'cloudstead-album-'))

  before(async () => {
    app = await openOrders('choosing')
  })
  afterEach(() => alice?.close())
  after(async () => {
    await app?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('R3: cancelling the picker changes nothing and shows nothing', async () => {
    alice = await app.open()
    await alice.newOrder('想一想')
    await alice.pick(await photos(alice.page, 1))

    await alice.tap('#add')
    await alice.button('取消').click()
    await alice.page.getByRole('dialog').waitFor({ state: 'detached' })

    await alice.page.evaluate(`window.dialogs = 0; new MutationObserver((records) => {
      const removed = records.flatMap((record) => [...record.removedNodes])
      window.dialogs += removed.filter((node) => node.type === 'file').length
    }).observe(document.body, { subtree: true, childList: true })`)
    const browser = await alice.page.context().newCDPSession(alice.page)
    await browser.send('Page.setInterceptFileChooserDialog', { enabled: true, cancel: true })
    await alice.tap('#add')
    await alice.button('从手机相册选择').click()
    await alice.page.waitForFunction('window.dialogs === 1')
    await browser.send('Page.setInterceptFileChooserDialog', { enabled: false })
    await browser.detach()
    assert.equal(await alice.tiles('chosen').count(), 1)

    await alice.pick((await photos(alice.page, 2)).slice(1), 2)
    assert.equal(await alice.at('[role=alert]').count(), 0)
    await alice.shot('cancelled')
  })

  it('R3: refusing the privacy guideline shows an explanation; the next tap asks again, and consent is remembered', async () => {
    alice = await app.open({ privacy: 'ask' })
    await alice.newOrder('隐私')
    await alice.tap('#add')
    const popup = alice.page.getByRole('dialog', { name: '用户隐私保护提示' })
    await popup.waitFor()
    await alice.shot('privacy')
    await alice.button('拒绝').click()
    const { code, hint } = await alice.problem()
    assert.equal(code, 'PRIVACY_REFUSED')
    assert.match(hint, /隐私保护指引/)
    assert.equal(await alice.tiles('chosen').count(), 0)
    await alice.shot('privacy-refused')

    await alice.tap('#add')
    await alice.button('同意').click()
    const files = await photos(alice.page, 2)
    await (await alice.choose()).setFiles(files.slice(0, 1))
    await alice.tiles('chosen').waitFor()
    assert.equal(await alice.at('[role=alert]').count(), 0, 'the error is gone')
    await (await alice.album()).setFiles(files.slice(1))
    await alice.tiles('chosen').nth(1).waitFor()

    await alice.button('重新启动').click()
    await alice.newOrder('隐私')
    await alice.pick(files)
  })

  it('R24: a video of 20 MB has a poster, progress, and plays on the order page', async () => {
    alice = await app.open()
    const video = await film(alice.page, VIDEO_BYTES)
    assert.equal(video.buffer.length, VIDEO_BYTES)
    const path = join(folder, video.name)
    writeFileSync(path, video.buffer)
    await alice.newOrder('海边')
    await (await alice.album()).setFiles(path)
    await alice.tiles('chosen').waitFor()
    assert.equal(await alice.at('.tile .size').innerText(), '20.0 MB')
    await alice.pictures(1, '.tile')
    await alice.shot('video-chosen')

    const browser = await alice.page.context().newCDPSession(alice.page)
    const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: VIDEO_BYTES_PER_SECOND }
    await browser.send('Network.emulateNetworkConditions', line)
    await alice.page.evaluate(`window.seen = []; new MutationObserver(() => {
      const now = parseInt(document.querySelector('.percent')?.innerText)
      if (now >= 0 && now !== window.seen.at(-1)) window.seen.push(now)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
    const uploading = alice.upload()
    await alice.at('.percent:text-matches("^[2-9][0-9]%")').waitFor()
    await alice.shot('video-uploading')
    const [fileID = ''] = await uploading
    const seen: number[] = await alice.page.evaluate('window.seen')
    assert.ok(seen.filter((percent) => percent > 0 && percent < 100).length >= 3, `seen: ${seen}`)
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
      'progress never decreases',
    )

    assert.match(fileID, /\.webm$/)
    const bytes = await app.stored(fileID)
    assert.ok(Buffer.isBuffer(bytes) && bytes.equals(video.buffer))
    await alice.at('#pictures video').waitFor()
    const width: number = await alice.page.evaluate(`new Promise((resolve, reject) => {
      const video = document.querySelector('.page-frame.is-shown video')
      video.muted = true
      video.onerror = () => reject(new Error(video.error.message))
      video.ontimeupdate = () => { if (video.currentTime > 0) resolve(video.videoWidth) }
      void video.play()
    })`)
    assert.equal(width, 320)
    await alice.toastGone()
    await alice.shot('video-order')
  })
})
