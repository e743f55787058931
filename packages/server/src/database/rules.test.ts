/** Custom rules of collections: queries are proven, single documents are evaluated. */
import assert from 'node:assert/strict'
import { before, describe, type TestContext, test } from 'node:test'
import { type Caller, type DocumentObject, NOBODY } from '@cloudstead/protocol'
import { DeniedError } from '../decisions/denied-error.ts'
import { ADMIN, codeOf, openDatabase, type TestDatabase, user } from './database.fixture.ts'

const ALICE = user('u1', { customUserId: 'alice' })
const BOB = user('u2', { openid: 'wx-bob' })

const OWN = 'auth != null && doc._openid == auth.openid'
const DENIED = 'DATABASE_PERMISSION_DENIED'

async function open(t: TestContext, acl: unknown, more: Record<string, unknown> = {}): Promise<TestDatabase> {
  const others = Object.entries(more).map(([name, rules]) => [name, { acl: rules, indexes: [] }])
  const opened = await openDatabase(t, { orders: { acl, indexes: [] }, ...Object.fromEntries(others) })
  await opened.database.insert(ADMIN, 'orders', [
    { _id: 'a1', _openid: 'alice', status: 'open', n: 1 },
    { _id: 'a2', _openid: 'alice', status: 'paid', n: 2 },
    { _id: 'b1', _openid: 'wx-bob', status: 'open', n: 3 },
    { _id: 'x1', status: 'open', n: 4 },
  ])
  return opened
}

const find = (database: TestDatabase['database'], caller: Caller, query: DocumentObject) =>
  database.find(caller, { collection: 'orders', query })
const edit = (query: DocumentObject, data: DocumentObject, more: object = {}) => ({
  collection: 'orders',
  query,
  data,
  multi: true,
  upsert: false,
  ...more,
})

