import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RuleError } from '../rule-error.ts'
import { loadRules, parseCaseFile, runCases, testRules } from './index.ts'

const NAMED = "auth != null && auth.loginType != 'ANONYMOUS'"
const CONFIGURATION = `{
  "functions": {
    "root": "cloudfunctions",
    "rules": {
      "*": { "invoke": "${NAMED}" },
      "hello": { "invoke": true },
      "pay": { "invoke": "auth.uid == 'u1' || now > 1000" }
    }
  },
  "security": { "hosts": [] }
}`
const USERS = { alice: { uid: 'u1', customUserId: 'alice' }, guest: { anonymous: true } }

describe('cases of functions', () => {
  test('are decided by the rule of the function, or by that of all', () => {
    const cases = [
      { as: 'alice', invoke: 'list', expect: 'allowed' },
      { as: 'guest', invoke: 'list', expect: 'denied' },
      { as: null, invoke: 'hello', expect: 'allowed' },
      { as: null, invoke: 'pay', expect: 'denied' },
      { as: 'alice', invoke: 'pay', expect: 'allowed' },
      { as: 'guest', invoke: 'constructor', expect: 'denied' },
      { name: 'wrong on purpose', as: 'guest', invoke: 'pay', expect: 'allowed' },
    ]
    const file = parseCaseFile(JSON.stringify({ now: 500, users: USERS, cases }), 0)
    const { results, coverage } = runCases(file, loadRules(CONFIGURATION))
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, true, true, true, true, true, false],
    )
    assert.equal(results[0]?.name, 'alice: invoke list')
    assert.equal(results[6]?.explanation.operation, 'invoke')
    assert.deepEqual(
      coverage.rules.map(({ rule, covered, total }) => [rule, covered, total]),
      [
        ['functions.*.invoke', 3, 4],
        ['functions.pay.invoke', 3, 4],
      ],
    )
    assert.deepEqual(
      coverage.uncovered.map(({ rule, line, column, source, never }) => [rule, line, column, source, never]),
      [
        ['functions.*.invoke', 5, 25, 'auth != null', [false]],
        ['functions.pay.invoke', 7, 47, 'now > 1000', [true]],
      ],
    )
  })

  test('without rules every login may, and nobody else', () => {
    const rules = testRules({}, { users: USERS })
    assert.ok(rules.asUser('guest').canInvoke('pay'))
    assert.ok(!rules.asNobody().canInvoke('pay'))
  })

  for (const [what, members, message] of [
    ['a name that no function has', { invoke: '*' }, /"invoke" must be the name of a function/],
    ['no name', { invoke: 7 }, /"invoke" must be a non-empty string/],
    ['data', { invoke: 'pay', data: {} }, /unknown key "data"/],
    ['a file as well', { invoke: 'pay', file: 'a', action: 'read' }, /a file, a collection or a function/],
    ['a collection as well', { invoke: 'pay', collection: 'a' }, /a file, a collection or a function/],
    ['a typing error', { invoek: 'pay' }, /unknown key "invoek"; did you mean "invoke"\?/],
  ] as const) {
    test(`with ${what} are refused`, () => {
      const source = JSON.stringify({ cases: [{ as: null, expect: 'denied', ...members }] })
      assert.throws(
        () => parseCaseFile(source, 0),
        (error) => error instanceof RuleError && message.test(error.text.en),
      )
    })
  }
})

test('a test library for functions', () => {
  const rules = testRules(CONFIGURATION, { users: USERS, now: 500 })
  const alice = rules.asUser('alice')
  assert.ok(alice.canInvoke('list') && alice.canInvoke('pay'))
  assert.ok(!rules.asUser('guest').canInvoke('pay'))
  assert.match(
    rules.asNobody().explain('invoke', 'list'),
    /^denied: invoke "list"\n {2}the rule "\*\.invoke": auth != null/,
  )
  assert.match(rules.asNobody().explain('invoke', 'list', { language: 'zh' }), /^拒绝: invoke "list"/)
  assert.throws(() => alice.canInvoke('a/b'), /^RuleError: invoke: "invoke" must be the name of a function/)
})

test('an error in the rules of functions has its place in the configuration', () => {
  const broken = '{ "functions": { "rules": { "*": { "invoke": true },\n "pay": { "invoke": "a =" } } } }'
  assert.throws(
    () => loadRules(broken),
    (error) => error instanceof RuleError && error.line === 2 && error.column === 24,
  )
})
