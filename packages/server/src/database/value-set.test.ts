import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentValue } from '@cloudstead/protocol'
import { sameValue } from './compare.ts'
import { RequestBudget } from './request-budget.ts'
import { ValueSet } from './value-set.ts'

const VALUES: readonly DocumentValue[] = [
  ...[null, true, false, 0, -0, 1, Number.NaN, '', '1', 'a'],
  ...[new Date(0), new Date(1), /a/, /a/i, [], [1], ['1'], {}, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1 }],
]

test('a value is in the set when it equals one that was added', () => {
  for (const one of VALUES) {
    const set = new ValueSet(new RequestBudget(), [one])
    for (const other of [...VALUES, undefined]) assert.equal(set.has(other), sameValue(one, other))
  }
})

test('many strings and numbers are looked up, not compared', () => {
  const set = new ValueSet(
    new RequestBudget(),
    Array.from({ length: 100_000 }, (_, at) => at),
  )
  const started = performance.now()
  for (let at = 0; at < 100_000; at += 1) assert.equal(set.has(at + 0.5), false)
  assert.ok(performance.now() - started < 2000)
})
