import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RuleAuth } from '../caller/rule-auth.ts'
import { renderExplanation } from '../explanation.ts'
import { RuleError } from '../rule-error.ts'
import { DATABASE_OPERATIONS, type DatabaseOperation, type DatabaseRuleContext, type DocumentData } from './context.ts'
import { updatedData } from './request-data.ts'
import { compileDatabaseRules } from './rules.ts'

const WECHAT: RuleAuth = { uid: 'u1', openid: 'wx1', loginType: 'WECHAT_OPEN' }
const CUSTOM: RuleAuth = { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' }
const ANONYMOUS: RuleAuth = { uid: 'u1', loginType: 'ANONYMOUS' }

describe('what is refused', () => {
  for (const [name, acl, message, key, index] of [
    ['nothing', undefined, /must be one of READONLY, PRIVATE, ADMINWRITE, ADMINONLY or an object/],
    ['null', null, /must be one of/],
    ['an array', [], /must be one of/],
    ['a number', 5, /must be one of/],
    ['a misspelt preset', 'PRIVAT', /unknown preset "PRIVAT"; did you mean "PRIVATE"\?/],
    ['no rule at all', {}, /at least one of "read", "write", "create", "update", "delete"/],
    ['a misspelt key', { raed: true }, /unknown key "raed"; did you mean "read"\?/],
    ['another key', { publish: true }, /unknown key "publish"/],
    [
      'a key of storage',
      { read: true, maxAge: 600 },
      /unknown key "maxAge"; valid: read, write, create, update, delete/,
    ],
    ['an own __proto__', JSON.parse('{"read": true, "__proto__": {"write": true}}'), /unknown key "__proto__"/],
    ['a number for a rule', { read: 1 }, /"read" must be true, false or an expression string/, 'read'],
    ['null for a rule', { update: null }, /"update" must be/, 'update'],
    ['undefined for a rule', { delete: undefined }, /"delete" must be/, 'delete'],
    ['a rule that does not parse', { read: true, create: 'doc. == 1' }, /^"create": unexpected/, 'create', 5],
    ['a rule that is too long', { write: `doc.a == '${'x'.repeat(1020)}'` }, /at most 1024 are allowed/, 'write'],
    ['a fourth get', { read: Array(4).fill("get('database.a.b').c").join(' && ') }, /at most 3 get\( \)/, 'read', 75],
  ] as const) {
    test(name, () => {
      assert.throws(
        () => compileDatabaseRules(acl),
        (error) => {
          assert.ok(error instanceof RuleError)
          assert.match(error.message, message)
          assert.match(error.text.zh, /[\u4e00-\u9fff]/)
          assert.equal(error.key, key)
          assert.equal(error.index, index)
          return true
        },
      )
    })
  }
})

describe('which rule decides', () => {
  /** The outcomes of read, create, update and delete, each for an open and a closed document. */
  function outcomes(acl: unknown): string {
    const rules = compileDatabaseRules(acl)
    const ask = (operation: DatabaseOperation) =>
      ['yes', 'no'].map((open) => rules.evaluate(operation, { auth: null, now: 0, doc: { open } }).allowed)
    return DATABASE_OPERATIONS.map((operation) => {
      const [open, closed] = ask(operation)
      return open ? (closed ? 'a' : 'o') : '-'
    }).join('')
  }
  const OPEN = "doc.open == 'yes'"
  for (const [acl, expected] of [
    [{ read: true }, 'a---'],
    [{ read: false }, '----'],
    [{ read: OPEN }, 'o---'],
    [{ write: true }, '-aaa'],
    [{ write: OPEN }, '-ooo'],
    [{ write: true, update: OPEN }, '-aoa'],
    [{ write: true, create: false }, '--aa'],
    [{ write: OPEN, delete: true }, '-ooa'],
    [{ create: true }, '-a--'],
    [{ update: true, delete: OPEN }, '--ao'],
    [{ read: true, write: false, create: OPEN }, 'ao--'],
  ] as const) {
    test(JSON.stringify(acl), () => assert.equal(outcomes(acl), expected))
  }

  test('an inherited rule does not count', () => {
    assert.equal(outcomes(Object.assign(Object.create({ write: true }), { read: true })), 'a---')
  })

  test('the reason names the rule', () => {
    const rules = compileDatabaseRules({ read: false, write: OPEN })
    const reason = (operation: DatabaseOperation) => rules.evaluate(operation, { auth: null, now: 0, doc: {} }).reason
    assert.equal(reason('read'), 'the rule "read" is false')
    assert.match(reason('update'), /^the rule "write": doc\.open == 'yes' is not true because doc\.open is absent/)
    assert.match(
      compileDatabaseRules({ read: true }).evaluate('delete', { auth: null, now: 0 }).reason,
      /no rule "delete"/,
    )
  })

  test('the reach of a rule', () => {
    const rules = compileDatabaseRules({ read: true, create: OPEN, update: false })
    assert.deepEqual(
      DATABASE_OPERATIONS.map((operation) => rules.reach(operation, null).kind),
      ['all', 'rule', 'none', 'none'],
    )
    assert.deepEqual(rules.reach('read', null), { kind: 'all' })
  })

  test('an operation that does not exist is refused', () => {
    for (const acl of ['READONLY', { read: true, write: true }]) {
      for (const operation of ['write', 'constructor', '__proto__', undefined]) {
        const rules = compileDatabaseRules(acl)
        const asked = operation as DatabaseOperation
        assert.equal(rules.reach(asked, WECHAT).kind, 'none')
        assert.equal(rules.evaluate(asked, { auth: WECHAT, now: 0, doc: {} }).allowed, false)
        assert.equal(rules.prove(asked, {}, { auth: WECHAT, now: 0 }).allowed, false)
      }
    }
  })

  test('an invalid context denies', () => {
    const rules = compileDatabaseRules({ read: 'auth == null || doc.a == 1' })
    for (const context of [undefined, null]) {
      assert.equal(rules.evaluate('read', context as never).allowed, false)
      assert.equal(rules.prove('read', {}, context as never).allowed, false)
    }
    assert.equal(rules.prove('read', null as never, { auth: WECHAT, now: 0 }).allowed, false)
  })
})

/** A rule, a document, the expected result, and the caller where it matters. */
type Case = readonly [
  rule: string,
  doc: DocumentData | undefined,
  holds: boolean,
  context?: Partial<DatabaseRuleContext>,
]

const CASES: readonly Case[] = [
  // The creator is a person: any of the caller's ids is the caller.
  ['doc._openid == auth.openid', { _openid: 'wx1' }, true],
  ['doc._openid == auth.openid', { _openid: 'u1' }, true],
  ['doc._openid == auth.uid', { _openid: 'wx1' }, true],
  ['auth.uid == doc._openid', { _openid: 'wx1' }, true],
  ["doc._openid == 'u1'", { _openid: 'wx1' }, true],
  ['doc._openid == auth.openid', { _openid: 'bob' }, false],
  ['doc._openid != auth.openid', { _openid: 'bob' }, true],
  ['doc._openid != auth.openid', { _openid: 'u1' }, false],
  ['doc._openid == auth.openid', { _openid: 'alice' }, true, { auth: CUSTOM }],
  ['doc._openid == auth.openid', { _openid: 'u1' }, true, { auth: CUSTOM }],
  ['doc._openid == auth.customUserId', { _openid: 'u1' }, true, { auth: CUSTOM }],
  ['doc._openid == auth.openid', { _openid: 'u1' }, false, { auth: ANONYMOUS }],
  ['doc._openid == auth.uid', { _openid: 'u1' }, true, { auth: ANONYMOUS }],
  ['doc._openid == auth.openid', { _openid: 'wx1' }, false, { auth: null }],
  ['doc._openid in [auth.uid]', { _openid: 'wx1' }, true],
  ['doc._openid in doc.members', { _openid: 'wx1', members: ['u1'] }, true],
  ["doc['_openid'] == auth.uid", { _openid: 'wx1' }, true],
  ['doc[doc.field] == auth.uid', { _openid: 'wx1', field: '_openid' }, true],
  // A document without an owner belongs to nobody.
  ['doc._openid == auth.openid', {}, false],
  ['doc._openid != auth.openid', {}, false],
  ['doc._openid == null', {}, true],
  ['doc._openid == null', { _openid: '' }, true],
  ['doc._openid == null', { _openid: ['wx1'] }, true],
  ['doc._openid == auth.openid', { _openid: null }, false, { auth: ANONYMOUS }],
  ['doc._openid == auth.openid', undefined, false],
  // Dates are milliseconds.
  ['doc.at < now', { at: new Date(500) }, true],
  ['doc.at < now', { at: new Date(1500) }, false],
  ['doc.at == 500', { at: new Date(500) }, true],
  ['doc.a.at <= now', { a: { at: new Date(1000) } }, true],
  ['500 in doc.list', { list: [new Date(500)] }, true],
  ['doc.at < now', { at: '500' }, false],
  ['doc.at < now', { at: new Date(Number.NaN) }, false],
  ['now == 1000', {}, true],
  ['now > 0', {}, false, { now: Number.NaN }],
  // Documents are only data.
  ['doc != null', {}, true],
  ['doc != null', undefined, false],
  ['doc.constructor == null', {}, true],
  ['doc.__proto__ == null', {}, true],
  ['doc.toString == null', {}, true],
  ['doc.a.b.c == null', { a: 5 }, true],
  ["doc.list[1] == 'b'", { list: ['a', 'b'] }, true],
  ["doc.roles[auth.uid] == 'owner'", { roles: { u1: 'owner' } }, true],
  // Request data.
  ['request.data.a == 1', {}, true, { data: { a: 1 } }],
  ['request.data.a == doc.a', { a: 1 }, true, { data: { a: 1 } }],
  ['request.data == null', {}, true],
  ['request.data.a == null', {}, true],
  ['request != null', {}, true],
  ['request.auth == null', {}, true],
  ['request.data.at > now', {}, true, { data: { at: new Date(2000) } }],
  ['request.data._openid == null', {}, true, { data: { a: 1 } }],
  // A variable that only storage rules have.
  ['resource.openid == auth.openid', {}, false],
]

describe('about one document', () => {
  for (const [rule, doc, holds, context] of CASES) {
    test(`${rule}, ${JSON.stringify(doc)}, ${context?.auth?.loginType ?? ''}: ${holds}`, () => {
      const asked = { auth: WECHAT, now: 1000, ...(doc && { doc }), ...context }
      const decision = compileDatabaseRules({ read: rule }).evaluate('read', asked)
      assert.equal(decision.allowed, holds, decision.reason)
    })
  }
})

describe('explanations', () => {
  const rules = compileDatabaseRules({
    read: 'auth != null && (doc._openid == auth.openid || doc.public == true)',
    update: 'doc._openid == auth.openid && request.data.role == null',
  })
  const context: DatabaseRuleContext = { auth: CUSTOM, now: 0 }

  test('of a query, in English', () => {
    const explanation = rules.explain('read', context, { target: 'orders', query: { a: 1 } })
    assert.equal(
      renderExplanation(explanation, 'en'),
      `denied: read "orders"
  the rule "read": the query does not imply doc._openid == auth.openid: the query can match documents for which it is not true; add _openid: '{openid}' to the query
  * auth != null && (doc._openid == auth.openid || doc.public == true): depends on the document
      auth != null: true
        auth: an object
    * (doc._openid == auth.openid || doc.public == true): depends on the document
      * doc._openid == auth.openid: depends on the document
          doc._openid: depends on the document
          auth.openid: "alice"
          -> add _openid: '{openid}' to the query
      * doc.public == true: depends on the document
          doc.public: depends on the document
          -> add public: true to the query`,
    )
  })

  test('of a query, in Chinese', () => {
    const explanation = rules.explain('read', context, { target: 'orders', query: { public: false } })
    assert.equal(
      renderExplanation(explanation, 'zh'),
      `拒绝: read "orders"
  规则 "read"：查询不能保证 doc._openid == auth.openid：查询会找到不一定满足它的文档；请在查询中加上 _openid: '{openid}'
  * auth != null && (doc._openid == auth.openid || doc.public == true): 取决于文档
      auth != null: 成立
        auth: 对象
    * (doc._openid == auth.openid || doc.public == true): 取决于文档
      * doc._openid == auth.openid: 取决于文档
          doc._openid: 取决于文档
          auth.openid: "alice"
          -> 请在查询中加上 _openid: '{openid}'
      * doc.public == true: 不成立
          doc.public: 不成立`,
    )
  })

  test('of a query that is proven', () => {
    const query = {
      $or: [
        { _openid: 'u1', x: 1 },
        { _openid: 'u1', x: 2 },
      ],
    }
    const explanation = compileDatabaseRules({ read: 'doc._openid == auth.uid && doc.x < 3' }).explain(
      'read',
      context,
      {
        target: 'orders',
        query,
      },
    )
    assert.equal(
      renderExplanation(explanation, 'en'),
      `allowed: read "orders"
  allowed by the rules
  * doc._openid == auth.uid && doc.x < 3: true
    * doc._openid == auth.uid: true
        doc._openid: "u1"
        auth.uid: "u1"
    * doc.x < 3: true
        doc.x: depends on the document`,
    )
  })

  test('of a document', () => {
    const data = updatedData({ $inc: { role: 1 } })
    const asked = { ...context, data, doc: { _openid: 'alice' } }
    assert.equal(
      renderExplanation(rules.explain('update', asked, { target: 'orders/o1' }), 'en'),
      `denied: update "orders/o1"
  the rule "update": request.data.role == null is false: request.data.role is changed by $inc
  * doc._openid == auth.openid && request.data.role == null: false
      doc._openid == auth.openid: true
        doc._openid: "alice"
        auth.openid: "alice"
    * request.data.role == null: false
        request.data.role: changed by $inc
        -> request.data.role must be missing`,
    )
    assert.match(renderExplanation(rules.explain('update', asked, { target: 'orders/o1' }), 'zh'), /由 \$inc 修改/)
  })

  test('why something is absent', () => {
    const reason = (doc: DocumentData | undefined, rule = 'doc._openid == auth.openid') =>
      compileDatabaseRules({ read: rule }).explain('read', { ...context, ...(doc && { doc }) }, { target: '' }).reason
    assert.match(reason({}).en, /doc\._openid is absent: the document was not created by a user/)
    assert.match(reason({}).zh, /文档不是用户创建的/)
    assert.match(reason(undefined).en, /doc\._openid is absent: there is no such document/)
    assert.match(reason({}, 'request.data != null').en, /read and delete requests have no data/)
    assert.match(reason(undefined, 'doc != null').en, /there is no such document/)
  })

  test('rules without parts have no tree', () => {
    for (const acl of ['PRIVATE', { read: false }, { write: true }]) {
      const rules = compileDatabaseRules(acl)
      assert.equal(rules.explain('read', { auth: null, now: 0 }, { target: '', query: {} }).tree, undefined)
      assert.equal(rules.explain('read', { auth: null, now: 0 }, { target: '' }).tree, undefined)
    }
  })

  test('an explanation has the same decision', () => {
    for (const query of [{}, { _openid: 'alice' }, { public: true }, { _openid: 'bob' }]) {
      const { allowed, reason } = rules.prove('read', query, context)
      const explanation = rules.explain('read', context, { target: '', query })
      assert.deepEqual([explanation.allowed, explanation.reason.en], [allowed, reason])
      assert.equal(explanation.tree?.outcome === 'true', allowed)
    }
  })
})
