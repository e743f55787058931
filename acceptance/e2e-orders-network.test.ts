/** R24: weak networks, on the example Mini Program in a real browser: what its pages show, and what is stored. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { lacksChromium } from './support/chromium.ts'
import { photos } from './support/e2e-album.ts'
import { holdUploads, type OrdersLab, openOrders } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'

describe('uploads over bad networks', { skip: lacksChromium() }, () => {
  let lab: OrdersLab
  let alice: OrdersPhone

  /** Each test begins anew: another browser, in which nobody has been before. */
  const fill = async (title: string, count: number, width?: number) => {
    alice = await lab.open()
    const files = await photos(alice.page, count, width)
    await alice.newOrder(title)
    await alice.pick(files)
  }
  const areStored = async (fileIDs: readonly string[]) => {
    for (const fileID of fileIDs) assert.ok(Buffer.isBuffer(await lab.stored(fileID)), fileID)
  }
  const orders = async (title: string) => (await lab.database.collection('orders').where({ title }).get()).data

  before(async () => {
    lab = await openOrders('network')
  })
  afterEach(async () => {
    lab.line.fate = () => 'pass'
    await alice?.close()
  })
  after(() => lab?.close())

  it('a slow line: the progress moves, and the pictures arrive', async () => {
    await fill('慢速网络', 2, 1280)
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
    await areStored(fileIDs)
  })

  it('connections that break: the page says which attempt it is, and all arrive', async () => {
    await fill('断断续续', 3)
    const gate = Promise.withResolvers<'pass'>()
    const from = lab.line.count('upload')
    // Only when all three are on their way, so that none of them is a second attempt.
    const allThere = Promise.withResolvers<'cut'>()
    lab.line.fate = ({ what, before }) => {
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
    await areStored(fileIDs)
    assert.equal(lab.line.count('upload') - from, 6)
  })

  it('one file that never gets through: the others are kept, it says why, and a tap tries it again', async () => {
    await fill('只差一张', 3)
    let uploads = 0
    let fails = true
    lab.line.fate = ({ what }) => {
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
    assert.deepEqual((await orders('只差一张'))[0]?.images, kept)

    fails = false
    const all = await alice.upload('.tile.failed')
    assert.equal(all.length, 3)
    assert.deepEqual(all.filter((fileID) => kept.includes(fileID)).toSorted(), [...kept].toSorted())
    await alice.pictures(3)
    await areStored(all)
  })

  it('offline: a clear error, soon, and what was entered is still there; back online it works', async () => {
    await fill('断网', 2)
    const network = alice.page.locator('.controls select')
    await network.selectOption('offline')
    await alice.tap('#submit')
    const { code, hint } = await alice.problem()
    assert.equal(code, 'NETWORK_ERROR')
    assert.equal(hint, '网络异常：请检查网络后重试，大文件请先压缩。')
    assert.equal(await alice.tiles('chosen').count(), 2)
    await alice.shot('offline')
    assert.deepEqual(await orders('断网'), [])
    await network.selectOption('none')
    await areStored(await alice.upload())
    await alice.pictures(2)
    assert.equal((await orders('断网')).length, 1, 'one order, however often it was tried')
  })

  it('an upload that is stopped: nothing is stored, and it can be begun again', async () => {
    await fill('取消', 2)
    const asked: string[] = []
    alice.page.on('response', async (response) => {
      if (!response.request().postData()?.includes('storage.getUploadMetadata')) return
      const { data } = (await response.json()) as { data?: { fileId?: string } }
      if (data?.fileId !== undefined) asked.push(data.fileId)
    })
    const gate = holdUploads(lab.line)
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
    for (const fileID of asked) assert.equal(await lab.stored(fileID), 'STORAGE_FILE_NONEXIST')
    assert.deepEqual((await orders('取消'))[0]?.images, [])

    await areStored(await alice.upload())
    await alice.pictures(2)
  })

  it('in the background the transfers are interrupted; back in front they go on by themselves', async () => {
    await fill('切到后台', 2)
    const gate = holdUploads(lab.line)
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
    await areStored(fileIDs)
    await alice.pictures(2)
    await alice.shot('back-again')
  })
})
