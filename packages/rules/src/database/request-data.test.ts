import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { DocumentData } from './context.ts'
import { ChangedField, createdData, replacedData, updatedData } from './request-data.ts'
import { compileDatabaseRules } from './rules.ts'

/** The data, with a string in angle brackets for each ChangedField. */
function shown(value: unknown): unknown {
  if (value instanceof ChangedField) return `<${value.show('en')}>`
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner)]))
}

/** Whether a rule allows the data. */
function allows(rule: string, data: DocumentData): { readonly allowed: boolean; readonly reason: string } {
  return compileDatabaseRules({ update: rule }).evaluate('update', { auth: null, now: 0, data, doc: {} })
}

const DAY = new Date(5)

describe('the data of an update', () => {
  for (const [name, update, expected] of [
    ['new values', { $set: { a: 1, b: [1], at: DAY, c: { d: 2 } } }, { a: 1, b: [1], at: DAY, c: { d: 2 } }],
    ['null', { $set: { n: null, a: { b: null } } }, { n: '<set to null>', a: { b: '<set to null>' } }],
    ['a pattern', { $set: { n: /x/ } }, { n: '<set to a value that rules do not support>' }],
    ['dotted paths', { $set: { 'a.b': 1, 'a.c.d': 2 } }, { a: { b: 1, c: { d: 2 } } }],
    ['a number that is added', { $inc: { n: 1 } }, { n: '<changed by $inc>' }],
    ['a field that is removed', { $unset: { 'a.b': '' } }, { a: { b: '<changed by $unset>' } }],
    ['an item', { $push: { list: 'x' } }, { list: '<changed by $push>' }],
    ['an operator that nobody knows', { $later: { a: 1 } }, { a: '<changed by $later>' }],
    [
      'both ends of a renaming',
      { $rename: { a: 'b.c' } },
      { a: '<changed by $rename>', b: { c: '<changed by $rename>' } },
    ],
    ['two operators', { $set: { a: 1 }, $inc: { b: 1 } }, { a: 1, b: '<changed by $inc>' }],
    ['one field twice', { $set: { a: 1 }, $inc: { a: 1 } }, { a: '<changed twice>' }],
    ['a whole, then a part', { $set: { a: { x: 1 } }, $inc: { 'a.y': 1 } }, { a: '<changed twice>' }],
    ['a part, then the whole', { $set: { 'a.x': 1 }, $unset: { a: '' } }, { a: '<changed twice>' }],
    ['a part of what is changed twice', { $set: { a: 1, 'a.b': 1, 'a.c': 2 } }, { a: '<changed twice>' }],
    [
      'a renaming onto a new value',
      { $set: { b: 1 }, $rename: { a: 'b' } },
      { a: '<changed by $rename>', b: '<changed twice>' },
    ],
    [
      'places in an array',
      { $set: { 'list.0': 'x', 'items.$.n': 1 } },
      { list: { 0: 'x' }, items: '<changed in elements>' },
    ],
    ['nothing', {}, {}],
    ['operators without fields', { $set: null, $inc: 5 }, {}],
  ] as const) {
    test(name, () => assert.deepEqual(shown(updatedData(update)), expected))
  }

  test('names with a meaning in JavaScript have none here', () => {
    const update = JSON.parse(
      '{"$set":{"__proto__":{"x":1},"constructor.prototype.y":1,"a.__proto__.z":1,"toString":1}}',
    )
    const data = updatedData(update)
    assert.deepEqual(Object.keys(data), ['__proto__', 'constructor', 'a', 'toString'])
    assert.equal(Object.getPrototypeOf(data), null)
    assert.equal(({} as Record<string, unknown>).x ?? ({} as Record<string, unknown>).y, undefined)
    assert.equal(Object.hasOwn(Object.prototype, 'z'), false)
    assert.equal(allows('request.data.x == null && request.data.a.z == null', data).allowed, true)
  })

  test('the sent data are not modified', () => {
    const sent = { $set: { a: { x: 1 }, 'a.y': 2 } }
    updatedData(sent)
    assert.deepEqual(sent, { $set: { a: { x: 1 }, 'a.y': 2 } })
  })
})

