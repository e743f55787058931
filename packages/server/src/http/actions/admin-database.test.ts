import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import tcb from '@cloudbase/node-sdk'
import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { ADMIN, openDatabase, user } from '../../database/database.fixture.ts'
import { adminDatabaseActions } from './admin-database.ts'
import { blockHostNames, CONTEXT, startTestServer } from './database-routes.fixture.ts'
import { webDatabaseActions } from './web-database.ts'

blockHostNames()

const NOW = 1_700_000_000_000

// biome-ignore lint/suspicious/noExplicitAny: the SDK's own types are incomplete
type Loose = any

async function openApp(t: TestContext) {
  const { database } = await openDatabase(t, { orders: 'PRIVATE' })
  const { host } = await startTestServer(t, webDatabaseActions(database), adminDatabaseActions(database))
  const app: Loose = tcb.init({
    env: 'demo',
    secretId: 'id',
    secretKey: 'key',
    serviceUrl: `http://${host}/admin`,
  } as Loose)
  return { db: app.database() as Loose, database }
}

describe('the node-sdk', () => {
  it('adds, reads, updates, sets and removes', async (t) => {
    const { db, database } = await openApp(t)
    await database.insert(user('alice'), 'orders', [{ _id: 'alices', n: 0 }])
    const orders = db.collection('orders')
    const { id } = await orders.add({ n: 1, at: new Date(0), sd: db.serverDate({ offset: 1000 }) })
    const [found] = (await orders.doc(id).get()).data
    assert.deepEqual([found.n, found.at, found._openid], [1, new Date(0), undefined])
    assert.ok(Math.abs(found.sd - Date.now()) < 60_000)
    assert.equal((await orders.where({ n: db.command.gte(0) }).update({ m: db.command.inc(2) })).updated, 2)
    assert.equal((await orders.doc(id).update({ o: { p: 1 } })).updated, 1)
    assert.equal((await orders.count()).total, 2)
    const set = await orders.doc('alices').set({ n: 9 })
    assert.equal(set.updated, 1)
    assert.deepEqual((await orders.doc('alices').get()).data, [{ _id: 'alices', _openid: 'alice', n: 9 }])
    const made = await orders.doc('made').set({ n: 5 })
    assert.equal(made.upsertedId, 'made')
    const page = await orders
      .where({ n: db.command.gt(0) })
      .orderBy('n', 'desc')
      .skip(1)
      .limit(1)
      .field({ n: true })
      .get()
    assert.deepEqual(page.data, [{ _id: 'made', n: 5 }])
    assert.equal((await orders.doc('made').remove()).deleted, 1)
    assert.equal((await orders.where({ n: 9 }).remove()).deleted, 1)
    assert.equal((await orders.where({ n: 1 }).options({ multiple: true }).remove()).deleted, 1)
    assert.equal((await orders.count()).total, 0)
  })

  it('returns every type unchanged', async (t) => {
    const { db } = await openApp(t)
    const { Point } = db.Geo
    const document = {
      _id: 'd',
      epoch: new Date(0),
      time: 1_700_000_000_000,
      float: 0.5,
      whole: 3,
      negative: -(2 ** 40),
      nul: null,
      list: [1, 'a', { b: [true] }],
      point: new Point(113, 23),
    }
    await db.collection('orders').add(document)
    const [found] = (await db.collection('orders').doc('d').get()).data
    assert.deepEqual(found, document)
    assert.ok(found.point instanceof Point)
    await db
      .collection('orders')
      .doc('d')
      .update({ id: db.ObjectId({ id: '507f1f77bcf86cd799439011' }) })
    assert.equal((await db.collection('orders').where({ id: '507f1f77bcf86cd799439011' }).get()).data.length, 1)
    assert.equal((await db.collection('orders').where({ list: /^a/ }).get()).data.length, 1)
  })

  it('updates a document and returns it', async (t) => {
    const { db } = await openApp(t)
    await db.collection('orders').add({ _id: 'd', n: 1 })
    const result = await db
      .collection('orders')
      .where({ _id: 'd' })
      .updateAndReturn({ n: db.command.inc(1) })
    assert.deepEqual([result.updated, result.doc], [1, { _id: 'd', n: 2 }])
    const none = await db.collection('orders').where({ _id: 'x' }).updateAndReturn({ n: 1 })
    assert.deepEqual([none.updated, none.doc], [0, undefined])
  })

  it('creates collections', async (t) => {
    const { db } = await openApp(t)
    await db.createCollection('fresh')
    await db.collection('fresh').add({ n: 1 })
    assert.equal((await db.collection('fresh').count()).total, 1)
    await assert.rejects(db.createCollection('fresh'), { code: 'DATABASE_COLLECTION_ALREADY_EXIST' })
  })

  it('throws errors with their code', async (t) => {
    const { db } = await openApp(t)
    await assert.rejects(db.collection('nowhere').get(), { code: 'DATABASE_COLLECTION_NOT_EXIST' })
    await db.collection('orders').add({ _id: 'd' })
    await assert.rejects(db.collection('orders').add({ _id: 'd' }), { code: 'DATABASE_DUPLICATE_WRITE' })
  })
})

