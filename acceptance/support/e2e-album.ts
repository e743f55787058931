/** Generated files for the albums of phones: photos with Chinese names, and a video. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { AlbumFile } from './e2e-phone.ts'

const PICTURES = join(import.meta.dirname, '../../examples/quickstart/pictures')

/** Names of pictures as given by phones, people and chat programs. */
const NAMES = [
  '西湖 日落.jpg',
  '湖上清晨（二）.JPG',
  '沙漠#3?.png',
  '三月·樱花.jpeg',
  '微信图片_20260301.jpg',
  '100%订单.png',
  '订单照片 & 收据.jpg',
  '“引号”和+加号.jpg',
  '很长的名字'.repeat(12).concat('.jpg'),
]

/** Up to nine different photos. `width` is in pixels. */
export async function photos(page: Page, count: number, width = 480): Promise<readonly AlbumFile[]> {
  const scenes = ['mountains.jpg', '湖上清晨.jpg', 'dunes.png'].map((name) => {
    const type = name.endsWith('.png') ? 'image/png' : 'image/jpeg'
    return `data:${type};base64,${readFileSync(join(PICTURES, name)).toString('base64')}`
  })
  const files: AlbumFile[] = []
  for (const [index, name] of NAMES.slice(0, count).entries()) {
    const mimeType = name.endsWith('.png') ? 'image/png' : 'image/jpeg'
    const scene = scenes[index % scenes.length]
    const turned = 70 * Math.floor(index / scenes.length)
    const data: string = await page.evaluate(`(async () => {
      const image = new Image()
      image.src = ${JSON.stringify(scene)}
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = ${width}
      canvas.height = Math.round((${width} * image.naturalHeight) / image.naturalWidth)
      const context = canvas.getContext('2d')
      context.filter = 'hue-rotate(${turned}deg)'
      context.drawImage(image, 0, 0, canvas.width, canvas.height)
      return canvas.toDataURL('${mimeType}', 0.9)
    })()`)
    files.push({ name, mimeType, buffer: Buffer.from(data.slice(data.indexOf(',') + 1), 'base64') })
  }
  return files
}

/** A short video that the browser can play, padded to the given size with an element that players skip. */
export async function film(page: Page, bytes: number): Promise<AlbumFile> {
  const data: string = await page.evaluate(`(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = 180
    const context = canvas.getContext('2d')
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' })
    const parts = []
    recorder.ondataavailable = (event) => parts.push(event.data)
    const stopped = new Promise((resolve) => { recorder.onstop = resolve })
    recorder.start()
    for (let frame = 0; frame < 20; frame += 1) {
      context.fillStyle = 'hsl(' + (200 + frame * 4) + ' 60% 50%)'
      context.fillRect(0, 0, 320, 180)
      context.fillStyle = '#fff'
      context.beginPath()
      context.arc(20 + frame * 14, 90, 24, 0, 7)
      context.fill()
      await new Promise(requestAnimationFrame)
    }
    recorder.stop()
    await stopped
    const reader = new FileReader()
    reader.readAsDataURL(new Blob(parts))
    await new Promise((resolve) => { reader.onload = resolve })
    return reader.result
  })()`)
  const recording = Buffer.from(data.slice(data.indexOf(',') + 1), 'base64')
  const padding = bytes - recording.length
  // EBML: the id of Void, then its length in eight bytes.
  const head = Buffer.alloc(9)
  head.writeUInt8(0xec)
  head.writeBigUInt64BE(BigInt(padding - head.length) | (1n << 56n), 1)
  const buffer = Buffer.concat([recording, head, Buffer.alloc(padding - head.length)])
  return { name: '海边的视频.webm', mimeType: 'video/webm', buffer }
}
