import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RuleError } from '../rule-error.ts'
import { loadRules, parseCaseFile, readOneCase, runCases } from './index.ts'

/** The beginning of a file. The case that follows is on line 4. */
const HEAD = '{ "users": { "alice": { "customUserId": "alice" } },\n  "documents": { "orders": [] },\n  "cases": [\n'
const withCase = (text: string) => `${HEAD}${text}\n] }`

const RULES = loadRules({ database: { collections: { orders: {} } } })

function fault(source: string): RuleError {
  try {
    runCases(parseCaseFile(source, 0), RULES)
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error))
    assert.ok(error.text.zh !== '' && error.frame !== undefined)
    return error
  }
  return assert.fail('it was accepted')
}

const READ = '"action": "read", "expect": "denied"'

describe('errors in a file have their position', () => {
  for (const [what, source, line, column, message] of [
    ['no cases', '{}', 1, 1, /"cases" is missing/],
    ['no case', '{ "cases": [] }', 1, 3, /there are no cases/],
    ['an unknown key', '{ "case": [] }', 1, 3, /unknown key "case"; did you mean "cases"\?/],
    ['a list of something else', '{ "cases": [1] }', 1, 13, /must be an object/],
    ['a key that stands twice', '{ "cases": [], "cases": [] }', 1, 16, /duplicate key/],
    ['a text that ends early', '{ "cases": [', 1, 13, /closing bracket/],
    ['an unknown user', withCase(`{ "as": "alise", "file": "a", ${READ} }`), 4, 3, /unknown user "alise".*"alice"/],
    [
      'nobody by a name',
      withCase(`{ "as": "nobody", "file": "a", ${READ} }`),
      4,
      3,
      /unknown user "nobody"; valid: alice/,
    ],
    ['no user', withCase(`{ "file": "a", ${READ} }`), 4, 1, /"as" is missing/],
    ['no expectation', withCase('{ "as": null, "action": "read", "file": "a" }'), 4, 1, /"expect" is missing/],
    [
      'another expectation',
      withCase('{ "as": null, "action": "read", "file": "a", "expect": "deny" }'),
      4,
      46,
      /"denied"/,
    ],
    ['no action', withCase('{ "as": null, "file": "a", "expect": "denied" }'), 4, 1, /"action" is missing/],
    [
      'a misspelt action',
      withCase('{ "as": null, "file": "a", "action": "raed", "expect": "denied" }'),
      4,
      28,
      /unknown action "raed".*"read"/,
    ],
    [
      'an action of documents',
      withCase('{ "as": null, "file": "a", "action": "set", "expect": "denied" }'),
      4,
      28,
      /unknown action "set"; valid: read, write/,
    ],
    ['nothing that is asked for', withCase(`{ "as": null, ${READ} }`), 4, 1, /add "file", "collection" or "invoke"/],
    [
      'two things',
      withCase(`{ "as": null, "file": "a", "collection": "orders", ${READ} }`),
      4,
      15,
      /a file, a collection or a function/,
    ],
    [
      'an unknown key of a case',
      withCase(`{ "as": null, "file": "a", "sise": 1, ${READ} }`),
      4,
      28,
      /unknown key "sise".*"size"/,
    ],
    ['a leading slash', withCase(`{ "as": null, "file": "/a", ${READ} }`), 4, 15, /cloudPath/],
    ['a fileID', withCase(`{ "as": null, "file": "cloud://a.b/c", ${READ} }`), 4, 15, /cloudPath/],
    ['a size of a read', withCase(`{ "as": null, "file": "a", "size": 1, ${READ} }`), 4, 28, /sends no bytes/],
    [
      'a size that is none',
      withCase('{ "as": null, "file": "a", "size": -1, "action": "write", "expect": "denied" }'),
      4,
      28,
      /"size" must be a number of bytes/,
    ],
    [
      'an unknown collection',
      withCase(`{ "as": null, "collection": "order", "where": {}, ${READ} }`),
      4,
      15,
      /unknown collection "order".*"orders"/,
    ],
    [
      'a set of nothing',
      withCase('{ "as": null, "collection": "orders", "data": {}, "action": "set", "expect": "denied" }'),
      4,
      1,
      /"doc" is missing/,
    ],
    ['both', withCase(`{ "as": null, "collection": "orders", "doc": "a", "where": {}, ${READ} }`), 4, 51, /not both/],
    [
      'data of a read',
      withCase(`{ "as": null, "collection": "orders", "doc": "a", "data": {}, ${READ} }`),
      4,
      51,
      /a read has no data/,
    ],
    [
      'an update without data',
      withCase('{ "as": null, "collection": "orders", "doc": "a", "action": "update", "expect": "denied" }'),
      4,
      1,
      /"data" is missing/,
    ],
    [
      'a create with a doc',
      withCase(
        '{ "as": null, "collection": "orders", "doc": "a", "data": {}, "action": "create", "expect": "denied" }',
      ),
      4,
      39,
      /only by "data"/,
    ],
    [
      'a set of many',
      withCase('{ "as": null, "collection": "orders", "where": {}, "data": {}, "action": "set", "expect": "denied" }'),
      4,
      39,
      /replaces one document/,
    ],
    [
      'an unknown operator of queries',
      withCase(`{ "as": null, "collection": "orders", "where": { "a": { "$gtt": 1 } }, ${READ} }`),
      4,
      57,
      /unknown operator "\$gtt".*"\$gt"/,
    ],
    [
      'an unknown operator of updates',
      withCase(
        '{ "as": null, "collection": "orders", "doc": "a", "data": { "$incr": { "a": 1 } }, "action": "update", "expect": "denied" }',
      ),
      4,
      51,
      /unknown operator "\$incr".*"\$inc"/,
    ],
    [
      'a date that is none',
      withCase(`{ "as": null, "collection": "orders", "where": { "a": { "$date": "noon" } }, ${READ} }`),
      4,
      57,
      /a time: ISO 8601/,
    ],
    ['a user without a login', '{ "users": { "alice": {} }, "cases": [] }', 1, 14, /how does this user log in/],
    [
      'an anonymous user with an openid',
      '{ "users": { "a": { "anonymous": true, "openid": "o" } }, "cases": [] }',
      1,
      14,
      /anonymous login has neither/,
    ],
    [
      'an anonymous user of another kind',
      '{ "users": { "a": { "anonymous": true, "loginType": "CUSTOM" } }, "cases": [] }',
      1,
      14,
      /is not CUSTOM/,
    ],
    [
      'a kind of login that does not exist',
      '{ "users": { "a": { "uid": "u", "loginType": "EMAIL" } }, "cases": [] }',
      1,
      33,
      /unknown loginType "EMAIL"/,
    ],
    [
      'a user written out without ids',
      withCase(`{ "as": { "loginType": "CUSTOM" }, "file": "a", ${READ} }`),
      4,
      3,
      /"uid" is missing/,
    ],
    [
      'a file by an unknown user',
      '{ "files": { "a": { "by": "bob" } }, "cases": [] }',
      1,
      21,
      /unknown user "bob"; valid: there is none/,
    ],
    ['a document without _id', '{ "documents": { "orders": [{ "a": 1 }] }, "cases": [] }', 1, 29, /needs an "_id"/],
    ['a time that is none', '{ "now": true, "cases": [] }', 1, 3, /"now" must be a time/],
  ] as const) {
    test(what, () => {
      const error = fault(source)
      assert.match(error.text.en, message)
      assert.deepEqual([error.line, error.column], [line, column])
    })
  }
})

