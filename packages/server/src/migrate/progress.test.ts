import assert from 'node:assert/strict'
import { test } from 'node:test'
import { add, estimate } from './progress.ts'

const total = { records: 100, files: 10, bytes: 10 * 1024 * 1024 }
const nothing = { records: 0, files: 0, bytes: 0 }
const half = { records: 50, files: 5, bytes: 5 * 1024 * 1024 }

test('nothing to copy is all of it, and the time is not guessed from nothing', () => {
  assert.deepEqual(estimate({ done: nothing, total: nothing, before: nothing, elapsedMs: 9 }), {
    percent: 100,
    secondsLeft: 0,
  })
  assert.deepEqual(estimate({ done: nothing, total, before: nothing, elapsedMs: 60_000 }), { percent: 0 })
  assert.deepEqual(estimate({ done: half, total, before: nothing, elapsedMs: 1_000 }), { percent: 50 })
})

test('the time left follows from the speed of this run', () => {
  assert.deepEqual(estimate({ done: half, total, before: nothing, elapsedMs: 60_000 }), {
    percent: 50,
    secondsLeft: 60,
  })
  const quarter = { records: 25, files: 2.5, bytes: 2.5 * 1024 * 1024 }
  assert.deepEqual(estimate({ done: half, total, before: quarter, elapsedMs: 60_000 }), {
    percent: 50,
    secondsLeft: 120,
  })
  assert.deepEqual(estimate({ done: half, total, before: half, elapsedMs: 60_000 }), { percent: 50 })
})

test('what came up during the copy does not bring it above the end', () => {
  assert.deepEqual(estimate({ done: add(total, half), total, before: nothing, elapsedMs: 60_000 }), {
    percent: 100,
    secondsLeft: 0,
  })
})
