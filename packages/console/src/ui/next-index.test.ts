import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextIndex } from './next-index.ts'

test('arrow keys wrap around, and other keys do nothing', () => {
  assert.deepEqual(
    ['ArrowDown', 'ArrowUp', 'Home', 'End', 'ArrowLeft'].map((key) => nextIndex(key, 2, 3, 'vertical')),
    [0, 1, 0, 2, undefined],
  )
  assert.equal(nextIndex('ArrowUp', -1, 3, 'vertical'), 2)
  assert.equal(nextIndex('ArrowRight', 0, 0, 'horizontal'), undefined)
})