test('comments and trailing commas are tolerated', () => {
  const { rules, cases } = parseCaseFile(
    `// who may\n{ "rules": "../a.json", /* one */ "cases": [{ "as": null, "file": "a", ${READ}, },], }`,
    0,
  )
  assert.deepEqual([rules, cases.length], ['../a.json', 1])
})

test('a long name is clipped', () => {
  const source = withCase(`{ "name": "${'n'.repeat(1000)}", "as": null, "file": "a", ${READ} }`)
  assert.equal(parseCaseFile(source, 0).cases[0]?.name.length, 200)
})

describe('a configuration', () => {
  for (const [what, configuration, message, place] of [
    ['with a key that does not exist', '{ "storge": {} }', /unknown key "storge".*"storage"/, [1, 3]],
    ['with a fault in a rule of files', '{\n "storage": { "acl": { "read": "a +" } } }', /unexpected "\+"/, [2, 35]],
    [
      'with a fault in a rule of documents',
      '{ "database": { "collections": { "c": { "acl": { "read": "get(1)" } } } } }',
      /"read"/,
      [1, 59],
    ],
    ['with an unknown preset', '{ "storage": { "acl": "PUBLIC" } }', /unknown preset "PUBLIC"/, [1, 16]],
    ['with an unknown mode', '{ "storage": { "resourceOpenid": "uid" } }', /unknown resourceOpenid "uid"/, [1, 16]],
    [
      'that is an object has no lines',
      { storage: { resourceOpenid: 'uid' } },
      /^storage\.resourceOpenid: unknown/,
      undefined,
    ],
  ] as const) {
    test(what, () => {
      assert.throws(
        () => loadRules(configuration),
        (error: unknown) => {
          assert.ok(error instanceof RuleError)
          assert.match(error.text.en, message)
          assert.deepEqual(error.line === undefined ? undefined : [error.line, error.column], place)
          return true
        },
      )
    })
  }
})

describe('a single case', () => {
  test('is read as in a file, without the fixtures of a file', () => {
    const one = readOneCase({
      as: { uid: 'u2', customUserId: 'bob', loginType: 'CUSTOM' },
      action: 'update',
      collection: 'orders',
      doc: 'o7',
      data: { status: 'paid' },
      expect: 'denied',
    })
    assert.deepEqual(one.auth, { uid: 'u2', customUserId: 'bob', loginType: 'CUSTOM' })
    assert.equal(one.request.kind === 'document' && one.request.doc, 'o7')
    assert.deepEqual(one.request.kind === 'document' && one.request.data, { $set: { status: 'paid' } })
  })

  for (const [what, value, message] of [
    ['that is no object', [], /must be an object/],
    ['of a user by name', { as: 'alice', file: 'a', action: 'read', expect: 'denied' }, /^as: unknown user "alice"/],
    ['with an unknown member', { as: null, file: 'a', action: 'read', expect: 'denied', who: 1 }, /^who: unknown key/],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.throws(
        () => readOneCase(value),
        (error: unknown) => error instanceof RuleError && message.test(error.text.en),
      )
    })
  }
})
