import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Coverage, testRules } from './index.ts'

const USERS = { users: { alice: { customUserId: 'alice' }, bob: { customUserId: 'bob' } } }

function never(coverage: Coverage): readonly string[] {
  return coverage.uncovered.map(({ rule, source, never }) => `${rule}: ${source}: ${never.join()}`)
}

test('a condition that was never true is found', () => {
  const read = "auth != null && (resource.openid == auth.openid || auth.uid in ['mia'])"
  const rules = testRules({ storage: { acl: { read } } }, USERS)
  rules.asUser('alice').canRead('users/alice/a.jpg')
  rules.asUser('bob').canRead('users/alice/a.jpg')
  rules.asNobody().canRead('users/alice/a.jpg')
  const coverage = rules.coverage()
  assert.deepEqual(never(coverage), ["storage.read: auth.uid in ['mia']: true"])
  assert.deepEqual([coverage.covered, coverage.total, coverage.percent], [5, 6, 83])
})

test('at first nothing is covered, and a condition that is undecided stays uncovered', () => {
  const acl = { read: 'doc.a == 1', write: '!(auth.uid in doc.list) && doc.open' }
  const rules = testRules({ database: { collections: { things: { acl } } } }, USERS)
  assert.deepEqual(never(rules.coverage()), [
    'database.things.read: doc.a == 1: true,false',
    'database.things.write: (auth.uid in doc.list): true,false',
    'database.things.write: doc.open: true,false',
  ])
  assert.equal(rules.coverage().percent, 0)
  // A missing value makes it undecided.
  rules.asNobody().collection('things').canUpdate({ doc: 'x' }, { a: 2 })
  assert.equal(rules.coverage().covered, 0)
})

test('proofs and documents both count, and so does the fallback to write', () => {
  const acl = { read: 'doc.a == 1', write: 'auth != null && doc._openid == auth.openid' }
  const documents = { things: [{ _id: 't1', _openid: 'alice', a: 2 }] }
  const rules = testRules({ database: { collections: { things: { acl } } } }, { ...USERS, documents })
  const things = rules.asUser('alice').collection('things')
  assert.ok(things.canRead({ where: { a: 1 } }))
  assert.deepEqual(never(rules.coverage()), [
    'database.things.read: doc.a == 1: false',
    'database.things.write: auth != null: true,false',
    'database.things.write: doc._openid == auth.openid: true,false',
  ])
  assert.ok(!things.canRead({ doc: 't1' }))
  assert.ok(things.canDelete({ doc: 't1' }))
  assert.ok(!rules.asUser('bob').collection('things').canDelete({ doc: 't1' }))
  assert.ok(!rules.asNobody().collection('things').canDelete({ doc: 't1' }))
  assert.deepEqual(never(rules.coverage()), [])
  assert.equal(rules.coverage().percent, 100)
})

test('a condition that a query leaves open is not covered', () => {
  const rules = testRules({ database: { collections: { things: { acl: { read: 'doc.a == 1' } } } } })
  assert.ok(!rules.asNobody().collection('things').canRead({ where: {} }))
  assert.equal(rules.coverage().covered, 0)
})

test('presets, true and false have no conditions', () => {
  const configuration = {
    storage: { acl: { read: true, write: 'true || auth != null' } },
    database: { collections: { a: { acl: 'PRIVATE' }, b: { acl: { read: false } } } },
  }
  const coverage = testRules(configuration).coverage()
  assert.deepEqual(never(coverage), ['storage.write: auth != null: true,false'])
  const { total, percent } = testRules({}).coverage()
  assert.deepEqual([total, percent], [0, 100])
})

test('a position refers to the source of the configuration, otherwise to the rule', () => {
  const text = '{\n  "storage": {\n    "acl": { "read": "\\tauth != null && resource.size > 1" }\n  }\n}'
  const places = (configuration: unknown) =>
    testRules(configuration)
      .coverage()
      .uncovered.map(({ line, column }) => [line, column])
  assert.deepEqual(places(text), [
    [3, 25],
    [3, 41],
  ])
  assert.deepEqual(places(JSON.parse(text)), [
    [1, 2],
    [1, 18],
  ])
})

test('an explanation does not count', () => {
  const rules = testRules({ storage: { acl: { read: 'auth != null' } } })
  rules.asNobody().explain('read', 'a')
  assert.equal(rules.coverage().covered, 0)
})
