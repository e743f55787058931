import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Decision } from '../decision.ts'
import { RuleError } from '../rule-error.ts'
import type { StorageResource } from './context.ts'
import { fileAt } from './resources.fixture.ts'
import { compileStorageRules } from './rules.ts'
import type { ResourceOpenid } from './scope.ts'

const RECIPE = 'auth != null && resource.openid == auth.openid'

const WECHAT: RuleAuth = { uid: 'u1', openid: 'wx-alice', loginType: 'WECHAT_OPEN' }
const TICKET: RuleAuth = { uid: 'u2', customUserId: 'bob', loginType: 'CUSTOM' }
const BOTH: RuleAuth = { uid: 'u4', openid: 'wx-carol', customUserId: 'carol', loginType: 'WECHAT_OPEN' }
const ANONYMOUS: RuleAuth = { uid: 'u3', loginType: 'ANONYMOUS' }

function decide(
  rule: string,
  auth: RuleAuth | null,
  resource: StorageResource,
  mode: ResourceOpenid = 'path',
): Decision {
  const rules = compileStorageRules({ read: rule, write: rule }, { resourceOpenid: mode })
  const context = { auth, resource, now: 1_700_000_000_000 }
  const read = rules.evaluate('read', context)
  assert.equal(rules.evaluate('write', context).allowed, read.allowed)
  return read
}

describe("the recipe's rule, resource.openid is the claim", () => {
  const cases: readonly (readonly [string, RuleAuth | null, StorageResource, boolean])[] = [
    ['WeChat user, own openid', WECHAT, fileAt('users/wx-alice/a.jpg'), true],
    ['WeChat user, own uid', WECHAT, fileAt('users/u1/a.jpg'), true],
    ['ticket user, own customUserId', TICKET, fileAt('users/bob/a.jpg'), true],
    ['ticket user, own uid', TICKET, fileAt('users/u2/a.jpg'), true],
    ['user with all ids, openid', BOTH, fileAt('users/wx-carol/a.jpg'), true],
    ['user with all ids, customUserId', BOTH, fileAt('users/carol/a.jpg'), true],
    ['user with all ids, uid', BOTH, fileAt('users/u4/a.jpg'), true],
    ['a new file', TICKET, fileAt('users/bob/a.jpg', { exists: false }), true],
    [
      'an overwrite is judged by the claim, not by the creator',
      TICKET,
      fileAt('users/bob/a', { creator: ['u1'] }),
      true,
    ],
    ['a foreign user', TICKET, fileAt('users/wx-alice/a.jpg'), false],
    ['a foreign user who made the file', TICKET, fileAt('users/wx-alice/a.jpg', { creator: ['bob', 'u2'] }), false],
    ['an anonymous user in another directory', ANONYMOUS, fileAt('users/bob/a.jpg'), false],
    ['an anonymous user in the own directory has no openid', ANONYMOUS, fileAt('users/u3/a.jpg'), false],
    ['nobody', null, fileAt('users/bob/a.jpg'), false],
    ['nobody, unclaimed', null, fileAt('temp/x.jpg'), false],
    ['an unclaimed path', TICKET, fileAt('temp/x.jpg'), false],
    ['an unclaimed path of the own making', TICKET, fileAt('temp/x.jpg', { creator: ['bob', 'u2'] }), false],
    ['a new unclaimed path', TICKET, fileAt('temp/x.jpg', { exists: false }), false],
    ['an anonymous user on an unclaimed path: two missing ids are not one', ANONYMOUS, fileAt('temp/x.jpg'), false],
    ['an empty claim', TICKET, { path: 'users//a.jpg', claim: '', exists: true }, false],
    ['empty ids', { uid: 'u9', openid: '', customUserId: '', loginType: 'CUSTOM' }, fileAt('x', { claim: '' }), false],
  ]
  for (const [name, auth, resource, allowed] of cases) {
    test(name, () => assert.equal(decide(RECIPE, auth, resource).allowed, allowed))
  }
})

