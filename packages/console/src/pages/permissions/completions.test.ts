import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { completeRules, type RulesScope } from './completions.ts'

const STORAGE: RulesScope = { kind: 'storage', fields: [], collections: [], functions: [] }
const DATABASE: RulesScope = {
  kind: 'database',
  fields: ['_openid', 'total', 'odd name', '图'],
  collections: ['teams', 'roles'],
  functions: [],
}
const FUNCTIONS: RulesScope = { kind: 'functions', fields: [], collections: [], functions: ['pay', 'get-ticket'] }

/** Completions at the `|` in the text: the text they replace, and their labels. */
function at(marked: string, scope = STORAGE, explicit = false) {
  const position = marked.indexOf('|')
  const text = marked.replace('|', '')
  const found = completeRules(text, position, explicit, scope)
  return found && { typed: text.slice(found.from, position), labels: found.options.map(({ label }) => label), ...found }
}

describe('completions', () => {
  test('of members, depending on the variable', () => {
    assert.deepEqual(at('{ "read": "auth.|" }')?.labels, ['openid', 'uid', 'customUserId', 'loginType'])
    const typed = at('{ "read": "auth != null && resource.op|" }')
    assert.deepEqual([typed?.typed, typed?.labels], ['op', ['openid', 'path', 'size', 'metadata']])
    assert.deepEqual(at('{ "read": "doc.|" }', DATABASE)?.labels, ['_openid', 'total'])
    assert.deepEqual(at('{ "create": "request.data.|" }', DATABASE)?.labels, ['total'])
    assert.deepEqual(at('{ "create": "request.|" }', DATABASE)?.labels, ['data'])
    assert.deepEqual(at('{ "read": "resource.|" }', DATABASE)?.labels, [])
  })

  test('of names, when something is typed or completions are requested', () => {
    const names = at('{ "read": "au|" }')
    assert.equal(names?.typed, 'au')
    assert.ok(names?.labels.includes('auth') && names.labels.includes('resource.openid == auth.openid'))
    assert.equal(at('{ "read": "auth != null && |" }'), undefined)
    assert.ok(at('{ "read": "auth != null && |" }', STORAGE, true)?.labels.includes('now'))
    assert.ok(at('{ "read": "|" }', DATABASE, true)?.labels.includes('doc'))
    assert.equal(at('{ "read": "nobody.op|" }'), undefined)
  })

  test('of keys, without those that exist already', () => {
    assert.deepEqual(at('{ "|" }')?.labels, ['read', 'write', 'maxAge'])
    assert.deepEqual(at('{ "read": true, "w|" }')?.labels, ['write', 'maxAge'])
    assert.deepEqual(at('{ "cr|" }', DATABASE)?.labels, ['read', 'write', 'create', 'update', 'delete'])
    assert.equal(at('{ "wr|')?.options[1]?.apply, 'write": ')
    assert.equal(at('{ "wr|" }')?.options[1]?.apply, 'write')
  })

  test('of names of functions, and inside them of the rule', () => {
    assert.deepEqual(at('{ "|" }', FUNCTIONS)?.labels, ['*', 'pay', 'get-ticket'])
    assert.deepEqual(at('{ "*": { "invoke": true }, "pay": {}, "|" }', FUNCTIONS)?.labels, ['get-ticket'])
    assert.equal(at('{ "p|', FUNCTIONS)?.options[1]?.apply, 'pay": { "invoke": ')
    assert.deepEqual(at('{ "*": { "|', FUNCTIONS)?.options[0]?.apply, 'invoke": ')
    const names = at('{ "*": { "invoke": "|" } }', FUNCTIONS, true)?.labels
    assert.ok(names?.includes('auth != null') && !names.includes('resource') && !names.includes('doc'))
    assert.deepEqual(at('{ "*": { "invoke": "auth.|" } }', FUNCTIONS)?.labels.length, 4)
    assert.deepEqual(at('{ "*": { "invoke": "resource.|" } }', FUNCTIONS)?.labels, [])
  })

  test('of collections in get()', () => {
    const found = at('{ "read": "get(\'database.te|" }', DATABASE)
    assert.deepEqual([found?.typed, found?.labels], ['te', ['teams', 'roles']])
  })

  test('none in strings of an expression, in comments, and outside strings', () => {
    for (const marked of [
      '{ "read": "auth.loginType != \'au|\'" }',
      '{ // "auth.|\n "read": true }',
      '{ /* "au| */ }',
      '{ au| }',
      '{ "read": tr| }',
      '{ "read": "auth.uid"| }',
    ]) {
      assert.equal(at(marked, STORAGE, true), undefined, marked)
    }
  })

  test('an escaped quote does not end a string', () => {
    assert.deepEqual(at('{ "read": "/\\"/.test(auth.|)" }')?.labels.length, 4)
  })

  test('never throw, and replace text before the cursor', () => {
    const piece = fc.constantFrom(
      '"',
      '{',
      '}',
      ':',
      ',',
      '\n',
      '\\',
      "'",
      'auth',
      '.',
      '//',
      '/*',
      '*/',
      'get(',
      'database.',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(200), fc.boolean(), (pieces, place, explicit) => {
        const text = pieces.join('')
        const position = Math.min(place, text.length)
        const found = completeRules(text, position, explicit, DATABASE)
        assert.ok(found === undefined || (found.from >= 0 && found.from <= position))
      }),
    )
  })
})
