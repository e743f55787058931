import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testRules } from './index.ts'

const OWN = 'auth != null && resource.openid == auth.openid'
const CONFIGURATION = {
  storage: { acl: { read: OWN, write: `${OWN} && (resource.size == null || resource.size < 10)` } },
  database: { collections: { orders: { acl: { read: 'doc.at <= now', write: 'doc._openid == auth.openid' } } } },
}
const FIXTURES = {
  users: { alice: { customUserId: 'alice' }, bob: { openid: 'oBob' } },
  files: { 'users/alice/a.jpg': { by: 'alice', size: 1 } },
  documents: { orders: [{ _id: 'o1', _openid: 'alice', at: new Date(1000) }] },
  now: new Date(1000),
}

const rules = testRules(CONFIGURATION, FIXTURES)
const alice = rules.asUser('alice')
const bob = rules.asUser('bob')

test('files', () => {
  assert.ok(alice.canRead('users/alice/a.jpg'))
  assert.ok(alice.canWrite('users/alice/b.jpg', { size: 9 }))
  assert.ok(!alice.canWrite('users/alice/b.jpg', { size: 10 }))
  assert.ok(alice.canUpload('users/alice/b.jpg', { size: 9 }))
  assert.ok(!alice.canUpload('users/alice/a.jpg', { size: 9 }))
  assert.ok(alice.canOverwrite('users/alice/a.jpg', { size: 9 }))
  assert.ok(alice.canDelete('users/alice/a.jpg'))
  assert.ok(!bob.canRead('users/alice/a.jpg'))
  assert.ok(!rules.asNobody().canRead('users/alice/a.jpg'))
  assert.ok(rules.asUser({ uid: 'u', openid: 'oEve' }).canRead('users/oEve/a.jpg'))
})

test('documents', () => {
  const orders = alice.collection('orders')
  assert.ok(orders.canRead({ doc: 'o1' }))
  assert.ok(orders.canRead({ where: { at: { $lt: new Date(1000) } } }))
  assert.ok(!orders.canRead({ where: {} }))
  assert.ok(orders.canCreate({ a: 1 }))
  assert.ok(orders.canUpdate({ where: { _openid: '{openid}' } }, { a: 1 }))
  assert.ok(orders.canSet({ doc: 'o1' }, { a: 1 }))
  assert.ok(orders.canDelete({ doc: 'o1' }))
  assert.ok(!bob.collection('orders').canDelete({ doc: 'o1' }))
  assert.ok(!rules.asNobody().collection('orders').canCreate({}))
})

test('explanations, in both languages', () => {
  assert.match(bob.explain('read', 'users/alice/a.jpg'), /^denied: read "users\/alice\/a\.jpg"\n {2}the rule "read"/)
  assert.match(bob.explain('read', 'users/alice/a.jpg', { language: 'zh' }), /^拒绝: /)
  assert.match(alice.explain('write', 'users/alice/a.jpg', { size: 10 }), /resource\.size < 10: false/)
  const orders = bob.collection('orders')
  assert.match(orders.explain('update', { doc: 'o1', data: { a: 1 } }), /^denied: update "orders\/o1"/)
  assert.match(orders.explain('read', { where: {}, language: 'zh' }), /^拒绝: read "orders where \{\}"/)
})

test('the configuration can be a source string', () => {
  const text = `// comment\n${JSON.stringify(CONFIGURATION)}`
  assert.ok(testRules(text, FIXTURES).asUser('alice').canRead('users/alice/a.jpg'))
})

test('a typing error is not a denial', () => {
  assert.throws(() => rules.asUser('alise'), {
    name: 'RuleError',
    message: 'asUser: unknown user "alise"; did you mean "alice"?',
  })
  assert.throws(() => rules.asUser({ uid: 'u' }), /how does this user log in/)
  assert.throws(() => alice.collection('order'), /unknown collection "order"; did you mean "orders"\?/)
  assert.throws(() => alice.canRead('/users/alice/a.jpg'), /^RuleError: file: a file is identified by its cloudPath/)
  assert.throws(() => alice.collection('orders').canRead({ where: { at: { $lessthan: 1 } } }), /unknown operator/)
  assert.throws(() => testRules({ storage: { acl: 'PRIVAT' } }), /did you mean "PRIVATE"/)
  assert.throws(
    () => testRules({}, { files: { a: { by: 'carol' } } }),
    /^RuleError: files\.a\.by: unknown user "carol"/,
  )
})

test('fixtures are not modified', () => {
  const before = structuredClone(FIXTURES)
  alice.collection('orders').canUpdate({ doc: 'o1' }, { total: { $inc: 1 } })
  assert.deepEqual(FIXTURES, before)
})

test('a document that does not exist is denied, also by a rule that is true for a missing field', () => {
  const rules = testRules(
    { database: { collections: { notes: { acl: { read: 'doc.secret == null', write: 'doc.secret == null' } } } } },
    { documents: { notes: [{ _id: 'n1' }, { _id: 'n2', secret: true }] } },
  )
  const notes = rules.asNobody().collection('notes')
  assert.deepEqual(
    ['n1', 'n2', 'none'].map((doc) => [
      notes.canRead({ doc }),
      notes.canUpdate({ doc }, { a: 1 }),
      notes.canDelete({ doc }),
    ]),
    [
      [true, true, true],
      [false, false, false],
      [false, false, false],
    ],
  )
})

test('a pattern in a query is not dropped', () => {
  const notes = testRules({ database: { collections: { notes: { acl: { read: 'doc.name != null' } } } } })
    .asNobody()
    .collection('notes')
  assert.ok(notes.canRead({ where: { name: /^a/ } }))
  assert.ok(!notes.canRead({ where: {} }))
})
