import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OrderOperator } from '../language/ast.ts'
import { type Bound, compareIntervals, exactly, type Interval, intersection, overlap } from './interval.ts'

/** Quarters represent all numbers between two integers. Only integers are ends of intervals. */
const NUMBERS = Array.from({ length: 29 }, (_, index) => index / 4 - 1)

const bound: fc.Arbitrary<Bound<number>> = fc.record({ value: fc.integer({ min: 0, max: 5 }), open: fc.boolean() })
const interval: fc.Arbitrary<Interval<number>> = fc.record({ low: bound, high: bound }, { requiredKeys: [] })

const COMPARE: Readonly<Record<OrderOperator, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function inside({ low, high }: Interval<number>): readonly number[] {
  return NUMBERS.filter(
    (n) =>
      (low === undefined || n > low.value || (n === low.value && !low.open)) &&
      (high === undefined || n < high.value || (n === high.value && !high.open)),
  )
}

test('the result for two numbers is among the results for their intervals', () => {
  fc.assert(
    fc.property(interval, interval, fc.constantFrom(...(['<', '<=', '>', '>='] as const)), (a, b, operator) => {
      const said = compareIntervals(operator, a, b)
      const given = new Set(inside(a).flatMap((x) => inside(b).map((y) => COMPARE[operator](x, y))))
      for (const answer of given) assert.ok(said.includes(answer))
      // No other answers are reported, unless an interval is empty.
      if (given.size > 0) assert.equal(said.length, given.size)
    }),
  )
})

test('the intersection of two intervals', () => {
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const common = inside(a).filter((n) => inside(b).includes(n))
      assert.deepEqual(inside(intersection(a, b)), common)
      if (common.length > 0) assert.ok(overlap(a, b))
      if (inside(a).length > 0 && inside(b).length > 0) assert.equal(overlap(a, b), common.length > 0)
    }),
  )
})

test('one value is an interval', () => {
  assert.deepEqual(inside(exactly(2)), [2])
  assert.deepEqual(compareIntervals('<=', exactly('a'), exactly('a')), [true])
  assert.deepEqual(compareIntervals('<', exactly('a'), exactly('a')), [false])
})
