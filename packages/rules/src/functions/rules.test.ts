import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { RuleAuth } from '../caller/rule-auth.ts'
import { renderExplanation } from '../explanation.ts'
import { RuleError } from '../rule-error.ts'
import type { FunctionRuleContext } from './context.ts'
import { compileFunctionRules } from './rules.ts'

const ALICE: RuleAuth = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
const ANONYMOUS: RuleAuth = { uid: 'u2', loginType: 'ANONYMOUS' }
const NAMED = "auth != null && auth.loginType != 'ANONYMOUS'"

function allows(raw: unknown, name: string, auth: RuleAuth | null, now = 0): boolean {
  return compileFunctionRules(raw).evaluate(name, { auth, now }).allowed
}

describe('who may invoke a function', () => {
  for (const [what, raw, auth, allowed] of [
    ['by default every login', undefined, ALICE, true],
    ['by default anonymous logins too', undefined, ANONYMOUS, true],
    ['by default nobody without a login', undefined, null, false],
    ['true: also without a login', { '*': { invoke: true } }, null, true],
    ['false: no login', { '*': { invoke: false } }, ALICE, false],
    ['the rule that the platform recommends', { '*': { invoke: NAMED } }, ALICE, true],
    ['and anonymous logins by it', { '*': { invoke: NAMED } }, ANONYMOUS, false],
    ['the rule of the function decides first', { '*': { invoke: true }, pay: { invoke: false } }, ALICE, false],
    ['and it alone', { '*': { invoke: false }, pay: { invoke: 'auth != null' } }, ALICE, true],
    ['rules of others do not', { '*': { invoke: false }, payAll: { invoke: true } }, ALICE, false],
    ['a value that is not exactly true', { '*': { invoke: 'auth.uid' } }, ALICE, false],
    ['a rule that cannot be evaluated', { '*': { invoke: 'auth.uid && true' } }, ALICE, false],
    ['a name that does not exist in rules of functions', { '*': { invoke: 'resource != null' } }, ALICE, false],
  ] as readonly (readonly [string, unknown, RuleAuth | null, boolean])[]) {
    test(what, () => assert.equal(allows(raw, 'pay', auth), allowed))
  }

  test('the time', () => {
    const raw = { '*': { invoke: 'now >= 1000' } }
    assert.equal(allows(raw, 'pay', null, 999), false)
    assert.equal(allows(raw, 'pay', null, 1000), true)
    assert.equal(allows(raw, 'pay', null, Number.NaN), false)
  })

  test('names that every object has are names like all others', () => {
    const raw = { '*': { invoke: false } }
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', '*', '']) {
      assert.equal(allows(raw, name, ALICE), false, name)
    }
    const own = { '*': { invoke: true }, constructor: { invoke: false } }
    assert.equal(allows(own, 'constructor', ALICE), false)
    assert.equal(allows(own, 'toString', ALICE), true)
    assert.equal(allows(Object.assign(Object.create({ pay: { invoke: true } }), raw), 'pay', ALICE), false)
  })

  test('a malformed context is denied', () => {
    const rules = compileFunctionRules({ '*': { invoke: true } })
    for (const context of [null, undefined, 7]) {
      const decision = rules.evaluate('pay', context as unknown as FunctionRuleContext)
      assert.equal(decision.allowed, context === 7)
      assert.equal(typeof decision.reason, 'string')
      rules.explain('pay', context as unknown as FunctionRuleContext)
    }
    const auth = { loginType: 'CUSTOM' } as unknown as RuleAuth
    assert.equal(allows(undefined, 'pay', auth), false)
  })
})

test('why: the rule that decided, and its parts', () => {
  const rules = compileFunctionRules({ '*': { invoke: true }, pay: { invoke: NAMED }, off: { invoke: false } })
  const reason = (name: string, auth: RuleAuth | null) => rules.evaluate(name, { auth, now: 0 }).reason
  assert.equal(reason('list', null), 'allowed by the rule "*.invoke"')
  assert.equal(reason('off', ALICE), 'the rule "off.invoke" is false')
  assert.match(reason('pay', ANONYMOUS), /^the rule "pay\.invoke": auth\.loginType != 'ANONYMOUS' is false/)
  const denied = rules.explain('pay', { auth: null, now: 0 })
  assert.deepEqual([denied.operation, denied.target, denied.allowed], ['invoke', 'pay', false])
  const lines = renderExplanation(denied, 'en').split('\n')
  assert.equal(lines[0], 'denied: invoke "pay"')
  assert.ok(lines.includes('    * auth != null: false'), lines.join('\n'))
  assert.match(rules.explain('pay', { auth: null, now: 0 }).reason.zh, /规则 "pay\.invoke"/)
  assert.equal(rules.explain('list', { auth: null, now: 0 }).reason.zh, '由规则 "*.invoke" 允许')
})

