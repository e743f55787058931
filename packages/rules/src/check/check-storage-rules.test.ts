import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { checkStorageRules, type StorageCheckOptions } from './check-storage-rules.ts'
import { findingLines } from './finding-lines.fixture.ts'

const OWN = 'auth != null && resource.openid == auth.openid'
const NAMED = "auth != null && auth.loginType != 'ANONYMOUS'"

function lines(acl: unknown, options: StorageCheckOptions = { resourceOpenid: 'path' }): readonly string[] {
  return findingLines(acl, checkStorageRules(acl, options))
}

describe('rules with no findings, or only obvious ones', () => {
  for (const [name, acl, expected] of [
    ["the recipe's rule", { read: OWN, write: OWN }, []],
    ['READONLY', 'READONLY', ['note everyone-reads']],
    ['PRIVATE', 'PRIVATE', []],
    ['ADMINWRITE', 'ADMINWRITE', ['note everyone-reads']],
    ['ADMINONLY', 'ADMINONLY', []],
    ['false', { read: false, write: 'false' }, []],
    ['read: true', { read: true, write: OWN }, ['note everyone-reads read']],
    ['either id', { write: 'resource.openid == auth.openid || resource.openid == auth.uid' }, []],
    ['users with a name', { read: NAMED, write: `${NAMED} && resource.openid == auth.openid` }, []],
    ['not anonymous, in other words', { read: "!(auth.loginType == 'ANONYMOUS')" }, []],
    ['only some kinds of login', { read: "auth.loginType in ['CUSTOM', 'WECHAT_OPEN']" }, []],
    ['certain users', { write: "auth.uid in ['u1', 'u2'] || auth.openid == 'o1'" }, []],
    ['users by a pattern of their id', { write: '/^admin-/.test(auth.customUserId)' }, []],
    ['members of the file', { read: 'auth.uid in resource.metadata.members || auth.uid == resource.metadata.by' }, []],
    ['a team folder', { write: `${NAMED} && /^(team|shared)\\//.test(resource.path)` }, []],
    ['one shared file', { write: `${NAMED} && resource.path == 'team/plan.pdf'` }, []],
    ['all but a folder', { read: `${NAMED} && !/^secret\\//.test(resource.path)` }, []],
    ['the own avatar', { write: `${OWN} && /^users\\/[^/]+\\/avatar\\.png$/.test(resource.path)` }, []],
    ['a size that may be unknown', { write: `${OWN} && (resource.size == null || resource.size <= 10)` }, []],
    ['the same, the other way round', { write: `${OWN} && !(resource.size != null && resource.size > 10)` }, []],
    ['a size in a read rule', { read: `${OWN} && resource.size <= 10` }, []],
    ['time', { read: `${NAMED} && now > 1700000000000` }, []],
    ['an optional member of the login', { read: `${NAMED} && auth.customUserId != null` }, []],
    ['a public folder', { read: `/^public\\//.test(resource.path) || (${OWN})` }, ['note everyone-reads read']],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(lines(acl), expected))
  }

  for (const [file, count] of [
    ['rules.md', 8],
    ['rules.zh-CN.md', 8],
  ] as const) {
    test(`the rules in ${file} raise no warning`, () => {
      const shown = readFileSync(new URL(`../../../../docs/${file}`, import.meta.url), 'utf8')
      const rules = [...shown.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json ?? '') as unknown)
      assert.equal(rules.length, count)
      for (const acl of rules) {
        for (const resourceOpenid of ['path', 'creator'] as const) {
          assert.deepEqual(
            lines(acl, { resourceOpenid }).filter((line) => !line.startsWith('note')),
            [],
          )
        }
      }
    })
  }
})

