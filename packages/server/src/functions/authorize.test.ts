import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOBODY, type UserCaller } from '@cloudstead/protocol'
import { compileFunctionRules } from '@cloudstead/rules'
import { readOneCase } from '@cloudstead/rules/testing'
import { refusal } from './authorize.ts'
import { simulateInvoke } from './simulate.ts'

const ALICE: UserCaller = { kind: 'user', uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM', sessionId: 's1' }
const RULES = compileFunctionRules({ '*': { invoke: 'auth != null' }, admin: { invoke: false } })

test('the rules decide about users and nobody, and never about administrators', () => {
  const admin = { kind: 'admin' } as Parameters<typeof refusal>[1]['caller']
  const allowed = (caller: typeof admin, name: string) => refusal(RULES, { name, caller, now: 0 }) === undefined
  assert.deepEqual([allowed(ALICE, 'pay'), allowed(NOBODY, 'pay')], [true, false])
  assert.deepEqual([allowed(ALICE, 'admin'), allowed(admin, 'admin')], [false, true])
})

test('a refusal has a code, a line for the operator, a test case and an explanation', () => {
  const refused = refusal(RULES, { name: 'admin', caller: ALICE, now: 0 })
  assert.equal(refused?.code, 'PERMISSION_DENIED')
  assert.equal(refused?.internal, 'invoke admin: the rule "admin.invoke" is false')
  const caller = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
  assert.deepEqual(refused?.case, { as: caller, invoke: 'admin', expect: 'denied' })
  assert.equal(readOneCase(refused?.case).request.kind, 'function')
  assert.equal(refused?.explain()?.operation, 'invoke')
  assert.equal(refusal(RULES, { name: 'admin', caller: ALICE, now: 0 }, 'EXCEED_AUTHORITY')?.code, 'EXCEED_AUTHORITY')
})

test('a simulated call is decided like a real one', () => {
  for (const [caller, name] of [
    [ALICE, 'pay'],
    [ALICE, 'admin'],
    [NOBODY, 'pay'],
  ] as const) {
    const access = { name, caller, now: 0 }
    const { allowed, explanation, asked } = simulateInvoke(RULES, access)
    assert.equal(allowed, refusal(RULES, access) === undefined)
    assert.deepEqual([explanation.target, asked], [name, { invoke: name }])
  }
})