describe("the recipe's rule, resource.openid is the creator", () => {
  const mine = fileAt('temp/x.jpg', { creator: ['bob', 'u2'] })
  const cases: readonly (readonly [string, RuleAuth | null, StorageResource, boolean])[] = [
    ['the creator', TICKET, mine, true],
    ['a creator known by uid alone', TICKET, fileAt('temp/x.jpg', { creator: ['u2'] }), true],
    ['the creator, in a directory that somebody else claims', TICKET, fileAt('users/z/x', { creator: ['bob'] }), true],
    ['the claim alone does not count', TICKET, fileAt('users/bob/x.jpg', { creator: ['u1'] }), false],
    ['another user', WECHAT, mine, false],
    ['nobody', null, mine, false],
    ['an anonymous creator has no openid', ANONYMOUS, fileAt('temp/x.jpg', { creator: ['u3'] }), false],
    ['a new file is its uploader’s', TICKET, fileAt('temp/x.jpg', { exists: false }), true],
    ['a new file of nobody', null, fileAt('temp/x.jpg', { exists: false }), false],
    ['an upload by an administrator', TICKET, fileAt('temp/x.jpg'), false],
    ['no creator ids', TICKET, fileAt('temp/x.jpg', { creator: [] }), false],
  ]
  for (const [name, auth, resource, allowed] of cases) {
    test(name, () => assert.equal(decide(RECIPE, auth, resource, 'creator').allowed, allowed))
  }
})

test('a file that does not exist has no creator', () => {
  const gone = fileAt('temp/x.jpg', { exists: false, creator: ['bob'] })
  assert.equal(decide("resource.openid == 'bob'", null, gone, 'creator').allowed, false)
  assert.equal(decide("resource.openid == 'bob'", WECHAT, gone, 'creator').allowed, false)
})

describe('resource.openid is a person: it equals each id of the caller when one matches', () => {
  for (const [rule, allowed] of [
    ['resource.openid == auth.openid', true],
    ['resource.openid == auth.uid', true],
    ['resource.openid == auth.customUserId', true],
    ['auth.uid == resource.openid', true],
    ['resource.openid === auth.uid', true],
    ["resource.openid == 'carol'", true],
    ["resource.openid == 'wx-carol'", true],
    ["resource.openid == 'u4'", true],
    ["resource.openid == 'u2'", false],
    ['resource.openid != auth.uid', false],
    ["resource.openid != 'u2'", true],
    ["resource.openid in ['x', 'u4']", true],
    ["resource.openid in ['x', 'y']", false],
    ["!(resource.openid in ['u4'])", false],
    ['auth.uid in [resource.openid]', true],
    ['resource.openid == resource.openid', true],
    ['resource.openid == 4', false],
    ["resource.openid < 'z'", false],
    ['resource.openid.length == null', true],
    ['auth.openid == auth.uid', false],
  ] as const) {
    test(`${rule} ${allowed ? 'allows' : 'denies'} the owner`, () => {
      assert.equal(decide(rule, BOTH, fileAt('users/carol/a.jpg')).allowed, allowed)
    })
  }

  test('for another user it equals only the id of the path', () => {
    const carols = fileAt('users/carol/a.jpg')
    assert.equal(decide("resource.openid == 'carol'", TICKET, carols).allowed, true)
    assert.equal(decide("resource.openid == 'wx-carol'", TICKET, carols).allowed, false)
    assert.equal(decide('resource.openid == auth.uid', TICKET, carols).allowed, false)
    assert.equal(decide('resource.openid != auth.uid', TICKET, carols).allowed, true)
  })
})

describe('variables', () => {
  const resource = fileAt('photos/a.jpg', {
    size: 1000,
    metadata: { kind: 'photo', tags: ['a', 'b'], 'content-type': 'x' },
  })
  for (const [rule, allowed] of [
    ['auth == null', false],
    ["auth.loginType == 'CUSTOM'", true],
    ["auth.loginType != 'ANONYMOUS'", true],
    ["auth.openid == 'bob'", true],
    ["auth.customUserId == 'bob'", true],
    ["auth['uid'] == 'u2'", true],
    ["resource.path == 'photos/a.jpg'", true],
    ["resource['path'] == 'photos/a.jpg'", true],
    ['resource.size <= 1000', true],
    ['resource.size < 1000', false],
    ["resource.metadata.kind == 'photo'", true],
    ["resource.metadata['content-type'] == 'x'", true],
    ["'b' in resource.metadata.tags", true],
    ['auth.loginType in resource.metadata.tags', false],
    ['now > 1600000000000', true],
    ['now < 0', false],
    ['resource != null', true],
    ['resource.openid == null', true],
    ['auth', false],
    ['resource', false],
    ['auth == resource', false],
    ['doc.x == 1', false],
    ['request.data.x == 1', false],
  ] as const) {
    test(`${rule} ${allowed ? 'allows' : 'denies'}`, () => {
      assert.equal(decide(rule, TICKET, resource).allowed, allowed)
    })
  }

  test('a member named by data is the same member', () => {
    const named = (key: string) => fileAt('a', { metadata: { key } })
    assert.equal(decide("auth[resource.metadata.key] == 'u2'", TICKET, named('uid')).allowed, true)
    assert.equal(decide("resource[resource.metadata.key] == 'a'", TICKET, named('path')).allowed, true)
    assert.equal(decide('auth[resource.metadata.key] == null', TICKET, named('sessionId')).allowed, true)
    assert.equal(decide('auth[resource.metadata.key] == null', TICKET, named('__proto__')).allowed, true)
  })

  test('auth.openid is the WeChat openid before the customUserId', () => {
    assert.equal(decide("auth.openid == 'wx-carol'", BOTH, resource).allowed, true)
    assert.equal(decide("auth.openid == 'carol'", BOTH, resource).allowed, false)
  })

  test('without a login auth has no members, and reading them is not an error', () => {
    assert.equal(decide("auth.uid == 'u2' || auth == null", null, resource).allowed, true)
    assert.equal(decide('auth.uid != auth.openid', null, resource).allowed, false)
  })

  test('an unknown size is neither small nor large', () => {
    assert.equal(decide('resource.size < 10', TICKET, fileAt('a')).allowed, false)
    assert.equal(decide('resource.size >= 10', TICKET, fileAt('a')).allowed, false)
    assert.equal(decide('!(resource.size > 10)', TICKET, fileAt('a')).allowed, false)
    assert.equal(decide('resource.size == null', TICKET, fileAt('a')).allowed, true)
  })
})

