import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Caller, DocumentObject, DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import { update as mingoUpdate } from 'mingo'
import { ADMIN, codeThrown, user } from './database.fixture.ts'
import { RequestBudget } from './request-budget.ts'
import { compileUpdate } from './update.ts'

const compile = (update: DocumentObject, caller: Caller = ADMIN, query: DocumentObject = {}) =>
  compileUpdate(update, { caller, budget: new RequestBudget(), query })

function updated(document: DocumentObject, update: DocumentObject): DocumentObject {
  const copy = structuredClone(document)
  compile(update)?.(copy)
  return copy
}

describe('update operators', () => {
  const cases: readonly (readonly [DocumentObject, DocumentObject, DocumentObject])[] = [
    [{ a: { b: 1 } }, { $set: { 'a.c': 2, d: [1] } }, { a: { b: 1, c: 2 }, d: [1] }],
    [{}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
    [{ a: [1, 2] }, { $set: { 'a.1': 9, 'a.3': 4 } }, { a: [1, 9, null, 4] }],
    [{ a: { b: 1 } }, { $set: { a: { c: 1 } } }, { a: { c: 1 } }],
    [{ a: 1, b: { c: 2, d: 3 } }, { $unset: { a: '', 'b.c': '', 'x.y': '' } }, { b: { d: 3 } }],
    [{ a: [1, 2] }, { $unset: { 'a.0': '', 'a.9': '' } }, { a: [null, 2] }],
    [{ n: 1 }, { $inc: { n: 2, m: 3 } }, { n: 3, m: 3 }],
    [{ n: 2 }, { $mul: { n: 3, m: 3 } }, { n: 6, m: 0 }],
    [{ n: 2, m: 2 }, { $min: { n: 1, m: 3, o: 5 } }, { n: 1, m: 2, o: 5 }],
    [{ n: 2, m: 2 }, { $max: { n: 1, m: 3, o: 5 } }, { n: 2, m: 3, o: 5 }],
    [{ a: 1, b: { c: 2 } }, { $rename: { a: 'x.y', 'b.c': 'z', none: 'w' } }, { b: {}, x: { y: 1 }, z: 2 }],
    [{ n: 5 }, { $bit: { n: { and: 6 } } }, { n: 4 }],
    [{ n: 5 }, { $bit: { n: { or: 2 } } }, { n: 7 }],
    [{ n: 5 }, { $bit: { n: { xor: 1 }, m: { xor: 3 } } }, { n: 4, m: 3 }],
    [{ a: [1] }, { $push: { a: { $each: [2, 3] }, b: { $each: [1] } } }, { a: [1, 2, 3], b: [1] }],
    [{ a: [1] }, { $push: { a: { $each: [0], $position: 0 } } }, { a: [0, 1] }],
    [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1, $slice: 2 } } }, { a: [1, 2] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
    [{ a: [1] }, { $push: { a: { $each: [2], $slice: 0 } } }, { a: [] }],
    [{}, { $push: { a: { $each: [{ k: 2 }, { k: 1 }], $sort: { k: 1 }, $slice: 1 } } }, { a: [{ k: 1 }] }],
    [{ a: [1] }, { $push: { a: { x: 1 } } }, { a: [1, { x: 1 }] }],
    [{ a: [1, 2, 3] }, { $pop: { a: 1, none: 1 } }, { a: [1, 2] }],
    [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
    [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
    [{ a: [1, 5, 9] }, { $pull: { a: { $gt: 4 } } }, { a: [1] }],
    [{ a: [{ k: 1, q: 2 }, { k: 2 }] }, { $pull: { a: { k: 1 } } }, { a: [{ k: 2 }] }],
    [{ a: ['x', 'y'] }, { $pull: { a: /^x/ } }, { a: ['y'] }],
    [{ a: [1, 2, 3] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
    [{ a: [1] }, { $addToSet: { a: 1, b: 2 } }, { a: [1], b: [2] }],
    [{ a: [{ x: 1 }] }, { $addToSet: { a: { $each: [{ x: 1 }, { x: 2 }] } } }, { a: [{ x: 1 }, { x: 2 }] }],
    [
      { constructor: 1 },
      { $set: { 'toString.x': 1, constructor: 2 } },
      { constructor: 2, toString: { x: 1 } } as never,
    ],
    [{ a: 1 }, { $set: {} }, { a: 1 }],
  ]
  for (const [before, update, after] of cases) {
    it(`${JSON.stringify(update)} on ${JSON.stringify(before)}`, () => {
      assert.deepEqual(updated(before, update), after)
    })
  }

  it('changes every element for $[], in every operator', () => {
    const cases: readonly (readonly [DocumentObject, DocumentObject, DocumentObject])[] = [
      [{ a: [1, 2] }, { $inc: { 'a.$[]': 1 } }, { a: [2, 3] }],
      [{ a: [{ b: 1 }, {}] }, { $set: { 'a.$[].b': 9 } }, { a: [{ b: 9 }, { b: 9 }] }],
      [{ a: [{ b: [1] }, { b: [2] }] }, { $push: { 'a.$[].b': 3 } }, { a: [{ b: [1, 3] }, { b: [2, 3] }] }],
      [{ a: [{ b: [1] }, { b: [2] }] }, { $mul: { 'a.$[].b.$[]': 2 } }, { a: [{ b: [2] }, { b: [4] }] }],
      [{ a: [{ b: 1 }, { c: 1 }] }, { $unset: { 'a.$[].b': '' } }, { a: [{}, { c: 1 }] }],
      [{ a: [5, 1] }, { $max: { 'a.$[]': 3 } }, { a: [5, 3] }],
      [{ a: [[1, 2], [2]] }, { $pull: { 'a.$[]': 2 } }, { a: [[1], []] }],
      [{ a: [] }, { $set: { 'a.$[]': 1 } }, { a: [] }],
    ]
    for (const [before, update, after] of cases) assert.deepEqual(updated(before, update), after)
    assert.equal(
      codeThrown(() => updated({ a: 1 }, { $set: { 'a.$[]': 1 } })),
      'DATABASE_REQUEST_FAILED',
    )
    assert.equal(
      codeThrown(() => updated({}, { $set: { 'a.$[].b': 1 } })),
      'DATABASE_REQUEST_FAILED',
    )
  })

  it('changes the element that the query found for $', () => {
    const document = {
      a: [
        { k: 1, n: 1 },
        { k: 2, n: 1 },
        { k: 2, n: 5 },
      ],
      n: [1, 5, 9],
    }
    const found = (query: DocumentObject, update: DocumentObject) => {
      const copy = structuredClone(document)
      compile(update, ADMIN, query)?.(copy)
      return copy
    }
    const cases: readonly (readonly [query: DocumentObject, path: string, index: number])[] = [
      [{ 'a.k': 2 }, 'a.$.n', 1],
      [{ a: { $elemMatch: { k: 2, n: { $gt: 1 } } } }, 'a.$.n', 2],
      [{ a: { k: 1, n: 1 } }, 'a.$.n', 0],
      [{ $and: [{ x: null }, { $or: [{ 'a.k': 3 }, { 'a.n': { $gt: 4 } }] }] }, 'a.$.n', 2],
    ]
    for (const [query, path, index] of cases) {
      assert.deepEqual(
        found(query, { $set: { [path]: 7 } })
          .a.map(({ n }) => n)
          .indexOf(7),
        index,
        JSON.stringify(query),
      )
    }
    assert.deepEqual(found({ n: { $gte: 5 } }, { $inc: { 'n.$': 1 } }).n, [1, 6, 9])
    assert.deepEqual(found({ n: 9 }, { $unset: { 'n.$': '' } }).n, [1, 5, null])
    assert.deepEqual(found({ n: { $in: [5] } }, { $set: { 'n.$': 0 }, $inc: { 'a.$[].k': 1 } }).n, [1, 0, 9])
    for (const query of [{}, { n: { $ne: 5 } }, { b: 1 }]) {
      assert.equal(
        codeThrown(() => found(query, { $set: { 'n.$': 1 } })),
        'INVALID_PARAM',
      )
    }
    assert.equal(
      codeThrown(() => found({ n: 7 }, { $set: { 'n.$': 1 } })),
      'DATABASE_REQUEST_FAILED',
    )
  })

  it('pulls whole elements only', () => {
    const nested = { a: [1, [1, 2], 2] }
    const cases: readonly (readonly [DocumentObject, operand: DocumentValue, DocumentValue])[] = [
      [nested, 1, [[1, 2], 2]],
      [nested, { $gt: 0 }, [[1, 2]]],
      [nested, [1, 2], [1, 2]],
      [nested, { $in: [1, 2] }, [[1, 2]]],
      [{ a: [null, [null], 1] }, null, [[null], 1]],
      [{ a: ['xa', ['xa']] }, /^x/, [['xa']]],
      [{ a: [{ k: [1, 2] }, { k: 3 }] }, { k: 1 }, [{ k: 3 }]],
      [{ a: [1, 2, 3] }, { $neq: 2 }, [2]],
      [{ a: [1, 2, 7] }, { operator: 'or', operands: [{ $lt: 2 }, { $gt: 5 }], fieldName: {} }, [2]],
      [{ a: [{ q: 1 }, { q: { r: 1 } }] }, { q: { r: { $gt: 0 } } }, [{ q: 1 }]],
    ]
    for (const [before, operand, after] of cases) {
      assert.deepEqual(updated(before, { $pull: { a: operand } }).a, after, JSON.stringify(operand))
    }
  })

  it('takes linear time for sets of objects', () => {
    const objects = Array.from({ length: 20_000 }, (_, n) => ({ n, s: { t: n } }))
    const started = process.threadCpuUsage().user
    assert.equal((updated({ a: objects }, { $addToSet: { a: { $each: objects } } }).a as unknown[]).length, 20_000)
    assert.deepEqual(updated({ a: objects }, { $pullAll: { a: objects } }).a, [])
    assert.ok(process.threadCpuUsage().user - started < 5_000_000)
  })

  it('is undefined without operators', () => {
    assert.equal(compile({}), undefined)
    assert.equal(compile({ $set: {} }), undefined)
  })

  it('cannot reach a prototype', () => {
    updated({}, { $set: { 'constructor.prototype.polluted': 1 } })
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    assert.equal(
      codeThrown(() => compile({ $set: { '__proto__.x': 1 } })),
      'INVALID_PARAM',
    )
    assert.equal(
      codeThrown(() => compile({ $rename: { a: '__proto__.x' } })),
      'INVALID_PARAM',
    )
  })

  it('refuses malformed updates before it changes anything', () => {
    const cases: readonly (readonly [DocumentObject, string])[] = [
      [{ a: 1 }, 'DATABASE_INVALID_OPERRATOR'],
      [{ $set: { a: 1 }, b: 1 }, 'DATABASE_INVALID_OPERRATOR'],
      [{ $where: {} }, 'DATABASE_INVALID_OPERRATOR'],
      [{ $setOnInsert: { a: 1 } }, 'DATABASE_INVALID_OPERRATOR'],
      [{ toString: { a: 1 } } as never, 'DATABASE_INVALID_OPERRATOR'],
      [{ $set: 1 }, 'INVALID_PARAM'],
      [{ $set: { _id: 1 } }, 'INVALID_PARAM'],
      [{ $unset: { _id: '' } }, 'INVALID_PARAM'],
      [{ $rename: { a: '_id' } }, 'INVALID_PARAM'],
      [{ $rename: { _id: 'a' } }, 'INVALID_PARAM'],
      [{ $rename: { a: 1 } }, 'INVALID_PARAM'],
      [{ $set: { a: { $b: 1 } } }, 'INVALID_PARAM'],
      [{ $set: { a: { 'b.c': 1 } } }, 'INVALID_PARAM'],
      [{ $push: { a: { $each: [{ $x: 1 }] } } }, 'INVALID_PARAM'],
      [{ $addToSet: { a: { $each: 1 } } }, 'INVALID_PARAM'],
      [{ $push: { a: { $each: [1], $where: 1 } } }, 'INVALID_PARAM'],
      [{ $push: { a: { $each: [1], $sort: 2 } } }, 'INVALID_PARAM'],
      [{ $set: { 'a.$.b': 1 } }, 'INVALID_PARAM'],
      [{ $set: { 'a.$[x].b': 1 } }, 'INVALID_PARAM'],
      [{ $set: { '$[].b': 1 } }, 'INVALID_PARAM'],
      [{ $rename: { 'a.$[].b': 'c' } }, 'INVALID_PARAM'],
      [{ $set: { a: 1 }, $inc: { a: 1 } }, 'INVALID_PARAM'],
      [{ $set: { a: 1, 'a.b': 1 } }, 'INVALID_PARAM'],
      [{ $inc: { a: 'x' } }, 'INVALID_PARAM'],
      [{ $bit: { a: { not: 1 } } }, 'INVALID_PARAM'],
      [{ $pop: { a: 2 } }, 'INVALID_PARAM'],
      [{ $pull: { a: { $where: '1' } } }, 'DATABASE_INVALID_OPERRATOR'],
      [{ $pullAll: { a: 1 } }, 'INVALID_PARAM'],
    ]
    for (const [update, expected] of cases) {
      assert.equal(
        codeThrown(() => compile(update)),
        expected,
        JSON.stringify(update),
      )
    }
  })

  it('fails on documents with values of the wrong type', () => {
    const cases: readonly (readonly [DocumentObject, DocumentObject])[] = [
      [{ a: 'x' }, { $inc: { a: 1 } }],
      [{ a: 'x' }, { $push: { a: 1 } }],
      [{ a: 'x' }, { $pull: { a: 1 } }],
      [{ a: 1 }, { $set: { 'a.b': 1 } }],
      [{ a: null }, { $set: { 'a.b': 1 } }],
      [{ a: [1] }, { $set: { 'a.b': 1 } }],
      [{ a: [] }, { $set: { 'a.99999999': 1 } }],
      [{ a: 1.5 }, { $bit: { a: { or: 1 } } }],
    ]
    for (const [document, update] of cases) {
      assert.equal(
        codeThrown(() => updated(document, update)),
        'DATABASE_REQUEST_FAILED',
        JSON.stringify(update),
      )
    }
  })

  it('refuses every way for users to change _openid', () => {
    const updates: DocumentObject[] = [
      { $set: { _openid: 'x' } },
      { $set: { '_openid.a': 'x' } },
      { $unset: { _openid: '' } },
      { $rename: { _openid: 'a' } },
      { $rename: { a: '_openid' } },
      { $rename: { a: '_openid.b' } },
      { $push: { _openid: 1 } },
      { $min: { _openid: '' } },
    ]
    for (const update of updates) {
      assert.equal(
        codeThrown(() => compile(update, user('u'))),
        'DATABASE_PERMISSION_DENIED',
        JSON.stringify(update),
      )
    }
    assert.deepEqual(updated({ _openid: 'a' }, { $set: { _openid: 'b' } }), { _openid: 'b' })
  })

  it('agrees with mingo where mingo agrees with MongoDB', () => {
    const number = fc.integer({ min: -5, max: 5 })
    const numbers = fc.array(number, { maxLength: 4 })
    const document = fc.record({ n: number, list: numbers, o: fc.record({ p: number }) })
    const update: fc.Arbitrary<DocumentObject> = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('$set', '$inc', '$mul', '$min', '$max'),
          fc.constantFrom('n', 'o.p', 'o.new', 'new.q'),
          number,
        )
        .map(([op, path, value]) => ({ [op]: { [path]: value } })),
      fc.constantFrom('n', 'o.p', 'o', 'none').map((path) => ({ $unset: { [path]: '' } })),
      fc.tuple(numbers, fc.option(number), fc.option(fc.constantFrom(1, -1))).map(([each, position, sort]) => ({
        $push: {
          list: {
            $each: each,
            ...(position !== null && { $position: position }),
            ...(sort !== null && { $sort: sort }),
          },
        } as DocumentValue,
      })),
      number.map((value) => ({ $pull: { list: { $gt: value } } })),
      numbers.map((values) => ({ $pullAll: { list: values } })),
      numbers.map((values) => ({ $addToSet: { list: { $each: [...new Set(values)] } } })),
      fc.constantFrom(1, -1).map((end) => ({ $pop: { list: end } })),
    )
    // mingo removes values that the list already has twice; MongoDB keeps them.
    fc.assert(
      fc.property(document, update, (given, change) => {
        fc.pre(!('$addToSet' in change) || new Set(given.list).size === given.list.length)
        const theirs = structuredClone(given)
        mingoUpdate(theirs, change as Parameters<typeof mingoUpdate>[1])
        assert.deepEqual(updated(given, change), theirs)
      }),
      { numRuns: 1000 },
    )
  })
})
