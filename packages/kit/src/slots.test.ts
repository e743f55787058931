import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSlots, MAX_UPLOADS } from './slots.ts'

test('grants as many slots as there are, and notifies when one is free again', () => {
  const slots = createSlots()
  const taken = Array.from({ length: 20 }, () => slots.take())
  assert.equal(taken.filter(Boolean).length, MAX_UPLOADS)
  let told = 0
  const stop = slots.onFree(() => {
    told += 1
  })
  slots.give()
  assert.equal(told, 1)
  assert.deepEqual([slots.take(), slots.take()], [true, false])
  stop()
  slots.give()
  assert.equal(told, 1)
})
