import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gifBytes, jpegBytes, pngBytes, webpBytes } from '../testing/pictures.ts'
import { parseImage } from './image-info.ts'

const side = fc.integer({ min: 1, max: 16383 })

test('image headers: size and type of every format', () => {
  fc.assert(
    fc.property(side, side, (width, height) => {
      assert.deepEqual(parseImage(pngBytes(width, height)), { type: 'png', width, height })
      assert.deepEqual(parseImage(gifBytes(width, height)), { type: 'gif', width, height })
      assert.deepEqual(parseImage(jpegBytes(width, height)), { type: 'jpeg', width, height })
      for (const chunk of ['VP8 ', 'VP8L', 'VP8X'] as const) {
        assert.deepEqual(parseImage(webpBytes(chunk, width, height)), { type: 'webp', width, height })
      }
    }),
  )
})

test('image headers: real pictures', () => {
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  assert.deepEqual(parseImage(gif), { type: 'gif', width: 1, height: 1 })
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  assert.deepEqual(parseImage(Buffer.from(png, 'base64')), { type: 'png', width: 1, height: 1 })
  const webp = 'UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA'
  assert.deepEqual(parseImage(Buffer.from(webp, 'base64')), { type: 'webp', width: 1, height: 1 })
})

test('image headers: truncated and other bytes are undefined, never an exception', () => {
  for (const whole of [pngBytes(5, 5), gifBytes(5, 5), jpegBytes(5, 5), webpBytes('VP8X', 5, 5)]) {
    assert.equal(parseImage(whole.subarray(0, 7)), undefined)
    for (let length = 0; length < whole.length; length += 1)
      assert.doesNotThrow(() => parseImage(whole.subarray(0, length)))
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => parseImage(bytes) === undefined))
})
