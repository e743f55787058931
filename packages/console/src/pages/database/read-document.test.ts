import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readDocument } from './read-document.ts'

describe('the JSON of a document', () => {
  it('is read, or the position of the error is reported', () => {
    assert.deepEqual(readDocument('{"a":1}'), { document: { a: 1 } })
    assert.deepEqual(readDocument('[1]'), { fault: 'object', at: 0, line: 1, column: 1 })
    assert.deepEqual(readDocument('{\n  "a": x\n}'), { fault: 'syntax', at: 9, line: 2, column: 8 })
    for (const [text, at] of [
      ['{"a": 1', 7],
      ['{"a" 1}', 5],
      ['{"a": 1,}', 8],
      ['{a: 1}', 1],
      ['{"a": "\\x"}', 6],
      ['{} x', 3],
      ['', 0],
      ['{"a": [1, 2,, 3]}', 12],
    ] as const) {
      const read = readDocument(text)
      assert.equal(read.fault === undefined ? undefined : read.at, at, text)
    }
  })

  it('has the position of every error within the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          const read = readDocument(text)
          assert.ok(read.fault === undefined || (read.at >= 0 && read.at <= text.length))
        },
      ),
    )
  })
})
