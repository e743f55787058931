import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import { Query } from 'mingo'
import { ADMIN, codeThrown, user } from './database.fixture.ts'
import { compileQuery } from './matcher.ts'
import { checkQuery } from './query-check.ts'
import { RequestBudget } from './request-budget.ts'

function matches(query: DocumentObject, document: DocumentObject): boolean {
  return compileQuery(checkQuery(query, ADMIN), new RequestBudget()).test(document)
}

const check = (query: DocumentObject) => codeThrown(() => compileQuery(checkQuery(query, ADMIN), new RequestBudget()))

describe('query operators', () => {
  const document = {
    n: 5,
    s: 'Text',
    nul: null,
    d: new Date(1000),
    tags: ['a', 'b'],
    nums: [1, 10],
    items: [
      { k: 'x', q: 1 },
      { k: 'y', q: 9 },
    ],
    deep: { a: { b: 'c' } },
    pair: [[1, 2], 3],
  }
  const cases: readonly (readonly [DocumentObject, boolean])[] = [
    [{ n: 5 }, true],
    [{ n: { $eq: 5 } }, true],
    [{ n: { $ne: 5 } }, false],
    [{ missing: { $ne: 5 } }, true],
    [{ n: { $gt: 4, $lt: 6 } }, true],
    [{ n: { $gte: 5, $lte: 5 } }, true],
    [{ n: { $gt: '4' } }, false],
    [{ d: { $lt: new Date(1001) } }, true],
    [{ d: new Date(1000) }, true],
    [{ n: { $in: [1, 5] } }, true],
    [{ n: { $nin: [1, 5] } }, false],
    [{ s: { $in: [/^te/i] } }, true],
    [{ pair: { $in: [[1, 2]] } }, true],
    [{ pair: [[1, 2], 3] }, true],
    [{ missing: null }, true],
    [{ nul: null }, true],
    [{ n: null }, false],
    [{ missing: { $gte: null } }, true],
    [{ missing: { $exists: false } }, true],
    [{ nul: { $exists: true } }, true],
    [{ 'items.k': { $exists: true } }, true],
    [{ tags: 'a' }, true],
    [{ tags: ['a', 'b'] }, true],
    [{ tags: ['b', 'a'] }, false],
    [{ tags: { $size: 2 } }, true],
    [{ tags: { $all: ['b', 'a'] } }, true],
    [{ tags: { $all: ['b', 'z'] } }, false],
    [{ tags: { $all: [] } }, false],
    [{ n: { $all: [5] } }, true],
    [{ n: { $mod: [5, 0] } }, true],
    [{ nul: { $mod: [2, 0] } }, false],
    [{ 'items.q': 9 }, true],
    [{ 'items.1.q': 9 }, true],
    [{ 'items.0.q': 9 }, false],
    [{ items: { $elemMatch: { k: 'x', q: 1 } } }, true],
    [{ items: { $elemMatch: { k: 'x', q: 9 } } }, false],
    [{ items: { $all: [{ $elemMatch: { k: 'x' } }, { $elemMatch: { k: 'y' } }] } }, true],
    [{ nums: { $elemMatch: { $gt: 2, $lt: 9 } } }, false],
    [{ nums: { $gt: 2, $lt: 9 } }, true],
    [{ n: { $not: { $gt: 9 } } }, true],
    [{ s: { $not: /^T/ } }, false],
    [{ $and: [{ n: 5 }, { s: 'Text' }] }, true],
    [{ $or: [{ n: 6 }, { s: 'Text' }] }, true],
    [{ $nor: [{ n: 6 }, { s: 'x' }] }, true],
    [{ s: { $regex: '^te', $options: 'i' } }, true],
    [{ s: /ext$/ }, true],
    [{ 'deep.a': { b: 'c' } }, true],
    [{ $expr: { $gt: ['$n', { $add: [2, 2] }] } }, true],
    [{ $expr: { $eq: [{ $toLower: '$s' }, 'text'] } }, true],
    [{ $expr: { $gt: [{ $divide: ['$n', '$s'] }, 1] } }, false],
    [{}, true],
  ]
  for (const [query, expected] of cases) {
    it(`${JSON.stringify(query)} ${expected ? 'matches' : 'does not match'}`, () => {
      assert.equal(matches(query, document), expected)
    })
  }

  it('understands conditions on elements that the SDKs do not encode', () => {
    const chain = (operator: string, ...operands: DocumentValue[]) => ({ operator, operands, fieldName: {} })
    const list = { a: [{ q: 1, r: { s: 5 } }, { q: 9 }], n: [1, 6], s: ['x'] }
    const cases: readonly (readonly [DocumentObject, boolean])[] = [
      [{ a: { $elemMatch: { q: { $neq: 1 } } } }, true],
      [{ s: { $elemMatch: { $neq: 'x' } } }, false],
      [{ n: { $elemMatch: chain('and', { $gt: 1 }, { $lt: 6 }) } }, false],
      [{ n: { $elemMatch: chain('and', { $gt: 1 }, { $lt: 7 }) } }, true],
      [{ n: { $elemMatch: chain('or', { $gt: 7 }, chain('and', { $gt: 0 }, { $lt: 2 })) } }, true],
      [{ n: { $elemMatch: chain('nor', { $gt: 5 }, { $lt: 2 }) } }, false],
      [{ a: { $elemMatch: { q: chain('or', { $lt: 1 }, { $gt: 5 }) } } }, true],
      [{ a: { $elemMatch: { q: chain('not', { $lt: 10 }) } } }, false],
      [{ a: { $elemMatch: chain('and', { q: { $neq: 9 } }, { q: 1 }) } }, true],
      [{ a: { $elemMatch: chain('nor', { q: 1 }, { q: { $gt: 8 } }) } }, false],
      [{ a: { $elemMatch: { r: { s: { $gt: 4 } } } } }, true],
      [{ a: { $elemMatch: { r: { s: { $gt: 5 } } } } }, false],
      [{ a: { $elemMatch: { r: { s: 5 } } } }, true],
      [{ a: { $all: [{ $elemMatch: { q: { $neq: 1 } } }] } }, true],
      [{ s: { $elemMatch: chain('not', /x/) } }, false],
    ]
    for (const [query, expected] of cases) assert.equal(matches(query, list), expected, JSON.stringify(query))
    assert.equal(check({ a: { $elemMatch: chain('or', { $where: 1 }) } }), 'DATABASE_INVALID_OPERRATOR')
    assert.equal(matches({ n: { $elemMatch: { $gt: 0 } } }, { n: [[1]] }), false)
  })

  it('matches every time with the g flag, which SDK users write', () => {
    const matcher = compileQuery(checkQuery({ s: /a/gi }, ADMIN), new RequestBudget())
    assert.deepEqual(
      [1, 2, 3].map(() => matcher.test({ s: 'xa' })),
      [true, true, true],
    )
    assert.equal(matches({ s: { $regex: 'a.b', $options: 'gi' } }, { s: 'A-B' }), true)
  })

  it('decides in linear time where JavaScript would backtrack for ever', () => {
    const started = performance.now()
    assert.equal(matches({ s: { $regex: '^(a+)+b$', $options: 'i' } }, { s: 'a'.repeat(100_000) }), false)
    assert.ok(performance.now() - started < 5000)
  })

  it('works on documents with fields such as constructor', () => {
    const poisoned = { _id: 1, constructor: { name: 5 }, a: { constructor: { name: 5 } }, toString: 1 }
    assert.equal(matches({ a: { $gt: 1 } }, poisoned), false)
    assert.equal(matches({ a: { $elemMatch: {} } }, poisoned), false)
    assert.equal(matches({ 'constructor.name': 5 }, poisoned), true)
    assert.equal(matches({ constructor: { $exists: true } }, { _id: 1 }), false)
    assert.equal(check({ a: { constructor: { name: 5 } } }) === 'SYS_ERR', false)
  })
})

