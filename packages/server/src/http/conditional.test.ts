import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNotModified, parseRange } from './conditional.ts'

const ETAG = '"abc"'
const MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const SAME_SECOND = new Date(MODIFIED).toUTCString()

const notModified: readonly [string, Parameters<typeof isNotModified>[0], boolean][] = [
  ['no validator', {}, false],
  ['the same tag', { 'if-none-match': '"abc"' }, true],
  ['the same tag, weak', { 'if-none-match': 'W/"abc"' }, true],
  ['a list with the same tag', { 'if-none-match': '"x", "abc"' }, true],
  ['the wildcard', { 'if-none-match': '*' }, true],
  ['another tag', { 'if-none-match': '"x"' }, false],
  ['another tag, with a matching date', { 'if-none-match': '"x"', 'if-modified-since': SAME_SECOND }, false],
  ['the same second', { 'if-modified-since': SAME_SECOND }, true],
  ['an earlier second', { 'if-modified-since': new Date(MODIFIED - 1000).toUTCString() }, false],
  ['an invalid date', { 'if-modified-since': 'yesterday' }, false],
]
for (const [what, headers, expected] of notModified) {
  test(`not modified, ${what}: ${expected}`, () => assert.equal(isNotModified(headers, ETAG, MODIFIED), expected))
}

const ranges: readonly [string | undefined, string | undefined, ReturnType<typeof parseRange>][] = [
  [undefined, undefined, 'whole'],
  ['bytes=0-0', undefined, { start: 0, end: 0 }],
  ['bytes=10-19', undefined, { start: 10, end: 19 }],
  ['bytes=90-', undefined, { start: 90, end: 99 }],
  ['bytes=-10', undefined, { start: 90, end: 99 }],
  ['bytes=-1000', undefined, { start: 0, end: 99 }],
  ['bytes=50-1000', undefined, { start: 50, end: 99 }],
  ['bytes=100-', undefined, 'unsatisfiable'],
  ['bytes=-0', undefined, 'unsatisfiable'],
  ['bytes=20-10', undefined, 'whole'],
  ['bytes=0-1,3-4', undefined, 'whole'],
  ['bytes=a-b', undefined, 'whole'],
  ['bytes=-', undefined, 'whole'],
  ['items=0-1', undefined, 'whole'],
  ['bytes=0-9', ETAG, { start: 0, end: 9 }],
  ['bytes=0-9', '"other"', 'whole'],
  ['bytes=0-9', `W/${ETAG}`, 'whole'],
  ['bytes=0-9', SAME_SECOND, { start: 0, end: 9 }],
  ['bytes=0-9', 'Thu, 01 Jan 1970 00:00:00 GMT', 'whole'],
]
for (const [range, ifRange, expected] of ranges) {
  test(`Range ${range} with If-Range ${ifRange} of 100 bytes`, () => {
    assert.deepEqual(parseRange(range, ifRange, 100, ETAG, MODIFIED), expected)
  })
}

test('any range of an empty file is unsatisfiable', () => {
  assert.equal(parseRange('bytes=0-', undefined, 0, ETAG, MODIFIED), 'unsatisfiable')
  assert.equal(parseRange('bytes=-1', undefined, 0, ETAG, MODIFIED), 'unsatisfiable')
})
