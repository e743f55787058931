import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestIdOf } from './request-id.ts'

test('a well-formed id of the client is kept; any other request gets a new one', () => {
  for (const id of ['12345678', '0198c5a2-6f1e-7cc3-98a1-2f6b1de3c4aa', 'A_b-'.repeat(32)]) {
    assert.equal(requestIdOf({ headers: { 'x-request-id': id } }), id)
  }
  for (const id of [
    undefined,
    '',
    '1234567',
    'a b c d e f',
    'x'.repeat(129),
    '12345678\n',
    '编号编号编号编号',
    '{"a":"bcd"}',
  ]) {
    const made = requestIdOf({ headers: { 'x-request-id': id } })
    assert.match(made, /^[0-9a-f-]{36}$/)
    assert.notEqual(made, requestIdOf({ headers: { 'x-request-id': id } }))
  }
})
