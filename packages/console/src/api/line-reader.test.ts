import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineReader } from './line-reader.ts'

test('lines are the same wherever the chunks end', () => {
  const line = fc.string({ minLength: 1 }).filter((text) => !text.includes('\n') && text.trim() !== '')
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(20)), fc.boolean(), (lines, cuts, closed) => {
      const text = lines.join('\n') + (closed && lines.length > 0 ? '\n' : '')
      const reader = new LineReader()
      const found: string[] = []
      let at = 0
      for (const cut of cuts) {
        found.push(...reader.push(text.slice(at, at + cut)))
        at += cut
      }
      found.push(...reader.push(text.slice(at)), ...reader.end())
      assert.deepEqual(found, lines)
    }),
  )
})

test('empty lines are skipped, and nothing is left after the end', () => {
  const reader = new LineReader()
  assert.deepEqual(reader.push('\n\na\n \nb'), ['a'])
  assert.deepEqual(reader.end(), ['b'])
  assert.deepEqual(reader.end(), [])
})
