import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import fc from 'fast-check'
import { MAX_RESPONSE_BYTES } from './memory-limits.ts'
import { RequestBudget } from './request-budget.ts'
import { SortWindow } from './sort.ts'

const MIB = 1024 * 1024

describe('a sort window', () => {
  it('keeps the first items of a full sort, equal ones in their order', () => {
    const items = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 })), { maxLength: 400 })
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 40 }), fc.nat(3 * MIB), (all, size, bytes) => {
        const window = new SortWindow<number>(size, [1, -1], new RequestBudget())
        for (const [at, keys] of all.entries()) if (window.accepts(keys)) window.add(at, keys, bytes % (MIB / 2))
        const sorted = all.map((keys, at) => ({ keys, at }))
        sorted.sort((a, b) => a.keys[0] - b.keys[0] || b.keys[1] - a.keys[1])
        assert.deepEqual(
          window.inOrder(),
          sorted.slice(0, size).map(({ at }) => at),
        )
      }),
    )
  })

  it('accepts no item that comes after all that it keeps', () => {
    const window = new SortWindow<string>(1, [1], new RequestBudget())
    window.add('large', [5], 9 * MIB)
    assert.deepEqual([window.accepts([4]), window.accepts([5]), window.accepts([6])], [true, false, false])
  })

  it('takes any number of large items when it is small, and refuses to keep too many bytes', () => {
    const small = new SortWindow<number>(2, [-1], new RequestBudget())
    for (let at = 0; at < 100; at += 1) small.add(at, [at], 16 * MIB)
    assert.deepEqual(small.inOrder(), [99, 98])
    const fill = (size: number) => {
      const window = new SortWindow<number>(size, [-1], new RequestBudget())
      for (let at = 0; at < 100; at += 1) window.add(at, [at], MIB)
      return window.inOrder().length
    }
    assert.equal(fill(MAX_RESPONSE_BYTES / MIB), MAX_RESPONSE_BYTES / MIB)
    assert.throws(
      () => fill(MAX_RESPONSE_BYTES / MIB + 1),
      (error: unknown) => error instanceof CloudsteadError && error.code === 'EXCEED_MAX_RESPONSE_SIZE',
    )
  })
})
