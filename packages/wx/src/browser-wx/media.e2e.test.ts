import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type BrowserPhone, openPhones, type Phones } from '../testing/browser-phone.ts'
import { RECORDED_VIDEO } from '../testing/recorded-video.ts'

interface Upload {
  name: string
  mimeType: string
  buffer: Buffer
}

/** A picture of noise, which compresses badly, so that every re-encoding changes its size. */
async function picture(phone: BrowserPhone, name: string, width: number, height: number): Promise<Upload> {
  const mimeType = name.endsWith('.png') ? 'image/png' : 'image/jpeg'
  const base64 = await phone.run<string>(
    `const canvas = new OffscreenCanvas(args.width, args.height)
    const context = canvas.getContext('2d')
    const data = context.createImageData(args.width, args.height)
    let seed = 1
    for (let i = 0; i < data.data.length; i += 4) {
      seed = (seed * 48271) % 2147483647
      data.data.set([seed & 255, (seed >> 8) & 255, (seed >> 16) & 255, 255], i)
    }
    context.putImageData(data, 0, 0)
    const blob = await canvas.convertToBlob({ type: args.mimeType, quality: 1 })
    return wx.arrayBufferToBase64(await blob.arrayBuffer())`,
    { width, height, mimeType },
  )
  return { name, mimeType, buffer: Buffer.from(base64, 'base64') }
}

