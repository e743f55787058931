import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { columnWidth, fieldsOf, readChoice, shownFields } from './columns.ts'

describe('columns', () => {
  it('are the fields of all documents, as chosen', () => {
    const document = (fields: Record<string, unknown>) => ({ id: 'x', version: 1, document: { _id: 'x', ...fields } })
    const fields = fieldsOf([document({ b: 1 }), document({ a: 1, b: 2 })])
    assert.deepEqual(fields, ['_id', 'b', 'a'])
    assert.deepEqual(shownFields(fields, { b: false, _id: false }), ['_id', 'a'])
    assert.ok(columnWidth([document({ a: 1 })], 'a') < columnWidth([document({}), document({ a: 'text' })], 'a'))
    const many = ['_id', ...Array.from({ length: 20 }, (_, at) => `f${at}`)]
    assert.equal(shownFields(many, {}).length, 12)
    assert.ok(shownFields(many, { f19: true }).includes('f19'))
    assert.deepEqual([readChoice('nonsense'), readChoice(null), readChoice('{"a":true,"b":1}')], [{}, {}, { a: true }])
  })
})
