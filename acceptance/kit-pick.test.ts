/** Picking with the kit on a simulated phone: picked files and errors. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WxOptions } from '@cloudstead/wx'
import { kitForFile, pick } from './support/kit.ts'
import { png } from './support/pictures.ts'

const { phone } = await kitForFile()
const NOWHERE = { url: 'http://127.0.0.1:1', env: 'demo-1abcde' }

function somebody(wx: WxOptions = {}) {
  return phone(NOWHERE, { wx })
}

const PICTURES = Array.from({ length: 12 }, (_, index) => ({ name: `图 ${index}.png`, bytes: png(30 + index, 20) }))
const FILM = { name: 'film.mp4', bytes: Buffer.alloc(5000), duration: 3, width: 640, height: 480 }

describe('pickMedia', () => {
  it('picks up to nine pictures and videos by default', async () => {
    const { kit } = somebody({ media: [FILM, ...PICTURES] })
    const picked = await kit.pickMedia()
    assert.ok(picked.ok)
    assert.equal(picked.files.length, 9)
    const [film, picture] = picked.files
    assert.deepEqual([film?.fileType, film?.duration, film?.width], ['video', 3, 640])
    assert.ok(film?.thumbTempFilePath)
    assert.deepEqual(
      [picture?.fileType, picture?.size, picture?.width],
      ['image', PICTURES[0]?.bytes.length, undefined],
    )
  })

  it('takes count and type, within the limits of WeChat', async () => {
    const { kit } = somebody({ media: [FILM, ...PICTURES, ...PICTURES] })
    const count = async (options: object) => {
      const picked = await kit.pickMedia(options)
      return picked.ok && picked.files.length
    }
    assert.deepEqual([await count({ count: 2 }), await count({ count: 99 }), await count({ count: 0 })], [2, 20, 1])
    assert.equal(await count({ mediaType: 'video' }), 1)
  })

  it('adds the size of pictures on request', async () => {
    const who = somebody()
    const [file] = await pick(who, PICTURES.slice(0, 1), { imageSize: true })
    assert.deepEqual([file?.width, file?.height], [30, 20])
    const [torn] = await pick(who, [{ name: 'torn.png', bytes: Buffer.from('x') }], { imageSize: true })
    assert.equal(torn?.width, undefined)
  })

  it('compressing: keeps the original if the result is not smaller, or on failure', async () => {
    for (const compressImage of ['ok', 'fail'] as const) {
      const { kit } = somebody({ media: [...PICTURES.slice(0, 2), FILM], compressImage })
      const picked = await kit.pickMedia({ compress: true })
      assert.deepEqual(picked.ok && picked.files.map(({ size }) => size), [
        ...PICTURES.slice(0, 2).map(({ bytes }) => bytes.length),
        FILM.bytes.length,
      ])
    }
  })

  const FAILURES: readonly (readonly [string, WxOptions])[] = [
    ['CANCELLED', { chooseMedia: 'cancel' }],
    ['PERMISSION_MISSING', { chooseMedia: 'denied' }],
    ['PRIVACY_REFUSED', { privacy: 'refused' }],
    ['PRIVACY_UNDECLARED', { privacy: 'undeclared' }],
  ]
  for (const [code, wx] of FAILURES) {
    it(`${code} is distinguished from other errors`, async () => {
      const { kit } = somebody({ media: PICTURES, ...wx })
      const picked = await kit.pickMedia()
      assert.ok(!picked.ok)
      assert.equal(picked.error.code, code)
      assert.match(picked.error.message, /^chooseMedia:fail/)
      assert.deepEqual(picked.error.hint, kit.hintFor(picked.error.code))
    })
  }
})
