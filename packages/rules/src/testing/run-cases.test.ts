import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadRules, parseCaseFile, runCases } from './index.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

const OWN_FILES = 'auth != null && resource.openid == auth.openid'
const CONFIGURATION = {
  storage: {
    acl: { read: OWN_FILES, write: `${OWN_FILES} && (resource.size == null || resource.size <= 1000)` },
  },
  database: {
    collections: {
      private: { acl: 'PRIVATE' },
      public: { acl: 'READONLY' },
      fixed: { acl: 'ADMINWRITE' },
      none: {},
      orders: {
        acl: {
          read: 'doc._openid == auth.openid || doc.public == true',
          create: 'auth != null && doc._openid == auth.openid && request.data.total > 0',
          update: 'doc._openid == auth.openid && request.data.total == null && request.data.at != 1',
          delete: 'doc.at < now',
        },
      },
      team: {
        acl: { read: `get(\`database.teams.\${doc.team}\`).owner == auth.openid`, write: 'doc._id == auth.uid' },
      },
      open: { acl: { read: true, write: "doc.kind == 'a'", delete: false } },
    },
  },
}

const FIXTURES = {
  now: '2026-11-22T12:00:00Z',
  users: { alice: { customUserId: 'alice' }, bob: { openid: 'oBob', uid: 'u-bob' }, guest: { anonymous: true } },
  files: {
    'users/alice/a.jpg': { by: 'alice', size: 900 },
    'users/alice/big.jpg': { by: 'alice', size: 5000 },
    'users/uid-of-guest/a.jpg': { by: 'guest' },
  },
  documents: {
    private: [{ _id: 'p1', _openid: 'alice' }, { _id: 'admins' }],
    public: [{ _id: 'p1', _openid: 'alice' }],
    orders: [
      { _id: 'o1', _openid: 'alice', total: 3, at: { $date: '2026-11-22T11:59:59Z' } },
      { _id: 'o2', _openid: 'oBob', public: true, at: { $date: NOW + 1 } },
      { _id: 7, _openid: 'u-bob' },
    ],
    teams: [{ _id: 't1', owner: 'alice' }],
    team: [{ _id: 'x', team: 't1' }],
  },
}

type Case = Readonly<Record<string, unknown>>

function run(cases: readonly Case[], configuration: unknown = CONFIGURATION, fixtures: object = FIXTURES) {
  return runCases(parseCaseFile(JSON.stringify({ ...fixtures, cases }), NOW), loadRules(configuration))
}

const file = (as: unknown, action: string, path: string, expect: string, more: Case = {}): Case => ({
  as,
  action,
  file: path,
  expect,
  ...more,
})

const inColl = (as: unknown, action: string, collection: string, expect: string, more: Case): Case => ({
  as,
  action,
  collection,
  expect,
  ...more,
})

const UID = { uid: 'u9', loginType: 'ANONYMOUS' }

