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
    ['a command', '{total: _.gt(100)}', { total: { $gt: 100 } }],
    [
      'every comparison',
      '{a: _.eq(1), b: _.neq(1), c: _.gte(1), d: _.lt(1), e: _.lte(1)}',
      {
        a: { $eq: 1 },
        b: { $ne: 1 },
        c: { $gte: 1 },
        d: { $lt: 1 },
        e: { $lte: 1 },
      },
    ],
    [
      'lists',
      "{a: _.in(['x', 'y',]), b: _.nin([1]), c: _.all([1])}",
      {
        a: { $in: ['x', 'y'] },
        b: { $nin: [1] },
        c: { $all: [1] },
      },
    ],
    ['db.command', '{a: db.command.exists(true)}', { a: { $exists: true } }],
    [
      'two conditions on a field',
      '{a: _.gt(1).and(_.lt(5)), b: 1}',
      {
        $and: [{ $and: [{ a: { $gt: 1 } }, { a: { $lt: 5 } }] }],
        b: 1,
      },
    ],
    [
      'alternatives on fields',
      "{a: _.or(_.lt(1), _.gt(5)), b: _.or(['x', 'y'])}",
      {
        $and: [{ $or: [{ a: { $lt: 1 } }, { a: { $gt: 5 } }] }, { $or: [{ b: 'x' }, { b: 'y' }] }],
      },
    ],
    [
      'alternatives of three',
      '{a: _.lt(1).or(_.gt(5)).or(_.eq(3))}',
      {
        $and: [{ $or: [{ $or: [{ a: { $lt: 1 } }, { a: { $gt: 5 } }] }, { a: { $eq: 3 } }] }],
      },
    ],
    ['alternatives of queries', '_.or([{a: 1}, {b: _.gt(2)}])', { $or: [{ a: 1 }, { b: { $gt: 2 } }] }],
    [
      'a command in another',
      '{a: _.elemMatch({n: _.gt(1)}), b: _.not(_.eq(1)), c: _.mod(4, 1), d: _.size(2)}',
      {
        a: { $elemMatch: { n: { $gt: 1 } } },
        b: { $not: { $eq: 1 } },
        c: { $mod: [4, 1] },
        d: { $size: 2 },
      },
    ],
    [
      'a regular expression',
      '{title: /^Order [/] \\/ x$/i, b: /a/}',
      {
        title: { $regex: '^Order [/] \\/ x$', $options: 'i' },
        b: { $regex: 'a', $options: '' },
      },
    ],
    [
      'db.RegExp',
      "{title: db.RegExp({regexp: '^Order', options: 'i'})}",
      { title: { $regex: '^Order', $options: 'i' } },
    ],
    [
      'a date',
      "{at: _.gte(new Date('2026-11-30')), b: new Date(0)}",
      {
        at: { $gte: { $date: '2026-11-30T00:00:00.000Z' } },
        b: { $date: '1970-01-01T00:00:00.000Z' },
      },
    ],
    ['a field with the name of a command', '{_: 1, "_.gt": 2}', { _: 1, '_.gt': 2 }],
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
    [
      '{a: _.gtt(1)}',
      'line 1, column 5: _.gtt is not a command; commands are eq, neq, gt, gte, lt, lte, in, nin, all, exists, size, elemMatch, not, mod, and, or',
    ],
    ['{a: _.gt(1, 2)}', 'line 1, column 5: _.gt has other arguments'],
    ['{a: _.elemMatch(_.gt(1).and(_.lt(5)))}', 'line 1, column 5: _.elemMatch has other arguments'],
    ['{$or: [_.or(1, 2)]}', 'line 1, column 2: a list cannot have a command as an item'],
    ['{a: _.gt}', 'line 1, column 9: expected ( after _.gt, found "}"'],
    ['{a: _.gt(1}', 'line 1, column 11: expected , or ), found "}"'],
    ['_.gt(1).and(_.lt(5))', 'line 1, column 1: the command needs a field, such as {total: _.gt(5)}'],
    ['{a: {b: _.gt(1)}}', 'line 1, column 2: write the path with a dot, such as "a.field", to use a command in it'],
    ['{a: /x}', 'line 1, column 5: unexpected "/"'],
    ["{a: new Date('x')}", 'line 1, column 5: the date is not valid'],
    ['{a: new Map()}', 'line 1, column 5: after new, only Date is understood'],
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
