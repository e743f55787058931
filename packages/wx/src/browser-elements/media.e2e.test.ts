import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type ElementsPage, openElements } from '../testing/elements-page.ts'
import { RECORDED_VIDEO } from '../testing/recorded-video.ts'

describe('elements with pictures and sound, in Chromium', { skip: lacksChromium() }, () => {
  let elements: Awaited<ReturnType<typeof openElements>>
  let page: ElementsPage
  before(async () => {
    elements = await openElements()
    page = await elements.open('media')
  })
  after(() => elements.close())

  it('image: has every mode', async () => {
    const fits = { scaleToFill: 'fill', aspectFit: 'contain', aspectFill: 'cover', top: 'none', center: 'none' }
    for (const [mode, fit] of Object.entries(fits)) assert.equal(await page.style(`#${mode} > img`, 'object-fit'), fit)
    assert.equal(await page.style('[id="bottom right"] > img', 'object-position'), '100% 100%')
    assert.equal(await page.style('#top > img', 'object-position'), '50% 0%')
  })

  it('image: reports its natural size, and uses its ratio with widthFix and heightFix', async () => {
    assert.deepEqual(await page.event('natural', 'load'), { width: 120, height: 60 })
    assert.deepEqual(await page.size('#natural'), [100, 50])
    assert.deepEqual(await page.size('#high'), [60, 30])
    assert.equal(await page.find('#natural').getAttribute('role'), 'img')
    assert.equal(await page.find('#natural > img').getAttribute('alt'), 'two colours')
  })

  it('image: is 320 by 240 by default', async () => {
    assert.deepEqual(await page.size('#sizeless'), [320, 240])
  })

  it('image: fails for missing files and for a fileID', async () => {
    assert.match(JSON.stringify(await page.event('missing', 'error')), /GET \/images\/none\.png/)
    assert.match(JSON.stringify(await page.event('cloud', 'error')), /cloud:\/\//)
  })

  it('image: shows another picture when src changes', async () => {
    await page.find('#change').click()
    assert.deepEqual(await page.event('later', 'load'), { width: 1, height: 1 })
  })

  it('video: plays, pauses and ends, with a poster and controls', async () => {
    const player = page.find('#video > video')
    assert.match((await player.getAttribute('poster')) ?? '', /images\/wide\.png$/)
    assert.notEqual(await player.getAttribute('controls'), null)
    const url = await page.page.evaluate<string>(`(async () => {
      const video = await ${RECORDED_VIDEO}
      return new Promise((resolve) => {
        const reader = new FileReader()
        reader.onload = () => resolve(reader.result)
        reader.readAsDataURL(video)
      })
    })()`)
    await page.find('#url input').fill(url)
    const { width, height } = (await page.event('video', 'loadedmetadata')) as { width: number; height: number }
    assert.deepEqual([width, height], [64, 48])
    await page.page.evaluate("document.querySelector('#video > video').play()")
    await page.event('video', 'ended')
    assert.deepEqual(
      (await page.events('video')).map(([, type]) => type).filter((type) => type !== 'loadedmetadata'),
      ['play', 'pause', 'ended'],
    )
  })

  it('video: reports what it cannot load', async () => {
    await page.find('#url input').fill('/images/none.mp4')
    assert.notEqual(((await page.event('video', 'error')) as { errMsg: string }).errMsg, '')
  })

  it('canvas: has a node that draws', async () => {
    const pixel = await page.page.evaluate(`(() => {
      const canvas = document.querySelector('#canvas > canvas')
      const context = canvas.getContext('2d')
      context.fillStyle = 'rgb(9, 8, 7)'
      context.fillRect(0, 0, 1, 1)
      return [...context.getImageData(0, 0, 1, 1).data, typeof canvas.createImage]
    })()`)
    assert.deepEqual(pixel, [9, 8, 7, 255, 'function'])
  })

  it('rich-text: shows allowed tags and attributes only', async () => {
    const html = await page.find('#html > div').innerHTML()
    assert.match(
      html,
      /<h3 class="title">Title<\/h3><p style="color: red">A <b>bold<\/b> word<img src="[^"]+wide\.png" width="40"><a>link<\/a><\/p>/,
    )
    assert.equal(await page.find('#array').innerText(), 'from\u00a0\u00a0an\u00a0<array>')
    assert.equal(await page.find('#array script').count(), 0)
    assert.notEqual(await page.page.title(), 'broken')
  })
})