const DECIDED: Readonly<Record<string, readonly Case[]>> = {
  'files: who reads': [
    file('alice', 'read', 'users/alice/a.jpg', 'allowed'),
    file('alice', 'read', 'users/alice/none.jpg', 'allowed'),
    file('alice', 'read', 'users/uid-of-alice/a.jpg', 'allowed'),
    file('alice', 'read', 'users/bob/a.jpg', 'denied'),
    file('bob', 'read', 'users/oBob/a.jpg', 'allowed'),
    file('guest', 'read', 'users/uid-of-guest/a.jpg', 'denied'),
    file(null, 'read', 'users/alice/a.jpg', 'denied'),
    file('alice', 'read', 'temp/a.jpg', 'denied'),
  ],
  'files: sizes': [
    file('alice', 'write', 'users/alice/new.jpg', 'allowed'),
    file('alice', 'write', 'users/alice/new.jpg', 'allowed', { size: 1000 }),
    file('alice', 'write', 'users/alice/new.jpg', 'denied', { size: 1001 }),
    file('alice', 'upload', 'users/alice/new.jpg', 'allowed', { size: 1000 }),
    file('alice', 'upload', 'users/alice/new.jpg', 'denied', { size: 1001 }),
    file('alice', 'upload', 'users/alice/a.jpg', 'denied', { size: 1 }),
    file('alice', 'overwrite', 'users/alice/a.jpg', 'allowed', { size: 1 }),
    file('alice', 'overwrite', 'users/alice/new.jpg', 'denied', { size: 1 }),
    // The announcement has no size of its own, so the size of the stored file counts, which is too large.
    file('alice', 'overwrite', 'users/alice/big.jpg', 'denied', { size: 1 }),
    file('alice', 'write', 'users/alice/big.jpg', 'allowed', { size: 1 }),
    file('alice', 'delete', 'users/alice/a.jpg', 'allowed'),
    file('alice', 'delete', 'users/alice/big.jpg', 'denied'),
    file('alice', 'delete', 'users/alice/new.jpg', 'denied'),
    file('alice', 'delete', 'users/alice/new.jpg', 'allowed', { stored: { size: 3 } }),
    file('alice', 'upload', 'users/alice/a.jpg', 'allowed', { stored: null }),
  ],
  'documents: presets filter': [
    inColl('bob', 'read', 'private', 'allowed', { where: {} }),
    inColl(null, 'read', 'private', 'denied', { where: {} }),
    inColl('alice', 'read', 'private', 'allowed', { doc: 'p1' }),
    inColl('bob', 'read', 'private', 'denied', { doc: 'p1' }),
    inColl('alice', 'read', 'private', 'denied', { doc: 'admins' }),
    inColl('alice', 'read', 'private', 'denied', { doc: 'nothing' }),
    inColl('alice', 'read', 'none', 'denied', { doc: 'nothing' }),
    inColl('alice', 'create', 'none', 'allowed', { data: {} }),
    inColl(null, 'create', 'private', 'denied', { data: {} }),
    inColl(null, 'read', 'public', 'allowed', { doc: 'p1' }),
    inColl('bob', 'update', 'public', 'denied', { doc: 'p1', data: { a: 1 } }),
    inColl('alice', 'update', 'public', 'allowed', { doc: 'p1', data: { a: 1 } }),
    inColl('bob', 'update', 'public', 'allowed', { where: {}, data: { a: 1 } }),
    inColl('bob', 'set', 'public', 'denied', { doc: 'p1', data: { a: 1 } }),
    inColl('bob', 'set', 'public', 'allowed', { doc: 'p2', data: { a: 1 } }),
    inColl('alice', 'delete', 'fixed', 'denied', { where: {} }),
    inColl('alice', 'set', 'fixed', 'denied', { doc: 'x', data: {} }),
  ],
  'documents: a where is proven': [
    inColl('alice', 'read', 'orders', 'allowed', { where: { _openid: '{openid}' } }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { _openid: '{uid}' } }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { _openid: { $eq: '{openid}' } } }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { _openid: { $in: ['{openid}'] } } }),
    inColl('alice', 'read', 'orders', 'denied', { where: { _openid: { $in: ['{openid}', 'oBob'] } } }),
    inColl('alice', 'read', 'orders', 'denied', { where: { _openid: { $ne: '{openid}' } } }),
    inColl('alice', 'read', 'orders', 'denied', { where: { _openid: 'oBob' } }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { public: true } }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { $or: [{ public: true }, { _openid: '{openid}' }] } }),
    inColl('alice', 'read', 'orders', 'denied', { where: { $or: [{ public: true }, { total: 3 }] } }),
    inColl('alice', 'read', 'orders', 'denied', { where: {} }),
    inColl(null, 'read', 'orders', 'denied', { where: { _openid: '{openid}' } }),
    inColl('alice', 'delete', 'orders', 'allowed', { where: { at: { $lt: { $date: NOW - 1 } } } }),
    inColl('alice', 'delete', 'orders', 'denied', { where: { at: { $lt: { $date: NOW + 1 } } } }),
    inColl('alice', 'read', 'team', 'allowed', { where: { team: 't1' } }),
    inColl('bob', 'read', 'team', 'denied', { where: { team: 't1' } }),
    inColl('bob', 'read', 'team', 'allowed', {
      where: { team: 't1' },
      documents: { teams: [{ _id: 't1', owner: 'oBob' }] },
    }),
    inColl('bob', 'delete', 'open', 'denied', { where: { kind: 'a' } }),
    inColl('bob', 'update', 'open', 'allowed', { where: { kind: 'a' }, data: {} }),
    inColl('bob', 'read', 'open', 'allowed', { where: {} }),
  ],
  'documents: a doc is judged as it is stored': [
    inColl('alice', 'read', 'orders', 'allowed', { doc: 'o1' }),
    inColl('bob', 'read', 'orders', 'denied', { doc: 'o1' }),
    inColl('bob', 'read', 'orders', 'allowed', { doc: 7 }),
    inColl('bob', 'read', 'orders', 'denied', { doc: '7' }),
    inColl('alice', 'read', 'orders', 'allowed', { doc: 'o2' }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { _id: 'o1' } }),
    inColl('alice', 'read', 'orders', 'allowed', { where: { $and: [{ _id: { $eq: 'o1' } }, { total: 3 }] } }),
    inColl('bob', 'read', 'orders', 'denied', { where: { _id: 'o1' } }),
    inColl('alice', 'read', 'orders', 'denied', { doc: 'nothing' }),
    inColl('alice', 'read', 'open', 'allowed', { doc: 'nothing' }),
    inColl('alice', 'update', 'team', 'allowed', { doc: 'uid-of-alice', data: {} }),
    inColl('bob', 'read', 'orders', 'allowed', { doc: 'o1', stored: { _openid: 'u-bob' } }),
    inColl('alice', 'read', 'orders', 'denied', { doc: 'o1', stored: null }),
    inColl('alice', 'delete', 'orders', 'allowed', { doc: 'o1' }),
    inColl('alice', 'delete', 'orders', 'denied', { doc: 'o2' }),
    inColl('alice', 'read', 'team', 'allowed', { doc: 'x' }),
    inColl('bob', 'read', 'team', 'denied', { doc: 'x' }),
  ],
  'documents: what is written': [
    inColl('alice', 'create', 'orders', 'allowed', { data: { total: 1 } }),
    inColl('guest', 'create', 'orders', 'denied', { data: { total: 1 } }),
    inColl('alice', 'create', 'orders', 'denied', { data: { total: 0 } }),
    inColl('alice', 'create', 'orders', 'denied', { data: { total: 1, _openid: 'alice' } }),
    inColl(null, 'create', 'orders', 'denied', { data: { total: 1 } }),
    inColl('bob', 'create', 'open', 'allowed', { data: { kind: 'a' } }),
    inColl(null, 'create', 'open', 'allowed', { data: { kind: 'a' } }),
    inColl('alice', 'update', 'orders', 'allowed', { doc: 'o1', data: { at: 2 } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { at: 1 } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { at: { $inc: 1 } } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { $inc: { at: 1 } } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { at: 2, total: 1 } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { at: 2, total: { of: 1 } } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { at: 2, _openid: 'oBob' } }),
    inColl('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { at: 2, $rename: { a: '_openid' } } }),
    inColl('alice', 'update', 'public', 'denied', { doc: 'p1', data: { '_openid.x': { $inc: 1 } } }),
    inColl('alice', 'update', 'orders', 'allowed', { where: { _openid: '{openid}' }, data: { $set: { at: 2 } } }),
    inColl('alice', 'set', 'orders', 'denied', { doc: 'o1', data: { at: 2 } }),
    inColl('alice', 'set', 'orders', 'allowed', { doc: 'o1', data: { at: 2 }, stored: { _openid: 'alice', at: 0 } }),
    inColl('alice', 'set', 'orders', 'allowed', { doc: 'o9', data: { total: 4 } }),
    inColl('alice', 'set', 'orders', 'denied', { doc: 'o9', data: { total: 0 } }),
    inColl('bob', 'set', 'orders', 'denied', { doc: 'o1', data: { at: 2, total: 3 } }),
  ],
  'documents: without a selection all documents, as the server logs what is always denied': [
    inColl('alice', 'read', 'private', 'allowed', {}),
    inColl('alice', 'read', 'orders', 'denied', {}),
    inColl('alice', 'read', 'open', 'allowed', {}),
    inColl('alice', 'create', 'fixed', 'denied', {}),
    inColl('alice', 'update', 'fixed', 'denied', {}),
    inColl(null, 'delete', 'open', 'denied', {}),
  ],
  'a user written out': [
    file(UID, 'read', 'users/u9/a.jpg', 'denied'),
    file({ uid: 'x', customUserId: 'alice', loginType: 'CUSTOM' }, 'read', 'users/x/a.jpg', 'allowed'),
    inColl(UID, 'update', 'private', 'allowed', { doc: 'd', stored: { _openid: 'u9' }, data: { $set: { a: 1 } } }),
  ],
}

