import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claimOf, MAX_CLOUD_PATH_BYTES, parseCloudPath } from './cloud-path.ts'
import { CloudsteadError } from './errors.ts'

const refused: readonly [string, unknown][] = [
  ['empty', ''],
  ['leading slash', '/a.jpg'],
  ['double slash', 'a//b.jpg'],
  ['dot segment', 'a/./b.jpg'],
  ['dot-dot segment', 'a/../b.jpg'],
  ['only dot-dot', '..'],
  ['NUL', 'a\u0000.jpg'],
  ['newline', 'a\n.jpg'],
  ['CAN', 'a\u0018.jpg'],
  ['DEL', 'a\u007f.jpg'],
  ['lone surrogate', 'a\ud800.jpg'],
  ['too long', 'a'.repeat(MAX_CLOUD_PATH_BYTES + 1)],
  ['too long in bytes', '图'.repeat(Math.floor(MAX_CLOUD_PATH_BYTES / 3) + 1)],
  ['a number', 5],
  ['nothing', undefined],
  ['a list', ['a.jpg']],
]
for (const [what, path] of refused) {
  test(`refuses a cloudPath: ${what}`, () => {
    assert.throws(
      () => parseCloudPath(path),
      (error) => error instanceof CloudsteadError && error.code === 'INVALID_FILE_NAME',
    )
  })
}

const accepted = [
  'a.jpg',
  'users/alice/图 片 1.jpg',
  'a b/c%20d#e?f&g.png',
  'dir/',
  '.hidden/..name/...',
  'quote\'"<>',
  'a'.repeat(MAX_CLOUD_PATH_BYTES),
]
for (const path of accepted) {
  test(`accepts and returns byte for byte: ${path.slice(0, 30)}`, () => assert.equal(parseCloudPath(path), path))
}

test('property: an accepted path is returned unchanged and satisfies every condition', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      try {
        assert.equal(parseCloudPath(text), text)
      } catch (error) {
        assert.ok(error instanceof CloudsteadError)
        return
      }
      assert.ok(!text.startsWith('/') && !text.includes('//') && text !== '')
      assert.ok(!text.split('/').includes('..') && !text.split('/').includes('.'))
    }),
  )
})

test('the claim is the id of users/{id}/', () => {
  assert.equal(claimOf(parseCloudPath('users/alice/a.jpg')), 'alice')
  assert.equal(claimOf(parseCloudPath('users/alice/deep/a.jpg')), 'alice')
  assert.equal(claimOf(parseCloudPath('users/alice')), undefined)
  assert.equal(claimOf(parseCloudPath('xusers/alice/a.jpg')), undefined)
  assert.equal(claimOf(parseCloudPath('a/users/alice/b.jpg')), undefined)
  assert.equal(claimOf(parseCloudPath('Users/alice/b.jpg')), undefined)
  assert.equal(claimOf(parseCloudPath('temp/x.jpg')), undefined)
})
