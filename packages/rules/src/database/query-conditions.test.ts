import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { conjuncts, fixedId, fixedValue } from './query-conditions.ts'

test('the conditions of every $and are collected in order, and other operators are kept', () => {
  const or = [{ c: 1 }]
  assert.deepEqual(conjuncts({ a: 1, $and: [{ a: { $gt: 0 } }, { $and: [{ b: 2 }], $or: or }], d: null }), [
    ['a', 1],
    ['a', { $gt: 0 }],
    ['b', 2],
    ['$or', or],
    ['d', null],
  ])
  assert.deepEqual(conjuncts({ $and: 5 }), [])
  assert.deepEqual(conjuncts({ $and: [5, null, [{ a: 1 }]] }), [])
})

describe('the value that a condition requires', () => {
  for (const [condition, expected] of [
    ['a', 'a'],
    [null, null],
    [{ $eq: 5 }, 5],
    [{ $eq: 5, $gt: 1 }, 5],
    [{ $gt: 1 }, undefined],
    [/a/, undefined],
  ] as const) {
    test(JSON.stringify(condition), () => assert.equal(fixedValue<unknown>(condition), expected))
  }

  test('an object without operators is a value', () => {
    const condition = { a: { $gt: 1 } }
    assert.equal(fixedValue<unknown>(condition), condition)
  })
})

describe('the id of the only document that a query can match', () => {
  for (const [query, expected] of [
    [{ _id: 'a' }, 'a'],
    [{ _id: 7, x: 1 }, 7],
    [{ _id: { $eq: 'a' } }, 'a'],
    [{ x: 1, $and: [{ $and: [{ _id: 'a' }] }] }, 'a'],
    [{ _id: { $in: ['a'] } }, undefined],
    [{ _id: null }, undefined],
    [{ _id: { of: 'a' } }, undefined],
    [{ $or: [{ _id: 'a' }] }, undefined],
    [{}, undefined],
  ] as const) {
    test(JSON.stringify(query), () => assert.equal(fixedId(query), expected))
  }
})
