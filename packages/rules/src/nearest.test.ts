import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

const KEYS = ['read', 'write', 'maxAge']

for (const [word, expected] of [
  ['raed', 'read'],
  ['Read', 'read'],
  ['wirte', 'write'],
  ['maxage', 'maxAge'],
  ['max_age', 'maxAge'],
  ['delete', undefined],
  ['x', undefined],
  ['', undefined],
  ['read'.repeat(1000), undefined],
] as const) {
  test(`nearest(${JSON.stringify(word.slice(0, 20))}) is ${expected}`, () => {
    assert.equal(nearest(word, KEYS), expected)
  })
}
