import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { indexOfRow, keysBetween, OVERSCAN, rowForKey, scrollTopFor, windowAt } from './virtual-window.ts'

const ROW = 44

test('the window has every visible row and not many more', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.integer({ min: 100, max: 2_000 }), fc.nat(4_500_000), (count, height, wanted) => {
      const scrollTop = Math.min(wanted, Math.max(0, count * ROW - height))
      const { first, end } = windowAt(scrollTop, height, ROW, count)
      assert.ok(first >= 0 && first <= end && end <= count)
      const topRow = Math.floor(scrollTop / ROW)
      const bottomRow = Math.min(count, Math.ceil((scrollTop + height) / ROW))
      if (count > 0) assert.ok(first <= topRow && end >= bottomRow)
      assert.ok(end - first <= Math.ceil(height / ROW) + 2 * OVERSCAN + 10)
    }),
  )
})

test('most scroll events do not change the window', () => {
  const windows = Array.from({ length: 441 }, (_, pixel) => windowAt(10_000 + pixel, 600, ROW, 100_000))
  const changes = windows.filter(({ first, end }, at) => {
    const before = windows[at - 1]
    return before !== undefined && (first !== before.first || end !== before.end)
  })
  assert.ok(changes.length <= 6, `${changes.length} changes in ten rows`)
})

test('a list that was scrolled past its new end shows its end', () => {
  const { first, end } = windowAt(1_000_000, 600, ROW, 10)
  assert.ok(first <= end && end <= 10)
})

test('scrolling to a row moves as little as possible and makes the row visible', () => {
  assert.equal(scrollTopFor(5, 0, 600, ROW), 0)
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(40_000), (index, scrollTop) => {
      const to = scrollTopFor(index, scrollTop, 600, ROW)
      assert.ok(to <= index * ROW && to + 600 >= (index + 1) * ROW)
    }),
  )
})

test('keys move by rows and pages and stay within the list', () => {
  const from = (key: string, at: number) => rowForKey(key, at, 100, 10)
  assert.deepEqual(
    ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'].map((key) => from(key, 50)),
    [51, 49, 60, 40, 0, 99, undefined],
  )
  assert.deepEqual([from('ArrowUp', 0), from('ArrowDown', 99), from('PageDown', 95), from('PageUp', 3)], [0, 99, 99, 0])
  assert.equal(rowForKey('ArrowDown', 0, 0, 10), undefined)
})

test('a range includes both ends, in either direction', () => {
  const rows = ['a', 'b', 'c', 'd']
  const keyOf = (row: string) => row
  assert.deepEqual(keysBetween(rows, keyOf, 1, 3), ['b', 'c', 'd'])
  assert.deepEqual(keysBetween(rows, keyOf, 3, 1), ['b', 'c', 'd'])
})

test('a moved row is followed; for a removed row, the row now at its place is used', () => {
  const keyOf = (row: string) => row
  assert.equal(indexOfRow(['a', 'b', 'c'], keyOf, { key: 'b', index: 1 }), 1)
  assert.equal(indexOfRow(['x', 'y', 'a', 'b'], keyOf, { key: 'b', index: 1 }), 3)
  assert.equal(indexOfRow(['b'], keyOf, { key: 'b', index: 1 }), 0)
  assert.equal(indexOfRow(['a', 'c'], keyOf, { key: 'b', index: 1 }), 1)
  assert.equal(indexOfRow(['a'], keyOf, { key: 'c', index: 2 }), 0)
  assert.equal(indexOfRow([], keyOf, { key: 'a', index: 2 }), 0)
  assert.equal(indexOfRow(['x', 'a'], keyOf, { key: undefined, index: 0 }), 0)
})