describe('the allow-list of queries', () => {
  it('refuses operators that run code or are unknown, at any depth', () => {
    const refused: DocumentObject[] = [
      { $where: 'true' },
      { a: { $where: '1' } },
      { $and: [{ $or: [{ $where: '1' }] }] },
      { a: { $elemMatch: { $where: '1' } } },
      { a: { $not: { $where: '1' } } },
      { a: { $eq: { b: { $where: '1' } } } },
      { a: { $in: [{ $function: {} }] } },
      { $text: { $search: 'x' } },
      { $jsonSchema: {} },
      { $expr: { $function: { body: 'x', args: [], lang: 'js' } } },
      { $expr: { $gt: [{ $map: { input: '$a', in: 1 } }, 1] } },
      { $expr: { $range: [0, 1e9] } },
      { $expr: { $accumulator: {} } },
      { $comment: 'x' },
      { a: { $out: 'x' } },
      { a: { $merge: 'x' } },
      { a: { $type: 'string' } },
      { a: { toString: 1, $gt: 1 } },
      { a: { $constructor: 1 } },
    ]
    for (const query of refused) assert.equal(check(query), 'DATABASE_INVALID_OPERRATOR', JSON.stringify(query))
  })

  it('refuses operands of the wrong type', () => {
    const invalid: DocumentObject[] = [
      { $and: {} },
      { $or: [] },
      { $or: [1] },
      { a: { $in: 1 } },
      { a: { $size: -1 } },
      { a: { $size: 'x' } },
      { a: { $mod: [0, 1] } },
      { a: { $mod: 2 } },
      { a: { $exists: 'x' } },
      { a: { $elemMatch: 1 } },
      { a: { $not: 1 } },
      { a: { $not: {} } },
      { a: { $regex: 1 } },
      { a: { $regex: '(' } },
      { a: { $regex: 'a'.repeat(2000) } },
      { a: { $nearSphere: 1 } },
      { $or: [{ a: { $nearSphere: { $geometry: { type: 'Point', coordinates: [0, 0] } } } }] },
      { a: { $geoWithin: { $geometry: { type: 'Point', coordinates: [0, 0] } } } },
      { a: { $geoIntersects: { $geometry: { type: 'Point', coordinates: [0, 100] } } } },
      { '': 1 },
      { 'a..b': 1 },
      { 'a.$b': 1 },
      { 'a.__proto__': 1 },
      JSON.parse('{"__proto__":{"a":1}}'),
      { $expr: '$$other' },
      { $expr: { $gt: [1, 2], $lt: [1, 2] } },
    ]
    for (const query of invalid) assert.equal(check(query), 'INVALID_PARAM', JSON.stringify(query))
  })

  it('replaces {openid} and {uid} with the ids of the caller', () => {
    const alice = user('u1', { openid: 'o1' })
    assert.deepEqual(checkQuery({ _openid: '{openid}' }, alice), { _openid: { $in: ['o1', 'u1'] } })
    assert.deepEqual(checkQuery({ a: { $eq: '{uid}' }, b: { $ne: '{openid}' } }, alice), {
      a: { $in: ['u1'] },
      b: { $nin: ['o1'] },
    })
    assert.deepEqual(checkQuery({ _openid: { $in: ['x', '{uid}'] } }, alice), { _openid: { $in: ['x', 'o1', 'u1'] } })
    assert.deepEqual(checkQuery({ a: { $in: ['x', '{openid}'] } }, alice), { a: { $in: ['x', 'o1'] } })
    assert.deepEqual(checkQuery({ a: '{openid}' }, user('u1')), { a: { $in: ['u1'] } })
    assert.deepEqual(checkQuery({ $or: [{ a: ['{openid}'] }] }, alice), { $or: [{ a: ['o1'] }] })
    assert.deepEqual(checkQuery({ _openid: '{openid}' }, ADMIN), { _openid: '{openid}' })
  })
})