describe('callers who get access', () => {
  for (const [name, acl, expected] of [
    ['everybody reads by an expression', { read: 'auth != null || auth == null' }, ['warning everyone-reads read']],
    ['everybody reads what has a size', { read: 'resource.size > 0' }, ['note everyone-reads read']],
    ['everybody writes', { write: true }, ['warning write-without-login write']],
    [
      'everybody writes somewhere',
      { write: `${OWN} || /^in\\//.test(resource.path)` },
      ['warning write-without-login write'],
    ],
    ['a stranger is not the owner', { write: 'resource.openid != auth.uid' }, ['warning anonymous-passes write']],
    ['anonymous logins read', { read: 'auth != null' }, ['warning anonymous-passes read']],
    [
      'anonymous logins write',
      { write: 'auth != null && /^team\\//.test(resource.path)' },
      ['warning anonymous-passes write'],
    ],
    [
      'anonymous logins read a folder',
      { read: 'auth != null && /^team\\//.test(resource.path)' },
      ['note anonymous-passes read'],
    ],
    [
      'pictures of others',
      { write: `${NAMED} && /\\.jpg$/.test(resource.path)` },
      ["warning path-without-owner write '/\\.jpg$/.test(resource.path)'"],
    ],
    [
      'everything under users/',
      { read: `${NAMED} && /^users\\//i.test(resource.path)` },
      ["warning path-without-owner read '/^users\\//i.test(resource.path)'"],
    ],
    [
      'the file of somebody',
      { read: `${NAMED} && resource.path in ['team/a', 'users/bob/b']` },
      ["warning path-without-owner read 'resource.path in ['team/a', 'users/bob/b']'"],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(lines(acl), expected))
  }

  test('an environment without anonymous logins gets no warnings about them', () => {
    assert.deepEqual(lines({ read: 'auth != null' }, { resourceOpenid: 'path', anonymous: false }), [])
  })

  test('a new file is its uploader’s own when resource.openid is the creator', () => {
    assert.deepEqual(lines({ read: OWN, write: OWN }, { resourceOpenid: 'creator' }), [])
  })
})

describe('callers who are locked out', () => {
  for (const [name, acl, expected] of [
    [
      'a size that no announced upload has',
      { write: `${OWN} && resource.size <= 10` },
      ["warning size-denies-ticket write 'resource.size <= 10'"],
    ],
    [
      'the same for all but an exception',
      { write: `${OWN} && (resource.size <= 10 || auth.uid == 'u1')` },
      ["warning size-denies-ticket write 'resource.size <= 10'"],
    ],
    [
      'a path outside users/ and its owner',
      { write: '/^temp\\//.test(resource.path) && resource.openid == auth.openid' },
      ["warning openid-outside-users write '/^temp\\//.test(resource.path) && resource.openid == auth.openid'"],
    ],
    [
      'a certain path outside users/ and its owner',
      { write: "resource.openid == auth.openid && resource.path == 'users/x.jpg'" },
      ["warning openid-outside-users write 'resource.openid == auth.openid && resource.path == 'users/x.jpg''"],
    ],
    [
      'the openid of an anonymous login',
      { write: "auth.loginType == 'ANONYMOUS' && resource.openid == auth.openid" },
      ["warning login-without-openid write 'auth.loginType == 'ANONYMOUS' && resource.openid == auth.openid'"],
    ],
    [
      'nobody with an id',
      { read: "auth == null && auth.uid == 'x'" },
      ["warning never-holds read 'auth == null && auth.uid == 'x''"],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(lines(acl), expected))
  }

  test('a path outside users/ has an owner when that is the creator', () => {
    const acl = { write: '/^temp\\//.test(resource.path) && resource.openid == auth.openid' }
    assert.deepEqual(lines(acl, { resourceOpenid: 'creator' }), [])
  })
})

describe('clauses', () => {
  for (const [rule, expected, message] of [
    [
      "resource.size == '5'",
      "warning never-holds read 'resource.size == '5''",
      /resource\.size is a number, '5' is a string/,
    ],
    ["1 == '1'", "warning never-holds read '1 == '1''", /1 is a number/],
    ['1 > 2', "warning never-holds read '1 > 2'", /never true/],
    ["auth == 'x'", "warning never-holds read 'auth == 'x''", /objects and arrays cannot be compared/],
    [
      "auth.loginType == 'EMAIL'",
      "warning never-holds read 'auth.loginType == 'EMAIL''",
      /one of ANONYMOUS, CUSTOM, WECHAT_OPEN/,
    ],
    ["'x' in auth.uid", "warning never-holds read ''x' in auth.uid'", /in needs an array/],
    ['auth.uid in []', "warning never-holds read 'auth.uid in []'", /never true/],
    ['auth.uid > 5', "warning never-holds read 'auth.uid > 5'", /needs two numbers or two strings/],
    ['resource == null', "warning never-holds read 'resource == null'", /never true/],
    ['resource.openid == 5', "warning never-holds read 'resource.openid == 5'", /is an id, 5 is a number/],
    ['/x/.test(resource.size)', "warning never-holds read '/x/.test(resource.size)'", /\.test needs a string/],
    ["/x/.test('y')", "warning never-holds read '/x/.test('y')'", /never true/],
    ['auth.uid', "warning never-holds read 'auth.uid'", /never allows anything/],
    ['!(auth == null || auth != null)', "warning never-holds read '!(auth == null || auth != null)'", /never allows/],
    [`auth && ${OWN}`, "warning not-boolean read 'auth'", /write auth != null/],
    ['!auth.uid', "warning not-boolean read '!auth.uid'", /write auth\.uid == null/],
    ['rescource.openid == auth.openid', "error unknown-variable read 'rescource'", /did you mean resource\?/],
    ['doc._openid == auth.openid', "error unknown-variable read 'doc'", /only in database rules/],
    ['auth != undefined', "error unknown-variable read 'undefined'", /use null/],
    ['x == 1', "error unknown-variable read 'x'", /the variables are auth, resource and now/],
    [
      'resource.openId == auth.openid',
      "warning unknown-member read 'resource.openId'",
      /did you mean resource\.openid\?/,
    ],
    ["resource['size '] == 1", "warning unknown-member read 'resource['size ']'", /did you mean resource\.size\?/],
    ['auth.isAdmin == true', "warning unknown-member read 'auth.isAdmin'", /the members are auth\.uid, auth\.openid/],
    ['now.ms > 1', "warning unknown-member read 'now.ms'", /now has no members/],
  ] as const) {
    test(rule, () => {
      assert.deepEqual(lines({ read: rule }), [expected])
      assert.match(checkStorageRules({ read: rule }, { resourceOpenid: 'path' })[0]?.message.en ?? '', message)
    })
  }

  test('a condition that is always true is noted', () => {
    assert.deepEqual(lines({ read: `${NAMED} && auth.loginType != 'EMAIL' && resource != null` }), [
      "note always-holds read 'resource != null'",
    ])
    assert.deepEqual(lines({ read: `${NAMED} && resource.size != 'x'` }), [])
  })

  test('one mistake is one finding', () => {
    assert.equal(lines({ read: `(auth.uid == 1 && ${NAMED}) && resource.size > 0` }).length, 1)
  })
})

describe('what the server refuses is an error with its position', () => {
  for (const [name, acl, expected] of [
    ['a misspelt preset', 'PRIVAT', ['error invalid']],
    ['no acl', 3, ['error invalid']],
    ['no rules', {}, ['error invalid']],
    ['a misspelt key', { raed: true }, ['error invalid']],
    ['each rule for itself', { read: 'a =', write: 'b +' }, ["error invalid read '='", "error invalid write '+'"]],
    ['maxAge too', { read: 'a =', write: OWN, maxAge: 0 }, ['error invalid maxAge', "error invalid read '='"]],
    [
      'and warnings about the rest',
      { read: 'a =', write: true },
      ["error invalid read '='", 'warning write-without-login write'],
    ],
  ] as readonly (readonly [string, unknown, readonly string[]])[]) {
    test(name, () => assert.deepEqual(lines(acl), expected))
  }
})
