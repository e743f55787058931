/** Lessons from published advisories of other backends, one test each, and the limits of the sandbox. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StorageOperation, StorageRuleContext } from './context.ts'
import { compileStorageRules } from './rules.ts'

const CONTEXT: StorageRuleContext = {
  auth: { uid: 'u2', customUserId: 'bob', loginType: 'CUSTOM' },
  resource: { path: 'users/bob/a.jpg', claim: 'bob', exists: true, metadata: { note: 'x' } },
  now: 1,
}

function allows(rule: string, context: StorageRuleContext = CONTEXT): boolean {
  return compileStorageRules({ read: rule }, { resourceOpenid: 'path' }).evaluate('read', context).allowed
}

describe('request data must not overwrite rule variables (an advisory: headers replaced userid and groups)', () => {
  test('metadata named like variables stays metadata', () => {
    const metadata = { auth: { uid: 'root' }, resource: { openid: 'bob' }, openid: 'mallory', now: 0, path: 'public' }
    const context = { ...CONTEXT, resource: { path: 'temp/x', exists: false, metadata } }
    assert.equal(allows("auth.uid == 'root'", context), false)
    assert.equal(allows('resource.openid == auth.openid', context), false)
    assert.equal(allows("resource.path == 'public'", context), false)
    assert.equal(allows('now == 0', context), false)
    assert.equal(allows("resource.metadata.openid == 'mallory'", context), true)
  })

  test('additional members of the context are not visible', () => {
    const auth = { uid: 'u2', loginType: 'CUSTOM', isAdmin: true, sessionId: 's' }
    const resource = { path: 'a', exists: true, owner: 'u2', claim: 'bob', creator: ['u2'] }
    const context = { auth, resource, now: 1, admin: true }
    for (const hidden of [
      'auth.isAdmin',
      'auth.sessionId',
      'resource.owner',
      'resource.claim',
      'resource.creator',
      'resource.exists',
    ]) {
      assert.equal(allows(`${hidden} == null`, context), true, hidden)
      assert.equal(allows(`[auth, resource][0].${hidden.split('.')[1]} == null`, context), true, hidden)
    }
    assert.equal(allows('admin == true', context), false)
  })

  test('an id that is not a string does not count', () => {
    const auth = { uid: 'u2', customUserId: ['bob'], loginType: 'CUSTOM' } as unknown as StorageRuleContext['auth']
    assert.equal(allows('resource.openid == auth.openid', { ...CONTEXT, auth }), false)
    const resource = {
      ...CONTEXT.resource,
      claim: { toString: () => 'bob' },
    } as unknown as StorageRuleContext['resource']
    assert.equal(allows('resource.openid == auth.openid', { ...CONTEXT, resource }), false)
  })

  test('ids inherited from a polluted prototype do not count', () => {
    const auth = Object.assign(Object.create({ openid: 'alice' }) as object, { uid: 'u9', loginType: 'ANONYMOUS' })
    const resource = { ...CONTEXT.resource, claim: 'alice' }
    assert.equal(allows('resource.openid == auth.openid', { ...CONTEXT, auth, resource }), false)
    const unclaimed = Object.assign(Object.create({ claim: 'bob' }) as object, { path: 'temp/x', exists: true })
    assert.equal(allows('resource.openid == auth.openid', { ...CONTEXT, resource: unclaimed }), false)
    assert.equal(
      compileStorageRules('PRIVATE', { resourceOpenid: 'path' }).evaluate('read', { ...CONTEXT, resource: unclaimed })
        .allowed,
      false,
    )
  })
})

describe('a missing rule denies', () => {
  for (const [present, missing] of [
    ['read', 'write'],
    ['write', 'read'],
  ] as const) {
    test(`${missing} beside ${present}: true`, () => {
      const rules = compileStorageRules({ [present]: true }, { resourceOpenid: 'path' })
      assert.equal(rules.evaluate(present, CONTEXT).allowed, true)
      const { allowed, reason } = rules.evaluate(missing, CONTEXT)
      assert.deepEqual([allowed, reason], [false, `there is no rule "${missing}", and a missing rule denies`])
    })
  }
})

describe('an undefined condition must not pass (another backend let it)', () => {
  for (const rule of [
    'auth.none',
    'resource.metadata.none',
    'resource.metadata.none.deeper',
    'undefined',
    'auth.none == auth.none',
    '!auth.none',
    'null',
    '[]',
    '""',
    '0',
  ]) {
    test(rule, () => assert.equal(allows(rule), false))
  }
})

describe('an unknown operation denies (an advisory: one switch missed a new type)', () => {
  for (const operation of ['delete', 'list', '', '__proto__', 'constructor', 'toString', undefined, null, 1]) {
    test(String(operation), () => {
      for (const acl of ['READONLY', { read: true, write: true }]) {
        const rules = compileStorageRules(acl, { resourceOpenid: 'path' })
        assert.equal(rules.evaluate(operation as StorageOperation, CONTEXT).allowed, false)
      }
    })
  }
})

describe('a context that cannot be read denies', () => {
  for (const [name, context] of [
    ['undefined', undefined],
    ['null', null],
    ['an empty object', {}],
    ['no resource', { auth: CONTEXT.auth, now: 1 }],
    ['a resource of null', { ...CONTEXT, resource: null }],
  ] as const) {
    test(name, () => {
      for (const acl of ['PRIVATE', { read: 'auth != null && resource.openid == auth.openid' }]) {
        const rules = compileStorageRules(acl, { resourceOpenid: 'path' })
        const decision = rules.evaluate('read', context as unknown as StorageRuleContext)
        assert.equal(decision.allowed, false)
        assert.ok(decision.reason.length > 0)
      }
    })
  }
})

describe('rules cannot leave the data', () => {
  const metadata = JSON.parse(
    '{"__proto__": {"x": 1}, "constructor": {"name": "Object"}, "prototype": {"x": 1}, "list": [1]}',
  )
  const context = { ...CONTEXT, resource: { ...CONTEXT.resource, metadata } }
  for (const path of [
    'auth.constructor',
    "auth['constructor']",
    'auth.__proto__',
    'auth.toString',
    'auth.hasOwnProperty',
    "resource['__proto__']",
    'resource.constructor.constructor',
    'resource.path.constructor',
    'resource.path.length',
    'resource.path.at',
    'resource.openid.ids',
    'resource.openid.equals',
    'resource.openid.constructor',
    'resource.metadata.__proto__',
    'resource.metadata.__proto__.x',
    'resource.metadata.constructor',
    'resource.metadata.constructor.name',
    'resource.metadata.prototype',
    'resource.metadata.hasOwnProperty',
    'resource.metadata.list.map',
    'resource.metadata.list.constructor',
    "resource.metadata[['__proto__'][0]]",
    'resource.metadata[auth.loginType]',
    'now.constructor',
    "'a'.constructor",
    '[].constructor',
    '[].map',
    'true.constructor',
  ]) {
    test(`${path} is missing`, () => assert.equal(allows(`${path} == null`, context), true))
  }

  for (const rule of [
    'auth["const" + "ructor"] == null',
    'auth.constructor("return 1")()',
    'constructor.constructor("return process")()',
    '[].map(x => x)',
    'eval("1")',
    '(1, eval)("1")',
    'new Function("1")',
    'import("fs")',
    'this.constructor',
    'resource.path = "x"',
    'delete resource.path',
    'auth.uid.__defineGetter__("x", 1)',
  ]) {
    test(`${rule} does not load`, () => {
      assert.throws(() => compileStorageRules({ read: rule }, { resourceOpenid: 'path' }), { name: 'RuleError' })
    })
  }

  for (const rule of [
    'globalThis != null',
    'process != null',
    'require != null',
    'Object != null',
    'constructor != null',
    '__proto__ != null',
    'toString != null',
  ]) {
    test(`${rule} denies: there is no such variable`, () => assert.equal(allows(rule), false))
  }
})
