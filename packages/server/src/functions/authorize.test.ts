import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Caller, NOBODY, type UserCaller } from '@cloudstead/protocol'
import { compileFunctionRules } from '@cloudstead/rules'
import { readOneCase } from '@cloudstead/rules/testing'
import { DeniedError } from '../decisions/denied-error.ts'
import { authorize, type FunctionAccess } from './authorize.ts'
import type { Trigger } from './call.ts'
import { simulateInvoke } from './simulate.ts'

const ALICE: UserCaller = { kind: 'user', uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM', sessionId: 's1' }
const ADMIN: Caller = { kind: 'admin', keyId: 'CS1' }
const RULES = compileFunctionRules({ '*': { invoke: 'auth != null' }, admin: { invoke: false } })

/** The refusal of a call; undefined when it is allowed. */
function refusal(access: FunctionAccess, trigger: Trigger = 'sdk'): DeniedError | undefined {
  try {
    authorize(RULES, access, trigger)
    return undefined
  } catch (error) {
    assert.ok(error instanceof DeniedError)
    return error
  }
}

test('the rules decide about users and nobody, and never about administrators', () => {
  const allowed = (caller: Caller, name: string) => refusal({ name, caller, now: 0 }) === undefined
  assert.deepEqual([allowed(ALICE, 'pay'), allowed(NOBODY, 'pay')], [true, false])
  assert.deepEqual([allowed(ALICE, 'admin'), allowed(ADMIN, 'admin')], [false, true])
})

test('whom a route or a timer has let in, the rules do not ask', () => {
  for (const trigger of ['http', 'timer', 'admin', 'cli'] as const) {
    assert.equal(refusal({ name: 'admin', caller: NOBODY, now: 0 }, trigger), undefined)
  }
})

test('a refusal has a code, a line for the operator, a test case and an explanation', () => {
  const refused = refusal({ name: 'admin', caller: ALICE, now: 0 })
  assert.equal(refused?.code, 'PERMISSION_DENIED')
  assert.equal(refused?.internal, 'invoke admin: the rule "admin.invoke" is false')
  const caller = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
  assert.deepEqual(refused?.case, { as: caller, invoke: 'admin', expect: 'denied' })
  assert.equal(readOneCase(refused?.case).request.kind, 'function')
  assert.equal(refused?.explain()?.operation, 'invoke')
})

test('a simulated call is decided like a real one', () => {
  for (const [caller, name] of [
    [ALICE, 'pay'],
    [ALICE, 'admin'],
    [NOBODY, 'pay'],
  ] as const) {
    const access = { name, caller, now: 0 }
    const { allowed, explanation, asked } = simulateInvoke(RULES, access)
    assert.equal(allowed, refusal(access) === undefined)
    assert.deepEqual([explanation.target, asked], [name, { invoke: name }])
  }
})
