import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRecycledMemory } from './recycled-memory.ts'

const KiB = 1024

describe('recycled memory', () => {
  test('what was given back is taken again, by a body of about the same length', () => {
    const memory = createRecycledMemory({ maxBytes: 1024 * KiB })
    const first = memory.take(200 * KiB)
    memory.giveBack(first)
    const small = memory.take(100 * KiB)
    const again = memory.take(195 * KiB)
    assert.ok(again.buffer === first.buffer)
    assert.ok(small.buffer !== first.buffer)
    assert.equal(again.byteLength, 195 * KiB)
  })

  test('every length fits, and wastes a quarter at most', () => {
    const memory = createRecycledMemory({ maxBytes: 0 })
    for (let length = 4 * KiB; length <= 300 * KiB; length += 511) {
      const { byteLength, buffer } = memory.take(length)
      assert.equal(byteLength, length)
      assert.ok(buffer.byteLength <= length * 1.25, `${buffer.byteLength} for ${length}`)
    }
    for (const length of [0, 1, 4 * KiB - 1]) assert.equal(memory.take(length).buffer.byteLength, length)
  })

  test('given back twice, it is taken once', () => {
    const memory = createRecycledMemory({ maxBytes: 1024 * KiB })
    const bytes = memory.take(64 * KiB)
    memory.giveBack(bytes)
    memory.giveBack(bytes)
    const [one, other] = [memory.take(64 * KiB), memory.take(64 * KiB)]
    assert.ok(one.buffer !== other.buffer)
  })

  test('memory of others is not taken', () => {
    const memory = createRecycledMemory({ maxBytes: 1024 * KiB })
    const foreign = Buffer.allocUnsafeSlow(64 * KiB)
    memory.giveBack(foreign)
    assert.ok(memory.take(64 * KiB).buffer !== foreign.buffer)
  })

  test('no more waits than the maximum: the size that was not used for longest goes', () => {
    const memory = createRecycledMemory({ maxBytes: 192 * KiB })
    const [old, ...recent] = [
      memory.take(128 * KiB),
      memory.take(64 * KiB),
      memory.take(64 * KiB),
      memory.take(64 * KiB),
    ]
    memory.giveBack(old)
    for (const bytes of recent) memory.giveBack(bytes)
    assert.ok(memory.take(128 * KiB).buffer !== old.buffer)
    const again = new Set([1, 2, 3].map(() => memory.take(64 * KiB).buffer))
    assert.ok(again.size === 3 && recent.every(({ buffer }) => again.has(buffer)))
  })
})
