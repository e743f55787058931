import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentValue } from '@cloudstead/protocol'
import { sizeOf } from './document-size.ts'
import { packDocument } from './stored-document.ts'

test('the estimated size of a value is close to the length of its text', () => {
  const values: DocumentValue[] = [
    'x'.repeat(10_000),
    '中'.repeat(10_000),
    Array.from({ length: 1000 }, (_, at) => `item ${at}`),
    { list: Array.from({ length: 1000 }, (_, at) => ({ name: `n${at}`, price: at * 1000.25, at: new Date(at) })) },
    Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`名${at}`, at % 2 === 0])),
    Array.from({ length: 1000 }, () => [{}, [null, true]]),
  ]
  for (const value of values) {
    const text = Buffer.byteLength(packDocument({ value }))
    const size = sizeOf({ value })
    assert.ok(size > text * 0.5 && size < text * 3, `${size} for ${text} bytes`)
  }
})