describe('against mingo with its own operators', () => {
  const scalar = fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.constantFrom<DocumentValue>('a', 'b', true, false, new Date(0), new Date(5)),
  )
  // Flat arrays, and conditions on which mingo and MongoDB agree.
  const document = fc.record(
    { a: fc.oneof(scalar, fc.array(scalar, { minLength: 1, maxLength: 3 })), b: scalar, c: fc.record({ d: scalar }) },
    { requiredKeys: ['c'] },
  )
  const condition: fc.Arbitrary<DocumentValue> = fc.oneof(
    scalar,
    fc.tuple(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), scalar).map(([op, v]) => ({ [op]: v })),
    fc.tuple(fc.constantFrom('$in', '$nin'), fc.array(scalar, { maxLength: 3 })).map(([op, v]) => ({ [op]: v })),
    fc.boolean().map(($exists) => ({ $exists })),
    fc.integer({ min: 0, max: 3 }).map(($size) => ({ $size })),
    scalar.map((value) => ({ $not: { $gt: value } })),
    fc.tuple(scalar, scalar).map(([from, to]) => ({ $elemMatch: { $gte: from, $lte: to } })),
  )
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c.d'), condition, { maxKeys: 3, noNullPrototype: true })
  const query: fc.Arbitrary<DocumentObject> = fc.oneof(
    fields,
    fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(fields, { minLength: 1, maxLength: 3 }))
      .map(([op, list]) => ({
        [op]: list,
      })),
  )

  it('agrees', () => {
    fc.assert(
      fc.property(query, document, (asked, given) => {
        assert.equal(matches(asked, given), new Query(asked as Record<string, unknown>, {}).test(given))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what a query may cost', () => {
  it('nested arrays are visited once, although a number can be an index or a name at each of them', () => {
    let value: DocumentValue = 'end'
    for (let depth = 0; depth < 45; depth += 1) value = [{ 0: value }]
    const started = performance.now()
    assert.equal(matches({ [`a${'.0'.repeat(67)}`]: 'no' }, { a: value }), false)
    assert.equal(matches({ [`a${'.0'.repeat(90)}`]: 'end' }, { a: value }), true)
    assert.equal(matches({ [`a${'.0'.repeat(45)}`]: 'end' }, { a: value }), true)
    assert.ok(performance.now() - started < 1000)
  })

  it('long arrays with many conditions are refused, not searched for seconds', () => {
    const long = {
      a: Array.from({ length: 200_000 }, (_, at) => at),
      o: Array.from({ length: 50_000 }, (_, q) => ({ q })),
    }
    const many = (make: (at: number) => DocumentObject) => Array.from({ length: 300 }, (_, at) => make(at))
    const queries: DocumentObject[] = [
      { $and: many((at) => ({ a: { $ne: -1 - at } })) },
      { $or: many((at) => ({ 'o.q': -1 - at })) },
      { a: { $all: Array.from({ length: 400 }, () => 199_999) } },
      { $or: many((at) => ({ o: { $elemMatch: { q: -1 - at } } })).slice(0, 200) },
      { $expr: { $gt: [{ $size: { $setUnion: Array.from({ length: 400 }, () => '$a') } }, 1] } },
    ]
    for (const query of queries) {
      const started = process.threadCpuUsage()
      assert.equal(
        codeThrown(() => matches(query, long)),
        'DATABASE_REQUEST_FAILED',
      )
      const { user, system } = process.threadCpuUsage(started)
      assert.ok(user + system < 1_000_000, `${user + system} µs for ${Object.keys(query)}`)
    }
    assert.equal(matches({ a: 199_999, 'o.q': 49_999 }, long), true)
  })

  it('geometries with many points are stopped by the deadline', () => {
    const zigzag = (count: number, lng: number) => Array.from({ length: count }, (_, at) => [lng + (at % 7), at % 80])
    const stored = { at: { type: 'LineString', coordinates: zigzag(200_000, 0) } }
    const $geometry = { type: 'LineString', coordinates: zigzag(1000, 100) }
    const started = performance.now()
    const asked = codeThrown(() => matches({ at: { $geoIntersects: { $geometry } } }, stored))
    assert.equal(asked, 'DATABASE_REQUEST_FAILED')
    assert.ok(performance.now() - started < 2000)
  })

  it('a query has at most 1000 conditions; strings and numbers in lists do not count', () => {
    const many = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at))
    const accepted: DocumentObject[] = [
      { a: { $in: many(50_000, String) } },
      { a: { $nin: many(50_000, Number) } },
      { $or: many(400, (at) => ({ a: at })) },
      { a: { $in: many(900, (at) => new Date(at)) } },
    ]
    for (const query of accepted) assert.equal(check(query), 'accepted')
    const refused: DocumentObject[] = [
      { $or: many(1001, () => ({})) },
      { $and: [{ $nor: many(600, (at) => ({ a: at })) }] },
      { a: { $all: many(1001, () => 1) } },
      { a: { $in: many(1001, (at) => new Date(at)) } },
      { a: { $elemMatch: { $in: many(1001, () => ({})) } } },
      { $expr: { $gt: [{ $add: many(1001, () => 1) }, 1] } },
      Object.fromEntries(many(1001, (at) => [`f${at}`, 1])),
    ]
    for (const query of refused) assert.equal(check(query), 'INVALID_PARAM')
  })
})
