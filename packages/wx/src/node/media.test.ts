import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../testing/http-server.ts'
import { gate, phoneFor } from '../testing/phone.ts'
import { jpegBytes, pngBytes } from '../testing/pictures.ts'
import type { AlbumFile } from './media.ts'

const picture = (name: string): AlbumFile => ({ name, bytes: pngBytes(4, 3), width: 4, height: 3 })
const clip: AlbumFile = { name: 'clip.mp4', bytes: new Uint8Array(7), width: 640, height: 480, duration: 2.5 }

test('chooseMedia: pictures have path, size and type only; videos have the rest', async (t) => {
  const { wx } = phoneFor(t, { media: [picture('a.png'), clip] })
  const { type, tempFiles, errMsg } = await wx.chooseMedia({ mediaType: ['mix'] })
  assert.equal(errMsg, 'chooseMedia:ok')
  assert.equal(type, 'mix')
  const [image, video] = tempFiles
  assert.match(image?.tempFilePath ?? '', /^http:\/\/tmp\/[0-9a-f]{32}\.png$/)
  assert.deepEqual(image, { tempFilePath: image?.tempFilePath, size: 33, fileType: 'image' })
  assert.ok(video)
  const { tempFilePath, thumbTempFilePath, ...facts } = video
  assert.deepEqual(facts, { size: 7, fileType: 'video', duration: 2.5, width: 640, height: 480 })
  assert.match(tempFilePath, /\.mp4$/)
  assert.equal((await wx.getImageInfo({ src: thumbTempFilePath ?? '' })).type, 'gif')
  assert.equal(wx.getFileSystemManager().readFileSync(tempFilePath).byteLength, 7)
})

test('chooseMedia: count is 9 by default and 20 at most; the type is filtered and reported', async (t) => {
  const many = Array.from({ length: 25 }, (_, index) => picture(`${index}.png`))
  const { wx } = phoneFor(t, { media: [...many, clip] })
  const count = async (asked?: number) => (await wx.chooseMedia({ count: asked })).tempFiles.length
  assert.equal(await count(), 9)
  assert.equal(await count(3), 3)
  assert.equal(await count(20), 20)
  assert.equal(await count(99), 20)
  const images = await wx.chooseMedia({ mediaType: ['image'], count: 20 })
  assert.equal(images.type, 'image')
  const videos = await wx.chooseMedia({ mediaType: ['video'] })
  assert.equal(videos.type, 'video')
  assert.equal(videos.tempFiles.length, 1)
})

test('chooseMedia: files from disk, with new temporary paths at every call', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'wx-test-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'a.jpg'), jpegBytes(8, 6))
  writeFileSync(join(directory, 'b.bin'), 'video')
  const { wx } = phoneFor(t, {
    media: [join(directory, 'a.jpg'), { path: join(directory, 'b.bin'), fileType: 'video', duration: 1 }],
  })
  const first = await wx.chooseMedia()
  const second = await wx.chooseMedia()
  assert.deepEqual(
    first.tempFiles.map(({ fileType, size }) => [fileType, size]),
    [
      ['image', jpegBytes(8, 6).length],
      ['video', 5],
    ],
  )
  assert.notEqual(first.tempFiles[0]?.tempFilePath, second.tempFiles[0]?.tempFilePath)
})

test('chooseMedia: cancel, denied, nothing to pick; by callback too', async (t) => {
  const phone = phoneFor(t, { media: [clip], chooseMedia: 'cancel' })
  await assert.rejects(phone.wx.chooseMedia(), { errMsg: 'chooseMedia:fail cancel' })
  phone.setAlbum({ outcome: 'denied' })
  await assert.rejects(phone.wx.chooseMedia(), { errMsg: 'chooseMedia:fail auth deny' })
  phone.setAlbum({ outcome: 'ok', files: [] })
  const failed = gate()
  const returned = phone.wx.chooseMedia({
    fail: ({ errMsg }) => {
      assert.equal(errMsg, 'chooseMedia:fail cancel')
      failed.open()
    },
  })
  assert.equal(returned, undefined)
  await failed.opened
})

test('chooseMedia: the privacy guideline comes first, with its own error', async (t) => {
  const phone = phoneFor(t, { media: [clip], chooseMedia: 'cancel', privacy: 'refused' })
  await assert.rejects(phone.wx.chooseMedia(), {
    errMsg: 'chooseMedia:fail privacy permission is not authorized',
    errno: 104,
  })
  phone.setPrivacy('undeclared')
  await assert.rejects(phone.wx.chooseMedia(), {
    errMsg: 'chooseMedia:fail api scope is not declared in the privacy agreement',
    errno: 112,
  })
})

test('getImageInfo: local files, the network, and files that are no pictures', async (t) => {
  const { wx, files } = phoneFor(t)
  const server = await startServer(t, ({ url }, response) => {
    response.writeHead(url === '/a.png' ? 200 : 404, { 'content-type': 'image/png' }).end(pngBytes(30, 20))
  })
  const path = files.add('a.jpg', jpegBytes(100, 50))
  assert.deepEqual(await wx.getImageInfo({ src: path }), {
    width: 100,
    height: 50,
    path,
    orientation: 'up',
    type: 'jpeg',
    errMsg: 'getImageInfo:ok',
  })
  const fetched = await wx.getImageInfo({ src: `${server.url}/a.png` })
  assert.deepEqual([fetched.width, fetched.height, fetched.type], [30, 20, 'png'])
  assert.equal(wx.getFileSystemManager().readFileSync(fetched.path).byteLength, 33)
  await assert.rejects(wx.getImageInfo({ src: `${server.url}/none` }), {
    errMsg: /^getImageInfo:fail download failed, status 404/,
  })
  await assert.rejects(wx.getImageInfo({ src: 'http://tmp/none.png' }), { errMsg: /^getImageInfo:fail/ })
  await assert.rejects(wx.getImageInfo({ src: files.add('a.txt', Buffer.from('text')) }), {
    errMsg: 'getImageInfo:fail invalid image',
  })
})

test('compressImage: a copy, or a failure', async (t) => {
  const phone = phoneFor(t)
  const { wx, files } = phone
  const src = files.add('a.png', pngBytes(2, 2))
  const { tempFilePath } = await wx.compressImage({ src, quality: 50 })
  assert.notEqual(tempFilePath, src)
  assert.deepEqual(wx.getFileSystemManager().readFileSync(tempFilePath), wx.getFileSystemManager().readFileSync(src))
  await assert.rejects(wx.compressImage({ src: 'http://tmp/none' }), { errMsg: 'compressImage:fail file not exist' })
  phone.setAlbum({ compressImage: 'fail' })
  await assert.rejects(wx.compressImage({ src }), { errMsg: 'compressImage:fail compress image fail' })
})