describe('reads', () => {
  test('a query that implies the rule finds its documents', async (t) => {
    const { database } = await open(t, { read: OWN })
    const found = await find(database, ALICE, { _openid: '{openid}', status: 'open' })
    assert.deepEqual(
      found.map(({ _id }) => _id),
      ['a1'],
    )
    assert.equal(await database.count(ALICE, { collection: 'orders', query: { _openid: '{openid}' } }), 2)
  })

  test('any other query is denied, and only the operator sees the reason', async (t) => {
    const { database } = await open(t, { read: OWN })
    for (const query of [{}, { status: 'open' }, { _openid: 'wx-bob' }, { $or: [{ _openid: 'alice' }, { n: 3 }] }]) {
      assert.equal(await codeOf(find(database, ALICE, query)), DENIED)
      assert.equal(await codeOf(database.count(ALICE, { collection: 'orders', query })), DENIED)
    }
    await assert.rejects(find(database, ALICE, { status: 'open' }), (error) => {
      assert.ok(error instanceof DeniedError)
      assert.doesNotMatch(error.message, /openid|status/)
      assert.match(error.internal ?? '', /read orders where .*does not imply doc\._openid == auth\.openid/)
      assert.equal(error.explain()?.tree?.outcome, 'open')
      assert.deepEqual(error.case, {
        as: { uid: 'u1', customUserId: 'alice', loginType: 'CUSTOM' },
        action: 'read',
        collection: 'orders',
        where: { status: 'open' },
        expect: 'denied',
      })
      return true
    })
  })

  test('a document by its id is evaluated as it is stored', async (t) => {
    const { database } = await open(t, { read: OWN })
    assert.equal((await find(database, ALICE, { _id: 'a1' }))[0]?.status, 'open')
    assert.equal((await find(database, ALICE, { $and: [{ $and: [{ _id: 'a1' }] }] }))[0]?.status, 'open')
    assert.equal(await codeOf(find(database, ALICE, { _id: 'b1' })), DENIED)
    assert.equal(await codeOf(find(database, ALICE, { _id: 'x1' })), DENIED)
    assert.equal(await codeOf(find(database, NOBODY, { _id: 'a1' })), DENIED)
  })

  test('a missing document is denied like a hidden one', async (t) => {
    const { database } = await open(t, { read: OWN })
    assert.equal(await codeOf(find(database, ALICE, { _id: 'none' })), DENIED)
    assert.deepEqual(await find(database, ALICE, { _id: 'none', _openid: '{openid}' }), [])
  })

  test('a rule that is true for a missing field does not reveal which ids exist', async (t) => {
    const { database } = await open(t, {
      read: `doc.n == null || ${OWN}`,
      update: 'doc.n == null',
      delete: 'doc.n == null',
    })
    const note = { $set: { note: 'x' } }
    for (const _id of ['b1', 'none']) {
      const query = { _id, status: 'open' }
      assert.equal(await codeOf(find(database, ALICE, { _id })), DENIED)
      assert.equal(await codeOf(find(database, ALICE, query)), DENIED)
      assert.equal(await codeOf(database.count(ALICE, { collection: 'orders', query: { _id } })), DENIED)
      assert.equal(await codeOf(database.update(ALICE, edit({ _id }, note))), DENIED)
      assert.equal(await codeOf(database.replace(ALICE, edit({ _id }, { note: 'x' }, { multi: false }))), DENIED)
      assert.equal(await codeOf(database.remove(ALICE, { collection: 'orders', query: { _id }, multi: false })), DENIED)
    }
  })

  test('the rule is also evaluated for each document: an array that a scalar condition matches does not leak', async (t) => {
    const { database } = await open(t, { read: "doc.status == 'public'" })
    await database.insert(ADMIN, 'orders', [
      { _id: 'p', status: 'public' },
      { _id: 'trick', status: ['public', 'secret'] },
    ])
    assert.deepEqual(
      (await find(database, NOBODY, { status: 'public' })).map(({ _id }) => _id),
      ['p'],
    )
    assert.equal(await database.count(NOBODY, { collection: 'orders', query: { status: 'public' } }), 1)
  })

  test('rules do not apply to administrators', async (t) => {
    const { database } = await open(t, { read: false })
    assert.equal((await find(database, ADMIN, {})).length, 4)
    assert.equal(await codeOf(find(database, ALICE, { _openid: '{openid}' })), DENIED)
  })

  test('{openid} and {uid} match the creator by any of their ids', async (t) => {
    const { database } = await open(t, { read: 'doc._openid == auth.uid' })
    for (const query of [{ _openid: '{openid}' }, { _openid: '{uid}' }]) {
      assert.deepEqual(
        (await find(database, BOB, query)).map(({ _id }) => _id),
        ['b1'],
      )
    }
  })
})

