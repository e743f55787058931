import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ADMIN, codeOf, index, openDatabase, user } from './database.fixture.ts'
import { StaleVersionError } from './stale-version-error.ts'

describe('the list of collections', () => {
  it('has declared and created collections with document counts, acl and indexes', async (t) => {
    const unique = index([['no', 1]], true)
    const { database } = await openDatabase(t, {
      orders: {
        acl: 'READONLY',
        indexes: [
          index([
            ['status', 1],
            ['at', -1],
          ]),
          unique,
        ],
      },
      custom: { acl: { read: true, write: false }, indexes: [] },
    })
    await database.createCollection(ADMIN, 'notes')
    await database.insert(ADMIN, 'orders', [{ no: 1 }, { no: 2 }])
    await database.settled()
    const admin = database.administer(ADMIN)
    const listed = (await admin.collections()).map(({ name, declared, acl, documents, indexes }) => ({
      ...{ name, declared, acl, documents },
      indexes: indexes.map(({ label, unique, status, fields }) => [label, unique, status, fields.length]),
    }))
    assert.deepEqual(listed, [
      { name: 'custom', declared: true, acl: 'CUSTOM', documents: 0, indexes: [] },
      { name: 'notes', declared: false, acl: 'PRIVATE', documents: 0, indexes: [] },
      {
        name: 'orders',
        declared: true,
        acl: 'READONLY',
        documents: 2,
        indexes: [
          ['status_at', false, 'ready', 2],
          ['no', true, 'ready', 1],
        ],
      },
    ])
  })

  it('shows indexes that are building or failed, and starts to build new ones', async (t) => {
    const { database, declare } = await openDatabase(t, { orders: 'PRIVATE' })
    await database.insert(ADMIN, 'orders', [{ no: 1 }, { no: 1 }])
    declare({ orders: { acl: 'PRIVATE', indexes: [index([['no', 1]], true), index([['at', 1]])] } })
    const admin = database.administer(ADMIN)
    const statuses = async () => (await admin.collections())[0]?.indexes.map(({ status }) => status)
    assert.deepEqual(await statuses(), ['building', 'building'])
    await database.settled()
    assert.deepEqual(await statuses(), ['failed', 'ready'])
  })
})

describe('saving a document', () => {
  it('replaces the version that was read, and no other', async (t) => {
    const { database } = await openDatabase(t, { orders: 'PRIVATE' })
    const admin = database.administer(ADMIN)
    await database.insert(user('alice'), 'orders', [{ _id: 'a', n: 1 }])
    const first = await admin.read('orders', 'a')
    assert.deepEqual(first.document, { _id: 'a', _openid: 'alice', n: 1 })
    const second = await admin.save('orders', { ...first, document: { _openid: 'bob', m: [new Date(0)] } })
    assert.deepEqual(second.document, { _id: 'a', _openid: 'bob', m: [new Date(0)] })
    assert.ok(second.version > first.version)
    await assert.rejects(admin.save('orders', { ...first, document: { n: 3 } }), StaleVersionError)
    assert.deepEqual((await admin.read('orders', 'a')).document, second.document)
    await admin.save('orders', { ...second, document: {} })
    assert.deepEqual(await database.find(ADMIN, { collection: 'orders' }), [{ _id: 'a' }])
  })

  it('updates the indexes', async (t) => {
    const { database } = await openDatabase(t, { orders: { acl: 'PRIVATE', indexes: [index([['no', 1]], true)] } })
    const admin = database.administer(ADMIN)
    await database.insert(ADMIN, 'orders', [
      { _id: 'a', no: 1 },
      { _id: 'b', no: 2 },
    ])
    await database.settled()
    const { version } = await admin.read('orders', 'a')
    const save = (document: { readonly no: number | readonly number[] }) =>
      admin.save('orders', { id: 'a', version, document })
    assert.equal(await codeOf(save({ no: 2 })), 'DATABASE_DUPLICATE_WRITE')
    await save({ no: [3, 4] })
    const found = (no: number) => database.find(ADMIN, { collection: 'orders', query: { no } })
    assert.deepEqual([(await found(1)).length, (await found(4)).length], [0, 1])
  })

  it('makes the checks of other writes', async (t) => {
    const { database } = await openDatabase(t, { orders: 'PRIVATE' })
    const admin = database.administer(ADMIN)
    await database.insert(ADMIN, 'orders', [{ _id: 'a' }, { _id: 1 }])
    const { version } = await admin.read('orders', 'a')
    const large = 'x'.repeat(17 * 1024 * 1024)
    for (const [document, expected] of [
      [{ _id: 'b' }, 'INVALID_PARAM'],
      [{ _id: null }, 'INVALID_PARAM'],
      [{ 'a.b': 1 }, 'INVALID_PARAM'],
      [{ a: { $b: 1 } }, 'INVALID_PARAM'],
      [{ large }, 'INVALID_PARAM'],
    ] as const) {
      assert.equal(await codeOf(admin.save('orders', { id: 'a', version, document })), expected)
    }
    assert.equal(await codeOf(admin.save('orders', { id: 'zz', version, document: {} })), 'NOT_FOUND')
    assert.equal(await codeOf(admin.save('none', { id: 'a', version, document: {} })), 'DATABASE_COLLECTION_NOT_EXIST')
    assert.equal(await codeOf(admin.read('orders', '1')), 'NOT_FOUND')
    assert.deepEqual((await admin.read('orders', 1)).document, { _id: 1 })
    assert.equal(await codeOf(admin.read('orders', '')), 'INVALID_PARAM')
    assert.equal(await codeOf(admin.read('none', 'a')), 'DATABASE_COLLECTION_NOT_EXIST')
  })
})