for (const [group, cases] of Object.entries(DECIDED)) {
  describe(group, () => {
    const { results } = run(cases)
    for (const [index, { name, decided, expected, explanation }] of results.entries()) {
      const { stored, data, size } = cases[index] ?? {}
      const more = JSON.stringify({ stored, data, size })
      test(`${name} ${more}: ${expected}`, () => assert.equal(decided, expected, explanation.reason.en))
    }
  })
}

test('a rule that needs the size denies an upload, but not a write', () => {
  const configuration = { storage: { acl: { read: true, write: 'resource.size <= 10' } } }
  const [upload, write] = run(
    [file(null, 'upload', 'a', 'denied', { size: 1 }), file(null, 'write', 'a', 'allowed', { size: 1 })],
    configuration,
    {},
  ).results
  assert.deepEqual([upload?.ok, write?.ok], [true, true])
})

test('a result has its line, its name and its reason', () => {
  const source = `{
    "users": { "alice": { "customUserId": "alice" } },
    "cases": [
      { "as": "alice", "action": "read", "file": "a", "expect": "denied" },

      { "name": "mine", "as": null, "action": "read", "file": "users/alice/a", "expect": "allowed" } // wrong
    ]
  }`
  const { results } = runCases(parseCaseFile(source, NOW), loadRules({ storage: { acl: { read: OWN_FILES } } }))
  const shown = results.map(({ line, name, ok, decided, expected }) => ({ line, name, ok, decided, expected }))
  assert.deepEqual(shown, [
    { line: 4, name: 'alice: read a', ok: true, decided: 'denied', expected: 'denied' },
    { line: 6, name: 'mine', ok: false, decided: 'denied', expected: 'allowed' },
  ])
  assert.match(results[1]?.explanation.reason.en ?? '', /nobody is logged in/)
})

test('without a time in the file, the given time is used', () => {
  const configuration = { storage: { acl: { read: `now == ${NOW}` } } }
  assert.ok(run([file(null, 'read', 'a', 'allowed')], configuration, {}).results[0]?.ok)
})

test('get( ) reads at most ten documents for one case', () => {
  const pieces = Array.from({ length: 3 }, (_, index) => `get(\`database.x.\${doc.a${index}}\`).ok == true`)
  const rules = { database: { collections: { c: { acl: { read: pieces.join(' || ') } } } } }
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)
  const where = (count: number) => ({ a0: { $in: ids(count) }, a1: '0', a2: '0' })
  const x = ids(12).map((_id) => ({ _id, ok: true }))
  const one = (count: number, expect: string) =>
    inColl(null, 'read', 'c', expect, { where: where(count), documents: { x } })
  const { results } = run([one(10, 'allowed'), one(11, 'denied')], rules, {})
  assert.deepEqual(
    results.map(({ decided }) => decided),
    ['allowed', 'denied'],
  )
})
