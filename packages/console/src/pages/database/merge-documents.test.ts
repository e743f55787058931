import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mergeDocuments } from './merge-documents.ts'

describe('two changes of the same document', () => {
  it('are both kept if they affect different fields', () => {
    const seen = { a: 1, b: 2, c: 3 }
    assert.deepEqual(mergeDocuments(seen, { a: 1, b: 9, d: 4 }, { a: 5, b: 2, c: 3 }), { a: 5, b: 9, d: 4 })
    assert.deepEqual(mergeDocuments(seen, { ...seen, a: 0 }, { b: 2, c: 3, a: 1, e: [1] }), {
      a: 0,
      b: 2,
      c: 3,
      e: [1],
    })
    assert.equal(mergeDocuments(seen, { ...seen, a: 5 }, { ...seen, a: 6 }), undefined)
    assert.equal(mergeDocuments(seen, { b: 2, c: 3 }, { ...seen, a: 6 }), undefined)
    assert.deepEqual(mergeDocuments(seen, { ...seen, a: 5 }, { ...seen, a: 5, b: 0 }), { a: 5, b: 0, c: 3 })
  })
})
