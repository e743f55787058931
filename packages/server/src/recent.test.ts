import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Recent } from './recent.ts'

test('the last keys that were used are remembered, and at most twice as many', () => {
  const key = fc.integer({ min: 0, max: 30 })
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (keys, size) => {
      const recent = new Recent<number, string>(size)
      for (const used of keys) if (recent.get(used) === undefined) recent.set(used, `${used}`)
      const last = [...new Set(keys.toReversed())]
      for (const used of last.slice(0, size)) assert.equal(recent.get(used), `${used}`)
      assert.ok(last.filter((used) => recent.get(used) !== undefined).length <= 2 * size)
    }),
  )
})
