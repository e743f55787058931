import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SORT_COLUMNS } from './entry-order.ts'
import { orderQuery, placeOf } from './place.ts'

test('a place is read from the address, and what makes no sense there is ignored', () => {
  const byName = { column: 'name', descending: false }
  assert.deepEqual(placeOf({}), { folder: '', search: '', deep: false, order: byName })
  assert.deepEqual(placeOf({ file: 'a/b.txt', sort: 'x', order: 'x' }), {
    folder: 'a/',
    search: '',
    deep: false,
    order: byName,
  })
  assert.deepEqual(placeOf({ folder: '', file: 'a/b.txt', search: 'b', deep: '1' }), {
    folder: '',
    search: 'b',
    deep: true,
    order: byName,
  })
})

test('an order comes back from the address as it was written into it', () => {
  for (const column of SORT_COLUMNS) {
    for (const descending of [false, true]) {
      const query = Object.entries(orderQuery({ column, descending })).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      )
      assert.deepEqual(placeOf(Object.fromEntries(query)).order, { column, descending })
    }
  }
})