describe('booleans and missing rules', () => {
  const context = { auth: null, resource: fileAt('a'), now: 0 }
  test('true allows, false denies', () => {
    const rules = compileStorageRules({ read: true, write: false }, { resourceOpenid: 'path' })
    assert.deepEqual(rules.evaluate('read', context), { allowed: true, reason: 'allowed by the rule "read"' })
    const { allowed, reason } = rules.evaluate('write', context)
    assert.deepEqual([allowed, reason], [false, 'the rule "write" is false'])
    assert.equal(rules.acl, 'CUSTOM')
    assert.equal(rules.maxAge, undefined)
  })

  test('maxAge is kept', () => {
    for (const maxAge of [1, 600, 86_400]) {
      assert.equal(compileStorageRules({ read: true, maxAge }, { resourceOpenid: 'path' }).maxAge, maxAge)
    }
  })

  test('presets have no maxAge', () => {
    const rules = compileStorageRules('PRIVATE', { resourceOpenid: 'path' })
    assert.equal(rules.acl, 'PRIVATE')
    assert.equal(rules.maxAge, undefined)
  })

  test('changing the configuration afterwards does not change the compiled rules', () => {
    const acl = { read: 'false', write: false }
    const rules = compileStorageRules(acl, { resourceOpenid: 'path' })
    acl.read = 'true'
    assert.equal(rules.evaluate('read', context).allowed, false)
  })
})

describe('reasons', () => {
  for (const [name, auth, resource, mode, reason] of [
    [
      'a foreign directory',
      TICKET,
      fileAt('users/wx-alice/a.jpg'),
      'path',
      'the rule "read": resource.openid == auth.openid is false: "wx-alice" is not the caller ("bob", "u2")',
    ],
    ['nobody', null, fileAt('users/bob/a.jpg'), 'path', 'the rule "read": auth != null is false: nobody is logged in'],
    [
      'a path without a claim, which names the setting',
      TICKET,
      fileAt('temp/x.jpg'),
      'path',
      'the rule "read": resource.openid == auth.openid is not true because resource.openid is absent: the path "temp/x.jpg" has no users/{id}/ segment (storage.resourceOpenid is "path"; with "creator" it would be the uploader)',
    ],
    [
      'an anonymous user',
      ANONYMOUS,
      fileAt('users/u3/x.jpg'),
      'path',
      'the rule "read": resource.openid == auth.openid is not true because auth.openid is absent: the login "u3" ("ANONYMOUS") has neither a WeChat openid nor a customUserId',
    ],
    [
      'an upload by an administrator',
      TICKET,
      fileAt('temp/x.jpg'),
      'creator',
      'the rule "read": resource.openid == auth.openid is not true because resource.openid is absent: the stored file was not uploaded by a user (storage.resourceOpenid is "creator")',
    ],
  ] as const) {
    test(name, () => assert.equal(decide(RECIPE, auth, resource, mode).reason, reason))
  }

  test('an unknown size says so', () => {
    assert.match(
      decide('resource.size < 9', TICKET, fileAt('a')).reason,
      /resource\.size is absent: the size is not known/,
    )
  })
})

