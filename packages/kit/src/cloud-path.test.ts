import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDirectoryName, pathMaker } from './cloud-path.ts'

const file = { tempFilePath: 'http://tmp/abc.PNG' }

test('the path follows the recipe, with and without an order', () => {
  const path = pathMaker(
    () => 1_700_000_000_000,
    () => 0.5,
  )
  assert.equal(path('o-1', file), 'users/o-1/1700000000000_80000000.png')
  assert.equal(path('o-1', file, '订单7'), 'users/o-1/orders/订单7/1700000000000_80000001.png')
})

test('paths are unique even if the clock and the random numbers repeat', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 2 }), (dice) => {
      let thrown = 0
      const path = pathMaker(
        () => 1,
        () => dice[thrown++ % dice.length] ?? 0,
      )
      const paths = Array.from({ length: 50 }, () => path('a', file))
      assert.equal(new Set(paths).size, 50)
    }),
  )
})

test('the storage accepts the path for any order id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (orderId) => {
      const path = pathMaker()('alice', file, orderId)
      const segments = path.split('/')
      assert.equal(segments.length, 5)
      assert.ok(segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..'))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression matches what is forbidden
      assert.doesNotMatch(path, /[\u0000-\u001f\u007f?#%]/)
      assert.ok(path.isWellFormed())
      assert.ok(Buffer.byteLength(path) <= 850)
    }),
  )
})

test('the extension comes from the path, or else from the type', () => {
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['http://tmp/a.jpeg', undefined, 'jpeg'],
    ['wxfile://tmp_照片 1.HEIC', 'image', 'heic'],
    ['wxfile://tmp_1a2b3c', 'image', 'jpg'],
    ['wxfile://tmp_1a2b3c', 'video', 'mp4'],
    ['wxfile://store.v2/tmp_1a2b3c', undefined, 'bin'],
    ['http://tmp/a.照片', 'image', 'jpg'],
    ['http://tmp/a.', 'video', 'mp4'],
    ['http://tmp/a.webmanifest', undefined, 'webmanifest'],
  ]
  for (const [tempFilePath, fileType, extension] of cases) {
    const named = fileType === undefined ? { tempFilePath } : { tempFilePath, fileType }
    assert.equal(pathMaker()('a', named).split('.').at(-1), extension, tempFilePath)
  }
})

test('an id that cannot name a directory is recognized', () => {
  assert.deepEqual(['a', 'o#1', '照', '', '.', '..', 'a/b'].map(isDirectoryName), [
    ...[true, true, true],
    ...[false, false, false, false],
  ])
})