describe('writes', () => {
  const RULES = { read: true, create: "auth != null && request.data.status == 'open'", write: OWN }

  test('a new document is evaluated with the data that was sent', async (t) => {
    const { database } = await open(t, RULES)
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ status: 'open' }])), 'accepted')
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ status: 'paid' }])), DENIED)
    assert.equal(await codeOf(database.insert(NOBODY, 'orders', [{ status: 'open' }])), DENIED)
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ status: 'open' }, { status: 'paid' }])), DENIED)
    assert.equal(await database.count(ADMIN, { collection: 'orders' }), 5)
  })

  test('create falls back to write, where doc is the new document', async (t) => {
    const { database } = await open(t, { write: OWN })
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ n: 9 }])), 'accepted')
    assert.equal(await codeOf(database.insert(NOBODY, 'orders', [{ n: 9 }])), DENIED)
  })

  test('updates and removals: queries are proven, documents are evaluated', async (t) => {
    const { database } = await open(t, RULES)
    const inc = { $inc: { n: 10 } }
    assert.deepEqual(await database.update(ALICE, edit({ _openid: '{openid}' }, inc)).then(({ updated }) => updated), 2)
    assert.equal(await codeOf(database.update(ALICE, edit({ status: 'open' }, inc))), DENIED)
    assert.equal(await codeOf(database.update(ALICE, edit({ _id: 'b1' }, inc))), DENIED)
    assert.equal((await database.update(ALICE, edit({ _id: 'a1' }, inc))).updated, 1)
    const remove = (query: DocumentObject) => database.remove(ALICE, { collection: 'orders', query, multi: true })
    assert.equal(await codeOf(remove({ _id: 'b1' })), DENIED)
    assert.equal(await codeOf(remove({ n: { $gt: 0 } })), DENIED)
    assert.equal(await remove({ _id: 'a1' }), 1)
    assert.equal(await remove({ _openid: '{openid}', n: { $gt: 0 } }), 1)
  })

  test('a field that a rule protects cannot be changed by any operator', async (t) => {
    const { database } = await open(t, { read: true, write: `${OWN} && request.data.role == null` })
    await database.update(ADMIN, edit({ _id: 'a1' }, { $set: { role: 'user' } }))
    for (const data of [
      { $set: { role: 'admin' } },
      { $set: { 'role.x': 1 } },
      { $unset: { role: '' } },
      { $rename: { status: 'role' } },
      { $push: { role: { $each: [1] } } },
    ]) {
      for (const query of [{ _id: 'a1' }, { _openid: '{openid}' }]) {
        assert.equal(await codeOf(database.update(ALICE, edit(query, data))), DENIED, JSON.stringify(data))
      }
    }
    assert.equal(await codeOf(database.replace(ALICE, edit({ _id: 'a1' }, { n: 1 }, { multi: false }))), DENIED)
    assert.equal((await database.update(ALICE, edit({ _id: 'a1' }, { $set: { n: 5 } }))).updated, 1)
    assert.equal((await find(database, ADMIN, { _id: 'a1' }))[0]?.role, 'user')
  })

  test('set() inserts a document under create and replaces one under update', async (t) => {
    const { database } = await open(t, RULES)
    const set = (caller: Caller, _id: string, data: DocumentObject) =>
      database.replace(caller, edit({ _id }, data, { multi: false, upsert: true }))
    assert.equal((await set(ALICE, 'new', { status: 'open' })).upsertedId, 'new')
    assert.equal(await codeOf(set(ALICE, 'new2', { status: 'paid' })), DENIED)
    assert.equal((await set(ALICE, 'new', { status: 'paid' })).updated, 1)
    assert.equal(await codeOf(set(BOB, 'new', { status: 'open' })), DENIED)
    assert.equal((await find(database, ADMIN, { _id: 'new' }))[0]?._openid, 'alice')
  })

  test('set() needs no update rule to insert a document', async (t) => {
    const { database } = await open(t, { create: 'auth != null' })
    const set = (_id: string) => database.replace(ALICE, edit({ _id }, { n: 1 }, { multi: false, upsert: true }))
    assert.equal((await set('fresh')).upsertedId, 'fresh')
    assert.equal(await codeOf(set('fresh')), DENIED)
    const presets = await openDatabase(t, { orders: { acl: 'ADMINWRITE', indexes: [] } })
    const upsert = edit({ _id: 'x' }, { n: 1 }, { multi: false, upsert: true })
    assert.equal(await codeOf(presets.database.replace(ALICE, upsert)), DENIED)
  })

  test('an update of one document that removes a protected field is denied, not skipped', async (t) => {
    const { database } = await open(t, { read: true, update: 'request.data.profile.role == null' })
    await database.update(ADMIN, edit({ _id: 'a1' }, { $set: { profile: { role: 'user', name: 'a' } } }))
    assert.equal(await codeOf(database.update(ALICE, edit({ _id: 'a1' }, { $set: { profile: 'flat' } }))), DENIED)
    assert.equal((await database.update(ALICE, edit({ _id: 'a1' }, { $set: { 'profile.name': 'b' } }))).updated, 1)
    assert.equal((await database.update(ALICE, edit({ _id: 'none' }, { $set: { n: 1 } }))).updated, 0)
  })

  test('an update with very many names does not block the event loop for each document that it may find', async (t) => {
    const { database } = await open(t, { update: `${OWN} && request.data.role == null`, create: true })
    const mine = Array.from({ length: 1000 }, (_, n) => ({ n }))
    await database.insert(ALICE, 'orders', mine)
    const paths = Array.from({ length: 900 }, (_, at) => [`f${at}${'.a'.repeat(90)}`, ''])
    const update = { $unset: Object.fromEntries(paths) }
    const started = performance.now()
    const found = edit({ _openid: '{openid}', n: -1 }, update)
    assert.equal(await codeOf(database.update(ALICE, found)), 'DATABASE_REQUEST_FAILED')
    // Without a limit it is 20 s and more.
    assert.ok(performance.now() - started < 6000)
    const [{ _id = '' } = {}] = await find(database, ADMIN, { _openid: 'alice', n: 7 })
    assert.equal(await codeOf(database.update(ALICE, edit({ _id }, update))), 'accepted')
  })

  test('a document that changes between the decision and the commit is evaluated as it is then', async (t) => {
    const { database } = await open(t, { read: true, write: "doc.status == 'open'" })
    const [first, second] = await Promise.all([
      database.update(ALICE, edit({ _id: 'a1' }, { $set: { status: 'paid' } })),
      codeOf(database.update(BOB, edit({ _id: 'a1' }, { $set: { n: 99 } }))),
    ])
    const [stored] = await find(database, ADMIN, { _id: 'a1' })
    assert.equal(first.updated, 1)
    assert.ok(second === 'accepted' || second === DENIED)
    assert.equal(stored?.status, 'paid')
  })
})

