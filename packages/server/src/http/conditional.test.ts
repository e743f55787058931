import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Conditions, evaluateConditions, parseRange } from './conditional.ts'

const ETAG = '"abc"'
const MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const STORED = { etag: ETAG, modified: MODIFIED }
const SAME_SECOND = new Date(MODIFIED).toUTCString()
const EARLIER = new Date(MODIFIED - 1000).toUTCString()
const LATER = new Date(MODIFIED + 1000).toUTCString()

type Outcome = ReturnType<typeof evaluateConditions>

/** What a read and a write of the stored file come to. */
const conditions: readonly [what: string, Conditions, read: Outcome, write: Outcome][] = [
  ['no condition', {}, 'proceed', 'proceed'],
  ['If-Match with the version', { 'if-match': ETAG }, 'proceed', 'proceed'],
  ['If-Match with the version among others', { 'if-match': '"x" , "a,b",, "abc"' }, 'proceed', 'proceed'],
  ['If-Match with a star', { 'if-match': ' * ' }, 'proceed', 'proceed'],
  ['If-Match with another version', { 'if-match': '"x"' }, 'failed', 'failed'],
  ['If-Match with the weak version', { 'if-match': `W/${ETAG}` }, 'failed', 'failed'],
  ['If-Match without quotes', { 'if-match': 'abc' }, 'failed', 'failed'],
  ['If-Match, empty', { 'if-match': '' }, 'failed', 'failed'],
  ['If-Match with a star in a list', { 'if-match': '*, "x"' }, 'failed', 'failed'],
  ['If-Match with the version inside another tag', { 'if-match': '"x,"abc",y"' }, 'failed', 'failed'],
  ['If-Unmodified-Since the same second', { 'if-unmodified-since': SAME_SECOND }, 'proceed', 'proceed'],
  ['If-Unmodified-Since later', { 'if-unmodified-since': LATER }, 'proceed', 'proceed'],
  ['If-Unmodified-Since earlier', { 'if-unmodified-since': EARLIER }, 'failed', 'failed'],
  ['If-Unmodified-Since an invalid date', { 'if-unmodified-since': 'yesterday' }, 'proceed', 'proceed'],
  ['If-Unmodified-Since a date of another form', { 'if-unmodified-since': '2020-01-01' }, 'proceed', 'proceed'],
  ['If-Unmodified-Since a number', { 'if-unmodified-since': '0' }, 'proceed', 'proceed'],
  [
    'If-Unmodified-Since in the form of RFC 850',
    { 'if-unmodified-since': 'Sunday, 06-Nov-94 08:49:37 GMT' },
    'failed',
    'failed',
  ],
  [
    'If-Unmodified-Since in the form of asctime',
    { 'if-unmodified-since': 'Fri Jan  2 03:04:04 2026' },
    'failed',
    'failed',
  ],
  [
    'If-Unmodified-Since in the form of asctime, the same second',
    { 'if-unmodified-since': 'Fri Jan  2 03:04:05 2026' },
    'proceed',
    'proceed',
  ],
  ['If-Match before If-Unmodified-Since', { 'if-match': ETAG, 'if-unmodified-since': EARLIER }, 'proceed', 'proceed'],
  ['If-None-Match with the version', { 'if-none-match': ETAG }, 'not-modified', 'failed'],
  ['If-None-Match with the weak version', { 'if-none-match': `W/${ETAG}` }, 'not-modified', 'failed'],
  ['If-None-Match with the version among others', { 'if-none-match': '"x", "abc"' }, 'not-modified', 'failed'],
  ['If-None-Match with a star', { 'if-none-match': '*' }, 'not-modified', 'failed'],
  ['If-None-Match with another version', { 'if-none-match': '"x"' }, 'proceed', 'proceed'],
  ['If-None-Match with a star in quotes', { 'if-none-match': '"*"' }, 'proceed', 'proceed'],
  ['If-None-Match without quotes', { 'if-none-match': 'abc' }, 'proceed', 'failed'],
  [
    'If-None-Match before If-Modified-Since',
    { 'if-none-match': '"x"', 'if-modified-since': SAME_SECOND },
    'proceed',
    'proceed',
  ],
  ['If-Modified-Since the same second', { 'if-modified-since': SAME_SECOND }, 'not-modified', 'proceed'],
  ['If-Modified-Since later', { 'if-modified-since': LATER }, 'not-modified', 'proceed'],
  ['If-Modified-Since earlier', { 'if-modified-since': EARLIER }, 'proceed', 'proceed'],
  ['If-Modified-Since an invalid date', { 'if-modified-since': 'yesterday' }, 'proceed', 'proceed'],
  ['If-Modified-Since a year', { 'if-modified-since': '2999' }, 'proceed', 'proceed'],
  [
    'If-Match with the version, and If-None-Match with it',
    { 'if-match': ETAG, 'if-none-match': ETAG },
    'not-modified',
    'failed',
  ],
  [
    'If-Match with another, and If-None-Match with the version',
    { 'if-match': '"x"', 'if-none-match': ETAG },
    'failed',
    'failed',
  ],
  [
    'If-Unmodified-Since earlier, and If-None-Match with the version',
    { 'if-unmodified-since': EARLIER, 'if-none-match': ETAG },
    'failed',
    'failed',
  ],
  [
    'If-Unmodified-Since and If-Modified-Since the same second',
    { 'if-unmodified-since': SAME_SECOND, 'if-modified-since': SAME_SECOND },
    'not-modified',
    'proceed',
  ],
]
for (const [what, headers, read, write] of conditions) {
  test(`${what}: a read is ${read}, a write ${write}`, () => {
    assert.equal(evaluateConditions('read', headers, STORED), read)
    assert.equal(evaluateConditions('write', headers, STORED), write)
  })
}

