import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { compareValues, sameValue } from './compare.ts'

const { value } = fc.letrec<{ value: DocumentValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<DocumentValue>(null, true, false, Number.NaN, -0, 0, /a/, /a/i, '\ue000', '\u{1f600}', 'a\0b', 'a'),
    fc.double(),
    fc.integer({ min: -3, max: 3 }),
    fc.string({ maxLength: 3, unit: 'grapheme' }),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 2, noNullPrototype: true }),
  ),
}))

describe('the order of values', () => {
  it('is the order of their index keys', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const byKey = Buffer.compare(encodeKey([a]), encodeKey([b]))
        assert.equal(Math.sign(compareValues(a, b)), byKey)
      }),
      { numRuns: 500 },
    )
  })

  it('treats objects as equal whatever the order of their fields', () => {
    fc.assert(fc.property(value, (a) => sameValue(a, structuredClone(a))))
    assert.equal(sameValue({ a: 1, b: 2 }, { b: 2, a: 1 }), true)
    assert.equal(sameValue({ a: 1 }, { a: 1, b: null }), false)
    assert.equal(sameValue({ constructor: 1 }, { constructor: 1 }), true)
    assert.equal(sameValue([1, 2], [2, 1]), false)
    assert.equal(sameValue(undefined, null), true)
    assert.equal(sameValue('1', 1), false)
  })
})
