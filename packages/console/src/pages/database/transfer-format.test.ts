import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatOf } from './transfer-format.ts'

describe('the format of a file', () => {
  for (const [name, beginning, format] of [
    ['a.csv', '[1', 'csv'],
    ['a.CSV', '_id,a', 'csv'],
    ['a.jsonl', '[1]', 'jsonl'],
    ['a.ndjson', '{}', 'jsonl'],
    ['a.json', ' [ {', 'json'],
    ['a.json', '{"a":1}\n{"a":2}', 'jsonl'],
    ['a.json', '\ufeff{\n  "a": 1', 'json'],
    ['a.json', '', 'json'],
    ['a.txt', '{"a":1}', 'jsonl'],
    ['export', '_id,a\n1,2', 'csv'],
  ] as const) {
    it(`${name} that starts with ${JSON.stringify(beginning)} is ${format}`, () => {
      assert.equal(formatOf(name, beginning), format)
    })
  }
})
