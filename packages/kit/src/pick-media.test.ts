import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pickWith } from './pick-media.ts'
import { fakeWx } from './testing/fakes.ts'
import type { ChooseRequest, Wechat } from './wechat.ts'

const PICTURE = { tempFilePath: 'http://tmp/a.jpg', size: 1000, fileType: 'image' }

/** A phone whose picker returns one picture, and whose compressor returns a file of the given size. */
function wxThat(compressedSize: number): { wx: Wechat; asked: ChooseRequest[]; qualities: number[] } {
  const asked: ChooseRequest[] = []
  const qualities: number[] = []
  const wx = fakeWx({
    chooseMedia: ({ success, fail: _fail, ...request }) => {
      asked.push(request)
      success({ tempFiles: [PICTURE] })
    },
    compressImage: ({ success, quality }) => {
      qualities.push(quality)
      success({ tempFilePath: 'http://tmp/small.jpg' })
    },
    getFileSystemManager: () => ({ stat: ({ success }) => success({ stats: { size: compressedSize } }) }),
  })
  return { wx, asked, qualities }
}

test('the defaults are those of the recipe, and other options are passed only if given', async () => {
  const { wx, asked } = wxThat(1)
  await pickWith(wx, {})
  await pickWith(wx, { count: 3, mediaType: 'video', sourceType: ['camera'], maxDuration: 30, camera: 'front' })
  assert.deepEqual(asked, [
    { count: 9, mediaType: ['mix'], sourceType: ['album', 'camera'], sizeType: ['compressed'] },
    {
      count: 3,
      mediaType: ['video'],
      sourceType: ['camera'],
      sizeType: ['compressed'],
      maxDuration: 30,
      camera: 'front',
    },
  ])
})

test('compressing returns the smaller file with its size, or else the original', async () => {
  const small = wxThat(400)
  const picked = await pickWith(small.wx, { compress: 60 })
  assert.deepEqual(picked.ok && picked.files, [{ ...PICTURE, tempFilePath: 'http://tmp/small.jpg', size: 400 }])
  assert.deepEqual(small.qualities, [60])
  for (const size of [0, 1000, 1200]) {
    const same = await pickWith(wxThat(size).wx, { compress: true })
    assert.deepEqual(same.ok && same.files, [PICTURE])
  }
  const off = wxThat(1)
  await pickWith(off.wx, { compress: false })
  assert.deepEqual(off.qualities, [])
})
