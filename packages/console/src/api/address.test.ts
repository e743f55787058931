import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '@cloudstead/admin-api'
import { addressOf } from './address.ts'

test('params are encoded into the path, and undefined query members are omitted', () => {
  assert.equal(addressOf('/users/{uid}', { uid: 'a/b?c' }, {}), '/console/api/users/a%2Fb%3Fc')
  assert.equal(
    addressOf('/storage/files', {}, { folder: 'a b/#', after: undefined, deep: true, limit: 0 }),
    '/console/api/storage/files?folder=a+b%2F%23&deep=true&limit=0',
  )
})

test('the address of every operation has all its params filled in', () => {
  for (const { path, params } of Object.values(operations)) {
    const filled = addressOf(path, Object.fromEntries(Object.keys(params).map((name) => [name, 'x'])), {})
    assert.match(filled, /^\/console\/api(?:\/[a-z-]+)+/)
    assert.doesNotMatch(filled, /[{}]|\/\/|undefined/)
  }
})
