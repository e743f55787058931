import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCollectionName } from './collection-name.ts'

test('a collection name has letters, digits, - and _', () => {
  for (const name of ['orders', 'Orders-2', '_a', '0', 'a'.repeat(120)])
    assert.equal(isCollectionName(name), true, name)
  for (const name of ['', '订单', 'my orders', 'a.b', '$a', 'a/b', 'a'.repeat(121), 'a\n']) {
    assert.equal(isCollectionName(name), false, name)
  }
})
