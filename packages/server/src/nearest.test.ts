import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

test('finds what a misspelt word means, and nothing for a stranger', () => {
  assert.equal(nearest('storge', ['storage', 'auth']), 'storage')
  assert.equal(nearest('TEMPURLMAXAGE', ['acl', 'tempUrlMaxAge']), 'tempUrlMaxAge')
  assert.equal(nearest('strat', ['start', 'dev']), 'start')
  assert.equal(nearest('elephant', ['start', 'dev']), undefined)
  assert.equal(nearest('x', []), undefined)
})
