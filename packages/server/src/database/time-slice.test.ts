import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimeSlice } from './time-slice.ts'

function work(milliseconds: number): void {
  const start = performance.now()
  while (performance.now() - start < milliseconds);
}

test('the event loop gets a turn after a time slice, and only then', async () => {
  let others = 0
  const timer = setInterval(() => {
    others += 1
  }, 1)
  const slice = new TimeSlice()
  for (let at = 0; at < 20; at += 1) await slice.pauseIfOver()
  assert.equal(others, 0)
  for (let at = 0; at < 3; at += 1) {
    work(60)
    await slice.pauseIfOver()
  }
  clearInterval(timer)
  assert.ok(others >= 2)
})
