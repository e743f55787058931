import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

function work(milliseconds: number): void {
  const start = performance.now()
  while (performance.now() - start < milliseconds);
}

test('others have their turn after a stretch, and only then', async () => {
  let others = 0
  const timer = setInterval(() => {
    others += 1
  }, 1)
  const turns = new Turns()
  for (let at = 0; at < 20; at += 1) await turns.next()
  assert.equal(others, 0)
  for (let at = 0; at < 3; at += 1) {
    work(60)
    await turns.next()
  }
  clearInterval(timer)
  assert.ok(others >= 2)
})