const onNothing: readonly [what: string, Conditions, write: Outcome][] = [
  ['If-Match with a version', { 'if-match': ETAG }, 'failed'],
  ['If-Match with a star', { 'if-match': '*' }, 'failed'],
  ['If-None-Match with a star', { 'if-none-match': '*' }, 'proceed'],
  ['If-None-Match with a version', { 'if-none-match': ETAG }, 'proceed'],
  ['If-None-Match without quotes', { 'if-none-match': 'abc' }, 'failed'],
  ['If-Unmodified-Since', { 'if-unmodified-since': EARLIER }, 'proceed'],
]
for (const [what, headers, write] of onNothing) {
  test(`${what}, where there is no file: a write is ${write}`, () => {
    assert.equal(evaluateConditions('write', headers, undefined), write)
  })
}

describe('properties of conditions', () => {
  const tag = fc
    .tuple(fc.constantFrom('', 'W/'), fc.string({ unit: fc.constantFrom('a', 'b', ',', '*', '/'), maxLength: 4 }))
    .map(([weak, text]) => `${weak}"${text}"`)
  const tags = fc.array(tag, { minLength: 1, maxLength: 6 })
  const date = fc.constantFrom(undefined, EARLIER, SAME_SECOND, LATER, 'yesterday')
  const kind = fc.constantFrom('read' as const, 'write' as const)

  test('If-Match holds exactly when the version is in the list, and If-Unmodified-Since changes nothing then', () => {
    fc.assert(
      fc.property(kind, tags, date, (asked, list, since) => {
        const outcome = evaluateConditions(
          asked,
          { 'if-match': list.join(', '), 'if-unmodified-since': since },
          { etag: '"a"', modified: MODIFIED },
        )
        assert.equal(outcome, list.includes('"a"') ? 'proceed' : 'failed')
      }),
    )
  })

  test('a write with If-None-Match proceeds exactly when a read of the same is answered with the file', () => {
    fc.assert(
      fc.property(tags, date, (list, since) => {
        const headers = { 'if-none-match': list.join(','), 'if-modified-since': since }
        const stored = { etag: '"a"', modified: MODIFIED }
        const sameOutcome = evaluateConditions('write', headers, stored) === 'proceed'
        assert.equal(evaluateConditions('read', headers, stored) === 'proceed', sameOutcome)
      }),
    )
  })

  test('no header makes it throw, and a write is never not-modified', () => {
    const text = fc.option(fc.string(), { nil: undefined })
    fc.assert(
      fc.property(text, text, text, text, (match, noneMatch, since, unmodified) => {
        const headers = {
          'if-match': match,
          'if-none-match': noneMatch,
          'if-modified-since': since,
          'if-unmodified-since': unmodified,
        }
        assert.notEqual(evaluateConditions('write', headers, STORED), 'not-modified')
        assert.equal(typeof evaluateConditions('read', headers, STORED), 'string')
      }),
    )
  })
})

const ranges: readonly [string | undefined, string | undefined, ReturnType<typeof parseRange>][] = [
  [undefined, undefined, 'whole'],
  ['bytes=0-0', undefined, { start: 0, end: 0 }],
  ['bytes=10-19', undefined, { start: 10, end: 19 }],
  ['bytes=90-', undefined, { start: 90, end: 99 }],
  ['bytes=-10', undefined, { start: 90, end: 99 }],
  ['bytes=-1000', undefined, { start: 0, end: 99 }],
  ['bytes=50-1000', undefined, { start: 50, end: 99 }],
  ['Bytes=0-9', undefined, { start: 0, end: 9 }],
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
  ['bytes=0-9', `${ETAG}, "other"`, 'whole'],
  ['bytes=0-9', SAME_SECOND, { start: 0, end: 9 }],
  ['bytes=0-9', LATER, 'whole'],
  ['bytes=0-9', '2026-01-02T03:04:05Z', 'whole'],
  ['bytes=0-9', 'Thu, 01 Jan 1970 00:00:00 GMT', 'whole'],
]
for (const [range, ifRange, expected] of ranges) {
  test(`Range ${range} with If-Range ${ifRange} of 100 bytes`, () => {
    assert.deepEqual(parseRange({ range, 'if-range': ifRange }, 100, STORED), expected)
  })
}

test('an empty file is whole, whatever the range', () => {
  for (const range of ['bytes=0-', 'bytes=-1', 'bytes=-0', 'bytes=0-0', 'bytes=5-']) {
    assert.equal(parseRange({ range }, 0, STORED), 'whole')
  }
})

test('property: a range lies inside the file', () => {
  const number = fc.option(fc.nat(300), { nil: '' })
  fc.assert(
    fc.property(number, number, fc.nat(200), (first, last, size) => {
      const range = parseRange({ range: `bytes=${first}-${last}` }, size, STORED)
      if (typeof range !== 'string') assert.ok(range.start >= 0 && range.start <= range.end && range.end < size)
    }),
  )
})
