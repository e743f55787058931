import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type ElementsPage, openElements } from '../testing/elements-page.ts'

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

  it('image: tells its natural size, and follows it with widthFix and heightFix', async () => {
    assert.deepEqual(await page.event('natural', 'load'), { width: 120, height: 60 })
    assert.deepEqual(await page.size('#natural'), [100, 50])
    assert.deepEqual(await page.size('#high'), [60, 30])
    assert.equal(await page.find('#natural').getAttribute('role'), 'img')
    assert.equal(await page.find('#natural > img').getAttribute('alt'), 'two colours')
  })

  it('image: is 320 by 240 when nothing says otherwise', async () => {
    assert.deepEqual(await page.size('#sizeless'), [320, 240])
  })

  it('image: fails for what is missing and for a fileID', async () => {
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
    // Half a second of a moving square, recorded by the browser.
    const url = await page.page.evaluate<string>(`(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
      const context = canvas.getContext('2d')
      const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' })
      const pieces = []
      recorder.ondataavailable = ({ data }) => pieces.push(data)
      const stopped = new Promise((resolve) => { recorder.onstop = resolve })
      recorder.start()
      for (let x = 0; x < 12; x += 1) {
        context.fillRect(x * 3, 10, 20, 20)
        await new Promise((resolve) => setTimeout(resolve, 40))
      }
      recorder.stop()
      await stopped
      return new Promise((resolve) => {
        const reader = new FileReader()
        reader.onload = () => resolve(reader.result)
        reader.readAsDataURL(new Blob(pieces, { type: 'video/webm' }))
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

  it('video: says what it cannot load', async () => {
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

  it('rich-text: shows allowed tags and attributes, and nothing that acts', async () => {
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