describe('dialect B', () => {
  it('names the invalid parameter', async (t) => {
    const { database } = await openDatabase(t, { orders: 'PRIVATE' }, { now: () => NOW })
    const actions = adminDatabaseActions(database)
    const wrong: readonly (readonly [string, DocumentObject, RegExp])[] = [
      ['insertDocument', { data: '{}' }, /data/],
      ['insertDocument', { data: [{}] }, /data/],
      ['insertDocument', { data: ['['] }, /Extended JSON/],
      ['insertDocument', { data: ['1'] }, /data/],
      ['insertDocument', { data: ['{}'], transactionId: 't' }, /transactionId/],
      ['getDocument', { query: {} }, /query/],
      ['getDocument', { query: '[]' }, /query/],
      ['getDocument', { order: '{"a":{"$numberInt":"2"}}' }, /order/],
      ['getDocument', { projection: {} }, /projection/],
      ['getDocument', { limit: 'x' }, /limit/],
      ['getDocument', { queryType: 1 }, /queryType/],
      ['calculateDocument', { query: 1 }, /query/],
      ['modifyDocument', { data: {} }, /data/],
      ['modifyDocument', { data: '{}', merge: 'x' }, /merge/],
      ['removeDocument', { query: '{}', multi: 'x' }, /multi/],
      ['removeDocument', { multi: true }, /query is missing/],
      ['modifyAndReturnDoc', {}, /data/],
      ['addCollection', { collectionName: 1 }, /collectionName/],
    ]
    for (const [action, params, name] of wrong) {
      const call = actions[`database.${action}`]
      assert.ok(call)
      await assert.rejects(call(ADMIN, { collectionName: 'orders', ...params }, CONTEXT), (error) => {
        assert.ok(error instanceof CloudsteadError)
        assert.equal(error.code, 'INVALID_PARAM', `${action} ${JSON.stringify(params)}`)
        assert.match(error.message, name)
        return true
      })
    }
    assert.equal(await database.count(ADMIN, { collection: 'orders' }), 0)
  })

  it('answers in canonical Extended JSON', async (t) => {
    const { database } = await openDatabase(t, { orders: 'PRIVATE' }, { now: () => NOW })
    const actions = adminDatabaseActions(database)
    const call = (action: string, params: object) =>
      actions[`database.${action}`]?.(ADMIN, { collectionName: 'orders', ...params }, CONTEXT)
    const data = ['{"_id":"d","n":{"$numberInt":"1"},"sd":{"$tcb_server_date":{"offset":{"$numberInt":"0"}}}}']
    assert.deepEqual(await call('insertDocument', { data }), { data: { insertedIds: ['d'] } })
    const query = '{"sd":{"$lte":{"$tcb_server_date":{"offset":{"$numberInt":"0"}}}}}'
    assert.deepEqual(
      await call('getDocument', { query, queryType: 'WHERE', limit: 100, order: '{"n":{"$numberInt":"-1"}}' }),
      {
        data: { list: ['{"_id":"d","n":{"$numberInt":"1"},"sd":{"$date":{"$numberLong":"1700000000000"}}}'] },
        limit: 100,
      },
    )
  })
})
