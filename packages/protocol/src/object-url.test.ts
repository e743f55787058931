import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CloudPath, parseCloudPath } from './cloud-path.ts'
import { objectIdOf, objectPathname } from './object-url.ts'

const ENV = 'demo-1abcde'
const addressOf = (path: CloudPath) => objectPathname(objectIdOf(ENV, path), path)
test('property: every URL is ASCII without %, whatever the name, so encoding it twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (name) => {
      const pathname = addressOf(name as CloudPath)
      assert.match(pathname, /^\/o\/[A-Za-z0-9_-]{32}\/[A-Za-z0-9-]{1,40}(\.[a-z0-9]{1,10})?$/)
      assert.equal(encodeURI(encodeURI(pathname)), pathname)
    }),
  )
})

test('the slug keeps readable characters', () => {
  const at = (path: string) => addressOf(parseCloudPath(path)).split('/')[3]
  assert.equal(at('users/a/My holiday (1).JPG'), 'My-holiday-1.jpg')
  assert.equal(at('users/a/图片.png'), 'file.png')
  assert.equal(at('users/a/README'), 'README')
  assert.equal(at('users/a/.env'), 'env')
})

test('an object id depends on the environment and on the whole path', () => {
  const path = parseCloudPath('users/a/1.jpg')
  assert.equal(objectIdOf(ENV, path), objectIdOf(ENV, path))
  assert.notEqual(objectIdOf(ENV, path), objectIdOf('other-env', path))
  assert.notEqual(objectIdOf(ENV, path), objectIdOf(ENV, parseCloudPath('users/a/1.JPG')))
})
