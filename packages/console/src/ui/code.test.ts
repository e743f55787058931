import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchingOptions } from './code-completion.ts'
import { type Edit, indent, newLine } from './code-edit.ts'
import { type Diagnostic, paint } from './code-marks.ts'
import { codeSpans, matchingBrackets } from './code-tokens.ts'
import { jsonTokens } from './json-tokens.ts'
import { positionAt } from './text-position.ts'

const piece = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '\n',
  ' ',
  ':',
  ',',
  'true',
  '12.5',
  '//',
  '/*',
  '*/',
  'auth.uid == 1',
  '中',
)
const code = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))

test('the coloured pieces joined are the text', () => {
  fc.assert(
    fc.property(code, (text) =>
      assert.equal(
        jsonTokens(text)
          .map((token) => token.text)
          .join(''),
        text,
      ),
    ),
  )
  assert.deepEqual(
    jsonTokens('{"a": [1, "b"]} // c').filter(({ kind }) => kind !== 'plain'),
    [
      { kind: 'name', text: '"a"' },
      { kind: 'number', text: '1' },
      { kind: 'string', text: '"b"' },
      { kind: 'comment', text: '// c' },
    ],
  )
})

test('spans are in order and do not overlap', () => {
  fc.assert(
    fc.property(code, fc.boolean(), (text, expressions) => {
      let end = 0
      for (const { from, to } of codeSpans(text, expressions)) {
        assert.ok(from >= end && to > from && to <= text.length)
        end = to
      }
    }),
  )
})

test('the expression of a rule has its own colours for variables, words and numbers', () => {
  const text = '{"read": "auth != null && resource.size < 5"}'
  const found = codeSpans(text, true).map(({ from, to, colour }) => [text.slice(from, to), colour])
  assert.deepEqual(found.slice(1), [
    ['"', 'string'],
    ['auth', 'variable'],
    ['null', 'word'],
    ['resource', 'variable'],
    ['5', 'number'],
    ['"', 'string'],
  ])
})

test('painted lines are the lines of the text, whatever is marked', () => {
  const mark = fc.record({
    from: fc.integer({ min: -3, max: 60 }),
    to: fc.integer({ min: -3, max: 60 }),
    severity: fc.constantFrom<Diagnostic['severity']>('error', 'warning', 'info'),
    message: fc.constant('m'),
  })
  fc.assert(
    fc.property(
      code,
      fc.array(mark, { maxLength: 4 }),
      fc.array(fc.nat(40), { maxLength: 2 }),
      (text, marks, brackets) => {
        const lines = paint(text, codeSpans(text, true), marks, brackets)
        assert.equal(lines.map(({ pieces }) => pieces.map((one) => one.text).join('')).join('\n'), text)
        assert.ok(lines.every(({ pieces }) => pieces.every((one) => one.text !== '')))
      },
    ),
  )
})

test('a line has the most severe of its marks, and an empty mark is visible', () => {
  const marks: Diagnostic[] = [
    { from: 0, to: 6, severity: 'warning', message: 'w' },
    { from: 2, to: 3, severity: 'error', message: 'e' },
    { from: 13, to: 13, severity: 'info', message: 'i' },
  ]
  const [first, second] = paint('abcdef\nghijkl', [], marks, [])
  assert.deepEqual(
    first?.pieces.map(({ text, diagnostic }) => [text, diagnostic]),
    [
      ['ab', 0],
      ['c', 1],
      ['def', 0],
    ],
  )
  assert.deepEqual([first?.severity, second?.severity], ['error', 'info'])
  assert.deepEqual(
    second?.pieces.map(({ text, diagnostic }) => [text, diagnostic]),
    [
      ['ghijk', undefined],
      ['l', 2],
    ],
  )
  assert.deepEqual(positionAt('a\nb\nc', 4), { line: 3, column: 1 })
})

test('matching brackets are found from either side, and an unmatched one has none', () => {
  const text = '{"a": (1 + [2])}'
  assert.deepEqual(matchingBrackets(text, 0), [0, 15])
  assert.deepEqual(matchingBrackets(text, 16), [15, 0])
  assert.deepEqual(matchingBrackets(text, 6), [6, 14])
  assert.equal(matchingBrackets('(a', 0), undefined)
  assert.equal(matchingBrackets('ab', 1), undefined)
})

const applied = (text: string, { from, to, insert, select }: Edit) => {
  const after = text.slice(0, from) + insert + text.slice(to)
  return `${after.slice(0, select.from)}|${after.slice(select.from, select.to)}|${after.slice(select.to)}`
}

test('Enter keeps the indent, increases it after a bracket, and splits a pair of brackets', () => {
  assert.equal(applied('  a', newLine('  a', { from: 3, to: 3 })), '  a\n  ||')
  assert.equal(applied(' {', newLine(' {', { from: 2, to: 2 })), ' {\n   ||')
  assert.equal(applied(' {}', newLine(' {}', { from: 2, to: 2 })), ' {\n   ||\n }')
  assert.equal(applied('ab', newLine('ab', { from: 0, to: 1 })), '\n||b')
})

test('Tab indents at the cursor or every selected line, and Shift+Tab removes the indent', () => {
  assert.equal(applied('ab', indent('ab', { from: 1, to: 1 }, false)), 'a  ||b')
  assert.equal(applied('a\nb\nc', indent('a\nb\nc', { from: 0, to: 3 }, false)), '  |a\n  b|\nc')
  assert.equal(applied('    a', indent('    a', { from: 5, to: 5 }, true)), '  a||')
  assert.equal(applied('a', indent('a', { from: 0, to: 1 }, true)), '|a|')
  fc.assert(
    fc.property(code, fc.nat(40), fc.nat(40), (text, a, b) => {
      const [from, to] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)]
      if (from === to) return
      const { select, ...inward } = indent(text, { from, to }, false)
      const moved = text.slice(0, inward.from) + inward.insert + text.slice(inward.to)
      const back = indent(moved, select, true)
      assert.equal(moved.slice(0, back.from) + back.insert + moved.slice(back.to), text)
    }),
  )
})

test('options that start with the typed text come before options that contain it', () => {
  const options = ['resource.openid', 'auth.openid', 'openid', 'now'].map((label) => ({ label }))
  assert.deepEqual(
    matchingOptions(options, 'OPEN').map(({ label }) => label),
    ['openid', 'resource.openid', 'auth.openid'],
  )
  assert.equal(matchingOptions(options, '').length, 4)
})
