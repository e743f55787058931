import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeMemory } from './free-memory.ts'

test('memory is freed that a chunk has alone', () => {
  const chunk = Buffer.alloc(64 * 1024, 1)
  freeMemory([chunk])
  assert.equal(chunk.byteLength, 0)
  freeMemory([chunk])
})

test('memory that others may use stays', () => {
  const whole = Buffer.alloc(64 * 1024, 1)
  const small = Buffer.from('from the memory that Node makes in common')
  const shared = new Uint8Array(new SharedArrayBuffer(8192))
  freeMemory([whole.subarray(1), whole.subarray(0, 8192), small, shared, new Uint8Array()])
  assert.deepEqual([whole.byteLength, small.byteLength, shared.byteLength], [64 * 1024, 41, 8192])
})
