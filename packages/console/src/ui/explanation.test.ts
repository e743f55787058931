import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Explanation as RulesExplanation } from '@cloudstead/rules'
import { asExplanation, type Explanation } from './explanation.ts'

test('explanations made by the rules are recognised, and similar values are not', () => {
  // The compiler says so when the rules change their shape.
  const own = (explanation: RulesExplanation): Explanation => explanation
  const reason = { en: 'no', zh: '否' }
  const made = own({ operation: 'read', acl: 'PRIVATE', target: 'a', allowed: false, reason })
  assert.equal(asExplanation(made), made)
  const leaf = { source: 'true', outcome: 'true', children: [] }
  assert.ok(asExplanation({ allowed: true, reason, tree: { ...leaf, children: [leaf] } }))
  for (const odd of [
    undefined,
    null,
    'x',
    {},
    { allowed: true },
    { allowed: true, reason, tree: { ...leaf, children: [5] } },
  ]) {
    assert.equal(asExplanation(odd), undefined)
  }
})
