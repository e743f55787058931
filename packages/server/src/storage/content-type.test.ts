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
  ['a.jfif', undefined, 'image/jpeg'],
  ['voice.amr', 'application/json', 'audio/amr'],
  ['a.3gp', undefined, 'video/3gpp'],
  ['a.flac', undefined, 'audio/flac'],
  ['scan.TIFF', ' ', 'image/tiff'],
  ['a.woff2', undefined, 'font/woff2'],
  ['a.opus', undefined, 'audio/ogg'],
  ['a.7z', undefined, 'application/x-7z-compressed'],
  ['a.epub', 'image/png', 'application/epub+zip'],
  ['a.wps', undefined, 'application/vnd.ms-works'],
  ['a.ics', undefined, 'text/calendar; charset=utf-8'],
  ['a.log', undefined, 'text/plain; charset=utf-8'],
  ['a.rtf', undefined, 'application/rtf'],
  ['a.webmanifest', undefined, 'application/manifest+json'],
  ['a.mjs', undefined, 'text/javascript; charset=utf-8'],
  ['a.xhtml', 'application/xhtml+xml', 'application/xhtml+xml'],
  ['a.swf', undefined, UNKNOWN_TYPE],
  ['a.exe', undefined, UNKNOWN_TYPE],
  ['a.exe', 'text/plain', 'text/plain; charset=utf-8'],
  ['a.constructor', undefined, UNKNOWN_TYPE],
  ['a.__proto__', undefined, UNKNOWN_TYPE],
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
    'text/calendar; charset=utf-8',
    'application/x-shockwave-flash',
    'font/woff2',
    '',
  ]) {
    assert.equal(isInline(type), false, type)
  }
  for (const type of [
    'audio/amr',
    'audio/flac',
    'video/3gpp',
    'image/tiff',
    'image/png',
    'image/jpeg; x=y',
    'video/mp4',
    'text/plain; charset=utf-8',
  ]) {
    assert.equal(isInline(type), true, type)
  }
})
