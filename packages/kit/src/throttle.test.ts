import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createThrottle } from './throttle.ts'

test('emits immediately, then at most once per interval, never drops the last request, and stops at the end', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let calls = 0
  const throttle = createThrottle(100, () => {
    calls += 1
  })
  throttle.request()
  throttle.request()
  throttle.request()
  assert.equal(calls, 1)
  t.mock.timers.tick(100)
  assert.equal(calls, 2)
  t.mock.timers.tick(500)
  assert.equal(calls, 2)
  throttle.request()
  throttle.request()
  assert.equal(calls, 3)
  throttle.finish()
  assert.equal(calls, 4)
  throttle.request()
  throttle.finish()
  t.mock.timers.tick(500)
  assert.equal(calls, 4)
})
