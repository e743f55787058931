import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import fc from 'fast-check'
import { parseQueryText } from './query-text.ts'

describe('the text of a query', () => {
  it('is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        assert.deepEqual(parseQueryText(text), JSON.parse(text))
      }),
    )
  })

  for (const [name, text, value] of [
    ['nothing', ' \n ', {}],
    ['a comment only', '// all\n', {}],
    ['names without quotes', '{status: "paid", a.b_1: 1, 价格: 2}', { status: 'paid', 'a.b_1': 1, 价格: 2 }],
    ['operators', '{total: {$gte: 5, $lt: +10}}', { total: { $gte: 5, $lt: 10 } }],
    ['single quotes', `{a: 'x"y', 'b': 'it\\'s', c: '\\u0041'}`, { a: 'x"y', b: "it's", c: 'A' }],
    ['commas at the end', '{a: [1, 2,], }', { a: [1, 2] }],
    ['comments', '{ /* one */ a: 1 // two\n }', { a: 1 }],
    ['a name that JavaScript treats in its own way', '{"__proto__": 1}', JSON.parse('{"__proto__": 1}')],
  ] as const) {
    it(`may have ${name}`, () => assert.deepEqual(parseQueryText(text), value))
  }

  for (const [text, message] of [
    ['{a: }', 'line 1, column 5: unexpected "}"'],
    ['{\n  a: 1\n  b: 2\n}', 'line 3, column 3: expected , or }, found "b"'],
    ['{a: paid}', 'line 1, column 5: "paid" is not a value: strings need quotes'],
    ['{a: 1, a: 2}', 'line 1, column 8: "a" appears twice'],
    ['{"a', 'line 1, column 2: the string does not end on its line'],
    ['{a: 1', 'line 1, column 6: expected , or }, found the end'],
    ['{a 1}', 'line 1, column 4: expected : after "a", found "1"'],
    ['{a: "\\x"}', 'line 1, column 5: the string has an escape or a character that is not valid in JSON'],
    ['{} x', 'line 1, column 4: unexpected "x"'],
    ['/* a', 'line 1, column 1: the comment has no end'],
    [`${'['.repeat(200)}`, 'line 1, column 101: nested deeper than 100 levels'],
  ] as const) {
    it(`says where it is wrong: ${text.slice(0, 12)}`, () => {
      assert.throws(
        () => parseQueryText(text),
        (error) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM' && error.message === message,
      )
    })
  }

  it('is parsed or refused with INVALID_PARAM, whatever it is', () => {
    const shards = [
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      ',',
      '$in',
      '//',
      '/*',
      '*/',
      '\n',
      '\\',
      '1',
      '-',
      'true',
      'x.y',
    ]
    const soup = fc.array(fc.constantFrom(...shards), { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), soup), (text) => {
        try {
          parseQueryText(text)
        } catch (error) {
          assert.ok(error instanceof CloudsteadError)
        }
      }),
    )
  })
})
