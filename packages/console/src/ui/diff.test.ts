import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffLines } from './diff.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 9 }).map((lines) => lines.join('\n'))

test('lines that are not added make the old text, lines that are not removed the new text, each with its numbers', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const old = lines.filter(({ kind }) => kind !== 'added')
      const now = lines.filter(({ kind }) => kind !== 'removed')
      assert.equal(old.map((line) => line.text).join('\n'), before)
      assert.equal(now.map((line) => line.text).join('\n'), after)
      assert.deepEqual(
        old.map((line) => line.before),
        old.map((_, index) => index + 1),
      )
      assert.deepEqual(
        now.map((line) => line.after),
        now.map((_, index) => index + 1),
      )
    }),
  )
})

test('as many lines as possible are kept', () => {
  const longest = (a: readonly string[], b: readonly string[]): number => {
    if (a.length === 0 || b.length === 0) return 0
    if (a[0] === b[0]) return 1 + longest(a.slice(1), b.slice(1))
    return Math.max(longest(a.slice(1), b), longest(a, b.slice(1)))
  }
  const short = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(short, short, (before, after) => {
      const lines = diffLines(before.join('\n'), after.join('\n'))
      assert.equal(lines.filter(({ kind }) => kind === 'same').length, longest(before, after))
    }),
  )
})

test('texts that differ in thousands of lines are compared quickly, as one replacement', () => {
  const many = (word: string) => Array.from({ length: 3_000 }, (_, index) => `${word}${index}`).join('\n')
  const lines = diffLines(`same\n${many('a')}`, `same\n${many('b')}`)
  assert.deepEqual(lines.map(({ kind }) => kind).slice(0, 2), ['same', 'removed'])
  assert.equal(lines.length, 6_001)
})