async function video(phone: BrowserPhone, name: string): Promise<Upload> {
  const base64 = await phone.run<string>(`return wx.arrayBufferToBase64(await (await ${RECORDED_VIDEO}).arrayBuffer())`)
  return { name, mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') }
}

interface MediaAnswer {
  ok?: {
    type: string
    tempFilePaths?: string[]
    tempFiles: {
      tempFilePath: string
      size: number
      fileType: string
      duration?: number
      width?: number
      height?: number
    }[]
  } & Record<string, unknown>
  failed?: { errMsg: string; errno?: number }
}

/** Taps the button of the page, chooses a source in the sheet, and gives `files` to the file dialog. */
async function pick(phone: BrowserPhone, code: string, files: Upload[], entry?: string): Promise<MediaAnswer> {
  const chooser = phone.page.waitForEvent('filechooser')
  await phone.onTap(code)
  if (entry !== undefined) await phone.page.getByRole('dialog').getByRole('button', { name: entry }).click()
  await (await chooser).setFiles(files)
  return phone.answer<MediaAnswer>()
}

const ALBUM = 'Choose from Album'

describe('wx media in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  it('chooseMedia: pictures have path, size and type only, and originals keep their bytes', async () => {
    const phone = await phones.open()
    const files = [await picture(phone, '一.jpg', 64, 48), await picture(phone, 'b.png', 32, 32)]
    const { ok } = await pick(
      phone,
      "return wx.chooseMedia({ mediaType: ['image'], sizeType: ['original'] })",
      files,
      ALBUM,
    )
    assert.equal(ok?.errMsg, 'chooseMedia:ok')
    assert.equal(ok?.type, 'image')
    const [first, second] = ok?.tempFiles ?? []
    assert.match(first?.tempFilePath ?? '', /^http:\/\/tmp\/[0-9a-f]{32}\.jpg$/)
    assert.match(second?.tempFilePath ?? '', /\.png$/)
    assert.deepEqual(first, { tempFilePath: first?.tempFilePath, size: files[0]?.buffer.length, fileType: 'image' })
    const base64 = await phone.run<string>(
      "return wx.getFileSystemManager().readFileSync(args, 'base64')",
      first?.tempFilePath,
    )
    assert.equal(base64, files[0]?.buffer.toString('base64'))
    const shown = await phone.run(
      `const image = new Image(); image.src = phone.displayUrl(args); await image.decode(); return [image.naturalWidth, image.naturalHeight]`,
      first?.tempFilePath,
    )
    assert.deepEqual(shown, [64, 48])
  })

  it('chooseMedia: compressed pictures are smaller, at most 1920 long; count limits; one source needs no sheet', async () => {
    const phone = await phones.open()
    const files = [
      await picture(phone, 'a.png', 2400, 40),
      await picture(phone, 'b.jpg', 300, 200),
      await picture(phone, 'c.jpg', 30, 20),
    ]
    const { ok } = await pick(
      phone,
      "return wx.chooseMedia({ count: 2, mediaType: ['mix'], sourceType: ['album'], sizeType: ['compressed'] })",
      files,
    )
    assert.equal(ok?.tempFiles.length, 2)
    for (const [index, file] of (ok?.tempFiles ?? []).entries()) {
      assert.ok(file.size < (files[index]?.buffer.length ?? 0) / 2)
      assert.match(file.tempFilePath, /\.jpg$/)
    }
    const info = await phone.run('return wx.getImageInfo({ src: args })', ok?.tempFiles[0]?.tempFilePath)
    const { path, ...facts } = info as { path: string }
    assert.equal(path, ok?.tempFiles[0]?.tempFilePath)
    assert.deepEqual(facts, { width: 1920, height: 32, orientation: 'up', type: 'jpeg', errMsg: 'getImageInfo:ok' })
  })

  it('chooseMedia: a video has duration, size and a poster; with a picture the type is mix', async () => {
    const phone = await phones.open()
    const clip = await video(phone, 'clip.webm')
    const { ok } = await pick(phone, 'return wx.chooseMedia()', [clip, await picture(phone, 'a.jpg', 20, 20)], ALBUM)
    assert.equal(ok?.type, 'mix')
    const [first, second] = ok?.tempFiles ?? []
    assert.deepEqual([first?.fileType, first?.size, first?.width, first?.height], ['video', clip.buffer.length, 64, 48])
    assert.ok((first?.duration ?? 0) > 0.3 && (first?.duration ?? 0) < 3, `duration ${first?.duration}`)
    assert.equal(second?.fileType, 'image')
    const poster = await phone.run<{ width: number; type: string }>(
      'return wx.getImageInfo({ src: args.thumbTempFilePath })',
      first,
    )
    assert.deepEqual([poster.width, poster.type], [64, 'jpeg'])
    const chosen = await pick(phone, "return wx.chooseVideo({ sourceType: ['album'] })", [clip])
    assert.deepEqual(
      [chosen.ok?.width, chosen.ok?.size, 'fileType' in (chosen.ok ?? {})],
      [64, clip.buffer.length, false],
    )
    const broken = { ...clip, buffer: Buffer.from('not a video') }
    const unknown = await pick(phone, "return wx.chooseMedia({ sourceType: ['album'] })", [broken])
    assert.deepEqual([unknown.ok?.tempFiles[0]?.duration, unknown.ok?.tempFiles[0]?.width], [0, 0])
  })

  it('chooseMedia: the dialog accepts the right types; cancel in sheet and dialog; no suitable file', async () => {
    const phone = await phones.open()
    const chooser = phone.page.waitForEvent('filechooser')
    await phone.onTap("return wx.chooseMedia({ mediaType: ['video'], sourceType: ['camera'], count: 9 })")
    const dialog = await chooser
    assert.equal(dialog.isMultiple(), false)
    const asked = await phone.run(
      "const input = document.querySelector('input[type=file]'); return [input.accept, input.getAttribute('capture')]",
    )
    assert.deepEqual(asked, ['video/*', 'environment'])
    await dialog.element().dispatchEvent('cancel')
    assert.deepEqual(await phone.answer(), { failed: { errMsg: 'chooseMedia:fail cancel' } })
    await phone.onTap('return wx.chooseMedia()')
    await phone.page.getByRole('button', { name: 'Cancel' }).click()
    assert.deepEqual(await phone.answer(), { failed: { errMsg: 'chooseMedia:fail cancel' } })
    await phone.onTap('return wx.chooseImage()')
    await phone.page.getByRole('button', { name: ALBUM }).waitFor()
    await phone.page.keyboard.press('Escape')
    assert.deepEqual(await phone.answer(), { failed: { errMsg: 'chooseImage:fail cancel' } })
    const text = { name: 'a.txt', mimeType: 'video/mp4', buffer: Buffer.from('x') }
    const none = await pick(phone, "return wx.chooseMedia({ mediaType: ['image'], sourceType: ['album'] })", [text])
    assert.deepEqual(none, { failed: { errMsg: 'chooseMedia:fail cancel' } })
  })

  it('chooseMedia: long after the tap a sheet is shown, so that the browser opens its dialog', async () => {
    const phone = await phones.open()
    const file = await picture(phone, 'a.jpg', 20, 20)
    await phone.run("Object.defineProperty(navigator, 'userActivation', { value: { isActive: false } })")
    await phone.run("window.answer = wx.chooseMedia({ sourceType: ['album'] }).then((ok) => ({ ok }))")
    const chooser = phone.page.waitForEvent('filechooser')
    await phone.page.getByRole('button', { name: ALBUM }).click()
    await (await chooser).setFiles([file])
    assert.equal((await phone.answer<MediaAnswer>()).ok?.tempFiles.length, 1)
  })

  it('chooseImage: paths and files', async () => {
    const phone = await phones.open()
    const { ok } = await pick(
      phone,
      'return wx.chooseImage({ count: 1 })',
      [await picture(phone, 'a.jpg', 64, 64)],
      ALBUM,
    )
    assert.equal(ok?.tempFilePaths?.length, 1)
    assert.deepEqual(Object.keys(ok?.tempFiles[0] ?? {}).sort(), ['path', 'size'])
  })

  it('compressImage and getImageInfo: quality and size; assets, the network, and files that are no pictures', async () => {
    const phone = await phones.open()
    const { ok } = await pick(phone, "return wx.chooseMedia({ sizeType: ['original'], sourceType: ['album'] })", [
      await picture(phone, 'a.jpg', 200, 100),
    ])
    const result = await phone.run<{ sizes: number[] } & Record<string, unknown>>(
      `const src = args.tempFilePath
      const info = async (src) => { const { width, height, type } = await wx.getImageInfo({ src }); return [width, height, type] }
      const made = await Promise.all([{ src, quality: 20 }, { src, quality: 90 }, { src, compressedWidth: 50 }].map((o) => wx.compressImage(o)))
      const fs = wx.getFileSystemManager()
      const failures = await Promise.all([wx.compressImage({ src: 'http://tmp/none' }), wx.getImageInfo({ src: 'http://tmp/none.png' }),
        wx.getImageInfo({ src: location.href }), wx.getImageInfo({ src: location.href + 'none' })].map((p) => p.catch((e) => e.errMsg)))
      return { sizes: [args.size, ...made.map(({ tempFilePath }) => fs.statSync(tempFilePath).size)],
        scaled: await info(made[2].tempFilePath), asset: await info('/dot.gif'), failures }`,
      ok?.tempFiles[0],
    )
    const [original = 0, q20 = 0, q90 = 0, scaled = 0] = result.sizes
    assert.ok(scaled < q90 && q20 < q90 && q90 < original, String(result.sizes))
    assert.deepEqual(result.scaled, [50, 25, 'jpeg'])
    assert.deepEqual(result.asset, [1, 1, 'gif'])
    assert.deepEqual(result.failures, [
      'compressImage:fail file not exist',
      'getImageInfo:fail file not found',
      'getImageInfo:fail invalid image',
      'getImageInfo:fail download failed, status 404',
    ])
  })

  it('previewImage: swipe, count, close by tap; previewMedia plays videos', async () => {
    const phone = await phones.open()
    const { page } = phone
    const url = `${phones.url}assets/icon.svg`
    await phone.run('await wx.previewImage({ urls: [args, args + "?2", args + "?none"], current: args + "?2" })', url)
    const view = page.getByRole('dialog', { name: 'Preview' })
    await view.getByText('2 / 3').waitFor()
    const shown = await phone.run(
      "const image = document.querySelectorAll('.wxui-preview img')[1]; await image.decode(); return image.naturalWidth",
    )
    assert.equal(shown, 40)
    await page.mouse.move(300, 400)
    await page.mouse.down()
    await page.mouse.move(100, 400, { steps: 4 })
    await page.mouse.up()
    await view.getByText('3 / 3').waitFor()
    assert.equal(await view.getByRole('button', { name: 'Next' }).isVisible(), false)
    await page.keyboard.press('ArrowLeft')
    await view.getByText('2 / 3').waitFor()
    await page.mouse.click(200, 300)
    await view.waitFor({ state: 'detached' })
    await phone.run("await wx.previewMedia({ sources: [{ url: '/a.mp4', type: 'video' }] })")
    assert.equal(await view.locator('video').getAttribute('src'), '/assets/a.mp4')
    await view.getByRole('button', { name: 'Close' }).click()
    await view.waitFor({ state: 'detached' })
    assert.match(
      String(await phone.run('return wx.previewImage({ urls: [] }).catch((e) => e.errMsg)')),
      /^previewImage:fail parameter error/,
    )
  })

  it('saveImageToPhotosAlbum: asks once, then downloads; only files of the phone', async () => {
    const phone = await phones.open()
    const file = await picture(phone, 'a.jpg', 20, 20)
    const { ok } = await pick(phone, "return wx.chooseMedia({ sizeType: ['original'], sourceType: ['album'] })", [file])
    const path = ok?.tempFiles[0]?.tempFilePath
    const download = phone.page.waitForEvent('download')
    const saved = phone.run('return wx.saveImageToPhotosAlbum({ filePath: args })', path)
    await phone.page.getByRole('button', { name: 'Agree' }).click()
    assert.deepEqual(await saved, { errMsg: 'saveImageToPhotosAlbum:ok' })
    assert.deepEqual(await readFile(await (await download).path()), file.buffer)
    assert.deepEqual(await phone.run('return (await wx.getSetting()).authSetting'), { 'scope.writePhotosAlbum': true })
    const remote = await phone.run(
      "return wx.saveImageToPhotosAlbum({ filePath: 'https://x/y.jpg' }).catch((e) => e.errMsg)",
    )
    assert.equal(remote, 'saveImageToPhotosAlbum:fail file not found')
  })
})
