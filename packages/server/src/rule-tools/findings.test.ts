import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, parseConfig } from '../config/index.ts'
import { checkRulesText, type RulesTarget } from './findings.ts'

const FILES: RulesTarget = { kind: 'storage', resourceOpenid: 'path' }
const ORDERS: RulesTarget = { kind: 'database', collection: 'orders' }
const FUNCTIONS: RulesTarget = { kind: 'functions' }

/** The code, the rule and the marked text of each finding. */
function found(text: string, target = FILES, anonymous = true): readonly (string | undefined)[][] {
  return checkRulesText(text, target, anonymous).findings.map(({ code, key, from, to }) => [
    code,
    key,
    from === undefined ? undefined : text.slice(from, to),
  ])
}

test('rules that the server accepts are valid, with or without findings', () => {
  assert.deepEqual(checkRulesText('"PRIVATE"', FILES, true), { valid: true, findings: [], acl: 'PRIVATE' })
  const { valid, findings, acl } = checkRulesText('{"read": true, "write": true} // all', FILES, true)
  assert.equal(valid, true)
  assert.deepEqual(acl, { read: true, write: true })
  assert.deepEqual(findings.map(({ severity }) => severity).sort(), ['note', 'warning'])
})

test('findings have the right position, with comments and escapes before it', () => {
  const text = '{\n  // who reads\n  "read": "\\u0061uth != null && reource.size > 1",\n}'
  assert.deepEqual(found(text), [['unknown-variable', 'read', 'reource']])
  assert.deepEqual(found('{"read": "auth != null"}'), [['anonymous-passes', 'read', '"auth != null"']])
  assert.deepEqual(found('{"read": "auth != null"}', FILES, false), [])
  assert.deepEqual(found('{"write": /* all */ true}', ORDERS), [['write-without-login', 'write', 'true']])
  assert.deepEqual(found('{"*": {"invoke": "auth != null"}, "pay": {"invoke": /* all */ true}}', FUNCTIONS), [
    ['anonymous-passes', '*.invoke', '"auth != null"'],
    ['everyone-invokes', 'pay.invoke', 'true'],
  ])
  assert.deepEqual(found('{"*": {"invok": true}, "x": {}, "pay": {"invoke": "a ="}}', FUNCTIONS), [
    ['invalid', '*.invok', 'true'],
    ['invalid', 'x', '{}'],
    ['invalid', 'pay.invoke', '='],
  ])
})

test('rules that the server refuses are not valid, and the finding says where', () => {
  for (const [text, ...expected] of [
    ['', 'invalid', undefined, ''],
    ['READONLY', 'invalid', undefined, 'R'],
    ['"PUBLIC"', 'invalid', undefined, undefined],
    ['{"read": "auth.uid = 1"}', 'invalid', 'read', '='],
    ['{"raed": true}', 'invalid', undefined, undefined],
    ['{"read": 7}', 'invalid', 'read', '7'],
  ] as const) {
    assert.equal(checkRulesText(text, FILES, true).valid, false, text)
    assert.deepEqual(found(text)[0], expected, text)
  }
})

test('any text can be checked, and every position is inside it', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '"',
    ':',
    ',',
    '"read"',
    '"write": ',
    '"*": {"invoke": ',
    'auth',
    ' == ',
    '//',
    '/*',
    '\n',
    'true',
  )
  const soup = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), soup),
      fc.constantFrom(FILES, ORDERS, FUNCTIONS),
      (text, target) => {
        for (const { from, to } of checkRulesText(text, target, true).findings) {
          if (from === undefined || to === undefined) continue
          assert.ok(from >= 0 && from <= to && to <= text.length)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('rules are valid exactly when the configuration file accepts them', () => {
  const rules = ['{}', 'null', '[]', '7', 'true', '"X"', '"ADMINONLY"', '{"maxAge":5}', '{"read":true,"maxAge":0}']
  const more = ['{"create":true}', '{"read":null}', '{"read":""}', '{"maxAge":86400,"read":"true"}', '{"read":[true]}']
  for (const acl of [...rules, ...more]) {
    const accepted = (config: string): boolean => {
      try {
        return parseConfig(config, { mode: 'start' }) !== undefined
      } catch (error) {
        assert.ok(error instanceof ConfigError)
        return false
      }
    }
    assert.equal(checkRulesText(acl, FILES, true).valid, accepted(`{"storage":{"acl":${acl}}}`), acl)
    const collections = `{"database":{"collections":{"orders":{"acl":${acl}}}}}`
    assert.equal(checkRulesText(acl, ORDERS, true).valid, accepted(collections), acl)
    for (const functions of [acl, `{"*":${acl}}`, `{"*":{"invoke":${acl}}}`, `{"*":{"invoke":true},"pay":${acl}}`]) {
      const config = `{"functions":{"rules":${functions}}}`
      assert.equal(checkRulesText(functions, FUNCTIONS, true).valid, accepted(config), functions)
    }
  }
})
