import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '@cloudstead/admin-api'
import { addressOf } from './address.ts'

test('params fill the path, encoded, and the query follows without what is undefined', () => {
  assert.equal(addressOf('/users/{uid}', { uid: 'a/b?c' }, {}), '/console/api/users/a%2Fb%3Fc')
  assert.equal(
    addressOf('/storage/files', {}, { folder: 'a b/#', after: undefined, deep: true, limit: 0 }),
    '/console/api/storage/files?folder=a+b%2F%23&deep=true&limit=0',
  )
})

test('every operation gets an address without holes', () => {
  for (const { path, params } of Object.values(operations)) {
    const filled = addressOf(path, Object.fromEntries(Object.keys(params).map((name) => [name, 'x'])), {})
    assert.match(filled, /^\/console\/api(?:\/[a-z-]+)+/)
    assert.doesNotMatch(filled, /[{}]|\/\/|undefined/)
  }
})
