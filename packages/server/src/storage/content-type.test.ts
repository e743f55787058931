import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentTypeFor, essenceOf, isInline, UNKNOWN_TYPE } from './content-type.ts'

const types: readonly [string, string | undefined, string][] = [
  ['a.jpg', ' ', 'image/jpeg'],
  ['a.JPEG', 'application/json', 'image/jpeg'],
  ['图片.png', undefined, 'image/png'],
  ['a.png', 'text/html', 'image/png'],
  ['a.mp4', 'application/octet-stream', 'video/mp4'],
  ['a.html', 'image/png', 'text/html; charset=utf-8'],
  ['a.svg', 'image/png', 'image/svg+xml'],
  ['noextension', undefined, UNKNOWN_TYPE],
  ['noextension', 'application/json', UNKNOWN_TYPE],
  ['noextension', 'multipart/form-data; boundary=x', UNKNOWN_TYPE],
  ['noextension', 'IMAGE/PNG; q=1', 'image/png'],
  ['a.weird', 'video/x-flv', 'video/x-flv'],
  ['a.weird', 'not a type\r\nx: y', UNKNOWN_TYPE],
  ['a.weird', 'text/plain', 'text/plain; charset=utf-8'],
  ['dir.png/file', 'a', UNKNOWN_TYPE],
]
for (const [path, announced, expected] of types) {
  test(`${path} announced as ${JSON.stringify(announced)} is ${expected}`, () => {
    assert.equal(contentTypeFor(path, announced), expected)
  })
}

test('CVE-2026-32728: parameters after the type change nothing, and what is not on the list is a download', () => {
  assert.equal(essenceOf('text/html; charset=utf-8'), 'text/html')
  assert.equal(essenceOf('image/svg+xml;charset=x;a=b'), 'image/svg+xml')
  for (const type of [
    'text/html',
    'text/html;charset=utf-8',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    '',
  ]) {
    assert.equal(isInline(type), false, type)
  }
  for (const type of ['image/png', 'image/jpeg; x=y', 'video/mp4', 'text/plain; charset=utf-8']) {
    assert.equal(isInline(type), true, type)
  }
})