test('the data of a create is the document', () => {
  const document = { a: 1 }
  assert.deepEqual(shown(createdData(document)), document)
  assert.deepEqual(shown(createdData({ a: null, b: /x/ })), {
    a: null,
    b: '<set to a value that rules do not support>',
  })
})

describe('the data of a replacement', () => {
  for (const [name, document, stored, expected] of [
    ['what goes', { a: 1 }, { a: 0, b: 2 }, { a: 1, b: '<removed by the replacement>' }],
    ['the id and the owner stay', {}, { _id: 'o1', _openid: 'alice' }, {}],
    [
      'a field in an object',
      { p: { x: 1 } },
      { p: { x: 0, role: 'u' } },
      { p: { x: 1, role: '<removed by the replacement>' } },
    ],
    ['an object that becomes something else', { p: 1 }, { p: { role: 'u' } }, { p: '<removed by the replacement>' }],
    ['arrays and dates are values', { l: [], at: DAY }, { l: [1], at: new Date(1) }, { l: [], at: DAY }],
    ['null takes the place of a value', { a: null }, { a: 1 }, { a: '<set to null>' }],
    ['null takes the place of nothing', { a: null, b: { c: null } }, { a: null }, { a: null, b: { c: null } }],
  ] as const) {
    test(name, () => assert.deepEqual(shown(replacedData(document, stored)), expected))
  }

  test('names with a meaning in JavaScript have none here', () => {
    const data = replacedData(JSON.parse('{"__proto__":{"x":1}}'), { constructor: 1, toString: 2 })
    assert.deepEqual(
      Object.entries(data).map(([name, value]) => `${name} ${value instanceof ChangedField}`),
      ['__proto__ false', 'constructor true', 'toString true'],
    )
    assert.equal(allows('request.data.x == null', data).allowed, true)
  })

  test('the document is not modified', () => {
    const document = { p: { x: 1 } }
    replacedData(document, { p: { y: 1 }, z: 1 })
    assert.deepEqual(document, { p: { x: 1 } })
  })
})

describe('a rule about a field without a value', () => {
  const data = updatedData({ $inc: { n: 1 }, $set: { s: 'a' } })
  for (const [rule, expected] of [
    ['request.data.n == null', false],
    ['request.data.n != null', true],
    ['request.data.n.deeper != null', true],
    ['request.data.n == 1', /its new value is not in the request \(changed by \$inc\)/],
    ['request.data.n != 1', /its new value is not in the request/],
    ['!(request.data.n == 1)', /its new value is not in the request/],
    ['1 != request.data.n', /its new value is not in the request/],
    ['request.data.n != request.data.n', /its new value is not in the request/],
    ['request.data.n > 0', /not a field that is changed by \$inc/],
    ['-request.data.n < 0', /a field that is changed by \$inc/],
    ['request.data.n in [1, 2]', /its new value is not in the request/],
    ['!(request.data.n in [1, 2])', /its new value is not in the request/],
    ['1 in request.data.n', /a field that is changed by \$inc/],
    ['/1/.test(request.data.n)', /a field that is changed by \$inc/],
    ['request.data.n', /changed by \$inc, and only true allows/],
    ['!request.data.n', /a field that is changed by \$inc/],
    ['request.data.n || true', /a field that is changed by \$inc/],
    ["get('database.c.' + request.data.n) == null", /its new value is not in the request/],
    ['doc[request.data.n] == null', /a member name must be/],
    ["request.data.s == 'a'", true],
    ['request.data.other == null', true],
  ] as const) {
    test(`${rule}: ${expected === true ? 'holds' : 'denies'}`, () => {
      const { allowed, reason } = allows(rule, data)
      assert.equal(allowed, expected === true, reason)
      if (expected instanceof RegExp) assert.match(reason, expected)
    })
  }
})