test('evaluate and explain decide the same, whatever the rule and the name', () => {
  const rule = fc.constantFrom(true, false, NAMED, 'auth == null', "auth.uid == 'u1'", 'auth.uid', 'now > 5', '!auth')
  const auth = fc.constantFrom(null, ALICE, ANONYMOUS)
  const name = fc.oneof(fc.constantFrom('pay', 'list', '__proto__', 'constructor'), fc.string())
  fc.assert(
    fc.property(rule, fc.option(rule), auth, name, fc.nat(10), (all, own, caller, asked, now) => {
      const rules = compileFunctionRules({ '*': { invoke: all }, ...(own === null ? {} : { pay: { invoke: own } }) })
      const { allowed, reason } = rules.evaluate(asked, { auth: caller, now })
      const explained = rules.explain(asked, { auth: caller, now })
      assert.deepEqual([explained.allowed, explained.reason.en], [allowed, reason])
      const decisive = asked === 'pay' && own !== null ? own : all
      assert.equal(
        allowed,
        compileFunctionRules({ '*': { invoke: decisive } }).evaluate('x1', { auth: caller, now }).allowed,
      )
    }),
  )
})

describe('what is refused', () => {
  const all = { invoke: true }
  for (const [name, raw, message, path, index] of [
    ['null', null, /must be an object such as/, []],
    ['a preset', 'PRIVATE', /must be an object such as/, []],
    ['an array', [{ '*': all }], /must be an object such as/, []],
    ['no rule for all', { pay: all }, /the rule "\*" is missing/, []],
    ['an inherited rule for all', Object.create({ '*': all }), /the rule "\*" is missing/, []],
    ['a name that no function has', { '*': all, 'a.b': all }, /"a\.b" is not the name of a function/, ['a.b']],
    [
      'an own __proto__',
      JSON.parse('{"*":{"invoke":true},"__proto__":{"invoke":true}}'),
      /"__proto__" is not/,
      ['__proto__'],
    ],
    ['a rule in the place of an entry', { '*': true }, /"\*" must be an object such as/, ['*']],
    ['null for an entry', { '*': all, pay: null }, /"pay" must be an object/, ['pay']],
    ['an entry without a rule', { '*': all, pay: {} }, /"pay" has no "invoke"/, ['pay']],
    ['an inherited rule', { '*': all, pay: Object.create(all) }, /"pay" has no "invoke"/, ['pay']],
    ['a misspelt member', { '*': { invok: true } }, /unknown key "invok"; did you mean "invoke"\?/, ['*', 'invok']],
    ['another member', { '*': { ...all, read: true } }, /unknown key "read"; valid: invoke/, ['*', 'read']],
    ['undefined for a rule', { '*': { invoke: undefined } }, /must be true, false or an expression/, ['*', 'invoke']],
    [
      'a number for a rule',
      { '*': all, pay: { invoke: 1 } },
      /must be true, false or an expression/,
      ['pay', 'invoke'],
    ],
    [
      'an expression that does not parse',
      { '*': { invoke: 'a =' } },
      /"\*\.invoke": unexpected "="/,
      ['*', 'invoke'],
      2,
    ],
    [
      'get( )',
      { '*': { invoke: "get('database.a.b').c" } },
      /get\( \) exists only in database rules, not in rules of functions/,
      ['*', 'invoke'],
      0,
    ],
    ['an expression that is too long', { '*': { invoke: ' '.repeat(1025) } }, /1025 characters/, ['*', 'invoke']],
  ] as readonly (readonly [string, unknown, RegExp, readonly string[], number?])[]) {
    test(name, () => {
      assert.throws(
        () => compileFunctionRules(raw),
        (error: unknown) => {
          assert.ok(error instanceof RuleError)
          assert.match(error.message, message)
          assert.deepEqual(error.path, path)
          assert.equal(error.index, index)
          return true
        },
      )
    })
  }
})