describe('a denied path that the app built from a missing value has a hint', () => {
  const rules = [RECIPE, 'false', 'resource.size < 9']
  for (const segment of ['undefined', 'null', 'NaN', '[object Object]', '[object Promise]']) {
    test(segment, () => {
      const path = `users/${segment}/a.jpg`
      for (const rule of rules) {
        assert.ok(
          decide(rule, TICKET, fileAt(path)).reason.includes(`the path contains "${segment}": the app built it`),
        )
      }
      const compiled = compileStorageRules('PRIVATE', { resourceOpenid: 'path' })
      const context = { auth: TICKET, resource: fileAt(path), now: 0 }
      assert.match(compiled.evaluate('write', context).reason, /not to "bob", "u2" \(the path contains ".*user\.uid/)
      const { en, zh } = compiled.explain('write', context).reason
      assert.equal(en, compiled.evaluate('write', context).reason)
      assert.match(zh, /（路径里有 ".*user\.uid）$/)
    })
  }

  test('in any segment, and in no other path', () => {
    const hint = (path: string) => decide('false', TICKET, fileAt(path)).reason.includes('the path contains')
    assert.equal(hint('orders/undefined'), true)
    assert.equal(hint('null'), true)
    for (const path of ['users/bob/undefined.jpg', 'users/Null/a', 'users/nan/a', 'users/[object]/a']) {
      assert.equal(hint(path), false, path)
    }
  })

  test('an allowed one has none', () => {
    assert.equal(decide('true', TICKET, fileAt('users/undefined/a')).reason, 'allowed by the rule "read"')
  })
})

describe('what is refused', () => {
  for (const [name, acl, message, key, index] of [
    ['nothing', undefined, /must be one of READONLY/],
    ['null', null, /must be one of/],
    ['a number', 1, /must be one of/],
    ['an array', [{ read: true }], /must be one of/],
    ['a function', () => true, /must be one of/],
    ['a misspelt preset', 'READ_ONLY', /unknown preset "READ_ONLY"; did you mean "READONLY"\?/],
    ['a preset in small letters', 'private', /did you mean "PRIVATE"\?/],
    ['CUSTOM without rules', 'CUSTOM', /unknown preset "CUSTOM"; valid: READONLY, PRIVATE/],
    ['no rule at all', {}, /need "read" or "write"/],
    ['maxAge alone', { maxAge: 5 }, /need "read" or "write"/],
    ['a misspelt key', { raed: true }, /unknown key "raed"; did you mean "read"\?/],
    ['a key of databases', { read: true, delete: false }, /unknown key "delete"; valid: read, write, maxAge/],
    ['an own __proto__', JSON.parse('{"read": true, "__proto__": {"write": true}}'), /unknown key "__proto__"/],
    ['an inherited rule', Object.create({ read: true }), /need "read" or "write"/],
    ['null for a rule', { read: null }, /must be true, false or an expression/, 'read'],
    ['a number for a rule', { write: 1 }, /must be true, false or an expression/, 'write'],
    ['an object for a rule', { write: {} }, /must be true, false or an expression/, 'write'],
    ['undefined for a rule', { read: undefined, write: true }, /must be true, false or an expression/, 'read'],
    ['an empty expression', { read: '' }, /"read": the expression is empty/, 'read'],
    ['an expression that does not parse', { read: true, write: 'a =' }, /"write": unexpected "="/, 'write', 2],
    ['an expression that is too long', { read: ' '.repeat(1025) }, /1025 characters/, 'read'],
    ['maxAge 0', { read: true, maxAge: 0 }, /1 to 86400/, 'maxAge'],
    ['maxAge over a day', { read: true, maxAge: 86_401 }, /1 to 86400/, 'maxAge'],
    ['maxAge with a fraction', { read: true, maxAge: 1.5 }, /1 to 86400/, 'maxAge'],
    ['maxAge as text', { read: true, maxAge: '600' }, /1 to 86400/, 'maxAge'],
    ['maxAge NaN', { read: true, maxAge: Number.NaN }, /1 to 86400/, 'maxAge'],
    ['maxAge null', { read: true, maxAge: null }, /1 to 86400/, 'maxAge'],
  ] as readonly (readonly [string, unknown, RegExp, string?, number?])[]) {
    test(name, () => {
      assert.throws(
        () => compileStorageRules(acl, { resourceOpenid: 'path' }),
        (error: unknown) => {
          assert.ok(error instanceof RuleError)
          assert.match(error.message, message)
          assert.equal(error.key, key)
          assert.equal(error.index, index)
          return true
        },
      )
    })
  }

  test('a mode of resource.openid that does not exist', () => {
    const options = { resourceOpenid: 'owner' } as unknown as { resourceOpenid: 'path' }
    assert.throws(() => compileStorageRules('PRIVATE', options), RuleError)
  })
})
