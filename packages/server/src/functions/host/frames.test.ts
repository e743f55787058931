import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFrameReader, frameOf } from './frames.ts'

const MESSAGES = [{ a: 1 }, { text: '值\n'.repeat(1000) }, {}, { list: [1, 'x'] }]

test('messages arrive whole, however they are cut', () => {
  const bytes = Buffer.concat(MESSAGES.map(frameOf))
  for (const size of [1, 3, 7, 1000, bytes.length]) {
    const read = createFrameReader(10_000)
    const found: unknown[] = []
    for (let from = 0; from < bytes.length; from += size) found.push(...read(bytes.subarray(from, from + size)))
    assert.deepEqual(found, MESSAGES, `in pieces of ${size} bytes`)
  }
})

test('what is no message is refused, as soon as that is known', () => {
  assert.throws(() => createFrameReader(100)(Buffer.from('some text of a function\n')), RangeError)
  assert.throws(() => createFrameReader(100)(Buffer.from([0, 0, 0, 2, 120, 120])), SyntaxError)
  assert.throws(() => createFrameReader(100)(frameOf({ text: 'x'.repeat(100) })), RangeError)
})
