import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCloudPath } from './cloud-path.ts'
import { CloudsteadError } from './errors.ts'
import { bucketOf, ENV_ID, formatFileId, parseFileId } from './file-id.ts'

const ENV = 'demo-1abcde'

test('bucket names have the form of the platform', () => {
  assert.equal(bucketOf(ENV), '6465-demo-1abcde-1250000000')
})

test('a fileID round-trips with a raw Unicode path', () => {
  const path = parseCloudPath('dir/图 片%20#?.png')
  const fileId = formatFileId(ENV, path)
  assert.equal(fileId, 'cloud://demo-1abcde.6465-demo-1abcde-1250000000/dir/图 片%20#?.png')
  assert.equal(parseFileId(ENV, fileId), path)
})

test('the short form without a bucket is understood', () => {
  assert.equal(parseFileId(ENV, 'cloud://demo-1abcde/a/b.jpg'), 'a/b.jpg')
})

const refused: readonly [string, unknown, string][] = [
  ['another environment', 'cloud://other.6f74-other-1250000000/a.jpg', 'INVALID_PARAM'],
  ['another bucket', 'cloud://demo-1abcde.evil/a.jpg', 'INVALID_PARAM'],
  ['no scheme', 'users/a.jpg', 'INVALID_PARAM'],
  ['https', 'https://demo-1abcde/a.jpg', 'INVALID_PARAM'],
  ['not a string', 7, 'INVALID_PARAM'],
  ['no path', 'cloud://demo-1abcde', 'INVALID_PARAM'],
  ['empty path', 'cloud://demo-1abcde/', 'INVALID_FILE_NAME'],
  ['traversal', 'cloud://demo-1abcde/a/../b', 'INVALID_FILE_NAME'],
  ['newline', 'cloud://demo-1abcde/a\nb', 'INVALID_FILE_NAME'],
]
for (const [what, fileId, code] of refused) {
  test(`refuses a fileID: ${what}`, () => {
    assert.throws(
      () => parseFileId(ENV, fileId),
      (error) => error instanceof CloudsteadError && error.code === code,
    )
  })
}

test('environment ids have no dot and no odd characters', () => {
  for (const good of ['demo-1abcde', 'abc', 'Cloud1']) assert.match(good, ENV_ID)
  for (const bad of ['a', 'a.b', '-ab', 'ab-', 'a/b', 'a b', '', 'x'.repeat(65)]) assert.doesNotMatch(bad, ENV_ID)
})
