import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileFunctionRules } from '../functions/rules.ts'
import { checkFunctionRules, type FunctionCheckOptions } from './check-function-rules.ts'
import { placeOf } from './finding.ts'
import { findingLines } from './finding-lines.fixture.ts'
import { authOf } from './world-callers.fixture.ts'
import { LOGINS } from './world-callers.ts'

const NAMED = "auth != null && auth.loginType != 'ANONYMOUS'"

function lines(raw: unknown, options?: FunctionCheckOptions): readonly string[] {
  return findingLines(raw, checkFunctionRules(raw, options))
}

describe('rules with no findings, or only obvious ones', () => {
  for (const [name, raw, expected] of [
    ['the rule that the platform recommends', { '*': { invoke: NAMED } }, []],
    ['nobody', { '*': { invoke: false }, pay: { invoke: 'false' } }, []],
    ['certain users', { '*': { invoke: "auth.uid in ['u1', 'u2']" } }, []],
    ['the default', { '*': { invoke: 'auth != null' } }, ['note anonymous-passes *.invoke']],
    ['one for everybody', { '*': { invoke: NAMED }, hello: { invoke: true } }, ['note everyone-invokes hello.invoke']],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(lines(raw), expected))
  }

  test('without anonymous logins nothing is said about them', () => {
    assert.deepEqual(lines({ '*': { invoke: 'auth != null' } }, { anonymous: false }), [])
  })
})

describe('findings', () => {
  for (const [name, invoke, expected] of [
    ['everybody by an expression', 'auth != null || auth == null', ['warning everyone-invokes']],
    ['only who is not logged in', 'auth == null', ['warning everyone-invokes']],
    ['everybody from a time on', 'now > 1700000000000', ['note everyone-invokes']],
    ['a login type that does not exist', "auth.loginType == 'EMAIL'", ['warning never-holds']],
    ['conditions that exclude each other', "auth.uid == 'a' && auth == null", ['warning never-holds']],
    [
      'an openid of anonymous logins',
      "auth.loginType == 'ANONYMOUS' && auth.openid != null",
      ['warning login-without-openid'],
    ],
    ['auth alone', 'auth && now > 5', ['warning not-boolean']],
    ['a member that does not exist', "auth.userId == 'a'", ['warning unknown-member']],
    ['a variable of documents', 'doc._openid == auth.openid', ['error unknown-variable']],
    ['a variable of files', 'resource.openid == auth.openid', ['error unknown-variable']],
    ['a misspelt variable', 'auht != null', ['error unknown-variable']],
    ['what does not parse', 'auth !=', ['error invalid']],
  ] as readonly (readonly [string, string, readonly string[]])[]) {
    test(name, () => {
      const raw = { '*': { invoke: NAMED }, pay: { invoke } }
      const found = checkFunctionRules(raw)
      assert.deepEqual(
        found.map(({ severity, code }) => `${severity} ${code}`),
        expected,
      )
      for (const finding of found) assert.deepEqual(placeOf(finding), ['pay', 'invoke'])
      findingLines(raw, found)
    })
  }

  test('every entry that cannot be used is found, and what is wrong with the others', () => {
    const raw = { '9x': {}, pay: { invok: true }, list: { invoke: 'auth == null' }, off: { invoke: 1 } }
    assert.deepEqual(lines(raw), [
      'error invalid',
      'error invalid 9x',
      'error invalid pay.invok',
      'error invalid off.invoke',
      'warning everyone-invokes list.invoke',
    ])
    for (const whole of [null, 7, 'PRIVATE', []]) assert.deepEqual(lines(whole), ['error invalid'])
  })
})

test('the checker reports an error exactly for rules that the server refuses, and everybody who gets in', () => {
  const rule = fc.constantFrom(
    ...[true, false, 'auth != null', NAMED, 'auth == null', "auth.uid == 'a'", '!(auth == null)', 'auth.uid', '!auth'],
    ...['auth.openid != null || now > 3', "auth.loginType in ['CUSTOM']", "auth.uid != 'a'"],
  )
  const usable = rule.map((invoke) => ({ invoke }))
  const broken = fc.constantFrom<unknown>({}, null, { invok: true }, { invoke: 1 }, { invoke: 'auth !=' })
  const entry = fc.oneof({ weight: 12, arbitrary: usable }, { weight: 1, arbitrary: broken })
  const name = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('*', 'pay', 'constructor') },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'a b') },
  )
  const raws = fc
    .tuple(fc.boolean(), entry, fc.array(fc.tuple(name, entry), { maxLength: 3 }))
    .map(([all, first, others]) => Object.fromEntries(all ? [['*', first] as const, ...others] : others))
  const seen = { usable: 0, refused: 0, open: 0 }
  fc.assert(
    fc.property(raws, fc.constantFrom(...LOGINS), (raw, login) => {
      const findings = checkFunctionRules(raw)
      if (findings.some(({ code }) => code === 'invalid')) {
        seen.refused++
        assert.throws(() => compileFunctionRules(raw))
        return
      }
      seen.usable++
      const rules = compileFunctionRules(raw)
      for (const key of Object.keys(raw)) {
        const { allowed } = rules.evaluate(key === '*' ? 'other' : key, { auth: authOf(login, 'q3k9', 'v7x2'), now: 5 })
        if (!allowed || (login !== 'nobody' && login !== 'ANONYMOUS')) continue
        seen.open++
        const codes = findings.filter((finding) => finding.key === `${key}.invoke`).map(({ code }) => code)
        const expected = login === 'nobody' ? ['everyone-invokes'] : ['everyone-invokes', 'anonymous-passes']
        assert.ok(
          expected.some((code) => codes.some((found) => found === code)),
          `${login}: ${JSON.stringify(raw)}`,
        )
      }
    }),
    { numRuns: 1000 },
  )
  assert.ok(seen.usable > 100 && seen.refused > 100 && seen.open > 50, JSON.stringify(seen))
})