describe('get()', () => {
  const TEAM = "get('database.teams.' + doc.team).members[auth.uid] == 'member'"
  let acl: unknown

  before(() => {
    acl = { read: TEAM, create: "auth.uid in get('database.teams.' + request.data.team).list", delete: TEAM }
  })

  async function teams(t: TestContext) {
    const opened = await open(t, acl, { teams: 'ADMINONLY' })
    await opened.database.insert(ADMIN, 'teams', [
      { _id: 't1', members: { u1: 'member' }, list: ['u1'] },
      { _id: 't2', members: { u2: 'member' }, list: ['u2'] },
    ])
    await opened.database.insert(ADMIN, 'orders', [
      { _id: 'o1', team: 't1' },
      { _id: 'o2', team: 't2' },
    ])
    return opened.database
  }

  test('reads a document that the caller could not', async (t) => {
    const database = await teams(t)
    assert.equal((await find(database, ALICE, { team: 't1' })).length, 1)
    assert.equal(await codeOf(find(database, ALICE, { team: 't2' })), DENIED)
    assert.equal(await codeOf(find(database, ALICE, {})), DENIED)
    assert.equal((await find(database, ALICE, { _id: 'o1' })).length, 1)
    assert.equal(await codeOf(find(database, ALICE, { _id: 'o2' })), DENIED)
    assert.equal((await find(database, ALICE, { team: { $in: ['t1'] } })).length, 1)
    assert.equal(await codeOf(find(database, ALICE, { team: { $in: ['t1', 't2'] } })), DENIED)
  })

  test('in the data of a new document', async (t) => {
    const database = await teams(t)
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ team: 't1' }])), 'accepted')
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ team: 't2' }])), DENIED)
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{ team: 'none' }])), DENIED)
    assert.equal(await codeOf(database.insert(ALICE, 'orders', [{}])), DENIED)
  })

  test('at most ten documents for one request', async (t) => {
    const database = await teams(t)
    const many = Array.from({ length: 11 }, (_, at) => ({ _id: `m${at}`, list: ['u1'] }))
    await database.insert(ADMIN, 'teams', many)
    const orders = (count: number) => many.slice(0, count).map(({ _id }) => ({ team: _id }))
    assert.equal(await codeOf(database.insert(ALICE, 'orders', orders(10))), 'accepted')
    assert.equal(await codeOf(database.insert(ALICE, 'orders', orders(11))), DENIED)
  })
})
