import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { positionAt } from './source-position.ts'

describe('the position of an offset', () => {
  for (const [name, source, index, line, column, frame] of [
    ['the beginning', 'a ==', 0, 1, 1, 'a ==\n^'],
    ['the end', 'a ==', 4, 1, 5, 'a ==\n    ^'],
    ['beyond the end', 'a ==', 99, 1, 5, 'a ==\n    ^'],
    ['an empty text', '', 0, 1, 1, '\n^'],
    ['the second line', 'a &&\nb c', 7, 2, 3, 'b c\n  ^'],
    ['a line that ends in CR LF', 'a &&\r\nb c', 8, 2, 3, 'b c\n  ^'],
    ['a line break itself', 'ab\ncd', 2, 1, 3, 'ab\n  ^'],
    ['after a last line break', 'ab\n', 3, 2, 1, '\n^'],
    ['tabs keep their width', '\ta\tb', 3, 1, 4, '\ta\tb\n\t \t^'],
    ['wide characters take two columns', "a == '标签' b", 10, 1, 11, "a == '标签' b\n      \u3000\u3000  ^"],
    ['control characters stay off the terminal', 'a\u001b[2Jb', 5, 1, 6, 'a\ufffd[2Jb\n     ^'],
  ] as const) {
    test(name, () => assert.deepEqual(positionAt(source, index), { line, column, frame }))
  }

  test('a long line is clipped around the caret', () => {
    const { column, frame } = positionAt(`${'x'.repeat(500)}!${'y'.repeat(500)}`, 500)
    assert.equal(column, 501)
    const [shown = '', caret = ''] = frame.split('\n')
    assert.equal(shown.length, 102)
    assert.equal(shown[caret.indexOf('^')], '!')
  })
})
