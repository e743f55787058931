/** The rules of functions in docs/rules.md do what the documentation says. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkFunctionRules, compileFunctionRules, parseRulesText, type RuleAuth } from './index.ts'

function shown(file: string): unknown {
  const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')
  const [first, ...others] = [...text.matchAll(/```jsonc\n(.*?)```/gs)].map(([, rules = '']) => rules)
  assert.deepEqual(others, [])
  return parseRulesText(first ?? '').value
}

const RULES = shown('rules.md')
const BOB: RuleAuth = { uid: 'u2', openid: 'bob', loginType: 'WECHAT_OPEN' }
const ANONYMOUS: RuleAuth = { uid: 'u3', loginType: 'ANONYMOUS' }

for (const [what, raw, name, auth, allowed] of [
  ['a user invokes any function', RULES, 'pay', BOB, true],
  ['an anonymous login does not', RULES, 'pay', ANONYMOUS, false],
  ['everybody invokes hello', RULES, 'hello', null, true],
  ['no user invokes cleanUp', RULES, 'cleanUp', BOB, false],
  ['by default an anonymous login invokes any function', undefined, 'pay', ANONYMOUS, true],
  ['by default nobody invokes any without a login', undefined, 'pay', null, false],
] as readonly (readonly [string, unknown, string, RuleAuth | null, boolean])[]) {
  test(what, () => assert.equal(compileFunctionRules(raw).evaluate(name, { auth, now: 0 }).allowed, allowed))
}

test('they raise no warning, and both languages show the same', () => {
  const findings = checkFunctionRules(RULES).map(({ severity, code, key }) => `${severity} ${code} ${key}`)
  assert.deepEqual(findings, ['note everyone-invokes hello.invoke'])
  assert.deepEqual(shown('rules.zh-CN.md'), RULES)
})
